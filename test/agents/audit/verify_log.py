"""Checks a decision log with nothing but docs/AUDIT.md and Python's own library: python3 verify_log.py <log> [head]."""

import hashlib
import json
import struct
import sys
import zlib


def verify(path, anchored=None):
    data = open(path, "rb").read()
    at, blocks, decisions, before, heads, kinds = 0, 0, 0, bytes(32), [], {1: 0, 2: 0, 3: 0}
    while at < len(data):
        header = data[at : at + 72]
        if len(header) < 72:
            break
        magic, version, kind, _, size, rows, index, earlier, previous, crc, zero = struct.unpack("<4sBBHIIQQ32sII", header)
        if magic != b"SCAL" or version != 1 or crc != zlib.crc32(header[:64]) or zero != 0:
            sys.exit(f"header changed at byte {at}")
        if (index, earlier, previous) != (blocks, decisions, before):
            sys.exit(f"chain broken at byte {at}")
        block = data[at : at + 72 + size + 32]
        if len(block) < 72 + size + 32:
            break
        before = hashlib.sha256(block[:-32]).digest()
        if before != block[-32:]:
            sys.exit(f"block {index} changed at byte {at}")
        payload = block[72:-32]
        if kind == 3:
            place = 0
            for _ in range(rows):
                (length,) = struct.unpack_from("<I", payload, place)
                place += length
            assert place == size, "records do not fill their block"
        else:
            json.loads(payload)
        at, blocks, decisions = at + len(block), blocks + 1, decisions + rows
        heads.append(before.hex())
        kinds[kind] += 1
    if anchored is not None and anchored not in heads:
        sys.exit("head not in the chain")
    return {"head": before.hex(), "blocks": blocks, "decisions": decisions, "torn": len(data) - at, "sessions": kinds[1]}


print(json.dumps(verify(*sys.argv[1:])))

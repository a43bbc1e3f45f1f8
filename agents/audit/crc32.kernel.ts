const TABLE = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let c = i;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  TABLE[i] = c;
}

/** CRC-32 (IEEE 802.3, as in zlib) of bytes [from, end). */
export function crc32(bytes: Uint8Array, from: number, end: number): number {
  let c = 0xffffffff;
  for (let i = from; i < end; i++) c = TABLE[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8);
  return ~c >>> 0;
}

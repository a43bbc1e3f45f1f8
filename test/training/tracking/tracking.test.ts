import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crc32c, maskedCrc32c } from '../../../training/tracking/crc32c.kernel.ts';
import { MetricsLog } from '../../../training/tracking/metrics-log.ts';
import { mountOrSkip } from '../checkpoint/mount.ts';
import { TensorboardLog } from '../../../training/tracking/tensorboard-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spacecloud-tracking-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('crc32c', () => {
  it('gives the published check values', () => {
    // The catalogue's check value for '123456789', and RFC 3720 B.4: 32 zeros, 32 ones, 0..31.
    expect(crc32c(bytes('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });
});

describe('metrics log', () => {
  it('writes one JSON line per record and refuses numbers that JSON cannot hold', () => {
    const path = join(folder, 'deep', 'metrics.jsonl');
    const log = new MetricsLog(path);
    log.append({ iteration: 1, entropy: 0.5, note: 'a' });
    log.append({ iteration: 2, entropy: null });
    expect(() => log.append({ iteration: 3, entropy: NaN })).toThrow(/'entropy' to be finite, got NaN/);
    log.close();
    const text = readFileSync(path, 'utf8');
    expect(text).toBe('{"iteration":1,"entropy":0.5,"note":"a"}\n{"iteration":2,"entropy":null}\n');
    expect(log.offset).toBe(bytes(text).length);
  });

  it('cuts what was written after the checkpoint, so that a resumed file equals an unbroken one', () => {
    const path = join(folder, 'metrics.jsonl');
    const first = new MetricsLog(path);
    first.append({ iteration: 1 });
    const kept = first.offset;
    first.append({ iteration: 2, lost: true });
    first.close();
    const resumed = new MetricsLog(path, kept);
    resumed.append({ iteration: 2 });
    resumed.close();
    expect(readFileSync(path, 'utf8')).toBe('{"iteration":1}\n{"iteration":2}\n');
  });

  it('refuses an offset past the end or inside a line', () => {
    const path = join(folder, 'metrics.jsonl');
    const log = new MetricsLog(path);
    log.append({ iteration: 1 });
    log.close();
    expect(() => new MetricsLog(path, 17)).toThrow(expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }));
    expect(() => new MetricsLog(path, 5)).toThrow(expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }));
  });
});

describe('a log on a full disk', () => {
  it('says so and still ends with a whole record', ({ skip }) => {
    const disk = join(folder, 'disk');
    const unmount = mountOrSkip(skip, 'size=16k', disk);
    if (unmount === undefined) return;
    try {
      const path = join(disk, 'metrics.jsonl');
      const log = new MetricsLog(path);
      const fill = (): void => {
        for (let iteration = 0; iteration < 10_000; iteration++) log.append({ iteration, note: 'x'.repeat(100) });
      };
      expect(fill).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
      const lines = readFileSync(path, 'utf8').split('\n');
      expect(lines.pop()).toBe('');
      lines.forEach((line, i) => expect((JSON.parse(line) as { iteration: number }).iteration).toBe(i));
      expect(lines.length).toBeGreaterThan(50);
      log.close();
    } finally {
      unmount();
    }
  });
});

describe('TensorBoard event file', () => {
  it('holds whole frames of events that decode to what was logged', () => {
    const path = join(folder, 'events.out.tfevents.test');
    let now = 1_700_000_000.5;
    const log = new TensorboardLog(path, { wallTimeS: () => now++ });
    log.append(3, { 'train/entropy': 0.25, 'train/loss': -1.5, 'train/nothing': Infinity });
    log.append(2 ** 40, { 'train/entropy': 0.125 });
    log.close();
    const events = framesOf(readFileSync(path)).map(decodeEvent);
    expect(events).toEqual([
      { wallTime: 1_700_000_000.5, fileVersion: 'brain.Event:2', step: 0, scalars: {} },
      { wallTime: 1_700_000_001.5, step: 3, scalars: { 'train/entropy': 0.25, 'train/loss': -1.5 } },
      { wallTime: 1_700_000_002.5, step: 2 ** 40, scalars: { 'train/entropy': 0.125 } },
    ]);
  });

  it('continues at the checkpoint without a second header', () => {
    const path = join(folder, 'events.out.tfevents.test');
    const first = new TensorboardLog(path, { wallTimeS: () => 1 });
    first.append(1, { a: 1 });
    const keepBytes = first.offset;
    first.append(2, { a: 7 });
    first.close();
    const resumed = new TensorboardLog(path, { wallTimeS: () => 2, keepBytes });
    resumed.append(2, { a: 3 });
    resumed.close();
    expect(
      framesOf(readFileSync(path))
        .map(decodeEvent)
        .map(({ step, scalars }) => [step, scalars['a']]),
    ).toEqual([
      [0, undefined],
      [1, 1],
      [2, 3],
    ]);
  });
});

/** An independent reader of TFRecord frames: checks both checksums. */
function framesOf(file: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    expect(file.readUInt32LE(at + 8)).toBe(maskedCrc32c(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(data.length).toBe(length);
    expect(file.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(data));
    frames.push(data);
    at += 16 + length;
  }
  return frames;
}

interface DecodedEvent {
  wallTime?: number;
  step: number;
  fileVersion?: string;
  scalars: Record<string, number>;
}

/** An independent reader of the protobuf wire format, for the fields that TensorBoard reads. */
function decodeEvent(data: Buffer): DecodedEvent {
  const event: DecodedEvent = { step: 0, scalars: {} };
  for (const [field, value] of fieldsOf(data)) {
    if (field === 1) event.wallTime = (value as Buffer).readDoubleLE();
    else if (field === 2) event.step = Number(value);
    else if (field === 3) event.fileVersion = (value as Buffer).toString();
    else if (field === 5) {
      for (const [, entry] of fieldsOf(value as Buffer)) {
        const parts = new Map(fieldsOf(entry as Buffer));
        event.scalars[(parts.get(1) as Buffer).toString()] = (parts.get(2) as Buffer).readFloatLE();
      }
    } else throw new Error(`unknown field ${field}`);
  }
  return event;
}

function fieldsOf(data: Buffer): [number, bigint | Buffer][] {
  const fields: [number, bigint | Buffer][] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = data[at++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => data.subarray(at, (at += length));
  while (at < data.length) {
    const key = Number(varint());
    const wire = key & 7;
    if (wire === 0) fields.push([key >> 3, varint()]);
    else fields.push([key >> 3, take(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()))]);
  }
  return fields;
}

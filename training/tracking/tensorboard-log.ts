import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { AppendedFile } from './appended-file.ts';
import { maskedCrc32c } from './crc32c.kernel.ts';

export interface TensorboardLogOptions {
  /** Seconds since 1970; handed in, because nothing here reads a clock. */
  readonly wallTimeS: () => number;
  /** The checkpoint's offset when resuming. */
  readonly keepBytes?: number;
}

/**
 * Scalars as a TensorBoard event file (TFRecord frames of `tensorflow.Event`). TensorBoard recognises the file by
 * 'tfevents' in its name. Errors as `AppendedFile`.
 */
export class TensorboardLog {
  private readonly file: AppendedFile;
  private readonly wallTimeS: () => number;

  constructor(path: string, options: TensorboardLogOptions) {
    this.wallTimeS = options.wallTimeS;
    this.file = new AppendedFile(path, options.keepBytes);
    if (this.file.offset === 0) this.file.append(frame(versionEvent(this.wallTimeS())));
  }

  /** One event with all scalars of a step; values that are not finite are left out. */
  append(step: number, scalars: Readonly<Record<string, number>>): void {
    this.file.append(frame(scalarEvent(this.wallTimeS(), step, scalars)));
  }

  get offset(): number {
    return this.file.offset;
  }

  close(): void {
    this.file.close();
  }
}

/** Field numbers of tensorflow/core/util/event.proto and framework/summary.proto. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2 } as const;

function versionEvent(wallTimeS: number): Uint8Array {
  const event = new BinaryWriter();
  event.tag(EVENT.wallTime, WireType.Bit64).double(wallTimeS);
  event.tag(EVENT.fileVersion, WireType.LengthDelimited).string('brain.Event:2');
  return event.finish();
}

function scalarEvent(wallTimeS: number, step: number, scalars: Readonly<Record<string, number>>): Uint8Array {
  const event = new BinaryWriter();
  event.tag(EVENT.wallTime, WireType.Bit64).double(wallTimeS);
  event.tag(EVENT.step, WireType.Varint).int64(step);
  event.tag(EVENT.summary, WireType.LengthDelimited).fork();
  for (const [tag, value] of Object.entries(scalars)) {
    if (!Number.isFinite(value)) continue;
    event.tag(SUMMARY.value, WireType.LengthDelimited).fork();
    event.tag(VALUE.tag, WireType.LengthDelimited).string(tag);
    event.tag(VALUE.simpleValue, WireType.Bit32).float(Math.fround(value));
    event.join();
  }
  event.join();
  return event.finish();
}

/** TFRecord: length (u64), masked CRC of the length, data, masked CRC of the data; little-endian. */
function frame(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

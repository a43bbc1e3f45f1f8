import { SpaceCloudError } from '../../core/index.ts';
import { AppendedFile } from './appended-file.ts';

export type MetricsRecord = Readonly<Record<string, number | string | boolean | null>>;

/**
 * Metrics as JSON lines, one record per iteration. JSON has no NaN or Infinity: they are refused (MISUSE) rather than
 * silently written as null; a metric without a value is left out, or null on purpose.
 */
export class MetricsLog {
  private readonly file: AppendedFile;

  /** `keepBytes`: the checkpoint's offset when resuming. Errors as `AppendedFile`. */
  constructor(path: string, keepBytes = 0) {
    this.file = new AppendedFile(path, keepBytes);
    const last = this.file.lastByte();
    if (last !== undefined && last !== NEWLINE) {
      this.file.close();
      throw new SpaceCloudError('CHECKPOINT_CORRUPT', `Expected byte ${keepBytes} to end a line, got another byte.`, {
        place: { file: path },
        hint: 'The checkpoint belongs to another metrics file. Restore it, or start a new run in another folder.',
      });
    }
  }

  append(record: MetricsRecord): void {
    for (const [name, value] of Object.entries(record)) {
      if (typeof value === 'number' && !Number.isFinite(value)) {
        throw new SpaceCloudError('MISUSE', `Expected metric '${name}' to be finite, got ${value}.`);
      }
    }
    this.file.append(new TextEncoder().encode(`${JSON.stringify(record)}\n`));
  }

  get offset(): number {
    return this.file.offset;
  }

  close(): void {
    this.file.close();
  }
}

const NEWLINE = 0x0a;

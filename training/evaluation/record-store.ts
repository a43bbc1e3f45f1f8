import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../core/files/index.ts';
import { type Kpis, SpaceCloudError } from '../../core/index.ts';
import { fileError } from '../checkpoint/file-errors.ts';
import { type RunLock, lockRun } from '../checkpoint/run-lock.ts';
import { AppendedFile } from '../tracking/appended-file.ts';
import type { RunRecord } from './run-record.ts';

export const RECORDS_FILE = 'records.jsonl';

/** What decides the outcome of one run. */
export interface RecordKey {
  /** `policyHash`. */
  readonly policy: string;
  /** Hash of scenario, geometry, version and the options of the episode. */
  readonly episode: string;
  readonly seed: number;
}

interface Line {
  readonly key: RecordKey;
  /** KPIs without a value are null. */
  readonly record: Omit<RunRecord, 'kpis'> & { readonly kpis: Readonly<Record<string, number | null>> };
}

/**
 * Run records on disk as they are made, one JSON line each, so that a killed evaluation goes on where it was. What a kill cut
 * off is the last line at most; it is dropped. One process at a time holds the folder.
 */
export class RecordStore {
  private readonly file: AppendedFile;
  private readonly lock: RunLock;
  private readonly known: Map<string, RunRecord>;

  private constructor(file: AppendedFile, lock: RunLock, known: Map<string, RunRecord>) {
    this.file = file;
    this.lock = lock;
    this.known = known;
  }

  /**
   * Opens the records of a folder, with `resume` those that are there already.
   *
   * Errors: USAGE when there are some and `resume` is off; RUN_LOCKED, FILE_READ for a line that is no record, FILE_WRITE,
   * DISK_FULL.
   */
  static open(folder: string, { resume }: { readonly resume: boolean }): RecordStore {
    const path = join(folder, RECORDS_FILE);
    if (!resume && existsSync(path)) {
      throw new SpaceCloudError('USAGE', `Expected a folder without ${RECORDS_FILE}, got '${folder}'.`, {
        place: { file: path },
        hint: 'Add --resume to keep the runs made so far and make the others, or choose another folder.',
      });
    }
    makeFolder(folder);
    const lock = lockRun(folder);
    try {
      const { known, bytes } = readLines(path);
      return new RecordStore(new AppendedFile(path, bytes), lock, known);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get(key: RecordKey): RunRecord | undefined {
    return this.known.get(keyText(key));
  }

  add(key: RecordKey, record: RunRecord): void {
    this.known.set(keyText(key), record);
    this.file.append(new TextEncoder().encode(`${JSON.stringify({ key, record })}\n`));
  }

  close(): void {
    this.file.close();
    this.lock.release();
  }
}

function makeFolder(folder: string): void {
  try {
    makeFolders(folder);
  } catch (cause) {
    throw fileError('write', folder, cause);
  }
}

/** Whole lines, and how many bytes they take. */
function readLines(path: string): { readonly known: Map<string, RunRecord>; readonly bytes: number } {
  const known = new Map<string, RunRecord>();
  if (!existsSync(path)) return { known, bytes: 0 };
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw fileError('read', path, cause);
  }
  const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
  const lines = whole.toString('utf8').split('\n').slice(0, -1);
  for (const [index, text] of lines.entries()) {
    const { key, record } = parseLine(text, path, index + 1);
    known.set(keyText(key), { ...record, kpis: withNaN(record.kpis) });
  }
  return { known, bytes: whole.length };
}

function parseLine(text: string, file: string, line: number): Line {
  try {
    const parsed = JSON.parse(text) as Partial<Line>;
    if (typeof parsed.key?.policy === 'string' && typeof parsed.record?.kpis === 'object') return parsed as Line;
  } catch {
    // Told below, with the place.
  }
  throw new SpaceCloudError('FILE_READ', 'Expected a run record (JSON), got something else.', {
    place: { file, line },
    hint: 'Restore the file, or evaluate into another folder.',
  });
}

function withNaN(kpis: Line['record']['kpis']): Kpis {
  return Object.fromEntries(Object.entries(kpis).map(([key, value]) => [key, value ?? NaN]));
}

function keyText({ policy, episode, seed }: RecordKey): string {
  return `${policy} ${episode} ${seed}`;
}

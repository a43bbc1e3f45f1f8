import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolders } from '../../core/files/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { fileError } from '../checkpoint/file-errors.ts';

/**
 * A file that only grows, except on resume: what a killed run wrote after its last checkpoint is cut off, so that the
 * resumed run's file equals an uninterrupted one's.
 */
export class AppendedFile {
  readonly path: string;
  private readonly file: number;
  private length: number;

  /**
   * Opens or creates `path` (and its folder) and cuts it to `keepBytes`, default 0: a new run starts empty.
   * Errors: FILE_WRITE, DISK_FULL; CHECKPOINT_CORRUPT when the file is shorter than `keepBytes`.
   */
  constructor(path: string, keepBytes = 0) {
    this.path = path;
    this.length = keepBytes;
    try {
      makeFolders(dirname(path));
      this.file = openSync(path, 'a+');
      const found = fstatSync(this.file).size;
      if (found < keepBytes) throw tooShort(path, keepBytes, found);
      ftruncateSync(this.file, keepBytes);
    } catch (cause) {
      throw cause instanceof SpaceCloudError ? cause : fileError('write', path, cause);
    }
  }

  /** Bytes written so far; a checkpoint keeps it. */
  get offset(): number {
    return this.length;
  }

  append(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.file, bytes, done);
    } catch (cause) {
      // What was written of the last record goes; the file ends with a whole one.
      ftruncateSync(this.file, this.length);
      throw fileError('write', this.path, cause);
    }
    this.length += bytes.length;
  }

  /** The last byte, or undefined when empty. */
  lastByte(): number | undefined {
    if (this.length === 0) return undefined;
    const byte = new Uint8Array(1);
    readSync(this.file, byte, 0, 1, this.length - 1);
    return byte[0];
  }

  close(): void {
    closeSync(this.file);
  }
}

function tooShort(path: string, keepBytes: number, found: number): SpaceCloudError {
  return new SpaceCloudError('CHECKPOINT_CORRUPT', `Expected at least ${keepBytes} bytes, got ${found}.`, {
    place: { file: path },
    hint: 'The checkpoint belongs to a longer file. Restore it, or start a new run in another folder.',
  });
}

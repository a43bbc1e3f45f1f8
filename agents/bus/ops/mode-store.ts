import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { z } from 'zod';
import type { Timer } from '../../node/index.ts';
import type { SatelliteModes } from '../../satellite.machine.ts';
import type { Bus } from '../bus.ts';
import { failedStore } from '../failures.ts';
import { subjectsOf } from '../subjects.ts';
import { modesSchema } from './telemetry-document.ts';

/** Pause before modes that could not be written are written again, ms. */
const AGAIN_MS = 500;

/** `timeS`: simulated time of the node's last request before, s; null where there was none. */
const entrySchema = z.strictObject({ version: z.literal(1), timeS: z.number().nullable(), modes: modesSchema });

export type StoredModes = Omit<z.output<typeof entrySchema>, 'version'>;

export interface ModeWriterOptions {
  readonly bus: Bus;
  readonly fleet: string;
  readonly satellite: string;
  readonly timer: Timer;
  /** JetStream domain of the fleet's bucket, where the node's own server is another. */
  readonly storeDomain?: string;
}

/** Keeps a satellite's entry in the fleet's bucket of modes; of what could not be written only the newest counts. */
export class ModeWriter {
  private readonly options: ModeWriterOptions;
  private newest: StoredModes | undefined;
  private writing: Promise<void> | undefined;
  private isClosed = false;
  private wake: (() => void) | undefined;

  constructor(options: ModeWriterOptions) {
    this.options = options;
  }

  write(entry: StoredModes): void {
    this.newest = entry;
    if (!this.isClosed) this.writing ??= this.writeAll();
  }

  /** Resolves when the newest was written, or after the time given. */
  async finish(withinMs: number): Promise<void> {
    const { timer } = this.options;
    this.wake?.();
    const deadline = timer.set(() => this.close(), withinMs);
    await this.writing;
    timer.clear(deadline);
  }

  /** Writes nothing any more. */
  close(): void {
    this.isClosed = true;
    this.wake?.();
  }

  private async writeAll(): Promise<void> {
    for (let entry = this.newest; entry !== undefined && !this.isClosed; entry = this.newest) {
      const isWritten = await this.put(entry);
      if (isWritten && this.newest === entry) this.newest = undefined;
      if (!isWritten) await this.waitAWhile();
    }
    this.writing = undefined;
  }

  private async put(entry: StoredModes): Promise<boolean> {
    const { bus, fleet, satellite, storeDomain: domain } = this.options;
    if (bus.connection.isClosed()) return false;
    const subjects = subjectsOf(fleet);
    try {
      const bucket = await new Kvm(jetstream(bus.connection, domain === undefined ? {} : { domain })).open(
        subjects.modeBucket,
      );
      await bucket.put(subjects.modeKey(satellite), JSON.stringify({ version: 1, ...entry }));
      return true;
    } catch {
      return false;
    }
  }

  private waitAWhile(): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    const { timer } = this.options;
    return new Promise((resolve) => {
      const end = (): void => {
        timer.clear(handle);
        this.wake = undefined;
        resolve();
      };
      const handle = timer.set(end, AGAIN_MS);
      this.wake = end;
    });
  }
}

/**
 * Ground: what the fleet's bucket holds of these satellites, by name; those that have written nothing that can be read are not in it.
 * Errors: BUS_CONNECT.
 */
export async function readModes(
  bus: Bus,
  fleet: string,
  satellites: readonly string[],
): Promise<ReadonlyMap<string, StoredModes>> {
  const subjects = subjectsOf(fleet);
  const found = new Map<string, StoredModes>();
  try {
    const bucket = await new Kvm(bus.connection).open(subjects.modeBucket);
    for (const satellite of satellites) {
      const entry = await bucket.get(subjects.modeKey(satellite));
      if (entry?.operation !== 'PUT') continue;
      const parsed = entrySchema.safeParse(jsonOf(entry.string()));
      if (parsed.success) found.set(satellite, { timeS: parsed.data.timeS, modes: parsed.data.modes });
    }
  } catch (cause) {
    throw failedStore(`the modes of fleet '${fleet}'`, cause);
  }
  return found;
}

/** Whether two satellites are in the same modes. */
export function sameModes(a: SatelliteModes, b: Readonly<Record<string, string>>): boolean {
  return Object.entries(a).every(([region, mode]) => b[region] === mode);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

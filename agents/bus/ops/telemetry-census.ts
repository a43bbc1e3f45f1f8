import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { Bus } from '../bus.ts';
import { failedStore } from '../failures.ts';
import { satelliteOf, subjectsOf } from '../subjects.ts';
import { type NodeDocument, decodeNodeDocument } from './telemetry-document.ts';

/** Telemetry of one satellite as the ground has it. */
export interface TelemetryCount {
  readonly satellite: string;
  readonly documents: number;
  /** Times its node began anew. */
  readonly boots: number;
  /** Numbers that are missing before the highest of their boot. */
  readonly gaps: number;
  /** Documents that are there more than once. */
  readonly repeats: number;
  /** Documents that came after one with a higher number of the same boot. */
  readonly disordered: number;
  /** Boots whose last document is there. */
  readonly ended: number;
  /** The newest by order of arrival. */
  readonly newest: NodeDocument;
}

interface Boot {
  highest: number;
  readonly numbers: Set<number>;
  isEnded: boolean;
}

interface Tally {
  documents: number;
  repeats: number;
  disordered: number;
  newest: NodeDocument;
  readonly boots: Map<string, Boot>;
}

/** Counts documents of many satellites in the order in which they arrived. */
export class TelemetryCensus {
  /** Messages that are no documents, or speak of another satellite than their subject. */
  strange = 0;
  private readonly tallies = new Map<string, Tally>();

  take(satellite: string | undefined, bytes: Uint8Array): void {
    const document = decodeNodeDocument(bytes);
    if (document === undefined || document.satellite !== satellite) {
      this.strange++;
      return;
    }
    const tally = this.tallyOf(satellite, document);
    const { boot: name, sequence, isLast } = document;
    const boot = tally.boots.get(name) ?? { highest: 0, numbers: new Set(), isEnded: false };
    tally.boots.set(name, boot);
    tally.documents++;
    if (boot.numbers.has(sequence)) tally.repeats++;
    else if (sequence < boot.highest) tally.disordered++;
    boot.numbers.add(sequence);
    boot.highest = Math.max(boot.highest, sequence);
    boot.isEnded ||= isLast;
    tally.newest = document;
  }

  /** By satellite, in the order in which they were heard of first. */
  get counts(): readonly TelemetryCount[] {
    return [...this.tallies].map(([satellite, { documents, repeats, disordered, newest, boots }]) => {
      const all = [...boots.values()];
      return {
        ...{ satellite, documents, boots: boots.size, repeats, disordered, newest },
        gaps: all.reduce((sum, { highest, numbers }) => sum + highest - numbers.size, 0),
        ended: all.filter(({ isEnded }) => isEnded).length,
      };
    });
  }

  private tallyOf(satellite: string, newest: NodeDocument): Tally {
    const known = this.tallies.get(satellite);
    if (known !== undefined) return known;
    const tally = { documents: 0, repeats: 0, disordered: 0, newest, boots: new Map<string, Boot>() };
    this.tallies.set(satellite, tally);
    return tally;
  }
}

/** Messages fetched at once. */
const AT_ONCE = 500;

/** Ground: counts all that the fleet's telemetry stream holds now. Errors: BUS_CONNECT. */
export async function countTelemetry(bus: Bus, fleet: string): Promise<TelemetryCensus> {
  const census = new TelemetryCensus();
  const { telemetryStream } = subjectsOf(fleet);
  try {
    const manager = await jetstreamManager(bus.connection);
    const { state } = await manager.streams.info(telemetryStream);
    const consumer = await jetstream(bus.connection).consumers.get(telemetryStream);
    for (let left = state.messages; left > 0;) {
      let got = 0;
      const batch = await consumer.fetch({ max_messages: Math.min(left, AT_ONCE), expires: 5000 });
      for await (const { subject, data } of batch) {
        census.take(satelliteOf(fleet, subject), data);
        got++;
      }
      if (got === 0) throw new Error(`the stream gave none of ${left} messages that it holds`);
      left -= got;
    }
  } catch (cause) {
    throw failedStore(`the telemetry of fleet '${fleet}'`, cause);
  }
  return census;
}

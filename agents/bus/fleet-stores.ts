import type { Bus } from './bus.ts';
import { failedStore } from './failures.ts';
import { subjectsOf } from './subjects.ts';

export interface FleetStoreOptions {
  /** Most telemetry kept, bytes; the oldest goes first. */
  readonly telemetryBytes?: number;
  /** Most bundles kept, bytes. */
  readonly bundleBytes?: number;
  /** Domains of servers beside satellites, whose telemetry the fleet's stream takes over. */
  readonly leafDomains?: readonly string[];
  /** With `leafDomains`: satellites without such a server, whose telemetry arrives directly. */
  readonly direct?: readonly string[];
  /** With `leafDomains`: waited for when all but the telemetry stream is there, until the servers are linked. */
  readonly linked?: () => Promise<void>;
}

/** JetStream's code of a stream that is there with other options (JSStreamNameExistErr). */
const NAME_IN_USE = 10058;
const MIB = 1024 * 1024;
/** One mode is a short JSON document. */
const MODE_BYTES = 4096;

/**
 * Makes the fleet's telemetry stream, bundle store and mode bucket on the ground's server where they are missing; a telemetry
 * stream that is there keeps what it has and takes the new options. Servers beside satellites must be linked by now: else the
 * stream asks them again only after 5 s (nats-server 2.9) to 40 s (2.15). Errors: BUS_CONNECT.
 */
export async function makeFleetStores(bus: Bus, fleet: string, options: FleetStoreOptions = {}): Promise<void> {
  const { bundleBucket, modeBucket } = subjectsOf(fleet);
  const { leafDomains = [], direct = [], linked, telemetryBytes = 256 * MIB, bundleBytes = 256 * MIB } = options;
  // Loaded where a store is made: this face is that of nodes too, which make none.
  const [{ StorageType }, { Kvm }, { Objm }] = await Promise.all([
    import('@nats-io/jetstream'),
    import('@nats-io/kv'),
    import('@nats-io/obj'),
  ]);
  try {
    await new Objm(bus.connection).create(bundleBucket, { storage: StorageType.File, max_bytes: bundleBytes });
    await new Kvm(bus.connection).create(modeBucket, { storage: StorageType.File, maxValueSize: MODE_BYTES });
    await linked?.();
    await makeTelemetryStream(bus, fleet, { maxBytes: telemetryBytes, leafDomains, direct });
  } catch (cause) {
    throw failedStore(`the stores of fleet '${fleet}'`, cause);
  }
}

/** Makes the telemetry stream of a server beside satellites: it keeps what they say until the ground's server took it. */
export async function makeLeafStores(bus: Bus, fleet: string, telemetryBytes: number = 64 * MIB): Promise<void> {
  try {
    await makeTelemetryStream(bus, fleet, { maxBytes: telemetryBytes, leafDomains: [], direct: [] });
  } catch (cause) {
    throw failedStore(`the telemetry store of fleet '${fleet}'`, cause);
  }
}

async function makeTelemetryStream(
  bus: Bus,
  fleet: string,
  options: { readonly maxBytes: number; readonly leafDomains: readonly string[]; readonly direct: readonly string[] },
): Promise<void> {
  const subjects = subjectsOf(fleet);
  const { every, telemetryStream } = subjects;
  const { maxBytes, leafDomains, direct } = options;
  const { DiscardPolicy, JetStreamApiError, RetentionPolicy, StorageType, jetstreamManager } =
    await import('@nats-io/jetstream');
  const manager = await jetstreamManager(bus.connection);
  const config = {
    name: telemetryStream,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    storage: StorageType.File,
    max_bytes: maxBytes,
    // With servers beside satellites the same message would also arrive directly while their link is up, and be kept twice.
    subjects: leafDomains.length === 0 ? [every.telemetry] : direct.map((satellite) => subjects.telemetry(satellite)),
    sources: leafDomains.map((domain) => ({
      name: telemetryStream,
      external: { api: `$JS.${domain}.API`, deliver: subjects.takeover(domain) },
    })),
  };
  try {
    await manager.streams.add(config);
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === NAME_IN_USE)) throw error;
    await manager.streams.update(telemetryStream, config);
  }
}

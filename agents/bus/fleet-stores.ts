import { DiscardPolicy, RetentionPolicy, StorageType, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
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
}

const MIB = 1024 * 1024;
/** One mode is a short JSON document. */
const MODE_BYTES = 4096;

/**
 * Makes the fleet's telemetry stream, bundle store and mode bucket on the ground's server where they are missing, and
 * adapts them where they are there. Errors: BUS_CONNECT.
 */
export async function makeFleetStores(bus: Bus, fleet: string, options: FleetStoreOptions = {}): Promise<void> {
  const { bundleBucket, modeBucket } = subjectsOf(fleet);
  const { leafDomains = [], telemetryBytes = 256 * MIB, bundleBytes = 256 * MIB } = options;
  try {
    await makeTelemetryStream(bus, fleet, { maxBytes: telemetryBytes, leafDomains });
    await new Objm(bus.connection).create(bundleBucket, { storage: StorageType.File, max_bytes: bundleBytes });
    await new Kvm(bus.connection).create(modeBucket, { storage: StorageType.File, maxValueSize: MODE_BYTES });
  } catch (cause) {
    throw failedStore(`the stores of fleet '${fleet}'`, cause);
  }
}

/** Makes the telemetry stream of a server beside satellites: it keeps what they say until the ground's server took it. */
export async function makeLeafStores(bus: Bus, fleet: string, telemetryBytes: number = 64 * MIB): Promise<void> {
  try {
    await makeTelemetryStream(bus, fleet, { maxBytes: telemetryBytes, leafDomains: [] });
  } catch (cause) {
    throw failedStore(`the telemetry store of fleet '${fleet}'`, cause);
  }
}

async function makeTelemetryStream(
  bus: Bus,
  fleet: string,
  options: { readonly maxBytes: number; readonly leafDomains: readonly string[] },
): Promise<void> {
  const subjects = subjectsOf(fleet);
  const { every, telemetryStream } = subjects;
  const { maxBytes, leafDomains } = options;
  const manager = await jetstreamManager(bus.connection);
  const config = {
    name: telemetryStream,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    storage: StorageType.File,
    max_bytes: maxBytes,
    // With servers beside satellites the same message would also arrive directly while their link is up, and be kept twice.
    subjects: leafDomains.length === 0 ? [every.telemetry] : [],
    sources: leafDomains.map((domain) => ({
      name: telemetryStream,
      external: { api: `$JS.${domain}.API`, deliver: subjects.takeover(domain) },
    })),
  };
  await manager.streams.add(config);
}

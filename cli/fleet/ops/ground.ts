import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  Bus,
  type FleetStoreOptions,
  type StoredModes,
  type TelemetryCount,
  countTelemetry,
  makeFleetStores,
  packFiles,
  readModes,
  sameModes,
  storeBundle,
} from '../../../agents/bus/index.ts';
import type { SatelliteFigures } from '../../../agents/fleet/index.ts';
import type { FleetBus } from '../fleet-bus.ts';
import { readIdentity } from '../identity-folder.ts';

/** What the ground has heard of a fleet. */
export interface GroundAccounts {
  readonly telemetry: readonly TelemetryCount[];
  /** Messages in the stream of telemetry that are none. */
  readonly strange: number;
  readonly modes: ModeAccounts;
}

/** What the bucket of modes says, held against the machines of the world. */
export interface ModeAccounts {
  /** Satellites whose entry says what their machine in the world says. */
  readonly same: number;
  /** Those whose entry says something else. */
  readonly other: readonly string[];
  /** Those without an entry: nodes that were asked for nothing have heard of no modes. */
  readonly silent: readonly string[];
}

/** The operator's end of a fleet: its stores, what is in them, and a connection with the rights of the ground. */
export class Ground {
  readonly bus: Bus;
  private readonly fleet: string;

  private constructor(bus: Bus, fleet: string) {
    this.bus = bus;
    this.fleet = fleet;
  }

  /** Makes the stores of the fleet where they are missing. Errors: FILE_*, BUS_*. */
  static async open(bus: FleetBus, fleet: string, stores: FleetStoreOptions = {}): Promise<Ground> {
    const connected = await Bus.connect({ ...readIdentity(bus.identities.ground), servers: bus.url, name: 'ground' });
    try {
      await makeFleetStores(connected, fleet, stores);
      return new Ground(connected, fleet);
    } catch (error) {
      await connected.close();
      throw error;
    }
  }

  /** Puts a bundle where nodes can fetch it. Errors: BUS_CONNECT, FILE_*. */
  async store(folder: string, rootDigest: string): Promise<void> {
    const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const);
    await storeBundle(this.bus, this.fleet, rootDigest, packFiles(new Map(files)));
  }

  /** What was heard so far; `satellites`: the machines of the world, of which those in `nodes` have a node. Errors: BUS_CONNECT. */
  async accounts(satellites: readonly SatelliteFigures[], nodes: readonly string[]): Promise<GroundAccounts> {
    const census = await countTelemetry(this.bus, this.fleet);
    const modes = modeAccounts(await readModes(this.bus, this.fleet, nodes), satellites, nodes);
    return { telemetry: census.counts, strange: census.strange, modes };
  }

  close(): Promise<void> {
    return this.bus.close();
  }
}

function modeAccounts(
  stored: ReadonlyMap<string, StoredModes>,
  satellites: readonly SatelliteFigures[],
  nodes: readonly string[],
): ModeAccounts {
  const other: string[] = [];
  const silent: string[] = [];
  let same = 0;
  for (const { satellite, modes } of satellites) {
    if (!nodes.includes(satellite)) continue;
    const entry = stored.get(satellite);
    if (entry === undefined) silent.push(satellite);
    else if (sameModes(entry.modes, modes)) same++;
    else other.push(satellite);
  }
  return { same, other, silent };
}

import { HUB_DOMAIN, takeoversBegun } from '../../../agents/bus/index.ts';
import { SpaceCloudError } from '../../../core/index.ts';
import type { FleetBus } from '../fleet-bus.ts';
import { Ground } from '../ops/ground.ts';
import { LeafStation } from './leaf-station.ts';
import { until } from './until.ts';

export interface LeafServersOptions {
  readonly bus: FleetBus;
  readonly fleet: string;
  readonly folder: string;
  /** Called when they change. */
  readonly onProcesses: (pids: readonly number[]) => void;
  readonly onNote: (text: string) => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** Longest time until all links are up, and until the ground's stream has begun to take over, ms: 40 s were seen. */
const SETUP_MS = 90_000;

/** The servers beside satellites of a fleet. */
export class LeafServers {
  readonly stations: readonly LeafStation[];
  private readonly signal: AbortSignal;
  private isClosing = false;

  private constructor(stations: readonly LeafStation[], { onNote, signal }: LeafServersOptions) {
    this.stations = stations;
    this.signal = signal;
    for (const { satellite, server } of stations) {
      void server.ended.then(() => {
        if (!this.isClosing) onNote(`${satellite}: its nats-server ended; its telemetry is lost from now on`);
      });
    }
  }

  /** Starts a server for each plan of the bus, one after another, with open gates. Errors: BUS_*, FILE_*. */
  static async start(options: LeafServersOptions): Promise<LeafServers> {
    const { bus, fleet, folder, onProcesses, signal } = options;
    const { leaves, identities, leafPort: hubPort, tls } = bus;
    const stations: LeafStation[] = [];
    try {
      if (hubPort === undefined) throw new SpaceCloudError('BUS_SERVER', 'Expected a server that takes links.');
      const common = { fleet, hubPort, identities, folder, ...(tls === undefined ? {} : { tls }) };
      for (const plan of leaves) {
        if (signal.aborted) break;
        stations.push(await LeafStation.start({ ...common, plan }));
        onProcesses(stations.map(({ server }) => server.pid));
      }
      return new LeafServers(stations, options);
    } catch (error) {
      for (const station of stations) await station.close();
      throw error;
    }
  }

  /** Makes the stores on the ground, waits until telemetry is taken over, then closes all gates. Errors: BUS_*. */
  async openGround(bus: FleetBus, fleet: string, direct: readonly string[]): Promise<Ground> {
    const ground = await Ground.open(bus, fleet, {
      leafDomains: this.stations.map(({ domain }) => domain),
      direct,
      linked: () => this.expect('a link to the ground', (station) => station.isLinked()),
    });
    try {
      await this.expect('telemetry to be taken over', () => takeoversBegun(ground.bus, fleet));
    } catch (error) {
      await ground.close();
      throw error;
    }
    for (const { gate } of this.stations) gate.set({ kind: 'closed' });
    return ground;
  }

  /** Further words of `spacecloud node`. */
  nodeWords(satellite: string): readonly string[] {
    const station = this.stations.find((one) => one.satellite === satellite);
    return station === undefined ? [] : ['--ops-bus', station.server.url, '--store-domain', HUB_DOMAIN];
  }

  async close(): Promise<void> {
    this.isClosing = true;
    for (const station of this.stations) await station.close();
  }

  /** A run that is told to stop goes on, to its end. */
  private async expect(what: string, isMet: (station: LeafStation) => Promise<boolean>): Promise<void> {
    for (const station of this.stations) {
      const { signal } = this;
      if ((await until(() => isMet(station), { withinMs: SETUP_MS, signal })) || signal.aborted) continue;
      const { satellite, server } = station;
      throw new SpaceCloudError(
        'BUS_CONNECT',
        `Expected ${what} of '${satellite}' within ${SETUP_MS / 1000} s, got none.`,
        { hint: `The log of its server is ${server.logFile}.` },
      );
    }
  }
}

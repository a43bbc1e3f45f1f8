import { join } from 'node:path';
import { Bus, type ServerTls, isLinked, makeLeafStores, telemetryHeld, tokenOf } from '../../../agents/bus/index.ts';
import { Gate, type NatsServer, startNatsServer } from '../../bus/index.ts';
import { readIdentity } from '../identity-folder.ts';
import type { IdentityFolders } from '../identities.ts';
import type { LeafPlan } from './leaf-plan.ts';

export interface LeafStationOptions {
  readonly plan: LeafPlan;
  readonly fleet: string;
  /** Where the ground's server takes links. */
  readonly hubPort: number;
  readonly tls?: ServerTls;
  readonly identities: IdentityFolders;
  /** For configuration, log and streams. */
  readonly folder: string;
}

interface Parts {
  readonly gate: Gate;
  readonly server: NatsServer;
  readonly ground: Bus;
  readonly node: Bus;
}

/** A server beside one satellite, and the gate on its link to the ground. */
export class LeafStation {
  readonly satellite: string;
  readonly domain: string;
  readonly gate: Gate;
  readonly server: NatsServer;
  /** Its server has not ended. */
  isAlive = true;
  /** Documents of telemetry that it had stored when it answered last. */
  lastHeld = 0;
  private readonly fleet: string;
  /** The ground, as who sees what the server holds, and the node, as who sees whether the link is up. */
  private readonly ground: Bus;
  private readonly node: Bus;

  private constructor(options: LeafStationOptions, { gate, server, ground, node }: Parts) {
    this.satellite = options.plan.satellite;
    this.domain = options.plan.domain;
    this.fleet = options.fleet;
    this.gate = gate;
    this.server = server;
    this.ground = ground;
    this.node = node;
    void server.ended.then(() => (this.isAlive = false));
  }

  /** Starts it with its gate open, and makes its store. Errors: BUS_*, FILE_*. */
  static async start(options: LeafStationOptions): Promise<LeafStation> {
    const { plan, fleet, hubPort, tls, identities, folder } = options;
    const ends: (() => Promise<void>)[] = [];
    try {
      const gate = await Gate.start({ targetPort: hubPort });
      ends.push(() => gate.stop());
      const { login, domain, users, satellite } = plan;
      const url = `nats-leaf://127.0.0.1:${gate.port}`;
      const server = await startNatsServer({
        config: {
          ...{ name: domain, domain, users },
          ...(tls === undefined ? {} : { tls }),
          leaf: { kind: 'remote', url, user: login, ...(tls === undefined ? {} : { caFile: tls.caFile }) },
        },
        folder: join(folder, tokenOf(satellite)),
        onNote: () => undefined,
      });
      ends.push(() => server.stop());
      const connect = async (identity: string, name: string): Promise<Bus> => {
        const bus = await Bus.connect({ ...readIdentity(identity), servers: server.url, name });
        ends.push(() => bus.close());
        return bus;
      };
      const ground = await connect(identities.ground, 'ground');
      await makeLeafStores(ground, fleet);
      const node = await connect(identities.satellite(satellite), `${satellite} (link)`);
      return new LeafStation(options, { gate, server, ground, node });
    } catch (error) {
      for (const end of ends.reverse()) await end();
      throw error;
    }
  }

  /** Whether the link to the ground carries requests and answers now. */
  isLinked(): Promise<boolean> {
    return isLinked(this.node, this.fleet);
  }

  /** Documents of telemetry that it has stored. Errors: BUS_CONNECT. */
  async held(): Promise<number> {
    return (this.lastHeld = await telemetryHeld(this.ground, this.fleet, this.satellite));
  }

  async close(): Promise<void> {
    await Promise.all([this.ground.close(), this.node.close()]);
    await this.server.stop();
    await this.gate.stop();
  }
}

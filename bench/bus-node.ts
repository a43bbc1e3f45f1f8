/**
 * A satellite of `bus.bench.ts`, a process of its own. One policy serves the same world on three ways at once: a bus, a bus with
 * TLS and an identity, and a local socket. On the first it also answers bare requests.
 */
import process from 'node:process';
import { Bus, type BusOptions, busLine } from '../agents/bus/index.ts';
import { runNode } from '../agents/node/index.ts';
import { NODE_CLOCK } from '../cli/node-clock.ts';
import { SPACE_CLOUD_SPEC } from '../core/index.ts';
import { LearnedPolicy, Scorer } from '../policies/runtime/index.ts';
import { FLEET, type NodeOrders, type ToNode, bareSubject } from './bus-orders.ts';

process.once('disconnect', () => process.exit());
process.once('message', (orders: NodeOrders) => void beSatellite(orders));

async function beSatellite({ satellite, plain, secured, socketPath, network }: NodeOrders): Promise<void> {
  const { architecture, weights, normaliser } = network;
  const scorer = new Scorer(SPACE_CLOUD_SPEC, architecture, weights, normaliser);
  const policy = new LearnedPolicy(scorer, { name: 'bench', mode: 'greedy' });
  const open = (options: Omit<BusOptions, 'name'>): Promise<Bus> => Bus.connect({ ...options, name: satellite });
  const buses = await Promise.all([open(plain), open(secured)]);
  answerBare(buses[0], satellite);
  const lines = buses.map((bus) => busLine({ bus, fleet: FLEET }, satellite));
  const who = { ...NODE_CLOCK, satellite, policy };
  await Promise.all([...lines.map((line) => runNode({ ...who, line })), runNode({ ...who, address: { socketPath } })]);
  await Promise.all(buses.map((bus) => bus.close()));
  process.disconnect();
}

/** What a node costs without its protocol: as many bytes back as a decision takes, at once. Says its CPU time when asked. */
function answerBare(bus: Bus, satellite: string): void {
  let answer = new Uint8Array(0);
  process.on('message', (message: ToNode) => {
    if (message === 'cpu') process.send?.(process.cpuUsage());
    else answer = new Uint8Array(message.answerBytes);
  });
  bus.connection.subscribe(bareSubject(satellite), { callback: (_, message) => void message.respond(answer) });
}

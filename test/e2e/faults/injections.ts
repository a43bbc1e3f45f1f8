import { setTimeout as sleep } from 'node:timers/promises';
import { subjectsOf } from '../../../agents/bus/index.ts';
import { Rng } from '../../../core/index.ts';
import { at } from '../../present.ts';
import { FLEET, type FaultFleet, SATELLITES } from './fleet.ts';

/** What can be done to one node, to the world's link, and to the server. */
const NODE_FAULTS = [
  'node-killed',
  'node-stopped',
  'node-starved',
  'node-lies',
  'node-forged-bundle',
  'node-wrong-clock',
  'link-slow',
  'link-cut',
  'link-silent',
  'link-damaged',
  'replay-as-node',
  'noise-as-node',
] as const;
const WORLD_FAULTS = [
  'world-slow',
  'world-cut',
  'world-silent',
  'world-damaged',
  'replay-as-world',
  'noise-as-world',
] as const;
const SERVER_FAULTS = ['server-killed', 'server-stopped'] as const;
export const FAULTS = [...NODE_FAULTS, ...WORLD_FAULTS, ...SERVER_FAULTS];
export type Fault = (typeof FAULTS)[number];

/** Lies that cost a node no bar: after three choices that are not allowed the same world does not take it again. */
const LIES = ['capability', 'session', 'silence', 'name'] as const;
/** Messages said again, or made up, at once. */
const BURST = 200;

/** One fault, where and when. */
export interface Injection {
  readonly fault: Fault;
  /** Satellite, `world` or `server`. */
  readonly target: string;
  /** After the beginning of its group, ms. */
  readonly afterMs: number;
  readonly lastsMs: number;
  /** Seed of what is drawn in the fault itself. */
  readonly seed: number;
}

/** Faults that overlap, each on a target of its own. */
export function drawGroup(rng: Rng, most: number): readonly Injection[] {
  // Faults of the server and of the world's link strike all nodes and would hide the others, so they are drawn less often.
  const targets = [...SATELLITES, ...SATELLITES, ...SATELLITES, 'world', 'server'];
  const group: Injection[] = [];
  const size = Math.min(most, 3 + rng.int(3));
  while (group.length < size) {
    const target = at(targets, rng.int(targets.length));
    if (group.some((other) => other.target === target)) continue;
    const faults: readonly Fault[] =
      target === 'world' ? WORLD_FAULTS : target === 'server' ? SERVER_FAULTS : NODE_FAULTS;
    group.push({
      fault: at(faults, rng.int(faults.length)),
      target,
      afterMs: rng.int(600),
      lastsMs: 100 + rng.int(1200),
      seed: rng.int(2 ** 31),
    });
  }
  return group;
}

/** Lets a fault begin, last and end. Resolves to what it did, in a word or two. */
export async function inject(
  fleet: FaultFleet,
  { fault, target, afterMs, lastsMs, seed }: Injection,
  forgedBundle: string,
): Promise<string> {
  await sleep(afterMs);
  const rng = new Rng(seed, 'fault');
  if (target === 'server') return onServer(fleet, fault, lastsMs);
  if (fault.startsWith('replay')) return replay(fleet, target, rng);
  if (fault.startsWith('noise')) return makeNoise(fleet, target, rng);
  const ship = fleet.ships.find(({ satellite }) => satellite === target);
  const gate = ship === undefined ? fleet.worldGate : ship.gate;
  const during = async (begin: () => unknown, end: () => unknown): Promise<string> => {
    await begin();
    await sleep(lastsMs);
    await end();
    return '';
  };
  const open = (): void => gate.set({ kind: 'open' });
  switch (fault) {
    case 'link-slow':
    case 'world-slow':
      return during(() => gate.set({ kind: 'delay', delayMs: 20 + rng.int(600) }), open);
    case 'link-cut':
    case 'world-cut':
      return during(() => gate.set({ kind: 'closed' }), open);
    case 'link-silent':
    case 'world-silent':
      return during(() => gate.set({ kind: 'silent' }), open);
    case 'link-damaged':
    case 'world-damaged':
      return during(() => gate.set({ kind: 'corrupt', byteFrac: 1 / (500 + rng.int(8000)), rng }), open);
    default:
  }
  if (ship === undefined) throw new Error(`Expected a fault of the world, got '${fault}'.`);
  const { node } = ship;
  switch (fault) {
    case 'node-killed':
      return during(
        () => node.kill(),
        () => node.start(),
      );
    case 'node-stopped':
      return during(
        () => node.signal('SIGSTOP'),
        () => node.signal('SIGCONT'),
      );
    case 'node-starved':
      for (let leftMs = lastsMs; leftMs > 0; leftMs -= 100) {
        node.signal('SIGSTOP');
        await sleep(90);
        node.signal('SIGCONT');
        await sleep(10);
      }
      return '';
    case 'node-lies': {
      const lie = at(LIES, rng.int(LIES.length));
      await during(
        () => fleet.replace(ship, { lie }),
        () => sleep(1000),
      );
      await fleet.replace(ship);
      return lie;
    }
    case 'node-forged-bundle':
    case 'node-wrong-clock': {
      const days = rng.int(2) === 0 ? 40 : -2;
      const change = fault === 'node-wrong-clock' ? { clockMs: days * 86_400_000 } : { bundle: forgedBundle };
      await during(
        () => fleet.replace(ship, change),
        () => sleep(500),
      );
      await fleet.replace(ship);
      return fault === 'node-wrong-clock' ? `${days} days` : 'other key';
    }
    default:
      throw new Error(`Expected a fault of a node, got '${fault}'.`);
  }
}

async function onServer({ server }: FaultFleet, fault: Fault, lastsMs: number): Promise<string> {
  if (fault === 'server-killed') await server.kill();
  else process.kill(server.pid, 'SIGSTOP');
  await sleep(lastsMs);
  if (fault === 'server-killed') await server.restart();
  else process.kill(server.pid, 'SIGCONT');
  return '';
}

/** Says messages again that were said before, with the rights of who said them. */
async function replay(fleet: FaultFleet, target: string, rng: Rng): Promise<string> {
  const subjects = subjectsOf(FLEET);
  const mine = fleet.heard.filter(({ subject }) =>
    target === 'world' ? subject.endsWith('.in') : subject === subjects.satelliteOut(target),
  );
  const bus = await fleet.intruder(target);
  const first = rng.int(Math.max(1, mine.length - BURST));
  const said = mine.slice(first, first + BURST);
  for (const { subject, data } of said) bus.publish(subject, data);
  return `${said.length} messages`;
}

/** Says what nobody would: random bytes, and messages of before with bytes changed. */
async function makeNoise(fleet: FaultFleet, target: string, rng: Rng): Promise<string> {
  const subjects = subjectsOf(FLEET);
  const bus = await fleet.intruder(target);
  for (let n = 0; n < BURST; n++) {
    const satellite = at(SATELLITES, rng.int(SATELLITES.length));
    const subject = target === 'world' ? subjects.satelliteIn(satellite) : subjects.satelliteOut(target);
    const known = fleet.heard[rng.int(Math.max(1, fleet.heard.length))];
    const data = rng.int(2) === 0 || known === undefined ? new Uint8Array(rng.int(200)) : Uint8Array.from(known.data);
    for (let byte = 0; byte < data.length; byte += 1 + rng.int(16)) data[byte] = rng.int(256);
    bus.publish(subject, data);
  }
  return `${BURST} messages`;
}

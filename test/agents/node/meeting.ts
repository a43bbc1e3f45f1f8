import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bus, busDoor, busLine } from '../../../agents/bus/index.ts';
import { Constellation } from '../../../agents/index.ts';
import {
  type NodeDoor,
  type NodeResult,
  type NodeServer,
  type RunNodeOptions,
  type ServeNodesOptions,
  runNode,
  serveNodes,
} from '../../../agents/node/index.ts';
import type { LineEvents, WorldLine } from '../../../agents/node/channel.ts';
import { SocketLine } from '../../../agents/node/socket-line.ts';
import type { Policy } from '../../../core/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { natsServer } from '../../nats.ts';
import { ScriptedWorld } from '../scripted-world.ts';
import { CLOCK } from './clock.ts';

export const loadAware = (): Policy => createBaseline('load-aware+greedy-finish+gdsf', 1);
export const shortest = (): Policy => createBaseline('shortest-delay+greedy-finish+gdsf', 1);

/** Options of a server without where it serves. */
export type Serving = Partial<Omit<ServeNodesOptions, 'address' | 'door'>>;

/** What a node in a process of its own printed so far, and the process. */
export interface ChildNode {
  readonly process: ChildProcess;
  readonly lines: readonly string[];
}

/** Where a test's world and nodes meet. */
export interface Meeting {
  serve(world: ScriptedWorld, options?: Serving): Promise<NodeServer>;
  /** A node's way to the world, for nodes of this process. */
  line(satellite: string): Promise<WorldLine>;
  node(satellite: string, options?: Partial<RunNodeOptions>): Promise<NodeResult>;
  /** A node in a process of its own. */
  child(satellite: string): ChildNode;
  /** Ends all that was begun. */
  end(): Promise<void>;
}

const FLEET = 'test';
const CHILD = fileURLToPath(new URL('node-child.ts', import.meta.url));

/** Over a local socket. */
export function socketMeeting(): Promise<Meeting & { readonly socketPath: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'nodes-'));
  const socketPath = join(folder, 'world.sock');
  const address = { socketPath };
  const meeting = meetingBy({
    serve: () => Promise.resolve({ address }),
    line: () => Promise.resolve(new SocketLine(address)),
    childArguments: (satellite) => [satellite, socketPath],
    end: () => Promise.resolve(rmSync(folder, { recursive: true })),
  });
  return Promise.resolve({ ...meeting, socketPath });
}

/** Over a nats-server of its own. */
export async function busMeeting(): Promise<Meeting> {
  const nats = await natsServer();
  const buses: Bus[] = [];
  const connect = async (name: string): Promise<Bus> => {
    const bus = await Bus.connect({ servers: nats.url, name });
    buses.push(bus);
    return bus;
  };
  return meetingBy({
    serve: async (world) => ({ door: busDoor({ bus: await connect('world'), fleet: FLEET }, namesOf(world)) }),
    line: async (satellite) => busLine({ bus: await connect(satellite), fleet: FLEET }, satellite),
    childArguments: (satellite) => [satellite, nats.url, '-', FLEET],
    end: async () => {
      for (const bus of buses) await bus.close();
      await nats.end();
    },
  });
}

export function namesOf(world: ScriptedWorld): string[] {
  return world.nodeNames.slice(0, world.satelliteCount);
}

interface Transport {
  serve(world: ScriptedWorld): Promise<{ address: { socketPath: string } } | { door: NodeDoor }>;
  line(satellite: string): Promise<WorldLine>;
  childArguments(satellite: string): readonly string[];
  end(): Promise<void>;
}

function meetingBy(transport: Transport): Meeting {
  const toEnd: (() => unknown)[] = [];
  return {
    async serve(world, options = {}) {
      const nodes = await serveNodes({
        ...CLOCK,
        ...(await transport.serve(world)),
        satelliteNames: namesOf(world),
        local: loadAware(),
        fallback: shortest(),
        deadlineMs: 20_000,
        ...options,
      });
      toEnd.push(() => nodes.close());
      return nodes;
    },
    line: transport.line,
    async node(satellite, options = {}) {
      const abort = new AbortController();
      toEnd.push(() => abort.abort());
      const { signal } = abort;
      const line = await transport.line(satellite);
      return runNode({ ...CLOCK, line, satellite, policy: loadAware(), signal, ...options });
    },
    child(satellite) {
      const process_ = spawn(process.execPath, ['--import', 'tsx', CHILD, ...transport.childArguments(satellite)]);
      const child = { process: process_, lines: [] as string[] };
      for (const stream of [process_.stdout, process_.stderr]) {
        stream.on('data', (bytes: Buffer) => child.lines.push(...bytes.toString().trim().split('\n')));
      }
      toEnd.push(() => process_.kill('SIGKILL'));
      return child;
    },
    async end() {
      for (const end of toEnd.splice(0).reverse()) await end();
      await transport.end();
    },
  };
}

/** The world with its nodes as agents, mirrors and all. */
export function constellationOf(world: ScriptedWorld, nodes: NodeServer): Constellation {
  const constellation = new Constellation({
    worlds: [world],
    policy: nodes.decide,
    fallback: shortest(),
    reports$: nodes.reports$,
  });
  nodes.mirror(constellation);
  return constellation;
}

/** Trajectory of the same world without nodes. */
export function inProcess(seed: number, untilS: number): string {
  const world = new ScriptedWorld({ seed });
  new Constellation({ worlds: [world], policy: loadAware(), fallback: shortest() }).runSync({ untilS });
  return world.trajectory();
}

/** What passes through a line, which a test may look at, change, drop or say again. */
export interface Tap {
  /** Called with every message of the world; what it returns arrives at the node. */
  arriving: (message: Buffer) => readonly Buffer[];
  /** Called with every message of the node; what it returns is sent. */
  leaving: (message: Buffer) => readonly Buffer[];
  /** To the node, as if it came from the world. */
  toNode: (message: Buffer) => void;
  /** To the world, as if it came from the node. */
  toWorld: (message: Buffer) => void;
}

/** A line with a tap on it. */
export function tapped(line: WorldLine, tap: Partial<Tap>): WorldLine {
  tap.toWorld = (message) => line.send(message);
  return {
    where: line.where,
    outlivesWorlds: line.outlivesWorlds,
    open(events: LineEvents) {
      tap.toNode = (message) => events.message(message);
      line.open({
        ...events,
        connected: () => events.connected(),
        closed: (error) => events.closed(error),
        message: (bytes) => {
          const message = Buffer.from(bytes);
          for (const arriving of tap.arriving?.(message) ?? [message]) events.message(arriving);
        },
      });
    },
    send(bytes) {
      const message = Buffer.from(bytes);
      for (const leaving of tap.leaving?.(message) ?? [message]) line.send(leaving);
    },
    close: () => line.close(),
  };
}

import { type NodeServer, serveNodes } from '../agents/index.ts';
import { createWorldModel } from '../environment/index.ts';
import {
  type EpisodeOptions,
  type PolicySource,
  type RunRecord,
  TRAIN_DEFAULTS,
  createPolicy,
  runEpisode,
} from '../training/index.ts';
import { createBaseline } from '../policies/index.ts';
import { addressOf } from './node-address.ts';
import type { LoadedScenario } from './scenario-input.ts';

export interface SimulationOptions
  extends LoadedScenario, Pick<EpisodeOptions, 'seed' | 'arrivalsS' | 'drainS' | 'startS' | 'onModes' | 'onEnd'> {
  readonly source: PolicySource;
}

/** One run of one policy in this process. */
export function simulate(options: SimulationOptions): Promise<RunRecord> {
  const { scenario, geometry, source, seed } = options;
  return runEpisode(createWorldModel(scenario, geometry), createPolicy(source, seed), episodeOf(options));
}

function episodeOf({ source, seed, arrivalsS, drainS, startS, onModes, onEnd }: SimulationOptions): EpisodeOptions {
  return {
    ...{ seed, arrivalsS, drainS, fallback: TRAIN_DEFAULTS.fallback, role: source.role },
    ...(startS === undefined ? {} : { startS }),
    ...(onModes === undefined ? {} : { onModes }),
    ...(onEnd === undefined ? {} : { onEnd }),
  };
}

export interface ServedSimulationOptions extends SimulationOptions {
  /** Where nodes connect: a socket path or a loopback port. */
  readonly address: string;
  /** Satellites that are processes of their own; the run starts when all have joined. */
  readonly satellites: readonly string[];
  /** How long a node may take over one request before its fallback decides, ms. */
  readonly deadlineMs: number;
  /** Called when the world listens; the nodes may be started now. */
  readonly onListening: (server: NodeServer) => void;
  /** Ends the waiting for nodes that cannot come. */
  readonly failed?: Promise<never>;
}

export interface ServedRun {
  readonly record: RunRecord;
  readonly nodes: NodeServer['nodes'];
}

/** The same run with some satellites as processes of their own, joined over a local socket. */
export async function simulateWithNodes(options: ServedSimulationOptions): Promise<ServedRun> {
  const { scenario, geometry, source, seed, satellites } = options;
  const fallback = createBaseline(TRAIN_DEFAULTS.fallback, seed);
  const server = await serveNodes({
    address: addressOf(options.address),
    satelliteNames: geometry.nodeNames.slice(0, geometry.satelliteCount),
    local: createPolicy(source, seed),
    fallback,
    deadlineMs: options.deadlineMs,
    timer: { set: (callback, ms) => setTimeout(callback, ms), clear: (id) => clearTimeout(id as NodeJS.Timeout) },
  });
  try {
    options.onListening(server);
    await Promise.race([server.whenJoined(satellites), ...(options.failed === undefined ? [] : [options.failed])]);
    const record = await runEpisode(
      createWorldModel(scenario, geometry),
      { name: source.name, decider: server.decide },
      { ...episodeOf(options), reports$: server.reports$ },
    );
    return { record, nodes: server.nodes };
  } finally {
    await server.close();
  }
}

import { merge } from 'rxjs';
import { type NodeDoor, type NodeServer, type ServeNodesOptions, serveNodes } from '../agents/index.ts';
import type { Policy } from '../core/index.ts';
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
import { NODE_CLOCK } from './node-clock.ts';
import type { LoadedScenario } from './scenario-input.ts';

export interface SimulationOptions
  extends
    LoadedScenario,
    Pick<
      EpisodeOptions,
      | 'seed'
      | 'arrivalsS'
      | 'drainS'
      | 'startS'
      | 'onModes'
      | 'onStart'
      | 'onBatch'
      | 'onEnd'
      | 'beforeRound'
      | 'onConstellation'
      | 'watchOutcomes'
    > {
  readonly source: PolicySource;
}

/** One run of one policy in this process; `policy`: the one made from the source, for who wants to watch it. */
export function simulate(
  options: SimulationOptions,
  policy = createPolicy(options.source, options.seed),
): Promise<RunRecord> {
  const { scenario, geometry } = options;
  return runEpisode(createWorldModel(scenario, geometry), policy, episodeOf(options));
}

/** In flight, what a bundle sees is watched: observations far from those it was trained on hand over to the fallback. */
function episodeOf({ scenario: _, geometry: __, source, ...episode }: SimulationOptions): EpisodeOptions {
  const isBundle = source.kind === 'network' && source.bundle !== undefined;
  return {
    ...episode,
    fallback: TRAIN_DEFAULTS.fallback,
    role: source.role,
    ...(isBundle ? { watch: { normaliser: source.network.normaliser } } : {}),
  };
}

export interface ServedSimulationOptions
  extends SimulationOptions, Pick<ServeNodesOptions, 'deadlineMs' | 'pingMs' | 'onAnswer'> {
  /** Where nodes come in: a socket path, a loopback port, or a bus. */
  readonly address: string | NodeDoor;
  /** Satellites that are processes of their own; the run starts when all of them have joined. */
  readonly satellites: readonly string[];
  /** Called when the world listens; the nodes may be started now. */
  readonly onListening: (server: NodeServer) => void;
  /** Decides for satellites that have no node; default: the policy of `source`. */
  readonly local?: Policy;
  /** Events for satellites' machines beside those of nodes. */
  readonly reports$?: NonNullable<EpisodeOptions['reports$']>;
  /** Waited for when the run is over, before the nodes are told so. */
  readonly beforeGoodbye?: () => Promise<void>;
  /** Ends the waiting for nodes that cannot come. */
  readonly failed?: Promise<never>;
}

export interface ServedRun {
  readonly record: RunRecord;
  readonly nodes: NodeServer['nodes'];
}

/** The same run with some satellites as processes of their own. */
export async function simulateWithNodes(options: ServedSimulationOptions): Promise<ServedRun> {
  const { address, satellites, deadlineMs, pingMs, onAnswer, onListening, failed, local, reports$, ...more } = options;
  const { beforeGoodbye, ...simulation } = more;
  const { scenario, geometry, source, seed } = simulation;
  const server = await serveNodes({
    ...NODE_CLOCK,
    ...(typeof address === 'string' ? { address: addressOf(address) } : { door: address }),
    satelliteNames: geometry.nodeNames.slice(0, geometry.satelliteCount),
    local: local ?? createPolicy(source, seed),
    fallback: createBaseline(TRAIN_DEFAULTS.fallback, seed),
    deadlineMs,
    ...(pingMs === undefined ? {} : { pingMs }),
    ...(onAnswer === undefined ? {} : { onAnswer, nowMs: () => performance.now() }),
  });
  try {
    onListening(server);
    await Promise.race([server.whenJoined(satellites), ...(failed === undefined ? [] : [failed])]);
    const record = await runEpisode(
      createWorldModel(scenario, geometry),
      { name: source.name, decider: server.decide },
      {
        ...episodeOf(simulation),
        reports$: reports$ === undefined ? server.reports$ : merge(server.reports$, reports$),
        onConstellation: (constellation) => {
          server.mirror(constellation);
          simulation.onConstellation?.(constellation);
        },
      },
    );
    await beforeGoodbye?.();
    return { record, nodes: server.nodes };
  } finally {
    await server.close();
  }
}

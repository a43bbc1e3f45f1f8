import { join } from 'node:path';
import { makeFolders } from '../core/files/index.ts';
import { Rng, SPACE_CLOUD_SPEC, SpaceCloudError, VERSION, decisionSpecHash, hashJson } from '../core/index.ts';
import {
  type Architecture,
  type Normaliser,
  architectureOf,
  initialWeights,
  normaliserFromJson,
  normaliserToJson,
} from '../policies/index.ts';
import { type Engine, loadEngine } from '../policies/networks/index.ts';
import { writeAtomically } from './checkpoint/atomic-write.ts';
import { type CheckpointIdentity, type CheckpointManifest, type CheckpointSections } from './checkpoint/format.ts';
import { fileError } from './checkpoint/file-errors.ts';
import { lockRun } from './checkpoint/run-lock.ts';
import { saveCheckpoint } from './checkpoint.ts';
import { FIRST_TRAINING_SEED } from './evaluation/run.ts';
import { measureInputs } from './measure-inputs.ts';
import { Learner, type UpdateMetrics, ppoConfig } from './ppo/index.ts';
import { CollectorPool, type RolloutWorkerData } from './rollout/collector-pool.ts';
import type { CollectSummary } from './rollout/collector.ts';
import { type CollectorsState, packCollectors, unpackCollectors } from './rollout/saved-collectors.ts';
import { findResumable } from './resumable.ts';
import { MetricsLog } from './tracking/metrics-log.ts';
import { TensorboardLog } from './tracking/tensorboard-log.ts';
import type { TrainConfig, TrainOptions } from './train-options.ts';

export const CHECKPOINT_FILE = 'checkpoint.bin';
export const METRICS_FILE = 'metrics.jsonl';
const TENSORBOARD_FILE = 'events.out.tfevents.spacecloud';
const MANIFEST_FILE = 'run.json';
/** Seeds of one training run: far more episodes than any run plays. */
const SEEDS_PER_RUN = 1_000_000;

/** Defaults; where they come from stands with the fields of `PpoConfig` and in docs/DECISIONS.md. */
export const TRAIN_DEFAULTS: Omit<TrainConfig, 'ppo'> = {
  seed: 1,
  decisions: 1_000_000,
  rowsPerIteration: 16_384,
  workers: 2,
  worldsPerWorker: 8,
  episodeS: 10,
  discountUnitS: 1,
  hidden: 32,
  calibrationDecisions: 20_000,
  fallback: 'load-aware+greedy-finish+gdsf',
  checkpointEveryIterations: 20,
};

export interface TrainResult {
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  readonly weights: Float32Array;
  readonly config: TrainConfig;
  readonly engine: string;
  readonly decisions: number;
  /** True when the run was ended by its signal before its last iteration. */
  readonly interrupted: boolean;
  readonly checkpointFile: string;
}

interface RunState {
  iteration: number;
  decisions: number;
  simulatedS: number;
}

/** Releases what a run holds (lock, workers, files, tensors), whatever ends it; the last taken goes first. */
type Held = (() => void | Promise<void>)[];

/**
 * Trains one policy for all satellites by PPO: workers collect decisions of many worlds, the learner improves the shared
 * weights, again and again. Writes checkpoints, metrics (JSON lines and TensorBoard) and a manifest into the run folder, and
 * goes on bit-exactly from a checkpoint.
 *
 * Errors: RUN_LOCKED, CHECKPOINT_*, FILE_WRITE, DISK_FULL, ENGINE_UNAVAILABLE, MISUSE.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const config = trainConfig(options.config);
  makeFolder(options.runFolder);
  const lock = lockRun(options.runFolder);
  const held: Held = [() => lock.release()];
  try {
    return await runTraining(options, config, await loadEngine(options.engine ?? 'auto'), held);
  } finally {
    for (const release of held.reverse()) await release();
  }
}

/** The defaults with `overrides`. Errors: MISUSE for a PPO field out of range. */
export function trainConfig(overrides: TrainOptions['config'] = {}): TrainConfig {
  const { ppo, ...rest } = overrides;
  return { ...TRAIN_DEFAULTS, ...rest, ppo: ppoConfig(ppo) };
}

async function runTraining(
  options: TrainOptions,
  config: TrainConfig,
  engine: Engine,
  held: Held,
): Promise<TrainResult> {
  const { scenario, geometry, runFolder, signal, onProgress, clockMs } = options;
  const checkpointFile = join(runFolder, CHECKPOINT_FILE);
  const identity: CheckpointIdentity = {
    version: VERSION,
    scenario: hashJson(scenario),
    geometry: geometry.key,
    // A longer run may go on from a shorter one's checkpoint only with the same learning-rate schedule.
    configuration: hashJson(config),
    decisionSpec: decisionSpecHash(SPACE_CLOUD_SPEC),
    engine: engine.name,
  };
  const resumeFrom = options.resume === true ? findResumable(checkpointFile, identity, config) : undefined;
  const architecture = architectureOf(SPACE_CLOUD_SPEC, { hidden: config.hidden });
  const first = initialWeights(architecture, config.seed);
  const normaliser =
    resumeFrom === undefined
      ? await measureInputs({ scenario, geometry, architecture, weights: first, config })
      : normaliserFromJson(SPACE_CLOUD_SPEC, resumeFrom.manifest.state['normaliser']);
  const learner = Learner.create(engine, { architecture, normaliser, weights: first }, config.ppo);
  held.push(() => learner.dispose());
  const shuffle = new Rng(config.seed, 'shuffle');
  const weights = new Float32Array(new SharedArrayBuffer(first.byteLength));
  weights.set(first);

  const iterations = Math.ceil(config.decisions / config.rowsPerIteration);
  const run: RunState = { iteration: 0, decisions: 0, simulatedS: 0 };
  const pool = await CollectorPool.start(workerData(options, config, { architecture, normaliser, weights }));
  held.push(() => pool.close());
  let offsets = { metrics: 0, tensorboard: 0 };
  if (resumeFrom !== undefined) {
    const { state } = resumeFrom.manifest;
    const sections = { ...resumeFrom.sections };
    learner.restoreState(takeSections(sections, 'learner.'));
    shuffle.state.set(sections['rng.shuffle'] as Uint32Array);
    weights.set(learner.weights);
    await pool.restore(unpackCollectors(state['rollout'] as CollectorsState, sections));
    Object.assign(run, state['run']);
    offsets = state['offsets'] as typeof offsets;
  } else {
    writeManifest(runFolder, { identity, config, engine, scenarioName: scenario.name });
  }
  const metricsLog = new MetricsLog(join(runFolder, METRICS_FILE), offsets.metrics);
  held.push(() => metricsLog.close());
  const tensorboard = new TensorboardLog(join(runFolder, TENSORBOARD_FILE), {
    wallTimeS: () => clockMs() / 1000,
    keepBytes: offsets.tensorboard,
  });
  held.push(() => tensorboard.close());

  const save = async (): Promise<void> => {
    const packed = packCollectors(await pool.save());
    const manifest: CheckpointManifest = {
      identity,
      state: {
        run,
        scenario: scenario.name,
        config,
        rollout: packed.state,
        normaliser: normaliserToJson(SPACE_CLOUD_SPEC, normaliser),
        offsets: { metrics: metricsLog.offset, tensorboard: tensorboard.offset },
      },
    };
    const sections: Record<string, CheckpointSections[string]> = {
      ...packed.sections,
      'rng.shuffle': shuffle.state.slice(),
    };
    for (const [name, column] of Object.entries(learner.saveState())) sections[`learner.${name}`] = column;
    saveCheckpoint(checkpointFile, { manifest, sections });
  };

  while (run.iteration < iterations && signal?.aborted !== true) {
    const startMs = clockMs();
    const { buffers, summaries } = await pool.collect();
    const collectedMs = clockMs();
    run.iteration++;
    const metrics = learner.update(buffers, shuffle, { iteration: run.iteration, iterations });
    weights.set(learner.weights);
    run.decisions += metrics.rows;
    run.simulatedS += summaries.reduce((sum, summary) => sum + summary.simulatedS, 0);
    const utility = meanUtility(summaries);
    const times = { collectS: (collectedMs - startMs) / 1000, updateS: (clockMs() - collectedMs) / 1000 };
    const scalars = flatten(metrics, run, utility);
    metricsLog.append({ ...scalars, ...times });
    tensorboard.append(run.decisions, { ...scalars, ...times });
    onProgress?.({
      iteration: run.iteration,
      iterations,
      decisions: run.decisions,
      totalDecisions: config.decisions,
      metrics,
      utility,
    });
    if (run.iteration % config.checkpointEveryIterations === 0) await save();
  }
  await save();
  return {
    architecture,
    normaliser,
    weights: learner.weights.slice(),
    config,
    engine: engine.name,
    decisions: run.decisions,
    interrupted: run.iteration < iterations,
    checkpointFile,
  };
}

function workerData(
  { scenario, geometry }: TrainOptions,
  config: TrainConfig,
  policy: { architecture: Architecture; normaliser: Normaliser; weights: Float32Array },
): RolloutWorkerData[] {
  const rows = Math.ceil(config.rowsPerIteration / config.workers);
  return Array.from({ length: config.workers }, (_, i) => ({
    scenario,
    geometry,
    ...policy,
    fallback: config.fallback,
    collector: {
      worldCount: config.worldsPerWorker,
      rows,
      episodeS: config.episodeS,
      discountUnitS: config.discountUnitS,
      firstSeed: FIRST_TRAINING_SEED + config.seed * SEEDS_PER_RUN + i,
      seedStride: config.workers,
    },
  }));
}

function takeSections(sections: Record<string, CheckpointSections[string]>, prefix: string): CheckpointSections {
  const taken: Record<string, CheckpointSections[string]> = {};
  for (const name of Object.keys(sections)) {
    if (name.startsWith(prefix)) taken[name.slice(prefix.length)] = sections[name] as CheckpointSections[string];
  }
  return taken;
}

function meanUtility(summaries: readonly CollectSummary[]): number | undefined {
  const episodes = summaries.flatMap((summary) => summary.episodes);
  if (episodes.length === 0) return undefined;
  return episodes.reduce((sum, kpis) => sum + (kpis['utility'] as number), 0) / episodes.length;
}

function flatten(metrics: UpdateMetrics, run: RunState, utility: number | undefined): Record<string, number> {
  const { rowsOfKind, explainedVarianceOfKind, ...rest } = metrics;
  const kinds = Object.fromEntries(Object.entries(rowsOfKind).map(([kind, rows]) => [`rows.${kind}`, rows]));
  for (const [kind, explained] of Object.entries(explainedVarianceOfKind))
    kinds[`explainedVariance.${kind}`] = explained;
  return { ...run, ...rest, ...kinds, ...(utility === undefined ? {} : { utility }) };
}

function writeManifest(
  folder: string,
  {
    identity,
    config,
    engine,
    scenarioName,
  }: { identity: CheckpointIdentity; config: TrainConfig; engine: Engine; scenarioName: string },
): void {
  const manifest = {
    scenario: scenarioName,
    identity,
    config,
    engine: { name: engine.name, reason: engine.reason, versions: engine.versions },
  };
  writeAtomically(join(folder, MANIFEST_FILE), new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
}

function makeFolder(folder: string): void {
  try {
    makeFolders(folder);
  } catch (cause) {
    throw cause instanceof SpaceCloudError ? cause : fileError('write', folder, cause);
  }
}

import { join } from 'node:path';
import { makeFolders } from '../core/files/index.ts';
import {
  DECISION_KINDS,
  Rng,
  SPACE_CLOUD_SPEC,
  SpaceCloudError,
  VERSION,
  decisionSpecHash,
  hashJson,
} from '../core/index.ts';
import { type Architecture, type Normaliser, normaliserFromJson, normaliserToJson } from '../policies/index.ts';
import { type CheckpointIdentity, type CheckpointManifest, type CheckpointSections } from './checkpoint/format.ts';
import { fileError } from './checkpoint/file-errors.ts';
import { lockRun } from './checkpoint/run-lock.ts';
import { saveCheckpoint } from './checkpoint.ts';
import { CURRICULUM_START, type CurriculumState, advanceCurriculum } from './curriculum.ts';
import { trainingSeeds } from './evaluation/seed-ranges.ts';
import { expectFlyableBaselines } from './flyable-baseline.ts';
import { imitate } from './imitate.ts';
import { initialPolicy } from './initial-policy.ts';
import { iterationRecord, meanUtility, phasesOf } from './iteration-record.ts';
import { Learner, type LearningEngine, type UpdateMetrics, loadLearningEngine } from './ppo/index.ts';
import { CollectorPool, type RolloutWorkerData } from './rollout/collector-pool.ts';
import type { SavedCollector } from './rollout/collector.ts';
import type { EpisodePlan } from './rollout/episode-worlds.ts';
import { RolloutSchedule } from './rollout/rollout-schedule.ts';
import { type CollectorsState, packCollectors, unpackCollectors } from './rollout/saved-collectors.ts';
import { findResumable } from './resumable.ts';
import { CHECKPOINT_FILE, EVALUATIONS_FILE, METRICS_FILE, TENSORBOARD_FILE } from './run-files.ts';
import { writeRunManifest } from './run-manifest.ts';
import { AppendedFile } from './tracking/appended-file.ts';
import { MetricsLog } from './tracking/metrics-log.ts';
import { TensorboardLog } from './tracking/tensorboard-log.ts';
import { architectureFor, trainConfig } from './train-config.ts';
import type { TrainConfig, TrainOptions } from './train-options.ts';
import {
  EVALUATION_START,
  type TrainingEvaluationState,
  evaluateWhileTraining,
  isEvaluationDue,
  scoreOf,
} from './training-evaluation.ts';

/** Slots of shared weights: two that rollouts read in turn, and one for evaluations. */
const EVALUATED = 2;
/** As `PPO_DEFAULTS.maxRatioDeviation`; checked once where rollouts lag behind afterwards. */
const MAX_FIRST_RATIO_DEVIATION = 1e-3;

export interface TrainResult {
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  readonly weights: Float32Array;
  readonly config: TrainConfig;
  readonly engine: string;
  readonly decisions: number;
  /** Iteration, decisions and utility of the best policy that evaluations during training have found. */
  readonly best: TrainingEvaluationState['best'];
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
 * weights, again and again. Writes checkpoints, metrics (JSON lines and TensorBoard), evaluations and a manifest into the run
 * folder, and goes on bit-exactly from a checkpoint.
 *
 * Errors: USAGE for a baseline that is none or an oracle, RUN_LOCKED, CHECKPOINT_*, FILE_WRITE, DISK_FULL, ENGINE_UNAVAILABLE,
 * HELD_OUT, MISUSE.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const network = architectureFor(trainConfig(options.config, false));
  const engine = await loadLearningEngine(options.engine, network);
  const config = trainConfig(options.config, ONE_THREAD.has(engine.name));
  expectFlyableBaselines(config);
  makeFolder(options.runFolder);
  const lock = lockRun(options.runFolder);
  const held: Held = [() => lock.release()];
  try {
    return await runTraining(options, config, engine, held);
  } finally {
    for (const release of held.reverse()) await release();
  }
}

/** Engines that compute in the thread that calls them. */
const ONE_THREAD: ReadonlySet<string> = new Set(['wasm', 'cpu']);

async function runTraining(
  options: TrainOptions,
  config: TrainConfig,
  engine: LearningEngine,
  held: Held,
): Promise<TrainResult> {
  const { scenario, geometry, more = [], runFolder, signal, onProgress, clockMs } = options;
  const checkpointFile = join(runFolder, CHECKPOINT_FILE);
  const plan: EpisodePlan = {
    scenarios: [{ scenario, geometry, weight: 1 }, ...more],
    variation: config.variation,
    curriculum: config.curriculum,
    episodeS: config.episodeS,
  };
  const identity = identityOf(plan, config, engine);
  const resumeFrom = options.resume === true ? findResumable(checkpointFile, identity, config) : undefined;
  const saved = resumeFrom?.manifest.state;
  const architecture = architectureFor(config);
  const start = await initialPolicy(plan, config, architecture, {
    normaliser: saved && normaliserFromJson(SPACE_CLOUD_SPEC, saved['normaliser']),
  });
  const { normaliser } = start;
  const learner = Learner.create(engine, { architecture, ...start }, config.ppo);
  held.push(() => learner.dispose());
  if (config.imitation !== null && resumeFrom === undefined) {
    const initial = { architecture, ...start };
    const taught = await imitate({ plan, config, imitation: config.imitation, initial });
    learner.restoreState({ ...learner.saveState(), ...taught });
  }
  const shuffle = new Rng(config.seed, 'shuffle');
  const slots = Array.from({ length: EVALUATED + 1 }, () => sharedCopy(learner.weights)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];

  const run: RunState = { iteration: 0, decisions: 0, simulatedS: 0, ...(saved?.['run'] as RunState | undefined) };
  const iterations = Math.ceil(config.decisions / config.rowsPerIteration);
  const pool = await CollectorPool.start(workerData(plan, config, { architecture, normaliser, weights: slots }));
  held.push(() => pool.close());
  const schedule = new RolloutSchedule({
    pool,
    slots: [slots[0], slots[1]],
    lag: config.lag,
    total: iterations,
    done: run.iteration,
    isCheckpoint: (iteration) => iteration % config.checkpointEveryIterations === 0,
  });
  let curriculum = (saved?.['curriculum'] as CurriculumState | undefined) ?? CURRICULUM_START;
  let evaluation = (saved?.['evaluation'] as TrainingEvaluationState | undefined) ?? EVALUATION_START;
  let bestWeights: Float32Array | undefined;
  const offsets = { metrics: 0, tensorboard: 0, evaluations: 0, ...(saved?.['offsets'] as object | undefined) };
  if (resumeFrom !== undefined && saved !== undefined) {
    const sections = { ...resumeFrom.sections };
    learner.restoreState(takeSections(sections, 'learner.'));
    shuffle.state.set(sections['rng.shuffle'] as Uint32Array);
    if (config.lag === 1) schedule.actingWeights(run.iteration).set(sections['acting.weights'] as Float32Array);
    schedule.publish(run.iteration, learner.weights);
    bestWeights = sections['best.weights'] as Float32Array | undefined;
    await pool.restore(unpackCollectors(saved['rollout'] as CollectorsState, sections));
  } else {
    writeRunManifest(runFolder, { identity, config, engine, plan, commit: options.commit ?? null });
  }
  const metricsLog = new MetricsLog(join(runFolder, METRICS_FILE), offsets.metrics);
  held.push(() => metricsLog.close());
  const tensorboard = new TensorboardLog(join(runFolder, TENSORBOARD_FILE), {
    wallTimeS: () => clockMs() / 1000,
    keepBytes: offsets.tensorboard,
  });
  held.push(() => tensorboard.close());
  const evaluationsLog = new AppendedFile(join(runFolder, EVALUATIONS_FILE), offsets.evaluations);
  held.push(() => evaluationsLog.close());

  const save = (collectors: readonly SavedCollector[]): void => {
    const packed = packCollectors(collectors);
    const manifest: CheckpointManifest = {
      identity,
      state: {
        run,
        scenario: scenario.name,
        config,
        rollout: packed.state,
        stages: schedule.stagesAfter(run.iteration),
        curriculum,
        evaluation,
        normaliser: normaliserToJson(SPACE_CLOUD_SPEC, normaliser),
        offsets: {
          metrics: metricsLog.offset,
          tensorboard: tensorboard.offset,
          evaluations: evaluationsLog.offset,
        },
      },
    };
    const sections: Record<string, CheckpointSections[string]> = {
      ...packed.sections,
      'rng.shuffle': shuffle.state.slice(),
    };
    for (const [name, column] of Object.entries(learner.saveState())) sections[`learner.${name}`] = column;
    if (config.lag === 1) sections['acting.weights'] = schedule.actingWeights(run.iteration).slice();
    if (bestWeights !== undefined) sections['best.weights'] = bestWeights;
    saveCheckpoint(checkpointFile, { manifest, sections });
  };

  const stages = (saved?.['stages'] as readonly number[] | undefined) ?? [];
  for (let ahead = 1; ahead <= 1 + config.lag; ahead++) {
    schedule.settle(run.iteration + ahead, stages[ahead - 1] ?? curriculum.stage);
    if (signal?.aborted !== true) schedule.ask(run.iteration + ahead);
  }
  const isFirst = run.iteration === 0;
  for (;;) {
    const startMs = clockMs();
    const rollout = await schedule.take(run.iteration + 1);
    if (rollout === undefined) break;
    const collectedMs = clockMs();
    const { buffers, summaries } = rollout;
    run.iteration++;
    const metrics = learner.update(buffers, shuffle, { iteration: run.iteration, iterations });
    const updatedMs = clockMs();
    if (isFirst && run.iteration === 1) checkFirstRatios(metrics);
    schedule.publish(run.iteration, learner.weights);
    const before = run.decisions;
    run.decisions += metrics.rows;
    run.simulatedS += summaries.reduce((sum, summary) => sum + summary.simulatedS, 0);
    const utility = meanUtility(summaries);
    curriculum = advanceCurriculum(config.curriculum, curriculum, { decisions: run.decisions, utility });
    const next = run.iteration + 1 + config.lag;
    schedule.settle(next, curriculum.stage);
    if (signal?.aborted !== true) schedule.ask(next);

    let evaluated: number | undefined;
    const span = { before, now: run.decisions, isLast: run.iteration === iterations };
    if (config.evaluation !== null && isEvaluationDue(config.evaluation, span)) {
      slots[EVALUATED].set(learner.weights);
      const request = { config: config.evaluation, pool, scenarios: plan.scenarios.length, weights: EVALUATED };
      const records = await evaluateWhileTraining(request);
      evaluated = scoreOf(records);
      const { iteration, decisions } = run;
      evaluationsLog.append(jsonLine({ iteration, decisions, utility: evaluated, records }));
      const isBest = evaluation.best === null || evaluated > evaluation.best.utility;
      if (isBest) bestWeights = learner.weights.slice();
      const best = isBest ? { iteration, decisions, utility: evaluated } : evaluation.best;
      evaluation = { count: evaluation.count + 1, best };
    }
    const phases = phasesOf(summaries, { startMs, collectedMs, updatedMs });
    const record = iterationRecord({ run, metrics, utility, evaluated, stage: curriculum.stage, config, phases });
    metricsLog.append(record);
    tensorboard.append(run.decisions, record);
    onProgress?.({
      iteration: run.iteration,
      iterations,
      decisions: run.decisions,
      totalDecisions: config.decisions,
      metrics,
      utility,
      phases,
      evaluated,
    });
    if (run.iteration % config.checkpointEveryIterations === 0) save(await schedule.savedAfter(run.iteration));
  }
  save(await schedule.savedAfter(run.iteration));
  return {
    architecture,
    normaliser,
    weights: learner.weights.slice(),
    config,
    engine: engine.name,
    decisions: run.decisions,
    best: evaluation.best,
    interrupted: run.iteration < iterations,
    checkpointFile,
  };
}

function identityOf({ scenarios }: EpisodePlan, config: TrainConfig, engine: LearningEngine): CheckpointIdentity {
  const [first, ...others] = scenarios;
  const all = scenarios.map(({ scenario, weight }) => ({ scenario, weight }));
  return {
    version: VERSION,
    scenario: hashJson(others.length === 0 ? first?.scenario : all),
    geometry: scenarios.map(({ geometry }) => geometry.key).join('+'),
    // A longer run may go on from a shorter one's checkpoint only with the same learning-rate schedule.
    configuration: hashJson(config),
    decisionSpec: decisionSpecHash(SPACE_CLOUD_SPEC),
    engine: engine.name,
  };
}

function workerData(
  plan: EpisodePlan,
  config: TrainConfig,
  policy: Pick<RolloutWorkerData, 'architecture' | 'normaliser' | 'weights'>,
): RolloutWorkerData[] {
  const rows = Math.ceil(config.rowsPerIteration / config.workers);
  return Array.from({ length: config.workers }, (_, i) => ({
    plan,
    ...policy,
    fallback: config.fallback,
    collector: {
      worldCount: config.worldsPerWorker,
      rows,
      discountUnitS: config.discountUnitS,
      firstSeed: trainingSeeds(config.seed).first + i,
      seedStride: config.workers,
      bufferCount: 1 + config.lag,
      greedyKinds: DECISION_KINDS.filter((kind) => config.ppo.learnKinds?.includes(kind) === false),
    },
  }));
}

/** The first rollout is of the learner's own weights, lag or not: whether both compute the same policy shows here. */
function checkFirstRatios(metrics: UpdateMetrics): void {
  if (metrics.ratioDeviation > MAX_FIRST_RATIO_DEVIATION) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected rollouts and learner to compute the same policy, got a probability ratio off by ${metrics.ratioDeviation}.`,
    );
  }
}

function sharedCopy(weights: Float32Array): Float32Array {
  const shared = new Float32Array(new SharedArrayBuffer(weights.byteLength));
  shared.set(weights);
  return shared;
}

function takeSections(sections: Record<string, CheckpointSections[string]>, prefix: string): CheckpointSections {
  const taken: Record<string, CheckpointSections[string]> = {};
  for (const name of Object.keys(sections)) {
    if (name.startsWith(prefix)) taken[name.slice(prefix.length)] = sections[name] as CheckpointSections[string];
  }
  return taken;
}

function jsonLine(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}

function makeFolder(folder: string): void {
  try {
    makeFolders(folder);
  } catch (cause) {
    throw cause instanceof SpaceCloudError ? cause : fileError('write', folder, cause);
  }
}

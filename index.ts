/**
 * The package's public face. The functions here supply what the folders below take from their caller: the wall clock and
 * what `shipped.ts` reads by name. All else is handed on as it is.
 */
import { type Policy, SPACE_CLOUD_SPEC, decisionSpecHash } from './core/index.ts';
import { type Geometry, type Scenario, createWorldModel } from './environment/index.ts';
import { type BundleManifest, type VerifiedBundle, loadBundle } from './policies/bundle/index.ts';
import { LearnedPolicy, Scorer } from './policies/index.ts';
import { loadGeometry, loadStudy } from './shipped.ts';
import * as training from './training/index.ts';

/** Options of {@link train}; `config` holds what differs from `TRAIN_DEFAULTS` and `PPO_DEFAULTS`. */
export interface TrainOptions extends Omit<training.TrainOptions, 'geometry' | 'clockMs'> {
  /** Default: `loadGeometry(scenario)`. */
  readonly geometry?: Geometry;
}

/**
 * Trains one policy for all satellites of a scenario by PPO, in worker threads. Writes checkpoint, metrics (JSON lines and
 * TensorBoard) and manifest into `runFolder`; with `resume` it goes on bit-exactly from the checkpoint there.
 *
 * @throws SpaceCloudError RUN_LOCKED, CHECKPOINT_*, FILE_WRITE, DISK_FULL, ENGINE_UNAVAILABLE, MISUSE
 * @example
 * const { weights } = await train({ scenario, runFolder: 'runs/a', config: { decisions: 200_000, seed: 1 } });
 */
export function train(options: TrainOptions): Promise<training.TrainResult> {
  const { geometry = loadGeometry(options.scenario), ...rest } = options;
  return training.train({ ...rest, geometry, clockMs: Date.now });
}

/**
 * A policy to evaluate: a name as on the command line (baseline `forward+place+cache`, `prior`, run folder, several runs as
 * `NAME=runs/a,runs/b` or a folder of runs, bundle folder), or a source made by `customSource`, `baselineSource` or {@link loadPolicy}.
 */
export type PolicyReference = string | training.PolicySource;

export interface EvaluateOptions extends Partial<
  Pick<
    training.EvaluateOptions,
    | 'arrivalsS'
    | 'drainS'
    | 'anywhere'
    | 'fallback'
    | 'workers'
    | 'replicates'
    | 'anchors'
    | 'notes'
    | 'store'
    | 'onProgress'
    | 'signal'
  >
> {
  readonly scenario: Scenario;
  /** Default: `loadGeometry(scenario)`. */
  readonly geometry?: Geometry;
  /** The first learned one, or else the first, is what all others are compared with. */
  readonly policies: readonly PolicyReference[];
  /** The same for every policy, from 1 to 299,999; nothing else ever sees them. Default: 1 to 10. */
  readonly seeds?: readonly number[];
  /** Trusted public key for bundle folders, SPKI PEM. */
  readonly publicKeyPem?: string;
}

/**
 * Runs policies on the same seeds and compares them: per KPI the means, the paired differences and their 95 % intervals.
 * Prints nothing; see `evaluationTable`, `evaluationJson` and `renderReport`.
 *
 * @throws SpaceCloudError USAGE for an unknown policy, BUNDLE_*, CHECKPOINT_*, MISUSE, ILLEGAL_CHOICE, CONSERVATION
 * @example
 * const { summary } = await evaluate({ scenario, policies: ['runs/a', ...DEFAULT_RIVALS] });
 * if (summary !== undefined) console.log(evaluationTable(summary));
 */
export function evaluate(options: EvaluateOptions): Promise<training.EvaluateResult> {
  return training.evaluate(comparisonOf(options));
}

/**
 * The same at several points of a scenario: loads, shares of failed links or satellites, ages of news. Every policy runs on
 * the same seeds at every point.
 *
 * @throws SpaceCloudError as {@link evaluate}; MISUSE and SCENARIO_FIELD for points that cannot be
 * @example
 * const swept = await sweep({ scenario, policies: ['runs/a'], axes: [{ quantity: 'load', values: [0.5, 1, 1.5] }] });
 * console.log(sweepTable(swept));
 */
export function sweep(options: EvaluateOptions & Pick<training.SweepOptions, 'axes'>): Promise<training.SweepResult> {
  const { axes, ...rest } = options;
  return training.sweep({ ...comparisonOf(rest), axes });
}

function comparisonOf(options: EvaluateOptions): training.EvaluateOptions {
  const { geometry, seeds = TEN_SEEDS, policies, publicKeyPem, ...rest } = options;
  const { fallback } = training.TRAIN_DEFAULTS;
  return {
    ...{ arrivalsS: 20, drainS: 60, fallback, workers: 2 },
    ...rest,
    geometry: geometry ?? loadGeometry(options.scenario),
    policies: sourcesOf(policies, publicKeyPem),
    seeds,
  };
}

function sourcesOf(policies: readonly PolicyReference[], publicKeyPem: string | undefined): training.PolicySource[] {
  return policies.flatMap((policy) =>
    typeof policy === 'string' ? training.resolvePolicyGroup(policy, referenceOptions(publicKeyPem)).sources : [policy],
  );
}

export interface StudyOptions extends Partial<
  Pick<
    training.StudyOptions,
    | 'size'
    | 'seeds'
    | 'fallback'
    | 'workers'
    | 'replicates'
    | 'store'
    | 'geometryOf'
    | 'onPlanned'
    | 'onProgress'
    | 'signal'
  >
> {
  /** Names of shipped studies, paths of study files, or what {@link loadStudy} gives. */
  readonly studies: readonly (string | training.StudyInput)[];
  /** Learned policies and others, to fly in the cloud in orbit beside those that the files name. */
  readonly policies?: readonly PolicyReference[];
  /** Trusted public key for bundle folders, SPKI PEM. */
  readonly publicKeyPem?: string;
}

/**
 * Runs studies, by default in their quick size on two workers: comparators and policies of the cloud in orbit on the same
 * seeds and traffic, at every value of every sweep, and what that says of the claim. See `studyText`, `studyHtml`,
 * `studyMarkdown`, `studyJson`, `studyCsv` and `studyParquet` for the report.
 *
 * @throws SpaceCloudError as {@link loadStudy} and {@link evaluate}
 * @example
 * const report = await study({ studies: ['flash-detection'], policies: ['runs/a'] });
 * console.log(studyText(report));
 */
export function study(options: StudyOptions): Promise<training.StudyReport> {
  const { studies, policies = [], publicKeyPem, geometryOf = (scenario) => loadGeometry(scenario), ...rest } = options;
  return training.study({
    ...{ size: 'quick', fallback: training.TRAIN_DEFAULTS.fallback, workers: 2 },
    ...rest,
    geometryOf,
    studies: studies.map((given) => (typeof given === 'string' ? loadStudy(given) : given)),
    policies: sourcesOf(policies, publicKeyPem),
  });
}

export interface SimulateOptions extends Partial<Omit<training.EpisodeOptions, 'role'>> {
  readonly scenario: Scenario;
  /** Default: `loadGeometry(scenario)`. */
  readonly geometry?: Geometry;
  readonly policy: PolicyReference;
  /** Trusted public key for a bundle folder, SPKI PEM. */
  readonly publicKeyPem?: string;
}

/**
 * One run of one policy in this thread, by default seed 1, 20 s of arrivals and at most 60 s until all tasks have ended.
 *
 * @throws SpaceCloudError as {@link evaluate}
 * @example
 * const { kpis, trajectoryHash } = await simulate({ scenario, policy: 'load-aware+greedy-finish+gdsf', seed: 7 });
 */
export function simulate(options: SimulateOptions): Promise<training.RunRecord> {
  const { scenario, geometry = loadGeometry(scenario), policy, publicKeyPem, seed = 1, ...rest } = options;
  const source = sourceOf(policy, publicKeyPem);
  return training.runEpisode(createWorldModel(scenario, geometry), training.createPolicy(source, seed), {
    ...{ arrivalsS: 20, drainS: 60, fallback: training.TRAIN_DEFAULTS.fallback },
    ...rest,
    seed,
    role: source.role,
  });
}

/** Options of {@link exportPolicy}. `validity` defaults to one year from now, the rest to a first release under Apache-2.0. */
export interface ExportOptions
  extends
    Omit<training.ExportOptions, 'geometry' | ExportDefault>,
    Partial<Pick<training.ExportOptions, 'geometry' | ExportDefault>> {}
type ExportDefault = 'policyName' | 'version' | 'validity' | 'licence' | 'evaluation';

/**
 * Writes the policy of a training run as a signed bundle: ONNX, weights, normaliser, golden vectors, evaluation, lineage.
 * The folder is complete or absent, whatever fails.
 *
 * @throws SpaceCloudError FILE_NOT_FOUND, CHECKPOINT_*, BUNDLE_SPEC for the run; FILE_WRITE, DISK_FULL for the bundle;
 * MISUSE for a key that cannot sign
 * @example
 * const { privateKeyPem, publicKeyPem } = generateSigningKey();
 * await exportPolicy({ runFolder: 'runs/a', bundleFolder: 'bundles/a', scenario, privateKeyPem });
 */
export function exportPolicy(options: ExportOptions): Promise<void> {
  const nowMs = Date.now();
  return training.exportPolicy({
    policyName: 'spacecloud-policy',
    version: 1,
    validity: { notBefore: new Date(nowMs).toISOString(), notAfter: new Date(nowMs + MS_PER_YEAR).toISOString() },
    licence: 'Apache-2.0',
    evaluation: null,
    ...options,
    geometry: options.geometry ?? loadGeometry(options.scenario),
  });
}

/**
 * Checks a bundle as a node does before it decides by it: signature, files, validity now, decision specification, golden
 * vectors.
 *
 * @throws SpaceCloudError BUNDLE_*, a code per cause; FILE_NOT_FOUND, FILE_READ; MISUSE for an unreadable key
 * @example
 * const { manifest, files } = verifyBundle('bundles/a', publicKeyPem);
 */
export function verifyBundle(bundleFolder: string, publicKeyPem: string): VerifiedBundle {
  return loadBundle(bundleFolder, bundleChecks(publicKeyPem)).verified;
}

/** What {@link loadPolicy} hands out. */
export interface LoadedPolicy {
  /** Ready to choose; greedy. */
  readonly policy: Policy;
  /** For `evaluate` and `simulate`. */
  readonly source: training.NetworkSource;
  readonly manifest: BundleManifest;
}

/**
 * Verifies a bundle and makes its policy, as `spacecloud node` does.
 *
 * @throws SpaceCloudError as {@link verifyBundle}
 * @example
 * const { policy } = loadPolicy('bundles/a', publicKeyPem);
 * policy.choose(batch, choices); // batch: DecisionBatch of n rows, choices: Uint8Array of at least n
 */
export function loadPolicy(bundleFolder: string, publicKeyPem: string): LoadedPolicy {
  const { manifest, ...network } = loadBundle(bundleFolder, bundleChecks(publicKeyPem));
  const { spec, architecture, weights, normaliser } = network;
  const name = manifest.policyName;
  return {
    policy: new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), { name, mode: 'greedy' }),
    source: { kind: 'network', name, role: 'learned', network: { spec, architecture, weights, normaliser } },
    manifest,
  };
}

const MS_PER_YEAR = 365 * 86_400_000;
const TEN_SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

function bundleChecks(publicKeyPem: string): Parameters<typeof loadBundle>[1] {
  return { publicKeyPem, now: Date.now, specHash: decisionSpecHash(SPACE_CLOUD_SPEC) };
}

function sourceOf(policy: PolicyReference, publicKeyPem: string | undefined): training.PolicySource {
  if (typeof policy !== 'string') return policy;
  return training.resolvePolicy(policy, referenceOptions(publicKeyPem));
}

function referenceOptions(publicKeyPem: string | undefined): training.PolicyReferenceOptions {
  return { now: Date.now, ...(publicKeyPem === undefined ? {} : { publicKeyPem }) };
}

// Scenarios, studies and geometries by name.
export {
  type LoadGeometryOptions,
  geometryCacheFolder,
  loadGeometry,
  loadScenario,
  loadStudy,
  parseScenario,
  scenarioFile,
  shippedStudies,
  studyFile,
} from './shipped.ts';
// Decisions: what a policy sees, what it may do, what became of it.
export {
  CACHE,
  type DecisionBatch,
  type DecisionKind,
  type DecisionSpec,
  DECISION_KINDS,
  type Feature,
  FORWARD,
  type KindSpec,
  type KnownOutages,
  type LocalKnowledge,
  type OracleView,
  type Departures,
  type PlannedNetwork,
  type PlannedRoute,
  PLACE,
  type Policy,
  SPACE_CLOUD_SPEC,
  type TransitionColumns,
  candidateColumn,
  contextColumn,
  createDecisionBatch,
  decisionSpecHash,
} from './core/index.ts';
// Key figures and errors.
export {
  BREACHES,
  CAPABILITIES,
  DROP_REASONS,
  ERROR_TABLE,
  type ErrorCode,
  KPI_SPECS,
  type KpiSpec,
  type Kpis,
  MODE_EVENTS,
  Rng,
  type SourcePlace,
  SpaceCloudError,
  TASK_FAMILIES,
  VERSION,
} from './core/index.ts';
// Scenarios, geometry and worlds.
export {
  type ConstellationConfig,
  type Geometry,
  type SatelliteConfig,
  type SavedWorld,
  type Scenario,
  type ScenarioOverrides,
  type ScenarioVariation,
  World,
  type WorldModel,
  type WorldOptions,
  applySettings,
  buildGeometry,
  checkConservation,
  createWorldModel,
  type ScenarioDifference,
  scenarioDifferences,
  scenarioFileJsonSchema,
  scenarioJsonSchema,
  scenarioVariant,
  settingValue,
  varyScenario,
} from './environment/index.ts';
// Contact plans and routes over them.
export {
  Bookings,
  type Contact,
  type ContactGraph,
  type ContactPlan,
  type ExportLoss,
  type ExportedPlan,
  type PlanFormat,
  type Route,
  type RouteAnswer,
  type RouteQuery,
  createContactGraph,
  findRoute,
  readContactPlan,
  routesInOrder,
  writeHdtnPlan,
  writeIonPlan,
  writeJsonPlan,
} from './environment/index.ts';
// Agents: where worlds and policies meet, and satellites as processes of their own.
export {
  Constellation,
  type ConstellationOptions,
  type DecidedBatch,
  type Decider,
  type NodeAddress,
  type NodeResult,
  type NodeServer,
  type RunNodeOptions,
  type RunOptions,
  type RunResult,
  type ServeNodesOptions,
  type WorldPort,
  runNode,
  serveNodes,
} from './agents/index.ts';
// Policies and bundles.
export {
  type Architecture,
  BASELINE_NAMES,
  LearnedPolicy,
  type Normaliser,
  Scorer,
  architectureOf,
  createBaseline,
  weightLayout,
} from './policies/index.ts';
export {
  type BundleManifest,
  type BundleValidity,
  type Int8Agreement,
  type PreviousRelease,
  type SigningKey,
  type VerifiedBundle,
  generateSigningKey,
  releaseOf,
} from './policies/bundle/index.ts';
// Training and evaluation.
export {
  type CarriedLoad,
  type CustomSource,
  DEFAULT_RIVALS,
  type EvaluateResult,
  type EvaluationOrigin,
  type EvaluationSummary,
  type KneeSearch,
  type KpiSummary,
  type LoadPoint,
  type NetworkSource,
  PPO_DEFAULTS,
  type PolicySource,
  type PolicySummary,
  type PpoConfig,
  RecordStore,
  type ReportExtras,
  type RunRecord,
  SEED_RANGES,
  SWEPT_QUANTITIES,
  type SweepAxis,
  type SweepResult,
  TRAIN_DEFAULTS,
  type TrainConfig,
  type TrainProgress,
  type TrainResult,
  type TrainedPolicy,
  baselineSource,
  carriedLoadAtDrops,
  customSource,
  evaluationJson,
  evaluationTable,
  findKnee,
  policySummary,
  readTrainedPolicy,
  readTrainingEvaluations,
  renderReport,
  sampleEfficiency,
  summarise,
  sweepCsv,
  sweepCurves,
  sweepJson,
  sweepTable,
  toMarlEval,
} from './training/index.ts';
// Studies: claims put to the test against comparators.
export {
  type Benefit,
  type LoadedStudyFile,
  type StudyFile,
  type StudyInput,
  type StudyReport,
  type StudyResult,
  loadStudyFile,
  parseStudyFile,
  parseStudyJson,
  studyCsv,
  studyHtml,
  studyJson,
  studyJsonSchema,
  studyMarkdown,
  studyParquet,
  studyRecordsCsv,
  studyRecordsParquet,
  studyText,
} from './training/index.ts';
// Environments of your own, for the same learner.
export {
  AGENT_STATUS,
  type CheckEnvironmentOptions,
  type CheckFinding,
  ENVIRONMENT_CHECKS,
  type EnvironmentCheck,
  type EpisodeResult,
  type MultiAgentEnvironment,
  type ObservationRow,
  type PlayEpisodesOptions,
  type TrainEnvironmentOptions,
  type TrainedEnvironment,
  actionSpec,
  candidateSpec,
  checkEnvironment,
  playEpisodes,
  requireAllowed,
  trainEnvironment,
  writeActions,
} from './training/index.ts';

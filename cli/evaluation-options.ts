import type { Command } from 'commander';
import { SpaceCloudError } from '../core/index.ts';
import type { Scenario } from '../environment/index.ts';
import type {
  EvaluateOptions,
  PolicySource,
  RunRecord,
  SampleEfficiency,
  TrainingEvaluation,
} from '../training/index.ts';
import { list, positiveNumber, wholeNumber } from './arguments.ts';
import { readKey } from './files.ts';
import { formatDuration, startProgress } from './progress.ts';
import type { CommandStreams } from './run-command.ts';
import type { ScenarioOptions } from './scenario-input.ts';
import { readTrainingCurve } from './training-curve.ts';

/** Options that `evaluate` and `sweep` share. */
export interface ComparisonOptions extends ScenarioOptions {
  readonly policy: readonly string[];
  readonly rivals: readonly string[];
  readonly seeds: number;
  readonly firstSeed?: number;
  readonly arrivals: number;
  readonly drain: number;
  readonly anywhere?: boolean;
  readonly workers: number;
  readonly replicates: number;
  readonly anchors?: string;
  readonly key?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

export function takesComparison(command: Command): Command {
  return command
    .option(
      '--policy <policy>',
      'run folder (its last weights), NAME=runs/a,runs/b or a folder of runs (training runs of one policy), bundle folder, `prior` or baseline; may be repeated',
      policyList,
      [],
    )
    .option(
      '--rivals <policies>',
      'compare with these instead of the usual baselines; `all` for each part there is beside the strongest others, `none` for none',
      list,
      [],
    )
    .option('--seeds <n>', 'runs per policy', wholeNumber('--seeds', 1, 10_000), 10)
    .option('--first-seed <n>', 'first seed; the others follow; default 1', wholeNumber('--first-seed', 1, 399_999))
    .option('--arrivals <s>', 'simulated time in which tasks arrive, s', positiveNumber('--arrivals'), 20)
    .option('--drain <s>', 'at most so long until all have ended, s', positiveNumber('--drain'), 60)
    .option('--anywhere', 'in a scenario that holds windows out: start also outside them, where training did')
    .option('--workers <n>', 'worker threads', wholeNumber('--workers', 1, 64), 2)
    .option('--replicates <n>', 'bootstrap resamples', wholeNumber('--replicates', 100, 1_000_000), 50_000)
    .option(
      '--anchors <zero,one>',
      'policies whose utility is 0 and 1 on the normalised scale; default random+random+random,oracle+oracle+gdsf',
    )
    .option('--key <file>', 'trusted public key for bundles (PEM)')
    .option('--resume', 'keep the runs in --out that a stopped evaluation has made, and make the others')
    .option('--json', 'print one JSON document');
}

/** Several values, or with commas; after `NAME=` commas part the training runs of one policy. */
export function policyList(text: string, before: readonly string[] = []): readonly string[] {
  return /^[^=/\\,:+]+=/.test(text) ? [...before, text] : list(text, before);
}

/** What a comparison runs, and what its page says about how the learned policies came to be. */
export interface Comparison {
  readonly policies: readonly PolicySource[];
  readonly notes: readonly string[];
  /** Evaluations during training by policy, one list per training run. */
  readonly evaluations: ReadonlyMap<string, readonly (readonly TrainingEvaluation[])[]>;
  readonly sampleEfficiency: readonly SampleEfficiency[];
  readonly trainingCurve: ReturnType<typeof readTrainingCurve>;
}

/**
 * The policies of the command line, and what is known of their training. `which`: of run folders, the last policy or the best.
 *
 * Errors: USAGE, BUNDLE_*, CHECKPOINT_*, FILE_*; HELD_OUT for seeds of their training.
 */
export async function resolveComparison(
  options: ComparisonOptions,
  what: { readonly scenario: Scenario; readonly seeds: readonly number[]; readonly which?: 'last' | 'best' },
): Promise<Comparison> {
  const training = await import('../training/index.ts');
  const named = options.rivals.flatMap((rival) => (rival === 'all' ? training.allRivals() : [rival]));
  const rivals = named.length === 0 ? training.DEFAULT_RIVALS : named.filter((rival) => rival !== 'none');
  const references = [...new Set([...options.policy, ...rivals])];
  if (references.length === 0) {
    throw new SpaceCloudError('USAGE', 'Expected at least one policy, got none.', {
      hint: 'Give --policy, or leave out --rivals none.',
    });
  }
  const groups = references.map((reference) =>
    training.resolvePolicyGroup(reference, {
      now: Date.now,
      ...(options.key === undefined ? {} : { publicKeyPem: readKey(options.key, 'public') }),
      ...(what.which === undefined ? {} : { which: what.which }),
    }),
  );
  const folders = groups.flatMap(({ runFolders }) => runFolders);
  const evaluations = new Map(
    groups
      .filter(({ runFolders }) => runFolders.length > 0)
      .map(({ sources, runFolders }) => [sources[0]?.name ?? '', runFolders.map(training.readTrainingEvaluations)]),
  );
  const { replicates } = options;
  const curves = [...evaluations].map(([policy, runs]) =>
    training.sampleEfficiency(policy, runs, { replicates, seed: 1 }),
  );
  return {
    policies: groups.flatMap(({ sources }) => sources),
    notes: [...new Set(folders.flatMap((folder) => training.trainingNotes(folder, what)))],
    evaluations,
    sampleEfficiency: curves.filter((curve) => curve !== undefined),
    trainingCurve: folders.map(readTrainingCurve).find((points) => points !== undefined),
  };
}

/** `count` seeds from --first-seed on, or from the first of the purpose. Errors: USAGE where one is not of the purpose. */
export async function readSeeds(
  firstSeed: number | undefined,
  count: number,
  purpose: 'report' | 'absolute',
): Promise<number[]> {
  const { SEED_RANGES } = await import('../training/index.ts');
  const { first, last } = SEED_RANGES[purpose];
  const start = firstSeed ?? first;
  if (start < first || start + count - 1 > last) {
    throw new SpaceCloudError(
      'USAGE',
      `Expected --first-seed from ${first} to ${last - count + 1} (${count} seeds of the purpose '${purpose}'), got ${start}.`,
      { hint: `Seeds from ${first} to ${last} are for this; the others are for training, tuning or the other metric.` },
    );
  }
  return Array.from({ length: count }, (_, i) => start + i);
}

/** `--anchors zero,one`, checked against the policies. Errors: USAGE. */
export async function readAnchors(
  text: string | undefined,
  policies: readonly PolicySource[],
): Promise<Pick<EvaluateOptions, 'anchors'>> {
  if (text === undefined) return {};
  const { expectAnchors } = await import('../training/index.ts');
  const [zero, one, ...more] = text.split(',').map((name) => name.trim());
  if (zero === undefined || one === undefined || more.length > 0) {
    throw new SpaceCloudError('USAGE', `Expected two policies for --anchors, got '${text}'.`, {
      hint: 'The one at 0 first, then the one at 1: --anchors random+random+random,oracle+oracle+gdsf',
    });
  }
  expectAnchors({ zero, one }, policies);
  return { anchors: { zero, one } };
}

/**
 * A progress line on a terminal; elsewhere one note, when the first runs tell how long all will take. `found`: runs that are
 * there already.
 */
export function watchRuns(
  label: string,
  total: number,
  streams: CommandStreams,
): { readonly onProgress: NonNullable<EvaluateOptions['onProgress']>; readonly end: () => void } {
  const progress = startProgress({ label, total, unit: 'runs' });
  const startMs = performance.now();
  let made = 0;
  let toMake = total;
  /** Enough runs that no policy's own pace decides alone. */
  const sample = Math.min(12, Math.ceil(total / 4));
  return {
    onProgress: (done: number, _total: number, { policy, run, seed }: RunRecord) => {
      if (made++ === 0) toMake = total - done + 1;
      progress.update(done, `${policy}${run === undefined ? '' : ` (${run})`} seed ${seed}`);
      if (made !== sample || made >= toMake) return;
      const perRunS = (performance.now() - startMs) / 1000 / made;
      const kept = total - toMake;
      const note = `${toMake} runs${kept > 0 ? ` (${kept} kept)` : ''}, ${perRunS.toPrecision(2)} s each: about ${formatDuration(perRunS * (toMake - made))} left.`;
      if (process.stderr.isTTY === true) progress.log(note);
      else streams.err(`${note}\n`);
    },
    end: progress.end,
  };
}

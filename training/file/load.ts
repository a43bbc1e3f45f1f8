import { readFileSync } from 'node:fs';
import { type SourcePlace, SpaceCloudError } from '../../core/index.ts';
import { type OtherFormat, parseOtherFile } from '../../environment/index.ts';
import { fileError } from '../checkpoint/file-errors.ts';
import { type BaselineUse, expectFlyable } from '../flyable-baseline.ts';
import type { TrainOverrides } from '../train-options.ts';
import type { Variation } from '../variation.ts';
import { type TrainingFile, trainingJsonSchema, trainingSchema } from './schema.ts';

export interface LoadedTrainingFile {
  readonly value: TrainingFile;
  /** Of a field, for errors that are found later. */
  readonly placeOf: (path: readonly (string | number)[]) => SourcePlace;
}

/** Fields that only a training file has, and those that every scenario has, at the start of a line. */
const OF_TRAINING = /^["']?(seeds|decisions|rollout|ppo|randomise|curriculum|imitate|algorithm|network)["']?\s*:/m;
const OF_SCENARIOS = /^["']?(epoch|constellations)["']?\s*:/m;

/**
 * Whether the text is that of a training file rather than a scenario: it names scenarios, or has left them out but has other
 * fields of a training file and none that every scenario has.
 */
export function isTrainingFile(text: string): boolean {
  return /^["']?scenarios["']?\s*:/m.test(text) || (OF_TRAINING.test(text) && !OF_SCENARIOS.test(text));
}

/**
 * Reads and validates a training file. Paths in it stay as written.
 *
 * Errors: FILE_NOT_FOUND, FILE_READ, TRAINING_FILE with file, line and column.
 */
export function loadTrainingFile(file: string): LoadedTrainingFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw fileError('read', file, cause);
  }
  return parseTrainingFile(text, file);
}

/** As `loadTrainingFile`, from text; `file` names it in errors. */
export function parseTrainingFile(text: string, file: string): LoadedTrainingFile {
  return parseOtherFile(text, file, {
    name: 'training file',
    code: 'TRAINING_FILE',
    schema: trainingSchema,
    jsonSchema: trainingJsonSchema(),
    problems,
  });
}

/** The configuration of one run of the file. `from`: the folder it means, seen from the working directory. */
export function overridesOf(
  file: TrainingFile,
  run: { readonly seed: number; readonly from?: string },
): TrainOverrides {
  const { rollout, curriculum, evaluation, randomise, imitate } = file;
  const { overlap, ...collecting } = rollout;
  return {
    seed: run.seed,
    decisions: file.decisions,
    ...collecting,
    lag: overlap === 'auto' ? 'auto' : overlap === 'on' ? 1 : 0,
    algorithm: file.algorithm,
    network: file.network,
    from: run.from ?? null,
    imitation: imitate === undefined ? null : { ...imitate, untilAgreement: imitate.untilAgreement ?? null },
    variation: variationIn(randomise),
    curriculum: curriculum.map(({ decisions, utility, ...varied }) => ({
      decisions,
      utility: utility ?? null,
      variation: variationIn(varied),
    })),
    evaluation: evaluation ?? null,
    checkpointEveryIterations: file.checkpointEveryIterations,
    ppo: file.ppo,
  };
}

type Written = Readonly<Partial<Record<keyof Variation, readonly number[] | undefined>>>;

function variationIn(written: Written): Variation {
  return Object.fromEntries(
    Object.entries(written).filter((entry): entry is [string, [number, number]] => entry[1] !== undefined),
  );
}

type RuleProblems = ReturnType<OtherFormat<TrainingFile>['problems']>;

function problems(file: TrainingFile): RuleProblems {
  const { randomise, curriculum, seeds, scenarios, imitate, rollout } = file;
  const ranges = [
    ...rangeProblems(['randomise'], randomise),
    ...curriculum.flatMap(({ decisions: _decisions, utility: _utility, ...varied }, i) =>
      rangeProblems(['curriculum', i], varied),
    ),
  ];
  const twice = seeds.findIndex((seed, i) => seeds.indexOf(seed) !== i);
  const seed = { path: ['seeds', twice], expected: 'different seeds', found: `${seeds[twice]} twice` };
  const doubles = scenarios.flatMap(({ scenario, load }, i) => {
    const first = scenarios.findIndex((other) => other.scenario === scenario && other.load === load);
    if (first === i) return [];
    const hint = 'Give it once, with a larger weight.';
    return [{ path: ['scenarios', i, 'scenario'], expected: 'each scenario once', found: `${scenario} again`, hint }];
  });
  const baselines = [
    ...(imitate === undefined ? [] : baselineProblems(['imitate', 'policy'], imitate.policy, 'imitate')),
    ...baselineProblems(['rollout', 'fallback'], rollout.fallback, 'fallback'),
  ];
  return [
    ...ranges,
    ...(twice < 0 ? [] : [seed]),
    ...doubles,
    ...baselines,
    ...startProblems(file),
    ...lateStage(file),
  ];
}

function startProblems({ from, imitate }: TrainingFile): RuleProblems {
  if (from === undefined || imitate === undefined) return [];
  const hint = 'Leave one out: a run starts from the policy of another or from what it imitates.';
  return [{ path: ['imitate'], atKey: true, expected: "no 'imitate' beside 'from'", found: 'both', hint }];
}

/** The stage in which the run would end, if it is not after the last. */
function lateStage({ curriculum, decisions }: TrainingFile): RuleProblems {
  let end = 0;
  for (const [i, stage] of curriculum.entries()) {
    end += stage.decisions;
    if (end <= decisions) continue;
    const expected = `stages that end within the run's ${decisions} decisions`;
    const hint = "Shorten the stages, or raise the file's `decisions`.";
    return [{ path: ['curriculum', i, 'decisions'], expected, found: `an end after ${end}`, hint }];
  }
  return [];
}

function baselineProblems(path: readonly string[], name: string, use: BaselineUse): RuleProblems {
  try {
    expectFlyable(name, use);
    return [];
  } catch (error) {
    if (!(error instanceof SpaceCloudError) || error.code !== 'USAGE') throw error;
    const { hint, details } = error;
    const [expected, found] = [String(details['expected']), String(details['found'])];
    return [{ path, expected, found, ...(hint === undefined ? {} : { hint }) }];
  }
}

function rangeProblems(path: readonly (string | number)[], written: Written): RuleProblems {
  return Object.entries(written).flatMap(([name, range]) => {
    if (range === undefined || (range[0] as number) <= (range[1] as number)) return [];
    const found = `[${range.join(', ')}]`;
    return [{ path: [...path, name], expected: 'the lowest value first', found, hint: 'Exchange the two.' }];
  });
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { TrainOptions, TrainOverrides, TrainPhases, TrainProgress, TrainResult } from '../../training/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { positiveNumber, wholeNumber } from '../arguments.ts';
import { engineOption } from '../engine-option.ts';
import { untilInterrupted } from '../interrupt.ts';
import { namesTrainingFile } from '../names-training-file.ts';
import { startProgress } from '../progress.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, expectFits, loadScenarioInput, takesScenario } from '../scenario-input.ts';
import { sourceCommit } from '../source-commit.ts';
import { loadTrainingInput } from '../training-input.ts';

interface TrainCommandOptions extends ScenarioOptions {
  readonly run: string;
  readonly decisions?: number;
  readonly seed?: number;
  readonly workers?: number;
  readonly worlds?: number;
  readonly rows?: number;
  readonly episode?: number;
  readonly hidden?: number;
  readonly learningRate?: number;
  readonly epochs?: number;
  readonly checkpointEvery?: number;
  readonly engine: NonNullable<TrainOptions['engine']>;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** One training run to make. */
interface Job {
  readonly folder: string;
  readonly options: Pick<TrainOptions, 'scenario' | 'geometry' | 'more' | 'engine'>;
  readonly config: TrainOverrides;
}

/** `spacecloud train`: learns one policy for all satellites of a scenario, or as a training file says. */
export function register(program: Command, streams: CommandStreams): void {
  takesScenario(program.command('train'), 'scenario file or name, or a training file (YAML with `scenarios`)')
    .description('train a policy; Ctrl-C writes a checkpoint, --resume goes on from it')
    .requiredOption('--run <folder>', 'folder for checkpoints and metrics')
    .option('--decisions <n>', 'decisions to learn from (default: 1000000)', wholeNumber('--decisions', 1))
    .option('--seed <n>', 'all randomness of the run (default: 1)', wholeNumber('--seed', 1, 1000))
    .option('--workers <n>', 'worker threads that collect (default: 2)', wholeNumber('--workers', 1, 64))
    .option(
      '--worlds <n>',
      'worlds per worker; few, so that rollouts outlast the tasks in them (default: 1)',
      wholeNumber('--worlds', 1, 256),
    )
    .option('--rows <n>', 'decisions per iteration (default: 32768)', wholeNumber('--rows', 64))
    .option('--episode <s>', 'simulated time of one episode, s (default: 15)', positiveNumber('--episode'))
    .option('--hidden <n>', 'units per hidden layer (default: 32)', wholeNumber('--hidden', 1, 512))
    .option(
      '--learning-rate <x>',
      'first learning rate; falls linearly to 0 (default: 0.001)',
      positiveNumber('--learning-rate'),
    )
    .option('--epochs <n>', 'passes over the data of an iteration (default: 4)', wholeNumber('--epochs', 1, 100))
    .option(
      '--checkpoint-every <n>',
      'iterations between checkpoints (default: 20)',
      wholeNumber('--checkpoint-every', 1),
    )
    .addOption(engineOption())
    .option('--resume', 'go on from the checkpoint of the run folder')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nOptions take precedence over what a training file says. docs/TRAINING.md has its fields.')
    .action(async (name: string, options: TrainCommandOptions) => {
      const jobs = (await namesTrainingFile(name))
        ? await jobsOfFile(name, options, streams)
        : [await jobOfScenario(name, options, streams)];
      const { CHECKPOINT_FILE } = await import('../../training/index.ts');
      for (const { folder } of jobs) {
        const isThere = existsSync(join(folder, CHECKPOINT_FILE));
        if (options.resume === true && !isThere && options.json !== true) {
          streams.err(`Note: '${folder}' has no checkpoint to go on from; a new run begins there.\n`);
        }
        if (options.resume !== true && isThere) {
          throw new SpaceCloudError('USAGE', `Expected a new run folder, got '${folder}', which holds a checkpoint.`, {
            hint: 'Add --resume to go on with it, or choose another folder.',
          });
        }
      }
      const results: { readonly folder: string; readonly result: TrainResult }[] = [];
      await untilInterrupted(async (signal) => {
        for (const job of jobs) {
          if (signal.aborted) break;
          results.push({ folder: job.folder, result: await run(job, options, signal, streams) });
        }
      });
      const summaries = results.map(({ folder, result: { engine, decisions, best, checkpointFile, config } }) => ({
        run: folder,
        engine,
        decisions,
        ...(best === null ? {} : { best }),
        checkpoint: checkpointFile,
        config,
      }));
      if (options.json === true) {
        streams.out(`${JSON.stringify(summaries.length === 1 ? summaries[0] : { runs: summaries }, undefined, 2)}\n`);
        return;
      }
      for (const { engine, decisions, best, checkpoint } of summaries) {
        streams.out(`Trained on ${decisions} decisions with the ${engine} engine. Checkpoint: ${checkpoint}\n`);
        if (best === undefined) continue;
        const { utility, decisions: after } = best;
        streams.out(`Best policy by its evaluations: utility ${utility.toFixed(4)} after ${after} decisions.\n`);
      }
    });
}

async function jobOfScenario(name: string, options: TrainCommandOptions, streams: CommandStreams): Promise<Job> {
  const { TRAIN_DEFAULTS } = await import('../../training/index.ts');
  const loaded = await loadScenarioInput(name, options, streams);
  const config = given(options);
  expectFits(loaded.scenario, config.episodeS ?? TRAIN_DEFAULTS.episodeS);
  return { folder: options.run, options: { ...loaded, engine: options.engine }, config };
}

async function jobsOfFile(path: string, options: TrainCommandOptions, streams: CommandStreams): Promise<Job[]> {
  const odd = (['elements', 'epoch', 'load'] as const).find((option) => options[option] !== undefined);
  if (odd !== undefined) {
    throw new SpaceCloudError('USAGE', `Expected a training file without --${odd}, got both.`, {
      hint: odd === 'load' ? 'Write load into the file, beside its scenario.' : 'Put it into a scenario of its own.',
    });
  }
  const { overridesOf } = await import('../../training/index.ts');
  const { file, scenarios, from } = await loadTrainingInput(path, options, streams);
  const [first, ...others] = scenarios;
  if (first === undefined) throw new SpaceCloudError('TRAINING_FILE', 'Expected at least one scenario, got none.');
  const more = others.map((share) => ({ ...share, weight: share.weight / first.weight }));
  const seeds = options.seed === undefined ? file.seeds : [options.seed];
  const engine = options.engine === 'auto' ? file.engine : options.engine;
  return seeds.map((seed) => ({
    folder: seeds.length === 1 ? options.run : join(options.run, `seed-${seed}`),
    options: { scenario: first.scenario, geometry: first.geometry, more, engine },
    config: merged(overridesOf(file, { seed, ...(from === undefined ? {} : { from }) }), given(options)),
  }));
}

/** What the command line says itself. */
function given(options: TrainCommandOptions): TrainOverrides {
  const { decisions, seed, workers, worlds, rows, episode, hidden, learningRate, epochs, checkpointEvery } = options;
  return {
    ...(decisions === undefined ? {} : { decisions }),
    ...(seed === undefined ? {} : { seed }),
    ...(workers === undefined ? {} : { workers }),
    ...(worlds === undefined ? {} : { worldsPerWorker: worlds }),
    ...(rows === undefined ? {} : { rowsPerIteration: rows }),
    ...(episode === undefined ? {} : { episodeS: episode }),
    ...(checkpointEvery === undefined ? {} : { checkpointEveryIterations: checkpointEvery }),
    network: hidden === undefined ? {} : { hidden },
    ppo: {
      ...(learningRate === undefined ? {} : { learningRate }),
      ...(epochs === undefined ? {} : { epochs }),
    },
  };
}

function merged(file: TrainOverrides, line: TrainOverrides): TrainOverrides {
  return {
    ...file,
    ...line,
    network: { ...file.network, ...line.network },
    ppo: { ...file.ppo, ...line.ppo },
  };
}

async function run(
  { folder, options, config }: Job,
  { resume }: TrainCommandOptions,
  signal: AbortSignal,
  streams: CommandStreams,
): Promise<TrainResult> {
  const { TRAIN_DEFAULTS, train } = await import('../../training/index.ts');
  const total = config.decisions ?? TRAIN_DEFAULTS.decisions;
  const progress = startProgress({ label: 'training', total, unit: 'decisions' });
  try {
    const trained = await train({
      ...options,
      runFolder: folder,
      resume: resume === true,
      config,
      clockMs: Date.now,
      commit: sourceCommit(),
      signal,
      onProgress: (state) => progress.update(state.decisions, noteOf(state)),
    });
    progress.end();
    if (trained.interrupted) {
      streams.err(
        `Stopped after ${trained.decisions} decisions; the checkpoint is ${trained.checkpointFile}. Go on with the same command and --resume.\n`,
      );
    }
    return trained;
  } finally {
    progress.end();
  }
}

function noteOf({ metrics, phases, evaluated }: TrainProgress): string {
  const score = evaluated === undefined ? `return ${metrics.returnMean.toFixed(3)}` : `utility ${evaluated.toFixed(3)}`;
  return `${score}  ${shares(phases)}`;
}

/** Where the computing time of an iteration went. */
function shares({ simulateS, inferS, updateS }: TrainPhases): string {
  const sum = simulateS + inferS + updateS;
  const percent = (part: number): string => `${Math.round((100 * part) / Math.max(sum, 1e-9))}%`;
  return `simulate ${percent(simulateS)} infer ${percent(inferS)} update ${percent(updateS)}`;
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { EnginePreference } from '../../policies/networks/index.ts';
import { positiveNumber, wholeNumber } from '../arguments.ts';
import { engineOption } from '../engine-option.ts';
import { untilInterrupted } from '../interrupt.ts';
import { startProgress } from '../progress.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, expectFits, loadScenarioInput, takesScenario } from '../scenario-input.ts';
import { SpaceCloudError } from '../../core/index.ts';

interface TrainCommandOptions extends ScenarioOptions {
  readonly run: string;
  readonly decisions: number;
  readonly seed: number;
  readonly workers: number;
  readonly worlds: number;
  readonly rows: number;
  readonly episode: number;
  readonly hidden: number;
  readonly learningRate: number;
  readonly epochs: number;
  readonly checkpointEvery: number;
  readonly engine: EnginePreference;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** `spacecloud train`: learns one policy for all satellites of a scenario. */
export function register(program: Command, streams: CommandStreams): void {
  takesScenario(program.command('train'))
    .description('train a policy; Ctrl-C writes a checkpoint, --resume goes on from it')
    .requiredOption('--run <folder>', 'folder for checkpoints and metrics')
    .option('--decisions <n>', 'decisions to learn from', wholeNumber('--decisions', 1), 1_000_000)
    .option('--seed <n>', 'all randomness of the run', wholeNumber('--seed', 1, 1000), 1)
    .option('--workers <n>', 'worker threads that collect', wholeNumber('--workers', 1, 64), 2)
    .option('--worlds <n>', 'worlds per worker', wholeNumber('--worlds', 1, 256), 8)
    .option('--rows <n>', 'decisions per iteration', wholeNumber('--rows', 64), 16_384)
    .option('--episode <s>', 'simulated time of one episode, s', positiveNumber('--episode'), 10)
    .option('--hidden <n>', 'units per hidden layer', wholeNumber('--hidden', 1, 512), 32)
    .option('--learning-rate <x>', 'first learning rate; falls linearly to 0', positiveNumber('--learning-rate'), 1e-3)
    .option('--epochs <n>', 'passes over the data of an iteration', wholeNumber('--epochs', 1, 100), 4)
    .option('--checkpoint-every <n>', 'iterations between checkpoints', wholeNumber('--checkpoint-every', 1), 20)
    .addOption(engineOption())
    .option('--resume', 'go on from the checkpoint of the run folder')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: TrainCommandOptions) => {
      const { CHECKPOINT_FILE, train } = await import('../../training/index.ts');
      if (options.resume !== true && existsSync(join(options.run, CHECKPOINT_FILE))) {
        throw new SpaceCloudError(
          'USAGE',
          `Expected a new run folder, got '${options.run}', which holds a checkpoint.`,
          {
            hint: 'Add --resume to go on with it, or choose another folder.',
          },
        );
      }
      const { scenario, geometry } = await loadScenarioInput(name, options, streams);
      expectFits(scenario, options.episode);
      const progress = startProgress({ label: 'training', total: options.decisions, unit: 'decisions' });
      const result = await untilInterrupted(async (signal) => {
        const trained = await train({
          scenario,
          geometry,
          runFolder: options.run,
          engine: options.engine,
          resume: options.resume === true,
          config: {
            decisions: options.decisions,
            seed: options.seed,
            workers: options.workers,
            worldsPerWorker: options.worlds,
            rowsPerIteration: options.rows,
            episodeS: options.episode,
            network: { hidden: options.hidden },
            checkpointEveryIterations: options.checkpointEvery,
            ppo: { learningRate: options.learningRate, epochs: options.epochs },
          },
          clockMs: Date.now,
          signal,
          onProgress: ({ decisions, metrics }) => progress.update(decisions, `return ${metrics.returnMean.toFixed(3)}`),
        });
        progress.end();
        if (trained.interrupted) {
          streams.err(
            `Stopped after ${trained.decisions} decisions; the checkpoint is ${trained.checkpointFile}. Go on with the same command and --resume.\n`,
          );
        }
        return trained;
      }).finally(() => progress.end());
      const summary = {
        run: options.run,
        engine: result.engine,
        decisions: result.decisions,
        checkpoint: result.checkpointFile,
      };
      streams.out(
        options.json === true
          ? `${JSON.stringify({ ...summary, config: result.config }, undefined, 2)}\n`
          : `Trained on ${result.decisions} decisions with the ${result.engine} engine. Checkpoint: ${result.checkpointFile}\n`,
      );
    });
}

import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { makeFolders } from '../../core/files/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import type { SearchFile, SearchMethod, SearchResult, TrainOptions } from '../../training/index.ts';
import { engineOption } from '../engine-option.ts';
import { writeTexts } from '../files.ts';
import { untilInterrupted } from '../interrupt.ts';
import { startProgress } from '../progress.ts';
import type { CommandStreams } from '../run-command.ts';
import { loadTrainingInput } from '../training-input.ts';

interface SearchCommandOptions {
  readonly out: string;
  readonly engine: NonNullable<TrainOptions['engine']>;
  readonly shard?: { readonly index: number; readonly of: number };
  readonly cache: boolean;
  readonly json?: boolean;
}

const JOURNAL_FILE = 'journal.jsonl';

/** `spacecloud search`: hyper-parameters by random search, successive halving or a population. */
export function register(program: Command, streams: CommandStreams): void {
  program
    .command('search')
    .argument('<file>', 'search file (YAML); docs/TRAINING.md has its fields')
    .description('search training settings; start it again with the same --out to go on after Ctrl-C or a kill')
    .requiredOption('--out <folder>', 'folder for trials, journal and results')
    .option('--shard <i/n>', 'only every n-th trial from the i-th on, 1 <= i <= n (random search)', shard)
    .option('--no-cache', 'do not keep the geometry')
    .addOption(engineOption())
    .option('--json', 'print one JSON document')
    .action(async (path: string, options: SearchCommandOptions) => {
      const training = await import('../../training/index.ts');
      const { value: file } = training.loadSearchFile(path);
      const input = await loadTrainingInput(join(dirname(path), file.training), options, streams);
      const [first, ...others] = input.scenarios;
      if (first === undefined) throw new SpaceCloudError('TRAINING_FILE', 'Expected at least one scenario, got none.');
      const { seed, trials, space, evaluation } = file;
      const method = methodOf(file);
      const budget = input.file.decisions;
      const { from } = input;
      // What is evaluated during training is not used here; seeds of their own decide.
      const overrides = training.overridesOf(input.file, { seed, ...(from === undefined ? {} : { from }) });
      const config = { ...overrides, evaluation: null };
      makeFolders(options.out);
      const sharded = options.shard === undefined ? {} : { shard: options.shard };
      const plan = { method, trials, budget, ...sharded };
      const total = training.searchEffort(plan);
      const progress = startProgress({ label: 'searching', total, unit: 'decisions' });
      let done = 0;
      const engine = options.engine === 'auto' ? input.file.engine : options.engine;
      const result = await untilInterrupted(async (signal) => {
        const run = training.trainTrials({
          ...{ scenario: first.scenario, geometry: first.geometry, engine, config, budget, seed, evaluation, signal },
          more: others.map((share) => ({ ...share, weight: share.weight / first.weight })),
          folder: options.out,
          method: method.method,
          fallback: training.TRAIN_DEFAULTS.fallback,
          clockMs: Date.now,
          onDecisions: (step, decisions) => {
            const within = Math.min(step.to, decisions) - step.from;
            progress.update(done + Math.max(0, within), `trial ${step.trial}`);
          },
        });
        const searched = { ...file, training: '', description: '' };
        const journal = options.shard === undefined ? JOURNAL_FILE : `journal-${options.shard.index + 1}.jsonl`;
        const identity = { ...searched, config, budget, shard: options.shard ?? null };
        const found = await training.searchSettings({
          ...{ ...plan, space: space, seed, signal },
          run: training.remembered(join(options.out, journal), identity, run),
          onStep: (step, objective) => {
            done += step.to - step.from;
            progress.update(done, `trial ${step.trial}: ${objective.toFixed(4)}`);
          },
        });
        progress.end();
        tell(found, options, streams);
        return found;
      });
      if (!result.complete) throw new SpaceCloudError('MISUSE', 'Expected a whole search, got one that was ended.');
    });
}

function methodOf({ method, reduction, generations }: SearchFile): SearchMethod {
  if (method === 'halving') return { method, reduction };
  return method === 'population' ? { method, generations } : { method };
}

function tell(result: SearchResult, options: SearchCommandOptions, streams: CommandStreams): void {
  const text = `${JSON.stringify({ objective: 'utility on tuning seeds', ...result }, undefined, 2)}\n`;
  const name = options.shard === undefined ? 'search.json' : `search-${options.shard.index + 1}.json`;
  writeTexts([{ path: join(options.out, name), text }]);
  if (options.json === true) {
    streams.out(text);
    return;
  }
  const header = ['trial', 'decisions', 'utility', 'settings'];
  const rows = result.trials.map(({ trial, decisions, objective, settings }) => [
    String(trial),
    String(decisions),
    objective.toFixed(4),
    Object.entries(settings)
      .map(([setting, value]) => `${setting} ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`)
      .join(', '),
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of [header, ...rows]) {
    const cells = row.map((cell, column) => (column === 3 ? cell : cell.padStart(widths[column] as number)));
    streams.out(`${cells.join('  ')}\n`);
  }
  const kept = result.complete ? '' : ' The search was ended; start it again to go on.';
  streams.out(`${result.spent} decisions trained. Report on other seeds: spacecloud evaluate.${kept}\n`);
}

function shard(text: string): { readonly index: number; readonly of: number } {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || index < 1 || index > of) {
    throw new SpaceCloudError('USAGE', `Expected --shard i/n with 1 <= i <= n, got '${text}'.`, {
      hint: 'In a Slurm array of 1-4: --shard $SLURM_ARRAY_TASK_ID/4.',
    });
  }
  return { index: index - 1, of };
}

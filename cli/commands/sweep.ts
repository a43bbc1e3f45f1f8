import { join } from 'node:path';
import type { Command } from 'commander';
import { SpaceCloudError, VERSION } from '../../core/index.ts';
import type { SweepAxis, SweptQuantity } from '../../training/index.ts';
import {
  type ComparisonOptions,
  readAnchors,
  resolveComparison,
  takesComparison,
  watchRuns,
} from '../evaluation-options.ts';
import { expectWritable, writeTexts } from '../files.ts';
import { untilInterrupted } from '../interrupt.ts';
import type { CommandStreams } from '../run-command.ts';
import { expectFits, loadScenarioFile, loadScenarioGeometry, takesScenario } from '../scenario-input.ts';

interface SweepCommandOptions extends ComparisonOptions {
  readonly over: readonly SweepAxis[];
}

/** Names of the quantities, for the help; their meaning stands in `SWEPT_QUANTITIES`. */
const QUANTITIES: readonly SweptQuantity[] = ['load', 'failure', 'satellite-failure', 'state-age'];

/** `spacecloud sweep`: all policies at several loads, failure rates or ages of news, on the same seeds. */
export function register(program: Command, streams: CommandStreams): void {
  takesComparison(takesScenario(program.command('sweep')))
    .description(
      'all policies at several loads, shares of failed links or satellites, or ages of news, on the same seeds',
    )
    .requiredOption(
      '--over <quantity=values>',
      'load=0.5,1,1.5 | failure=0,0.05,0.1 (laser links) | satellite-failure=0,0.05 | state-age=0.5,1,4; may be repeated',
      axis,
    )
    .option('--out <folder>', 'write records.jsonl, sweep.json, sweep.csv and report.html there')
    .action(async (name: string, options: SweepCommandOptions) => {
      const training = await import('../../training/index.ts');
      const firstSeed = options.firstSeed ?? training.SEED_RANGES.report.first;
      const seeds = Array.from({ length: options.seeds }, (_, i) => firstSeed + i);
      training.expectSeeds(seeds, 'report');
      const scenario = await loadScenarioFile(name, options, streams);
      const { policies, notes, sampleEfficiency } = await resolveComparison(options, { scenario, seeds });
      const anchors = await readAnchors(options.anchors, policies);
      expectFits(scenario, options.arrivals + options.drain);
      if (options.out !== undefined) expectWritable(options.out);
      const store =
        options.out === undefined
          ? undefined
          : training.RecordStore.open(options.out, { resume: options.resume === true });
      const points = options.over.reduce((sum, { values }) => sum + values.length, 0);
      const watch = watchRuns('sweeping', points * policies.length * seeds.length, streams);
      try {
        const geometry = await loadScenarioGeometry(scenario, options, streams);
        const result = await untilInterrupted((signal) =>
          training.sweep({
            ...{ scenario, geometry, policies, seeds, notes, signal, onProgress: watch.onProgress },
            ...anchors,
            axes: options.over,
            arrivalsS: options.arrivals,
            drainS: options.drain,
            anywhere: options.anywhere === true,
            fallback: training.TRAIN_DEFAULTS.fallback,
            workers: options.workers,
            replicates: options.replicates,
            ...(store === undefined ? {} : { store }),
          }),
        ).finally(() => watch.end());
        const { overall } = result;
        if (overall === undefined) throw new SpaceCloudError('MISUSE', 'Expected at least one whole point, got none.');
        const origin = {
          versions: { spacecloud: VERSION, node: process.versions.node },
          scenarioHashes: Object.fromEntries(
            result.points.map(({ summary, scenarioHash }) => [summary.scenarios[0] as string, scenarioHash]),
          ),
          command: ['spacecloud', ...process.argv.slice(2)].join(' '),
        };
        const json = training.sweepJson(result, origin);
        if (options.out !== undefined) {
          const records = result.points.flatMap((point) => point.records);
          const page = await training.renderReport(overall, records, {
            ...origin,
            title: `${scenario.name}: ${overall.policies.length} policies against ${options.over.map(({ quantity }) => quantity).join(', ')}`,
            when: new Date().toISOString(),
            sampleEfficiency,
            sweeps: training.sweepCurves(result),
          });
          writeTexts([
            { path: join(options.out, 'sweep.json'), text: json },
            { path: join(options.out, 'sweep.csv'), text: training.sweepCsv(result) },
            { path: join(options.out, 'report.html'), text: page },
          ]);
        }
        if (options.json === true) streams.out(json);
        else {
          streams.out(`${training.sweepTable(result, { colour: process.stdout.isTTY === true })}\n`);
          if (options.out !== undefined) streams.out(`Report: ${join(options.out, 'report.html')}\n`);
        }
      } finally {
        store?.close();
      }
    });
}

/** `load=0.5,1,1.5` as an axis, after those given before. Errors: USAGE. */
function axis(text: string, before: readonly SweepAxis[] = []): readonly SweepAxis[] {
  const [, name, list = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const quantity = QUANTITIES.find((known) => known === name);
  const values = list.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (quantity !== undefined && values.every(Number.isFinite)) return [...before, { quantity, values }];
  throw new SpaceCloudError('USAGE', `Expected a quantity and its values for --over, got '${text}'.`, {
    hint: `As in --over load=0.5,1,1.5; quantities: ${QUANTITIES.join(', ')}.`,
  });
}

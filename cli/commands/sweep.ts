import { join } from 'node:path';
import type { Command } from 'commander';
import { SpaceCloudError, VERSION } from '../../core/index.ts';
import type { SweepAxis, SweptQuantity } from '../../training/index.ts';
import {
  type ComparisonOptions,
  readAnchors,
  readSeeds,
  resolveComparison,
  takesComparison,
  watchRuns,
} from '../evaluation-options.ts';
import { expectWritable, writeTexts } from '../files.ts';
import { expectOutToResume, untilInterruptedOrKept } from '../resume.ts';
import type { CommandStreams } from '../run-command.ts';
import { expectFits, loadScenarioFile, loadScenarioGeometry, takesScenario } from '../scenario-input.ts';

interface SweepCommandOptions extends ComparisonOptions {
  readonly over: readonly SweepAxis[];
}

interface Allowed {
  readonly text: string;
  readonly holds: (value: number) => boolean;
}

const ABOVE_ZERO: Allowed = { text: 'above 0', holds: (value) => value > 0 };
const SHARE: Allowed = { text: 'from 0 to less than 1', holds: (value) => value >= 0 && value < 1 };

/** Names of the quantities and the values they take, for the help and refusals; their meaning stands in `SWEPT_QUANTITIES`. */
const ALLOWED: Readonly<Record<SweptQuantity, Allowed>> = {
  load: ABOVE_ZERO,
  failure: SHARE,
  'satellite-failure': SHARE,
  'state-age': ABOVE_ZERO,
};
const QUANTITIES = Object.keys(ALLOWED) as readonly SweptQuantity[];

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
      expectOutToResume(options);
      const training = await import('../../training/index.ts');
      expectLoadOnce(options);
      const seeds = await readSeeds(options.firstSeed, options.seeds, 'report');
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
        const result = await untilInterruptedOrKept(
          (signal) =>
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
          options,
          streams,
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
  if (quantity === undefined || !values.every(Number.isFinite)) {
    throw new SpaceCloudError('USAGE', `Expected a quantity and its values for --over, got '${text}'.`, {
      hint: `As in --over load=0.5,1,1.5; quantities: ${QUANTITIES.join(', ')}.`,
    });
  }
  const allowed = ALLOWED[quantity];
  if (!values.every(allowed.holds)) {
    throw new SpaceCloudError('USAGE', `Expected values ${allowed.text} for --over ${quantity}=, got '${text}'.`, {
      hint: allowed === SHARE ? 'A share of 0.05 is 5 %.' : 'It is a factor: 1 leaves the scenario as it is.',
    });
  }
  if (new Set(values).size < values.length || before.some((other) => other.quantity === quantity)) {
    throw new SpaceCloudError('USAGE', `Expected each quantity and value of --over once, got '${text}'.`, {
      hint: 'Give all values of a quantity in one --over, as in --over load=0.5,1,1.5.',
    });
  }
  return [...before, { quantity, values }];
}

/** Errors: USAGE when the load is swept and set at once. */
function expectLoadOnce({ over, load }: SweepCommandOptions): void {
  if (load === undefined || over.every(({ quantity }) => quantity !== 'load')) return;
  throw new SpaceCloudError('USAGE', `Expected --over load= or --load, got both (--load ${load}).`, {
    hint: 'Leave out --load, or sweep another quantity at that load.',
  });
}

import { join } from 'node:path';
import type { Command } from 'commander';
import { SpaceCloudError, VERSION, hashJson } from '../../core/index.ts';
import { list, positiveNumber, wholeNumber } from '../arguments.ts';
import { expectWritable, readKey, writeTexts } from '../files.ts';
import { untilInterrupted } from '../interrupt.ts';
import { startProgress } from '../progress.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, expectFits, loadScenarioInput, takesScenario } from '../scenario-input.ts';
import { readTrainingCurve } from '../training-curve.ts';

interface EvaluateCommandOptions extends ScenarioOptions {
  readonly policy: readonly string[];
  readonly rivals: readonly string[];
  readonly seeds: number;
  readonly firstSeed: number;
  readonly arrivals: number;
  readonly drain: number;
  readonly workers: number;
  readonly replicates: number;
  readonly key?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `spacecloud evaluate`: policies against all baselines on the same seeds. */
export function register(program: Command, streams: CommandStreams): void {
  takesScenario(program.command('evaluate'))
    .description('compare policies with the baselines on the same seeds: table, JSON and a page with plots')
    .option('--policy <policy>', 'run folder, bundle folder, `prior` or baseline; may be repeated', list, [])
    .option('--rivals <policies>', 'compare with these instead of all baselines; `none` for none', list, [])
    .option('--seeds <n>', 'runs per policy', wholeNumber('--seeds', 1, 10_000), 10)
    .option('--first-seed <n>', 'first seed; the others follow', wholeNumber('--first-seed', 1, 900_000), 1)
    .option('--arrivals <s>', 'simulated time in which tasks arrive, s', positiveNumber('--arrivals'), 20)
    .option('--drain <s>', 'at most so long until all have ended, s', positiveNumber('--drain'), 60)
    .option('--workers <n>', 'worker threads', wholeNumber('--workers', 1, 64), 2)
    .option('--replicates <n>', 'bootstrap resamples', wholeNumber('--replicates', 100, 1_000_000), 10_000)
    .option('--key <file>', 'trusted public key for bundles (PEM)')
    .option('--out <folder>', 'write evaluation.json, marl-eval.json and report.html there')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: EvaluateCommandOptions) => {
      const training = await import('../../training/index.ts');
      const rivals =
        options.rivals.length === 0 ? training.DEFAULT_RIVALS : options.rivals.filter((rival) => rival !== 'none');
      const references = [...new Set([...options.policy, ...rivals])];
      if (references.length === 0) {
        throw new SpaceCloudError('USAGE', 'Expected at least one policy, got none.', {
          hint: 'Give --policy, or leave out --rivals none.',
        });
      }
      const publicKeyPem = options.key === undefined ? undefined : readKey(options.key, 'public');
      const policies = references.map((reference) =>
        training.resolvePolicy(reference, { now: Date.now, ...(publicKeyPem === undefined ? {} : { publicKeyPem }) }),
      );
      const { scenario, geometry } = await loadScenarioInput(name, options, streams);
      expectFits(scenario, options.arrivals + options.drain);
      if (options.out !== undefined) expectWritable(options.out);
      const seeds = Array.from({ length: options.seeds }, (_, i) => options.firstSeed + i);
      const progress = startProgress({ label: 'evaluating', total: policies.length * seeds.length, unit: 'runs' });
      const { records, summary } = await untilInterrupted((signal) =>
        training.evaluate({
          scenario,
          geometry,
          policies,
          seeds,
          arrivalsS: options.arrivals,
          drainS: options.drain,
          fallback: training.TRAIN_DEFAULTS.fallback,
          workers: options.workers,
          replicates: options.replicates,
          signal,
          onProgress: (done, _total, { policy, seed }) => progress.update(done, `${policy} seed ${seed}`),
        }),
      ).finally(() => progress.end());
      if (summary === undefined) throw new SpaceCloudError('MISUSE', 'Expected at least one whole seed, got none.');
      const origin = {
        versions: { spacecloud: VERSION, node: process.versions.node },
        scenarioHashes: { [scenario.name]: hashJson(scenario) },
        command: ['spacecloud', ...process.argv.slice(2)].join(' '),
      };
      const json = training.evaluationJson(summary, records, origin);
      if (options.out !== undefined) {
        const { data } = training.toMarlEval(records, { environment: 'spacecloud', stepCount: 1 });
        const curve = options.policy.map(readTrainingCurve).find((points) => points !== undefined);
        const page = await training.renderReport(summary, records, {
          ...origin,
          when: new Date().toISOString(),
          ...(curve === undefined ? {} : { trainingCurve: curve }),
        });
        writeTexts([
          { path: join(options.out, 'evaluation.json'), text: json },
          { path: join(options.out, 'marl-eval.json'), text: `${JSON.stringify(data)}\n` },
          { path: join(options.out, 'report.html'), text: page },
        ]);
      }
      if (options.json === true) streams.out(json);
      else {
        streams.out(`${training.evaluationTable(summary, { colour: process.stdout.isTTY === true })}\n`);
        if (options.out !== undefined) streams.out(`Report: ${join(options.out, 'report.html')}\n`);
      }
    });
}

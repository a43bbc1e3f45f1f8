import { join } from 'node:path';
import type { Command } from 'commander';
import { SpaceCloudError, VERSION, hashJson } from '../../core/index.ts';
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

interface EvaluateCommandOptions extends ComparisonOptions {
  readonly absolute?: boolean;
}

/** Episodes of the absolute metric for each of an evaluation (Gorsane et al. 2022). */
const ABSOLUTE_FACTOR = 10;

/** `spacecloud evaluate`: policies against all baselines on the same seeds. */
export function register(program: Command, streams: CommandStreams): void {
  takesComparison(takesScenario(program.command('evaluate')))
    .description('compare policies with the baselines on the same seeds: table, JSON and a page with plots')
    .option(
      '--absolute',
      'the absolute metric, on ten times --seeds, fresh ones: of each run folder the best weights by its evaluations during training (the last where there were none) instead of the last',
    )
    .option('--out <folder>', 'write records.jsonl, evaluation.json, marl-eval.json and report.html there')
    .action(async (name: string, options: EvaluateCommandOptions) => {
      expectOutToResume(options);
      const training = await import('../../training/index.ts');
      const purpose = options.absolute === true ? 'absolute' : 'report';
      const count = options.seeds * (options.absolute === true ? ABSOLUTE_FACTOR : 1);
      const seeds = await readSeeds(options.firstSeed, count, purpose);
      const scenario = await loadScenarioFile(name, options, streams);
      const comparison = await resolveComparison(options, {
        scenario,
        seeds,
        which: options.absolute === true ? 'best' : 'last',
      });
      const { policies, notes, evaluations, sampleEfficiency, trainingCurve } = comparison;
      const anchors = await readAnchors(options.anchors, policies);
      expectFits(scenario, options.arrivals + options.drain);
      if (options.out !== undefined) expectWritable(options.out);
      const store =
        options.out === undefined
          ? undefined
          : training.RecordStore.open(options.out, { resume: options.resume === true });
      const watch = watchRuns('evaluating', policies.length * seeds.length, streams);
      try {
        const geometry = await loadScenarioGeometry(scenario, options, streams);
        const { records, summary } = await untilInterruptedOrKept(
          (signal) =>
            training.evaluate({
              ...{ scenario, geometry, policies, seeds, purpose, notes, signal, onProgress: watch.onProgress },
              ...anchors,
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
        if (summary === undefined) throw new SpaceCloudError('MISUSE', 'Expected at least one whole seed, got none.');
        const origin = {
          versions: { spacecloud: VERSION, node: process.versions.node },
          scenarioHashes: { [scenario.name]: hashJson(scenario) },
          command: ['spacecloud', ...process.argv.slice(2)].join(' '),
        };
        const json = training.evaluationJson(summary, records, origin);
        if (options.out !== undefined) {
          const { data } = training.toMarlEval(records, {
            environment: 'spacecloud',
            stepCount: 1,
            curves: evaluations,
          });
          const page = await training.renderReport(summary, records, {
            ...origin,
            when: new Date().toISOString(),
            sampleEfficiency,
            ...(trainingCurve === undefined ? {} : { trainingCurve }),
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
      } finally {
        store?.close();
      }
    });
}

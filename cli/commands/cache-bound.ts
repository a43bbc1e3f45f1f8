import type { Command } from 'commander';
import type { CacheBoundResult } from '../../training/index.ts';
import { list, positiveNumber, wholeNumber } from '../arguments.ts';
import { readKey } from '../files.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, expectFits, loadScenarioInput, takesScenario } from '../scenario-input.ts';

interface CacheBoundCommandOptions extends ScenarioOptions {
  readonly policy: readonly string[];
  readonly seeds: number;
  readonly firstSeed?: number;
  readonly arrivals: number;
  readonly drain: number;
  readonly key?: string;
  readonly json?: boolean;
}

/** `spacecloud cache-bound`: how far caches are from caches that know the requests to come. */
export function register(program: Command, streams: CommandStreams): void {
  takesScenario(program.command('cache-bound'))
    .description('byte misses of caches against those of caches that know all requests to come (Belady)')
    .option('--policy <policy>', 'run folder, bundle folder, `prior` or baseline; may be repeated', list, [])
    .option('--seeds <n>', 'runs per policy', wholeNumber('--seeds', 1, 10_000), 3)
    .option('--first-seed <n>', 'first seed; the others follow; default 1', wholeNumber('--first-seed', 1, 399_999))
    .option('--arrivals <s>', 'simulated time in which tasks arrive, s', positiveNumber('--arrivals'), 120)
    .option('--drain <s>', 'at most so long until all have ended, s', positiveNumber('--drain'), 60)
    .option('--key <file>', 'trusted public key for bundles (PEM)')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: CacheBoundCommandOptions) => {
      const training = await import('../../training/index.ts');
      const { createWorldModel } = await import('../../environment/index.ts');
      const firstSeed = options.firstSeed ?? training.SEED_RANGES.report.first;
      const seeds = Array.from({ length: options.seeds }, (_, i) => firstSeed + i);
      training.expectSeeds(seeds, 'report');
      const classics = training.CLASSIC_CACHES.map((cache) => `load-aware+greedy-finish+${cache}`);
      const policies = [...new Set([...classics, ...options.policy])].map((reference) =>
        training.resolvePolicy(reference, {
          now: Date.now,
          ...(options.key === undefined ? {} : { publicKeyPem: readKey(options.key, 'public') }),
        }),
      );
      const { scenario, geometry } = await loadScenarioInput(name, options, streams);
      expectFits(scenario, options.arrivals + options.drain);
      const result = await training.cacheBound(createWorldModel(scenario, geometry), {
        ...{ policies, seeds, arrivalsS: options.arrivals, drainS: options.drain },
        fallback: training.TRAIN_DEFAULTS.fallback,
      });
      const closed = result.rows.map((row) => training.gapClosedFrac(result, row));
      streams.out(
        options.json === true
          ? `${JSON.stringify({ bestClassic: result.bestClassic ?? null, rows: result.rows.map((row, i) => ({ ...row, gapClosedFrac: closed[i] ?? null })) }, undefined, 2)}\n`
          : table(result, closed, training.LEAST_GAP_FRAC),
      );
    });
}

const HEADING = ['policy', 'object misses', 'byte misses', 'offline', 'at least', 'gap closed', 'same requests'];

function table(
  { rows, bestClassic }: CacheBoundResult,
  closed: readonly (number | undefined)[],
  leastGapFrac: number,
): string {
  const percent = (share: number | undefined): string =>
    share === undefined || Number.isNaN(share) ? '-' : `${(100 * share).toFixed(1)} %`;
  const cells = rows.map((row, i) => [
    row.policy,
    percent(row.objectMissFrac),
    percent(row.byteMissFrac),
    percent(row.offlineByteMissFrac),
    percent(row.leastByteMissFrac),
    percent(closed[i]),
    percent(row.sameRequestFrac),
  ]);
  const all = [HEADING, ...cells];
  const widths = HEADING.map((_, column) => Math.max(...all.map((line) => (line[column] as string).length)));
  const lines = all.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number),
      )
      .join('  '),
  );
  const notes: string[] = [];
  if (rows.some(({ requests }) => requests === 0)) {
    notes.push('-: no requests. Give more time for arrivals, or a scenario with content.');
  }
  if (rows.some(({ requests }, i) => requests > 0 && closed[i] === undefined)) {
    notes.push(`gap closed -: nothing to gain, the gap is below ${100 * leastGapFrac} percentage points.`);
  }
  return [
    ...lines,
    '',
    ...notes,
    `Best classic: ${bestClassic ?? 'none'}. Misses are counted where requests enter the sky. Offline: the better of Belady by time and by`,
    'size times time on the same requests, given what they miss at once; at least: what no cache can do without (PFOO-L).',
    '',
  ].join('\n');
}

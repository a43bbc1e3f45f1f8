import type { Command } from 'commander';
import { SpaceCloudError } from '../../../core/index.ts';
import type { PathSample, Scenario } from '../../../environment/index.ts';
import { positiveNumber } from '../../arguments.ts';
import { startProgress } from '../../progress.ts';
import type { CommandStreams } from '../../run-command.ts';
import { loadScenarioFile, loadScenarioGeometry, tellNotes } from '../../scenario-input.ts';
import { type SampleTimes, expectWithin, sampleTime, scenarioTime } from './scenario-time.ts';

interface Options {
  readonly scenario: string;
  readonly from: string;
  readonly to: string;
  readonly start: string;
  readonly end?: string;
  readonly step?: number;
  readonly asScheduled?: boolean;
  readonly cache: boolean;
  readonly json?: boolean;
  readonly jsonl?: boolean;
}

/** More samples than this in one JSON document take more memory than a document should. */
const MOST_IN_DOCUMENT = 1_000_000;

/** `spacecloud contacts paths`: the path of least delay between two nodes, instant by instant. */
export function register(contacts: Command, streams: CommandStreams): void {
  contacts
    .command('paths')
    .description(
      'the path of least delay between two nodes at exact instants: nodes and one-way delay, or why there is none',
    )
    .option('--scenario <scenario>', 'scenario file, or the name of one that is shipped', 'iridium-66')
    .requiredOption('--from <node>', 'where the path starts')
    .requiredOption('--to <node>', 'where it ends')
    .option('--start <time>', 'first instant: s since scenario start, or UTC as in 2026-11-22T12:00:00Z', '0')
    .option('--end <time>', 'no instant is later; default: the end of the scenario')
    .option('--step <seconds>', 's between instants; default: tickS of the scenario', positiveNumber('--step'))
    .option('--as-scheduled', 'use contacts as scheduled (acquisition, antennas, beams), not all that is in sight')
    .option('--no-cache', 'compute geometry anew and do not keep it')
    .option('--json', 'print one JSON document')
    .option('--jsonl', 'print one JSON object per sample and line, as they are found')
    .action(async (options: Options) => {
      const { createPathFinder } = await import('../../../environment/index.ts');
      const scenario = await loadScenarioFile(options.scenario, {}, streams);
      const times = await timesOf(options, scenario);
      const { from, to, asScheduled = false } = options;
      const finder = createPathFinder(scenario);
      const geometry =
        asScheduled || finder.needsGeometry
          ? await loadScenarioGeometry(scenario, { cache: options.cache }, streams)
          : undefined;
      if (geometry === undefined) tellNotes(finder, streams);
      const pathAt = finder.between({ from, to, asScheduled, geometry });
      const asked = { scenario: scenario.name, from, to, asScheduled, ...times };
      sampleAll(times, (timeS) => pathAt(timeS), { ...options, asked, streams });
    });
}

async function timesOf(options: Options, scenario: Scenario): Promise<SampleTimes> {
  const { parseUtc } = await import('../../../environment/index.ts');
  const time = (name: string, text: string): number =>
    expectWithin(scenario, name, scenarioTime(scenario, name, text, parseUtc));
  const startS = time('--start', options.start);
  const endS = options.end === undefined ? scenario.durationS : time('--end', options.end);
  const stepS = options.step ?? scenario.tickS;
  if (endS < startS) {
    throw new SpaceCloudError('USAGE', `Expected --end at or after --start (${startS} s), got ${endS} s.`, {
      hint: 'Both count from scenario start.',
    });
  }
  // A whole number of steps may come out a rounding error short.
  const count = Math.floor((endS - startS) / stepS + 1e-9) + 1;
  if (options.json === true && count > MOST_IN_DOCUMENT) {
    throw new SpaceCloudError(
      'USAGE',
      `Expected at most ${MOST_IN_DOCUMENT} samples in one JSON document, got ${count}.`,
      { hint: 'Use --jsonl, which prints them as they are found, or a longer --step.' },
    );
  }
  return { startS, endS, stepS, count };
}

interface Output {
  readonly json?: boolean;
  readonly jsonl?: boolean;
  readonly asked: Readonly<Record<string, unknown>>;
  readonly streams: CommandStreams;
}

function sampleAll(times: SampleTimes, pathAt: (timeS: number) => PathSample, output: Output): void {
  const { json = false, jsonl = false, asked, streams } = output;
  const lines: string[] = [];
  let found = 0;
  const progress = startProgress({ label: 'paths', total: times.count, unit: 'samples' });
  try {
    for (let i = 0; i < times.count; i++) {
      const sample = pathAt(sampleTime(times, i));
      if (sample.path !== null) found++;
      if (json) lines.push(JSON.stringify(sample));
      else streams.out(`${jsonl ? JSON.stringify(sample) : textOf(sample)}\n`);
      progress.update(i + 1);
    }
  } finally {
    progress.end();
  }
  if (!json) return;
  const head = JSON.stringify({ ...asked, withPath: found }, undefined, 2).replace(/\n}$/, '');
  streams.out(`${head},\n  "samples": [\n    ${lines.join(',\n    ')}\n  ]\n}\n`);
}

function textOf({ timeS, path, delayS, reason }: PathSample): string {
  if (path === null || delayS === null) return `${timeS} s  no path: ${reason?.message ?? ''}`;
  return `${timeS} s  ${(delayS * 1000).toFixed(6)} ms  ${path.join(' > ')}`;
}

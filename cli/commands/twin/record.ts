import type { Command } from 'commander';
import { SpaceCloudError } from '../../../core/index.ts';
import type { PlantedFault } from '../../../environment/index.ts';
import { positiveNumber, wholeNumber } from '../../arguments.ts';
import { writeTexts } from '../../files.ts';
import { startProgress } from '../../progress.ts';
import type { CommandStreams } from '../../run-command.ts';
import { type ScenarioOptions, loadScenarioInput, takesScenario } from '../../scenario-input.ts';

interface Options extends ScenarioOptions {
  readonly satellite: string;
  readonly hours: number;
  readonly start: number;
  readonly every?: number;
  readonly policy: string;
  readonly seed: number;
  readonly noise: number;
  readonly plant: readonly string[];
  readonly out: string;
}

const S_PER_H = 3600;

/** `spacecloud twin record`: telemetry of a satellite of a run, with noise and faults if asked. */
export function register(twin: Command, streams: CommandStreams): void {
  takesScenario(twin.command('record'))
    .description('record the telemetry of one satellite of a run, with sensor noise and planted faults if asked')
    .requiredOption('--satellite <name>', 'whose')
    .requiredOption('--out <file>', 'where to write it')
    .option('--hours <h>', 'how long', positiveNumber('--hours'), 1)
    .option('--start <s>', 'start within the scenario, s', wholeNumber('--start', 0), 0)
    .option('--every <s>', 'time between rows, s; default: the tick', positiveNumber('--every'))
    .option('--policy <policy>', 'as of simulate', 'load-aware+greedy-finish+gdsf')
    .option('--seed <n>', 'of the run, and of the noise', wholeNumber('--seed', 1, 999_999), 1)
    .option('--noise <factor>', 'of plain sensors (docs/TWIN.md), times this; 0: none', factor, 0)
    .option('--plant <fault>', 'such as array*0.875@20000: what, times what, from which second on; repeatable', add, [])
    .action(async (name: string, options: Options) => {
      const { parsePlantedFault, synthesise, usualNoise, writeTelemetry } =
        await import('../../../environment/index.ts');
      const { recordSatellite } = await import('../../twin-recorder.ts');
      const faults: PlantedFault[] = options.plant.map(parsePlantedFault);
      const { scenario, geometry } = await loadScenarioInput(name, options, streams);
      const { satellite, tickS, gatewayLink: link } = scenario;
      const everyS = options.every ?? tickS;
      const recordS = Math.floor((options.hours * S_PER_H) / everyS + 1e-9) * everyS;
      expectWithin(scenario, { startS: options.start, recordS });
      const faultBehind = faults.findIndex(({ atS }) => atS >= options.start + recordS);
      if (faultBehind >= 0) throw faultTooLate(options.plant[faultBehind] as string, options.start, recordS);
      for (const [option, value] of [
        ['--every', everyS],
        ['--start', options.start],
      ] as const) {
        if (Math.abs(value / tickS - Math.round(value / tickS)) < 1e-9) continue;
        throw new SpaceCloudError(
          'USAGE',
          `Expected ${option} to be a multiple of the tick of ${tickS} s, got ${value} s.`,
          {
            hint: 'The world keeps its energy and heat by the tick.',
          },
        );
      }
      const progress = startProgress({ label: 'recording', total: recordS, unit: 's' });
      const { telemetry, hash } = await recordSatellite({
        ...{ scenario, geometry, satellite: options.satellite, policy: options.policy, seed: options.seed },
        ...{ startS: options.start, recordS, everyS },
        onProgress: (s) => progress.update(s),
      }).finally(() => progress.end());
      const noise = Object.fromEntries(
        Object.entries(usualNoise({ satellite }, everyS)).map(([column, sigma]) => [column, sigma * options.noise]),
      );
      const isPlain = faults.length === 0 && options.noise === 0;
      const written = isPlain
        ? telemetry
        : synthesise(telemetry, { satellite, tickS, link, faults, noise, seed: options.seed });
      const about = [
        `${options.satellite} of ${scenario.name}, ${options.policy}, seed ${options.seed}; times since the scenario's start`,
        `noise ${options.noise}; faults: ${options.plant.length === 0 ? 'none' : options.plant.join(', ')}`,
      ];
      writeTexts([{ path: options.out, text: writeTelemetry(written, about) }]);
      streams.err(`${written.n} rows in ${options.out}; trajectory hash ${hash}\n`);
    });
}

/** A recording plays one tick more, in which what was under way ends. */
function expectWithin(
  { name, durationS, tickS }: { readonly name: string; readonly durationS: number; readonly tickS: number },
  { startS, recordS }: { readonly startS: number; readonly recordS: number },
): void {
  const mostS = durationS - tickS;
  if (startS + recordS <= mostS) return;
  const message = `Expected --start and --hours to end by ${mostS} s, got ${startS} s + ${recordS} s: scenario '${name}' has ${durationS} s, and a recording plays one tick of ${tickS} s more.`;
  // Rounded down, so that the hint itself is accepted.
  const hours = Math.floor(((mostS - startS) / S_PER_H) * 1000) / 1000;
  throw new SpaceCloudError('USAGE', message, {
    hint: hours > 0 ? `Such as --hours ${hours}.` : 'Start earlier, or give the scenario a longer durationS.',
  });
}

function faultTooLate(text: string, startS: number, recordS: number): SpaceCloudError {
  const message = `Expected a fault that begins within the record of ${startS} to ${startS + recordS} s, got '${text}'.`;
  return new SpaceCloudError('USAGE', message, { hint: "Times count from the scenario's start, as in the file." });
}

function add(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function factor(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new SpaceCloudError('USAGE', `Expected a number from 0 for --noise, got '${text}'.`, {
    hint: '1 is the noise of plain sensors, 0 none.',
  });
}

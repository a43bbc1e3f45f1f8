import type { Command } from 'commander';
import type { Explanation, LinkState, WorldLinks } from '../../../environment/index.ts';
import { wholeNumber } from '../../arguments.ts';
import type { CommandStreams } from '../../run-command.ts';
import { type LoadedScenario, loadScenarioInput } from '../../scenario-input.ts';
import { labelOf } from './label-option.ts';
import { runWorldUntil } from './run-world.ts';
import { expectWithin, scenarioTime } from './scenario-time.ts';

interface Options {
  readonly scenario: string;
  readonly at: string;
  readonly run?: boolean;
  readonly seed: number;
  readonly start: string;
  readonly policy: string;
  readonly label?: string;
  readonly json?: boolean;
  readonly cache: boolean;
  readonly all?: boolean;
}

/** Links that people are shown unless they ask for all. */
const SHOWN_LINKS = 12;

/** `spacecloud contacts explain`: why there is, or is not, a path between two nodes. */
export function register(contacts: Command, streams: CommandStreams): void {
  contacts
    .command('explain')
    .description('why there is, or is not, a path between two nodes at a time: the reason of every link')
    .argument('<from>', 'node')
    .argument('<to>', 'node')
    .requiredOption('--at <time>', 's since scenario start, or UTC as in 2026-11-22T12:00:00Z')
    .option('--scenario <scenario>', 'scenario file, or the name of one that is shipped', 'iridium-66')
    .option('--run', 'run the world until then: nodes that are down or in quarantine, jamming and weather count too')
    .option('--seed <n>', 'with --run: all randomness of the run', wholeNumber('--seed', 1, 999_999), 1)
    .option('--start <time>', 'with --run: start of the run, from which scheduled faults count; as --at', '0')
    .option('--policy <policy>', 'with --run: as of simulate', 'load-aware+greedy-finish+gdsf')
    .option('--label <label>', 'of the data: LEVEL or LEVEL/NATION,...; nodes that may not hold them count as closed')
    .option('--all', `show all links, not only the nearest ${SHOWN_LINKS} of each node`)
    .option('--no-cache', 'compute the geometry anew and do not keep it')
    .option('--json', 'print one JSON document')
    .action(async (from: string, to: string, options: Options) => {
      const { explainLinks, figureNear, parseUtc } = await import('../../../environment/index.ts');
      const input = await loadScenarioInput(options.scenario, { cache: options.cache }, streams);
      const { scenario, geometry } = input;
      const atS = expectWithin(scenario, '--at', scenarioTime(scenario, '--at', options.at, parseUtc));
      const query = { from, to, atS };
      // Names and time are refused before the world runs.
      const without = explainLinks(scenario, geometry, query);
      const world = await worldOf(input, options, atS);
      const explanation = world === undefined ? without : explainLinks(scenario, geometry, query, world);
      streams.out(
        options.json === true
          ? `${JSON.stringify(explanation, undefined, 2)}\n`
          : renderExplanation(explanation, options.all === true ? Infinity : SHOWN_LINKS, figureNear),
      );
    });
}

/** What the running world and the label of the data take away. */
async function worldOf(input: LoadedScenario, options: Options, atS: number): Promise<WorldLinks | undefined> {
  const { labelLinks, nearestWord, parseUtc, worldLinks } = await import('../../../environment/index.ts');
  const { scenario, geometry } = input;
  const label = options.label === undefined ? undefined : labelOf(options.label, scenario, nearestWord);
  if (options.run === true) {
    const startS = expectWithin(scenario, '--start', scenarioTime(scenario, '--start', options.start, parseUtc));
    const { policy, seed } = options;
    return worldLinks(await runWorldUntil({ ...input, policy, seed, startS, atS }), label);
  }
  return label === undefined ? undefined : labelLinks(scenario, geometry, label);
}

function renderExplanation({ answer, from, to, links }: Explanation, most: number, figureText: FigureText): string {
  const lines = [answer];
  for (const node of from === to ? [from] : [from, to]) {
    const own = links.filter((link) => link.from === node);
    const shown = own.slice(0, most);
    lines.push('', `Links of ${node}: ${own.filter((link) => link.up).length} of ${own.length} up`);
    const rows = shown.map((link) => cellsOf(link, figureText));
    const widths = rows.reduce((widest, row) => row.map((cell, i) => Math.max(cell.length, widest[i] ?? 0)), [0]);
    for (const [to = '', by = '', ...figures] of rows) {
      const [text = ''] = figures.splice(-1);
      const padded = figures.map((cell, i) => cell.padStart(widths[2 + i] ?? 0)).filter((cell) => cell !== '');
      lines.push(`  ${[to.padEnd(widths[0] ?? 0), by.padEnd(widths[1] ?? 0), ...padded, text].join('  ')}`);
    }
    if (own.length > shown.length) lines.push(`  and ${own.length - shown.length} farther ones (--all)`);
  }
  return `${lines.join('\n')}\n`;
}

/** Writes a figure so that it can be told from its limit. */
type FigureText = (value: number, limit: number) => string;

/** Node, by whom, range, elevation and, when up, delay; then the reason. */
function cellsOf(
  { to, by, up, rangeKm, limitKm, elevationDeg, minElevationDeg, delayS, text }: LinkState,
  figureText: FigureText,
): string[] {
  const range = Number.isNaN(rangeKm) ? '' : `${figureText(rangeKm, limitKm)} km`;
  const elevation = Number.isNaN(elevationDeg) ? '' : `${figureText(elevationDeg, minElevationDeg)} deg`;
  return [to, by, range, elevation, up ? `${(1000 * delayS).toFixed(3)} ms` : '', text];
}

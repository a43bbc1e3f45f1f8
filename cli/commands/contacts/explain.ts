import type { Command } from 'commander';
import { SpaceCloudError } from '../../../core/index.ts';
import type { Explanation, Scenario } from '../../../environment/index.ts';
import type { CommandStreams } from '../../run-command.ts';
import { loadScenarioInput } from '../../scenario-input.ts';

interface Options {
  readonly scenario: string;
  readonly at: string;
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
    .option('--all', `show all links, not only the nearest ${SHOWN_LINKS} of each node`)
    .option('--no-cache', 'compute the geometry anew and do not keep it')
    .option('--json', 'print one JSON document')
    .action(async (from: string, to: string, options: Options) => {
      const { explainLinks, parseUtc } = await import('../../../environment/index.ts');
      const { scenario, geometry } = await loadScenarioInput(options.scenario, { cache: options.cache }, streams);
      const atS = timeOf(options.at, scenario, (text, epoch) => {
        const [at, start] = [parseUtc(text), parseUtc(epoch)];
        return at === undefined || start === undefined
          ? undefined
          : (at.day - start.day) * 86400 + (at.secondOfDay - start.secondOfDay);
      });
      const explanation = explainLinks(scenario, geometry, { from, to, atS });
      streams.out(
        options.json === true
          ? `${JSON.stringify(explanation, undefined, 2)}\n`
          : renderExplanation(explanation, options.all === true ? Infinity : SHOWN_LINKS),
      );
    });
}

function timeOf(
  text: string,
  scenario: Scenario,
  sinceEpochS: (text: string, epoch: string) => number | undefined,
): number {
  const seconds = /^\d+(?:\.\d*)?(?:\s*s)?$/.test(text) ? Number.parseFloat(text) : sinceEpochS(text, scenario.epoch);
  if (seconds !== undefined) return seconds;
  throw new SpaceCloudError('USAGE', `Expected seconds since scenario start or a UTC time for --at, got '${text}'.`, {
    hint: 'Write it as in 600, or as in 2026-11-22T00:10:00Z.',
  });
}

function renderExplanation({ answer, from, to, links }: Explanation, most: number): string {
  const lines = [answer];
  for (const node of from === to ? [from] : [from, to]) {
    const own = links.filter((link) => link.from === node);
    const shown = own.slice(0, most);
    const width = Math.max(0, ...shown.map((link) => link.to.length));
    const kinds = Math.max(0, ...shown.map((link) => link.by.length));
    lines.push('', `Links of ${node}: ${own.filter((link) => link.up).length} of ${own.length} up`);
    for (const link of shown) {
      const km = link.kind === 'terrestrial' ? '' : `${Math.round(link.rangeKm)} km`;
      lines.push(`  ${link.to.padEnd(width)}  ${link.by.padEnd(kinds)}  ${km.padStart(9)}  ${link.text}`);
    }
    if (own.length > shown.length) lines.push(`  and ${own.length - shown.length} farther ones (--all)`);
  }
  return `${lines.join('\n')}\n`;
}

import type { Command } from 'commander';
import type { CommandStreams } from '../../run-command.ts';
import { loadScenarioFile } from '../../scenario-input.ts';
import { differenceLines, differencesJson } from './difference-lines.ts';

/** `spacecloud scenario diff`: what differs between two scenarios, defaults filled in. */
export function register(scenario: Command, streams: CommandStreams): void {
  scenario
    .command('diff')
    .description('what differs between two scenarios: path: from -> to, defaults filled in')
    .argument('<a>', 'scenario file, or the name of one that is shipped')
    .argument('<b>', 'the other one')
    .option('--json', 'print one JSON document')
    .action(async (a: string, b: string, options: { readonly json?: boolean }) => {
      const { scenarioDifferences } = await import('../../../environment/index.ts');
      const from = await loadScenarioFile(a, {}, streams);
      const to = await loadScenarioFile(b, {}, streams);
      const differences = scenarioDifferences(from, to);
      const lines = differences.length === 0 ? ['No differences.'] : differenceLines(differences);
      streams.out(
        options.json === true
          ? `${JSON.stringify(differencesJson(differences), undefined, 2)}\n`
          : `${lines.join('\n')}\n`,
      );
    });
}

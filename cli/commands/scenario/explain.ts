import type { Command } from 'commander';
import type { CommandStreams } from '../../run-command.ts';
import { loadScenarioFile } from '../../scenario-input.ts';
import { differencesJson } from './difference-lines.ts';
import { studyFile } from './study-file.ts';

/** `spacecloud scenario explain`: what a scenario is, in words and numbers. */
export function register(scenario: Command, streams: CommandStreams): void {
  scenario
    .command('explain')
    .description('what a scenario is: its bases and changes, orbits, ground, traffic against capacity, its study')
    .argument('[scenario]', 'scenario file, or the name of one that is shipped', 'iridium-66')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: { readonly json?: boolean }) => {
      const loaded = await loadScenarioFile(name, {}, streams);
      const { explanation } = await import('./explanation.ts');
      const { scenarioFacts } = await import('./facts.ts');
      const { studyFacts } = await import('./study-part.ts');
      const facts = scenarioFacts(loaded);
      const shipped = await studyFile(loaded.name);
      const study = shipped === null ? null : studyFacts(loaded, shipped);
      const json = { ...facts, changes: differencesJson(facts.changes), study };
      streams.out(
        options.json === true ? `${JSON.stringify(json, undefined, 2)}\n` : `${explanation(facts, study).join('\n')}\n`,
      );
    });
}

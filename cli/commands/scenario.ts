import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { packageInfo } from '../package-info.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, loadScenarioFile, loadScenarioInput, takesScenario } from '../scenario-input.ts';

/** `spacecloud scenario`: list, check and show scenarios. */
export function register(program: Command, streams: CommandStreams): void {
  const scenario = program.command('scenario').description('list, check and show scenarios');
  scenario
    .command('list')
    .description('the scenarios that are shipped')
    .option('--json', 'print one JSON document')
    .action(async (options: { readonly json?: boolean }) => {
      const { loadScenario } = await import('../../index.ts');
      const names = readdirSync(join(packageInfo().root, 'scenarios')).filter((file) => file.endsWith('.yaml'));
      const all = names.map((file) => loadScenario(join(packageInfo().root, 'scenarios', file)));
      const rows = all.map(({ name, description }) => ({ name, description: description.trim() }));
      streams.out(
        options.json === true
          ? `${JSON.stringify(rows, undefined, 2)}\n`
          : rows.map((row) => `${row.name}\n  ${row.description}\n`).join(''),
      );
    });
  takesScenario(scenario.command('validate'))
    .description('check a scenario and its geometry; says file, line and column of what is wrong')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: ScenarioOptions & { readonly json?: boolean }) => {
      const { geometry, scenario: valid } = await loadScenarioInput(name, options, streams);
      const { satelliteCount, gatewayCount, dataCentreCount, terminalCount, tickCount, tickS } = geometry;
      const facts = {
        name: valid.name,
        satellites: satelliteCount,
        gateways: gatewayCount,
        dataCentres: dataCentreCount,
        terminals: terminalCount,
        durationS: tickCount * tickS,
      };
      streams.out(
        options.json === true
          ? `${JSON.stringify({ valid: true, ...facts }, undefined, 2)}\n`
          : `Valid: ${valid.name}, ${satelliteCount} satellites, ${gatewayCount} gateways, ${dataCentreCount} data centres, ${terminalCount} terminals, ${tickCount * tickS} s\n`,
      );
    });
  scenario
    .command('show')
    .description('print a scenario with every default filled in, as JSON')
    .argument('[scenario]', 'scenario file, or the name of one that is shipped', 'iridium-66')
    .action(async (name: string) => {
      streams.out(`${JSON.stringify(await loadScenarioFile(name, {}, streams), undefined, 2)}\n`);
    });
  scenario
    .command('schema')
    .description('print the JSON Schema of scenario files, for editors')
    .action(async () => {
      const { scenarioJsonSchema } = await import('../../environment/index.ts');
      streams.out(`${JSON.stringify(scenarioJsonSchema(), undefined, 2)}\n`);
    });
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { packageInfo } from '../package-info.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, loadScenarioFile, loadScenarioInput, takesScenario } from '../scenario-input.ts';
import { counted } from './scenario/counted.ts';
import { register as diff } from './scenario/diff.ts';
import { register as explain } from './scenario/explain.ts';
import { studyFile } from './scenario/study-file.ts';

/** `spacecloud scenario`: list, check, show, compare and explain scenarios. */
export function register(program: Command, streams: CommandStreams): void {
  const scenario = program.command('scenario').description('list, check, show, compare and explain scenarios');
  scenario
    .command('list')
    .description('the scenarios that are shipped, with the claim of the study of that name')
    .option('--json', 'print one JSON document')
    .action(async (options: { readonly json?: boolean }) => {
      const { loadScenario } = await import('../../index.ts');
      const { scenarioBases } = await import('../../environment/index.ts');
      const folder = join(packageInfo().root, 'scenarios');
      const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
      const rows = [];
      for (const file of files.sort()) {
        const loaded = loadScenario(join(folder, file));
        const study = await studyFile(loaded.name);
        rows.push({
          name: loaded.name,
          description: loaded.description.trim(),
          base: scenarioBases(loaded)[1]?.scenario.name ?? null,
          claim: study?.claim ?? null,
        });
      }
      streams.out(
        options.json === true
          ? `${JSON.stringify(rows, undefined, 2)}\n`
          : rows
              .map(({ name, description, base, claim }) =>
                [
                  base === null ? name : `${name} (from ${base})`,
                  `  ${description}`,
                  ...(claim === null ? [] : [`  Claim: ${claim}`]),
                  '',
                ].join('\n'),
              )
              .join(''),
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
          : `Valid: ${valid.name}, ${counted(satelliteCount, 'satellite')}, ${counted(gatewayCount, 'gateway')}, ${counted(dataCentreCount, 'data centre')}, ${counted(terminalCount, 'terminal')}, ${tickCount * tickS} s\n`,
      );
    });
  scenario
    .command('show')
    .description('print a scenario with every default filled in, as JSON')
    .argument('[scenario]', 'scenario file, or the name of one that is shipped', 'iridium-66')
    .option('--json', 'the same; errors are JSON too')
    .action(async (name: string) => {
      streams.out(`${JSON.stringify(await loadScenarioFile(name, {}, streams), undefined, 2)}\n`);
    });
  scenario
    .command('schema')
    .description('print the JSON Schema of scenario files, for editors')
    .option('--json', 'the same; errors are JSON too')
    .action(async () => {
      const { scenarioFileJsonSchema } = await import('../../environment/index.ts');
      streams.out(`${JSON.stringify(scenarioFileJsonSchema(), undefined, 2)}\n`);
    });
  diff(scenario, streams);
  explain(scenario, streams);
}

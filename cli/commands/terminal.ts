import { join } from 'node:path';
import type { Command } from 'commander';
import { SpaceCloudError } from '../../core/index.ts';
import type { Geometry, Scenario } from '../../environment/index.ts';
import { positiveNumber, wholeNumber } from '../arguments.ts';
import { expectWritable, readKey, writeTexts } from '../files.ts';
import { startProgress } from '../progress.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, loadScenarioFile, loadScenarioGeometry, takesScenario } from '../scenario-input.ts';

interface TerminalCommandOptions extends ScenarioOptions {
  readonly terminal?: string;
  readonly hours: number;
  readonly seed: number;
  readonly policy: string;
  readonly key?: string;
  readonly access?: 'fastest' | 'cheapest';
  readonly out?: string;
  readonly json?: boolean;
}

const JSON_FILE = 'terminal.json';
const PAGE_FILE = 'terminal.html';
const S_PER_HOUR = 3600;

/** `spacecloud terminal`: a day of one terminal with radios for several constellations, and with each radio alone. */
export function register(program: Command, streams: CommandStreams): void {
  takesScenario(program.command('terminal'), undefined, 'one-terminal')
    .description(
      'session of one terminal over a day: continuity, handovers, rates and price, and what one radio alone does',
    )
    .option('--terminal <name>', 'terminal of the scenario; default: its first')
    .option('--hours <h>', 'length of the run, from the start of the scenario', positiveNumber('--hours'), 24)
    .option('--seed <n>', 'all randomness of the runs', wholeNumber('--seed', 1, 999_999), 1)
    .option(
      '--access <rule>',
      'radio that terminals send over: fastest or cheapest; default: as the scenario says',
      rule,
    )
    .option(
      '--policy <policy>',
      'baseline, `prior`, run folder or bundle folder that decides on the satellites',
      'load-aware+greedy-finish+gdsf',
    )
    .option('--key <file>', 'trusted public key for bundles (PEM)')
    .option('--out <folder>', `write ${PAGE_FILE} and ${JSON_FILE} there`)
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: TerminalCommandOptions) => {
      const training = await import('../../training/index.ts');
      const policy = training.resolvePolicy(options.policy, {
        now: Date.now,
        ...(options.key === undefined ? {} : { publicKeyPem: readKey(options.key, 'public') }),
      });
      if (options.out !== undefined) expectWritable(options.out);
      const asked = await loadScenarioFile(name, options, streams);
      const terminal = options.terminal ?? asked.terminals[0]?.name ?? '';
      training.expectTerminal(asked, terminal, options.hours);
      const scenario = await withAccess(asked, options.access);
      const geometry = await loadScenarioGeometry(scenario, options, streams);
      const day = await training.terminalDay(scenario, geometry, {
        ...{ terminal, policy, seed: options.seed, hours: options.hours },
        geometryOf: (variant) => quietGeometry(variant, options, streams),
        progressOf: (radio) => {
          const label = radio === undefined ? 'all radios' : `${radio} alone`;
          const progress = startProgress({ label, total: options.hours * S_PER_HOUR, unit: 's' });
          return { update: (simulatedS) => progress.update(simulatedS), end: () => progress.end() };
        },
      });
      const json = `${JSON.stringify(training.terminalJson(day), undefined, 2)}\n`;
      if (options.out !== undefined) {
        const page = await training.terminalPage(day, {
          command: commandLine(name, terminal, options),
          caveats: training.terminalCaveats(day),
        });
        writeTexts([
          { path: join(options.out, PAGE_FILE), text: page },
          { path: join(options.out, JSON_FILE), text: json },
        ]);
        streams.err(`Written: ${join(options.out, PAGE_FILE)}, ${join(options.out, JSON_FILE)}\n`);
      }
      streams.out(options.json === true ? json : training.terminalText(day));
    });
}

function rule(text: string): 'fastest' | 'cheapest' {
  if (text === 'fastest' || text === 'cheapest') return text;
  throw new SpaceCloudError('USAGE', `Expected 'fastest' or 'cheapest' for --access, got '${text}'.`, {
    hint: 'fastest: the radio of least delay; cheapest: that of least costPerGB which is up and meets the deadline.',
  });
}

async function withAccess(scenario: Scenario, access: TerminalCommandOptions['access']): Promise<Scenario> {
  if (access === undefined) return scenario;
  const { applySettings } = await import('../../environment/index.ts');
  return applySettings(scenario, { 'terminals.*.access': access });
}

/** The geometry of a variant; what there is to say of it was said of the scenario. */
function quietGeometry(
  scenario: Scenario,
  options: Pick<ScenarioOptions, 'cache'>,
  streams: CommandStreams,
): Promise<Geometry> {
  return loadScenarioGeometry(scenario, options, { ...streams, err: () => undefined });
}

function commandLine(scenario: string, terminal: string, options: TerminalCommandOptions): string {
  return [
    `spacecloud terminal ${scenario} --terminal ${terminal} --hours ${options.hours} --seed ${options.seed}`,
    `--policy ${options.policy}`,
    ...(options.access === undefined ? [] : [`--access ${options.access}`]),
    ...(options.load === undefined ? [] : [`--load ${options.load}`]),
    ...(options.elements === undefined ? [] : [`--elements ${options.elements}`]),
    ...(options.epoch === undefined ? [] : [`--epoch ${options.epoch}`]),
  ].join(' ');
}

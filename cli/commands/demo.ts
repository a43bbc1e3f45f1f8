import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { LearningEnginePreference, RunRecord } from '../../training/index.ts';
import { wholeNumber } from '../arguments.ts';
import { engineOption } from '../engine-option.ts';
import { formatDuration } from '../progress.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, loadScenarioInput, takesScenario } from '../scenario-input.ts';
import { type CreateProgram, Shell } from '../shell.ts';

interface DemoCommandOptions extends ScenarioOptions {
  readonly out: string;
  readonly decisions: number;
  readonly seeds: number;
  readonly engine: LearningEnginePreference;
}

/** Satellites that run as processes of their own in the last step. */
const NODES = 3;
/** Where local decisions have something to win: links fail, and plans and reports are wrong about it. */
const DEMO_SCENARIO = 'degraded-66';

/** `spacecloud demo`: the main job end to end, each step a command that a user could type. */
export function register(program: Command, streams: CommandStreams, createProgram: CreateProgram): void {
  takesScenario(program.command('demo'), undefined, DEMO_SCENARIO)
    .description('train, evaluate, export, verify and run a policy; about 3 minutes on 2 cores')
    .option('--out <folder>', 'folder for everything the demo makes; a number is added if it exists', 'runs/demo')
    .option('--decisions <n>', 'decisions to train on', wholeNumber('--decisions', 1000), 1_600_000)
    .option('--seeds <n>', 'evaluation runs per policy', wholeNumber('--seeds', 2, 1000), 10)
    .addOption(engineOption())
    .action(async (name: string, options: DemoCommandOptions) => {
      const startMs = performance.now();
      const shell = new Shell(createProgram, streams);
      const folder = freeFolder(options.out);
      await learn(shell, folder, [name, ...scenarioWords(options)], options);
      const input = await loadScenarioInput(name, options, { ...streams, err: () => undefined });
      await fly(shell, folder, [name, ...scenarioWords(options)], input.geometry.nodeNames.slice(0, NODES));
      shell.say(
        [
          '',
          `Done in ${formatDuration((performance.now() - startMs) / 1000)}. Open the report in a browser:`,
          `  ${join(folder, 'evaluation', 'report.html')}`,
          `Also in ${folder}:`,
          '  run       checkpoint, metrics.jsonl, TensorBoard events',
          '  bundle    the signed policy: ONNX, weights, golden vectors, evaluation',
          '  key       the key pair that signed it',
        ].join('\n'),
      );
    });
}

/** Scenario, training, evaluation. */
async function learn(
  shell: Shell,
  folder: string,
  scenario: readonly string[],
  options: DemoCommandOptions,
): Promise<void> {
  const run = join(folder, 'run');
  shell.say('== 1 of 6: the scenario');
  await shell.run('scenario', 'validate', ...scenario);
  shell.say(`\n== 2 of 6: train one policy for all satellites; it starts from the best local heuristic`);
  const training = ['--decisions', String(options.decisions), '--learning-rate', '0.003', '--engine', options.engine];
  await shell.run('train', ...scenario, '--run', run, ...training);
  shell.say('\n== 3 of 6: evaluate it against eleven heuristics and an oracle, on seeds that training never saw');
  const evaluation = ['--seeds', String(options.seeds), '--arrivals', '10', '--out', join(folder, 'evaluation')];
  await shell.run('evaluate', ...scenario, '--policy', run, ...evaluation);
}

/** Export, verification, and a run on nodes that must equal the run in one process. */
async function fly(shell: Shell, folder: string, scenario: readonly string[], nodes: readonly string[]): Promise<void> {
  const [bundle, key] = [join(folder, 'bundle'), join(folder, 'key')];
  const evaluation = join(folder, 'evaluation', 'evaluation.json');
  shell.say('\n== 4 of 6: make a key and export the policy, signed');
  await shell.run('key', key);
  await shell.run(
    'export',
    join(folder, 'run'),
    '--out',
    bundle,
    '--key',
    join(key, 'private.pem'),
    '--evaluation',
    evaluation,
  );
  shell.say('\n== 5 of 6: verify the bundle as a node does');
  await shell.run('verify', bundle, '--key', join(key, 'public.pem'));
  shell.say(
    `\n== 6 of 6: run the exported policy in one process, and with ${nodes.length} satellites as processes of their own`,
  );
  const words = [
    'simulate',
    ...scenario,
    '--policy',
    bundle,
    '--key',
    join(key, 'public.pem'),
    '--arrivals',
    '5',
    '--drain',
    '20',
  ];
  const inProcess = await shell.read<RunRecord>(...words);
  const withNodes = await shell.read<RunRecord>(...words, '--nodes', nodes.join(','));
  for (const { kpis, decisions, trajectoryHash } of [inProcess, withNodes]) {
    shell.say(
      `   utility ${kpis['utility']?.toFixed(4)} per task, ${decisions} decisions, trajectory hash ${trajectoryHash}`,
    );
  }
  const isSame = inProcess.trajectoryHash === withNodes.trajectoryHash;
  shell.say(
    isSame
      ? '   Every decision is the same: the hashes are equal.'
      : '   The hashes DIFFER: a node decided otherwise, or was late.',
  );
}

function scenarioWords(options: ScenarioOptions): string[] {
  return [
    ...(options.elements === undefined ? [] : ['--elements', options.elements]),
    ...(options.epoch === undefined ? [] : ['--epoch', options.epoch]),
    ...(options.load === undefined ? [] : ['--load', String(options.load)]),
    ...(options.cache ? [] : ['--no-cache']),
  ];
}

/** The folder, or the first of `folder-2`, `folder-3`, ... that does not exist: nothing of an earlier demo is lost. */
function freeFolder(folder: string): string {
  let free = folder;
  for (let i = 2; existsSync(free); i++) free = `${folder}-${i}`;
  return free;
}

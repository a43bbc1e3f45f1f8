import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { EnginePreference } from '../../policies/networks/index.ts';
import type { RunRecord } from '../../training/index.ts';
import { wholeNumber } from '../arguments.ts';
import { engineOption } from '../engine-option.ts';
import { formatDuration } from '../progress.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, takesScenario } from '../scenario-input.ts';

interface DemoCommandOptions extends ScenarioOptions {
  readonly out: string;
  readonly decisions: number;
  readonly seeds: number;
  readonly engine: EnginePreference;
}

/** Satellites that run as processes of their own in the last step. */
const NODES = 3;

/** `spacecloud demo`: the main job end to end, each step the command a user would type. */
export function register(program: Command, streams: CommandStreams): void {
  takesScenario(program.command('demo'))
    .description(
      'train, evaluate, export, verify and run a policy on satellites of their own; about 5 minutes on 2 cores',
    )
    .option('--out <folder>', 'folder for everything the demo makes; a number is added if it exists', 'runs/demo')
    .option('--decisions <n>', 'decisions to train on', wholeNumber('--decisions', 1000), 600_000)
    .option('--seeds <n>', 'evaluation runs per policy', wholeNumber('--seeds', 2, 1000), 10)
    .addOption(engineOption())
    .action(async (name: string, options: DemoCommandOptions) => {
      const { createProgram } = await import('../program.ts');
      const folder = freeFolder(options.out);
      const at = (file: string): string => join(folder, file);
      const given: string[] = [];
      if (options.elements !== undefined) given.push('--elements', options.elements);
      if (options.epoch !== undefined) given.push('--epoch', options.epoch);
      if (options.load !== undefined) given.push('--load', String(options.load));
      if (!options.cache) given.push('--no-cache');
      const startedMs = performance.now();
      const step = async (title: string, ...words: string[]): Promise<void> => {
        streams.out(`\n== ${title}\n   spacecloud ${words.join(' ')}\n`);
        const stepMs = performance.now();
        await createProgram(streams).parseAsync(words, { from: 'user' });
        streams.out(`   (${formatDuration((performance.now() - stepMs) / 1000)})\n`);
      };
      const scenario = [name, ...given];
      await step('1 of 6: the scenario', 'scenario', 'validate', ...scenario);
      await step(
        `2 of 6: train one policy for all satellites on ${options.decisions} decisions (starts from the load-aware heuristic)`,
        'train',
        ...scenario,
        '--run',
        at('run'),
        '--decisions',
        String(options.decisions),
        '--engine',
        options.engine,
      );
      await step(
        `3 of 6: evaluate it against every baseline on ${options.seeds} seeds that training never saw`,
        'evaluate',
        ...scenario,
        '--policy',
        at('run'),
        '--seeds',
        String(options.seeds),
        '--arrivals',
        '10',
        '--out',
        at('evaluation'),
      );
      await step('4 of 6: make a key and export the policy, signed', 'key', at('key'));
      await step(
        '4 of 6, continued',
        'export',
        at('run'),
        '--out',
        at('bundle'),
        '--key',
        at('key/private.pem'),
        '--evaluation',
        at('evaluation/evaluation.json'),
      );
      await step('5 of 6: verify the bundle as a node would', 'verify', at('bundle'), '--key', at('key/public.pem'));
      const nodes = await firstSatellites(name, options);
      const run = [
        'simulate',
        ...scenario,
        '--policy',
        at('bundle'),
        '--key',
        at('key/public.pem'),
        '--arrivals',
        '5',
        '--drain',
        '20',
      ];
      streams.out(
        `\n== 6 of 6: run the exported policy in one process, and with ${nodes.length} satellites as processes of their own\n`,
      );
      const inProcess = await runOf(run, streams);
      const withNodes = await runOf([...run, '--nodes', nodes.join(',')], streams);
      const isSame = inProcess.trajectoryHash === withNodes.trajectoryHash;
      streams.out(
        `   Every decision ${isSame ? 'is the same: the trajectory hashes are equal' : 'SHOULD be the same, but the trajectory hashes differ'}.\n`,
      );
      streams.out(
        [
          '',
          `Done in ${formatDuration((performance.now() - startedMs) / 1000)}. Open the report in a browser:`,
          `  ${at('evaluation/report.html')}`,
          'Also made:',
          `  ${at('run')}         checkpoint, metrics.jsonl, TensorBoard events`,
          `  ${at('bundle')}      the signed policy: ONNX, weights, golden vectors, evaluation`,
          `  ${at('key')}         the key pair that signed it`,
          '',
        ].join('\n'),
      );
    });
}

/** Carries out a `simulate` command and returns its record. */
async function runOf(words: readonly string[], streams: CommandStreams): Promise<RunRecord> {
  const { createProgram } = await import('../program.ts');
  streams.out(`   spacecloud ${words.join(' ')}\n`);
  let document = '';
  const reader = createProgram({ ...streams, out: (text) => (document += text) });
  await reader.parseAsync([...words, '--json'], { from: 'user' });
  const record = JSON.parse(document) as RunRecord;
  streams.out(
    `   utility ${record.kpis['utility']?.toFixed(4)} per task, ${record.decisions} decisions, trajectory hash ${record.trajectoryHash}\n`,
  );
  return record;
}

/** Names of the first satellites, which become processes. */
async function firstSatellites(name: string, options: ScenarioOptions): Promise<readonly string[]> {
  const { loadScenarioInput } = await import('../scenario-input.ts');
  const { geometry } = await loadScenarioInput(name, options, { out: () => undefined, err: () => undefined });
  return geometry.nodeNames.slice(0, Math.min(NODES, geometry.satelliteCount));
}

/** The folder, or the first of `folder-2`, `folder-3`, ... that does not exist: nothing of an earlier demo is lost. */
function freeFolder(folder: string): string {
  let free = folder;
  for (let i = 2; existsSync(free); i++) free = `${folder}-${i}`;
  return free;
}

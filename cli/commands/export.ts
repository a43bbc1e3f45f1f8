import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { SpaceCloudError } from '../../core/index.ts';
import { instant, wholeNumber } from '../arguments.ts';
import { readJson, readKey } from '../files.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, loadScenarioInput } from '../scenario-input.ts';

interface ExportCommandOptions extends ScenarioOptions {
  readonly out: string;
  readonly key: string;
  readonly scenario?: string;
  readonly name: string;
  readonly release: number;
  readonly previous?: string;
  readonly days: number;
  readonly notBefore?: number;
  readonly licence: string;
  readonly evaluation?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

const MS_PER_DAY = 86_400_000;

/** `spacecloud export`: a trained policy as a signed bundle. */
export function register(program: Command, streams: CommandStreams): void {
  program
    .command('export')
    .description('write the policy of a training run as a signed bundle: ONNX, weights, golden vectors, evaluation')
    .argument('<run>', 'folder of the training run')
    .requiredOption('--out <folder>', 'folder of the bundle')
    .requiredOption('--key <file>', 'private key that signs (PEM; see `spacecloud key`)')
    .option('--scenario <scenario>', 'scenario for the golden vectors; default: the shipped one it was trained on')
    .option('--name <name>', 'name of the policy', 'spacecloud-policy')
    .option('--release <n>', 'release number; grows with every release', wholeNumber('--release', 1), 1)
    .option('--previous <name>', 'the release this one replaces')
    .option('--days <n>', 'days of validity', wholeNumber('--days', 1, 36_500), 365)
    .option('--not-before <utc>', 'start of validity; default: now', instant('--not-before'))
    .option('--licence <spdx>', 'licence of the policy', 'Apache-2.0')
    .option('--evaluation <file>', 'evaluation.json to enclose')
    .option('--overwrite', 'replace an earlier bundle in the folder')
    .option('--no-cache', 'compute the geometry anew and do not keep it')
    .option('--json', 'print one JSON document')
    .action(async (run: string, options: ExportCommandOptions) => {
      const { EVALUATION_FORMAT, exportPolicy, readTrainedPolicy } = await import('../../training/index.ts');
      const privateKeyPem = readKey(options.key, 'private');
      const evaluation =
        options.evaluation === undefined
          ? null
          : readJson(
              options.evaluation,
              EVALUATION_FORMAT,
              'Give the evaluation.json that `spacecloud evaluate --out` wrote.',
            );
      const { scenario: trainedOn } = readTrainedPolicy(run);
      const scenario = options.scenario ?? (await shippedScenario(trainedOn));
      const input = await loadScenarioInput(scenario, { cache: options.cache }, streams);
      const fromMs = options.notBefore ?? Date.now();
      const validity = {
        notBefore: new Date(fromMs).toISOString(),
        notAfter: new Date(fromMs + options.days * MS_PER_DAY).toISOString(),
      };
      await exportPolicy({
        runFolder: run,
        bundleFolder: options.out,
        overwrite: options.overwrite === true,
        ...input,
        privateKeyPem,
        policyName: options.name,
        version: options.release,
        ...(options.previous === undefined ? {} : { previous: options.previous }),
        validity,
        licence: options.licence,
        evaluation,
        versions: { node: process.versions.node },
      });
      streams.out(
        options.json === true
          ? `${JSON.stringify({ bundle: options.out, name: options.name, release: options.release, validity }, undefined, 2)}\n`
          : `Bundle ${options.out}: ${options.name} ${options.release}, valid until ${validity.notAfter}\n`,
      );
    });
}

/** The file of the scenario a policy was trained on, when its name is that of a shipped one. */
async function shippedScenario(name: string): Promise<string> {
  const { scenarioFile } = await import('../../index.ts');
  const file = scenarioFile(name);
  if (existsSync(file)) return file;
  throw new SpaceCloudError(
    'USAGE',
    `Expected --scenario, as '${name}' the policy was trained on is not a shipped one.`,
    {
      hint: 'Give the scenario file that the training run was given.',
    },
  );
}

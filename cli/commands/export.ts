import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { SpaceCloudError } from '../../core/index.ts';
import { instant, list, wholeNumber } from '../arguments.ts';
import { readJson, readKey } from '../files.ts';
import { int8Lines } from '../int8-lines.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, loadScenarioInput } from '../scenario-input.ts';
import { sourceCommit } from '../source-commit.ts';

interface ExportCommandOptions extends ScenarioOptions {
  readonly out: string;
  readonly key: string;
  readonly flightKey?: readonly string[];
  readonly scenario?: string;
  readonly name: string;
  readonly release?: number;
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
    .option('--flight-key <file>', 'private key of a further signer, such as an Ed25519 flight key; repeatable', list)
    .option('--scenario <scenario>', 'scenario for the golden vectors; default: the shipped one it was trained on')
    .option('--name <name>', 'name of the policy', 'spacecloud-policy')
    .option('--release <n>', 'release number; default: 1, or one above --previous', wholeNumber('--release', 1))
    .option('--previous <bundle>', 'folder of the release this one replaces')
    .option('--days <n>', 'days of validity', wholeNumber('--days', 1, 36_500), 365)
    .option(
      '--not-before <utc>',
      'start of validity; default: SOURCE_DATE_EPOCH if set, else now',
      instant('--not-before'),
    )
    .option('--licence <spdx>', 'licence of the policy', 'Apache-2.0')
    .option('--evaluation <file>', 'evaluation.json to enclose')
    .option('--overwrite', 'replace an earlier bundle in the folder')
    .option('--no-cache', 'compute the geometry anew and do not keep it')
    .option('--json', 'print one JSON document')
    .action(async (run: string, options: ExportCommandOptions) => {
      const { readManifest, releaseOf } = await import('../../policies/bundle/index.ts');
      const privateKeyPem = readKey(options.key, 'private');
      const previous = options.previous === undefined ? undefined : releaseOf(options.previous);
      const release = options.release ?? (previous?.version ?? 0) + 1;
      if (previous !== undefined && release <= previous.version) {
        const above = `Expected --release above ${previous.version} (the release of ${options.previous})`;
        throw new SpaceCloudError('USAGE', `${above}, got ${release}.`, {
          hint: `Leave --release out: it is ${previous.version + 1} then.`,
        });
      }
      const furtherKeyPems = (options.flightKey ?? []).map((file) => readKey(file, 'private'));
      const { EVALUATION_FORMAT, exportPolicy, readTrainedPolicy } = await import('../../training/index.ts');
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
      const fromMs = options.notBefore ?? sourceDateMs() ?? Date.now();
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
        furtherKeyPems,
        policyName: options.name,
        version: release,
        ...(previous === undefined ? {} : { previous }),
        validity,
        licence: options.licence,
        evaluation,
        commit: sourceCommit(),
      });
      const manifest = readManifest(options.out);
      const { agreement } = manifest.int8;
      streams.out(
        options.json === true
          ? `${JSON.stringify({ bundle: options.out, name: options.name, release, validity, int8: agreement }, undefined, 2)}\n`
          : [
              `Bundle ${options.out}: ${options.name} ${release}, valid until ${validity.notAfter}`,
              ...int8Lines(manifest),
              '',
            ].join('\n'),
      );
    });
}

/** The time that builds are told to take for now (https://reproducible-builds.org/specs/source-date-epoch/), ms; undefined = not told. */
function sourceDateMs(): number | undefined {
  const text = process.env['SOURCE_DATE_EPOCH'];
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1000;
  throw new SpaceCloudError('USAGE', `Expected SOURCE_DATE_EPOCH in whole seconds since 1970, got '${text}'.`, {
    hint: 'Unset it, or give --not-before.',
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

import type { Command } from 'commander';
import { SPACE_CLOUD_SPEC, decisionSpecHash } from '../../core/index.ts';
import { readKey } from '../files.ts';
import type { CommandStreams } from '../run-command.ts';

/** `spacecloud verify`: checks a bundle as a node does before it decides by it. */
export function register(program: Command, streams: CommandStreams): void {
  program
    .command('verify')
    .description('check a bundle: signature, files, validity, decision specification, golden vectors')
    .argument('<bundle>', 'folder of the bundle')
    .requiredOption('--key <file>', 'trusted public key (PEM)')
    .option('--json', 'print one JSON document')
    .action(async (bundle: string, options: { readonly key: string; readonly json?: boolean }) => {
      const { verifyBundle } = await import('../../policies/bundle/index.ts');
      const { manifest, keyHint, rootDigest, files, golden } = verifyBundle(bundle, {
        publicKeyPem: readKey(options.key, 'public'),
        now: Date.now,
        specHash: decisionSpecHash(SPACE_CLOUD_SPEC),
      });
      const { policyName, version, validity, specHash } = manifest;
      if (options.json === true) {
        streams.out(
          `${JSON.stringify({ valid: true, policyName, version, validity, specHash, keyHint, rootDigest, files, golden }, undefined, 2)}\n`,
        );
        return;
      }
      streams.out(
        [
          `Valid: ${policyName} ${version}, until ${validity.notAfter}`,
          `  ${files.length} files, digest ${rootDigest}`,
          `  signed by key ${keyHint}`,
          `  decision specification ${specHash}`,
          `  ${golden.rows} golden vectors reproduced, largest difference ${golden.maxDifference.toExponential(1)}`,
          '',
        ].join('\n'),
      );
    });
}

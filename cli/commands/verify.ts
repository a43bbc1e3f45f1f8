import type { Command } from 'commander';
import { SPACE_CLOUD_SPEC, SpaceCloudError, decisionSpecHash } from '../../core/index.ts';
import type { BundleTrust, RollbackOrder, VerifiedBundle } from '../../policies/bundle/index.ts';
import { int8Lines } from '../int8-lines.ts';
import type { CommandStreams } from '../run-command.ts';
import { addTrustOptions, readDocument, readTrust, type TrustOptions } from '../trust-options.ts';

interface VerifyOptions extends TrustOptions {
  readonly installed?: string;
  readonly rollback?: string;
  readonly json?: boolean;
}

/** `spacecloud verify`: checks a bundle as a node does before it decides by it. */
export function register(program: Command, streams: CommandStreams): void {
  addTrustOptions(
    program
      .command('verify')
      .description('check a bundle: signatures, files, revocation, validity, decision specification, golden vectors')
      .argument('<bundle>', 'folder of the bundle'),
  )
    .option('--installed <folder>', 'state folder of a node: refuse what it would refuse as older')
    .option('--rollback <file>', 'signed order to go back to this bundle; needs --trust')
    .option('--json', 'print one JSON document')
    .action(async (bundle: string, options: VerifyOptions) => {
      const { readInstalled, verifyBundle } = await import('../../policies/bundle/index.ts');
      const believed = await readTrust(options);
      const rollback = options.rollback === undefined ? {} : { rollback: await readOrder(options.rollback, believed) };
      const verified = verifyBundle(bundle, {
        ...believed,
        ...rollback,
        ...(options.installed === undefined ? {} : { installed: readInstalled(options.installed) }),
        specHash: decisionSpecHash(SPACE_CLOUD_SPEC),
      });
      for (const warning of verified.warnings) streams.err(`${warning}\n`);
      streams.out(options.json === true ? jsonOf(verified) : textOf(verified));
    });
}

/** The roll-back order of a file. Errors: USAGE (no trust store), FILE_*, TRUST_STORE. */
async function readOrder(file: string, believed: BundleTrust): Promise<RollbackOrder> {
  if (believed.trust === undefined) {
    throw new SpaceCloudError('USAGE', 'Expected --trust with --rollback, got --key.', {
      hint: 'A trust store says whose roll-back orders count; make one with `spacecloud trust create`.',
    });
  }
  const { readRollbackOrder } = await import('../../policies/bundle/index.ts');
  return readRollbackOrder(readDocument(file), believed.trust, believed);
}

function jsonOf(verified: VerifiedBundle): string {
  const { manifest, keyHint, signers, rootDigest, files, golden, isRollback, warnings } = verified;
  const { policyName, version, validity, specHash } = manifest;
  const document = {
    ...{ valid: true, policyName, version, validity, specHash },
    ...{ keyHint, signers, rootDigest, files, golden, int8: manifest.int8.agreement, isRollback, warnings },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function textOf({ manifest, signers, rootDigest, files, golden, isRollback }: VerifiedBundle): string {
  const { policyName, version, validity, specHash } = manifest;
  return [
    `Valid: ${policyName} ${version}, until ${validity.notAfter}`,
    `  ${files.length} files, digest ${rootDigest}`,
    ...signers.map(({ name, hint, use }) => `  signed to ${use} by key ${name === hint ? hint : `${name} (${hint})`}`),
    ...(isRollback ? ['  older than the release installed, which the roll-back order allows'] : []),
    `  decision specification ${specHash}`,
    `  ${golden.rows} golden vectors reproduced, largest difference ${golden.maxDifference.toExponential(1)}`,
    ...int8Lines(manifest),
    '',
  ].join('\n');
}

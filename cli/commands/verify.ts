import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
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
      const { INSTALLED_FILE, readInstalled, verifyBundle } = await import('../../policies/bundle/index.ts');
      const { installed } = options;
      if (installed !== undefined) expectFolder(installed);
      const believed = await readTrust(options);
      const rollback = options.rollback === undefined ? {} : { rollback: await readOrder(options.rollback, believed) };
      const verified = verifyBundle(bundle, {
        ...believed,
        ...rollback,
        ...(installed === undefined ? {} : { installed: readInstalled(installed) }),
        specHash: decisionSpecHash(SPACE_CLOUD_SPEC),
      });
      const isNew = installed !== undefined && !existsSync(join(installed, INSTALLED_FILE));
      const notes = isNew ? [`Nothing was installed in '${installed}' yet, so any release is new there.`] : [];
      const warnings = [...verified.warnings, ...notes];
      for (const warning of warnings) streams.err(`${warning}\n`);
      streams.out(options.json === true ? jsonOf({ ...verified, warnings }) : textOf(verified));
    });
}

/** A folder with a typing error must not pass for that of a node without releases. FILE_NOT_FOUND. */
function expectFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new SpaceCloudError('FILE_NOT_FOUND', `Expected the state folder of a node for --installed, got '${path}'.`, {
    place: { file: path },
    hint: 'Give the folder of `spacecloud node --state`; one that is empty stands for a new node.',
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

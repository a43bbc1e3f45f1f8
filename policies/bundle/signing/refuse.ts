import type { ErrorCode } from '../../../core/index.ts';
import { SpaceCloudError } from '../../../core/index.ts';

const HINTS = {
  BUNDLE_MALFORMED:
    'Fetch the bundle again from where it was published; if it stays so, ask its publisher for a new one.',
  BUNDLE_SIGNATURE: 'Do not run this bundle: what was signed was altered. Fetch it again from where it was published.',
  BUNDLE_KEY: 'Pass the public key of the publisher you trust, or do not run this bundle.',
  BUNDLE_CHANGED: 'Do not run this bundle. Fetch it again, or export and sign it again if the change was yours.',
  BUNDLE_MISSING: 'Fetch the whole folder again; every signed file must be present under its exact name.',
  BUNDLE_EXTRA: 'Take the file out of the folder, or export and sign the bundle again.',
  BUNDLE_EXPIRED: 'Check the clock of this machine; if it is right, fetch a bundle that is valid now.',
  BUNDLE_REVOKED: 'Do not run this bundle: the ground has withdrawn it or a key that signed it. Fetch a newer one.',
  BUNDLE_ROLLBACK: 'Fetch a newer release; to go back to an older one, the ground signs a roll-back order for it.',
  BUNDLE_SIGNERS: 'Have the missing signers sign the bundle (`spacecloud trust sign`), or do not run it.',
  TRUST_STORE: 'Fetch the file again from whoever keeps the trust store; `spacecloud trust show` says what is in it.',
  BUNDLE_SPEC:
    'Export the policy again with the version of spacecloud that runs here, or run the version it was made with.',
  BUNDLE_GOLDEN:
    'Do not fly this bundle with this runtime. Run the version of spacecloud named in its policy.json (lineage).',
} as const satisfies Partial<Record<ErrorCode, string>>;

/** Ways a bundle is refused. */
export type BundleErrorCode = keyof typeof HINTS;

/** The error of a refused bundle: which file, what is wrong, what to do. */
export function refuse(code: BundleErrorCode, file: string, message: string, cause?: unknown): SpaceCloudError {
  return new SpaceCloudError(code, message, { place: { file }, hint: HINTS[code], cause });
}

import type { OnBoard } from '../agents/bus/index.ts';
import { type BundleRefusal, bundleRefusalOf, refusalWatch } from '../agents/node/index.ts';
import { type Policy, SPACE_CLOUD_SPEC, SpaceCloudError, decisionSpecHash } from '../core/index.ts';
import type { BundleTrust } from '../policies/bundle/index.ts';
import { readText } from './files.ts';
import { type TrustOptions, readTrust } from './trust-options.ts';

export { bundleRefusalOf };

export interface FlightPolicyOptions extends TrustOptions {
  readonly bundle: string;
  /** Folder in which the node keeps what it has seen; without it roll-backs go unnoticed. */
  readonly state?: string;
}

/** What a node decides by. */
export interface FlightPolicy {
  readonly policy: Policy;
  /** Version of the bundle; empty when it was refused. */
  readonly release: string;
  /** Of a bundle that was taken once and for all; else `onBoard` knows. */
  readonly rootDigest?: string;
  /** Why the bundle may not decide now; null while it may. */
  readonly refusal: () => BundleRefusal | null;
  /** Of a bundle refused from the start; the satellite flies by its fallback, and the command ends with the error. */
  readonly error: SpaceCloudError | undefined;
  /** What the ground can change, where the satellite keeps bundles of its own. */
  readonly onBoard?: OnBoard;
}

/**
 * The bundle's policy, or none with the reason why the bundle was refused. Writes what was installed to the state folder.
 * Errors that are no refusal: FILE_*, MISUSE (key).
 */
export async function loadFlightPolicy(options: FlightPolicyOptions): Promise<FlightPolicy> {
  const bundles = await import('../policies/bundle/index.ts');
  return unlessRefused(options, (trust) => {
    const { state } = options;
    const loaded = bundles.loadBundle(options.bundle, {
      ...trust,
      specHash: decisionSpecHash(SPACE_CLOUD_SPEC),
      ...(state === undefined ? {} : { installed: bundles.readInstalled(state) }),
    });
    if (state !== undefined) bundles.writeInstalled(state, loaded.installed);
    const { manifest, verified } = loaded;
    return {
      policy: bundles.flownPolicy(loaded),
      release: String(manifest.version),
      rootDigest: verified.rootDigest,
      refusal: refusalWatch(trust.now, () => bundles.recheckBundle(verified, trust)),
      error: undefined,
    };
  });
}

/**
 * The same for a satellite that takes orders of the ground: it begins with what it installed last, and with the bundle given only where
 * there is nothing yet. Errors that are no refusal: FILE_*, MISUSE (key).
 */
export async function loadOnBoard(options: FlightPolicyOptions & { readonly state: string }): Promise<FlightPolicy> {
  const { OnBoard } = await import('../agents/bus/index.ts');
  const { revocations, ...withoutList } = options;
  let onBoard: OnBoard | undefined;
  const flight = await unlessRefused(withoutList, (trust) => {
    const specHash = decisionSpecHash(SPACE_CLOUD_SPEC);
    onBoard = new OnBoard({ stateFolder: options.state, trust, specHash });
    if (revocations !== undefined) onBoard.offerRevocations(readText(revocations));
    const { policy, bundleVersion, refusalNow } = onBoard.resume() ?? onBoard.begin(options.bundle);
    return { policy, release: bundleVersion, refusal: refusalNow, error: undefined };
  });
  return onBoard === undefined ? flight : { ...flight, onBoard };
}

/** What `load` makes with what bundles are checked against, or the refusal that it throws. */
async function unlessRefused(options: TrustOptions, load: (trust: BundleTrust) => FlightPolicy): Promise<FlightPolicy> {
  let isTrusted = false;
  try {
    const trust = await readTrust(options);
    isTrusted = true;
    return load(trust);
  } catch (error) {
    const reason = bundleRefusalOf(error);
    // A key or a store that is not there is a slip of who starts the node, not the bundle's.
    const isSlip = !isTrusted && (error as SpaceCloudError).code !== 'TRUST_STORE';
    if (reason === undefined || isSlip) throw error;
    return { policy: NO_POLICY, release: '', refusal: () => reason, error: error as SpaceCloudError };
  }
}

/** In the place of a refused one: never asked, as its node says so. */
const NO_POLICY: Policy = {
  name: 'none',
  choose() {
    throw new SpaceCloudError('MISUSE', 'Expected a policy to decide by, got a refused bundle.');
  },
};

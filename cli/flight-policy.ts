import { readFileSync } from 'node:fs';
import type { OnBoard } from '../agents/bus/index.ts';
import { type BundleRefusal, bundleRefusalOf } from '../agents/node/index.ts';
import { type Policy, SPACE_CLOUD_SPEC, SpaceCloudError, decisionSpecHash } from '../core/index.ts';
import type * as PolicyBundles from '../policies/bundle/index.ts';
import type { BundleTrust, LoadedBundle } from '../policies/bundle/index.ts';
import { readKey } from './files.ts';
import { fromSystemError } from './system-errors.ts';

export { bundleRefusalOf };

interface TrustOptions {
  /** Trusted public key (PEM file), or a trust store and, where there is one, a revocation list. */
  readonly key?: string | undefined;
  readonly trust?: string | undefined;
  readonly revocations?: string | undefined;
}

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

/** A running node checks its bundle against the clock this often, ms. */
const RECHECK_MS = 10_000;

/**
 * The bundle's policy, or none with the reason why the bundle was refused. Writes what was installed to the state folder.
 * Errors that are no refusal: FILE_*, MISUSE (key).
 */
export async function loadFlightPolicy(options: FlightPolicyOptions): Promise<FlightPolicy> {
  const bundles = await import('../policies/bundle/index.ts');
  return unlessRefused(options, bundles, async (trust) => {
    const { LearnedPolicy, Scorer } = await import('../policies/runtime/index.ts');
    const { state } = options;
    const loaded = bundles.loadBundle(options.bundle, {
      ...trust,
      specHash: decisionSpecHash(SPACE_CLOUD_SPEC),
      ...(state === undefined ? {} : { installed: bundles.readInstalled(state) }),
    });
    if (state !== undefined) bundles.writeInstalled(state, loaded.installed);
    const { manifest, spec, architecture, weights, normaliser } = loaded;
    return {
      policy: new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), {
        name: manifest.policyName,
        mode: 'greedy',
      }),
      release: String(manifest.version),
      rootDigest: loaded.verified.rootDigest,
      refusal: recheckLater(loaded, trust, bundles),
      error: undefined,
    };
  });
}

/**
 * The same for a satellite that takes orders of the ground: it begins with what it installed last, and with the bundle given only where
 * there is nothing yet. Errors that are no refusal: FILE_*, MISUSE (key).
 */
export async function loadOnBoard(options: FlightPolicyOptions & { readonly state: string }): Promise<FlightPolicy> {
  const [bundles, { OnBoard }] = await Promise.all([
    import('../policies/bundle/index.ts'),
    import('../agents/bus/index.ts'),
  ]);
  let onBoard: OnBoard | undefined;
  const flight = await unlessRefused({ ...options, revocations: undefined }, bundles, (trust) => {
    const specHash = decisionSpecHash(SPACE_CLOUD_SPEC);
    onBoard = new OnBoard({ stateFolder: options.state, trust, specHash });
    if (options.revocations !== undefined) onBoard.revoke(readBytes(options.revocations).toString('utf8'));
    const { policy, bundleVersion, refusalNow } = onBoard.resume() ?? onBoard.begin(options.bundle);
    return Promise.resolve({ policy, release: bundleVersion, refusal: refusalNow, error: undefined });
  });
  return onBoard === undefined ? flight : { ...flight, onBoard };
}

/** What `load` makes with what bundles are checked against, or the refusal that it throws. */
async function unlessRefused(
  options: TrustOptions,
  bundles: Bundles,
  load: (trust: BundleTrust) => Promise<FlightPolicy>,
): Promise<FlightPolicy> {
  let isTrusted = false;
  try {
    const trust = trustOf(options, bundles);
    isTrusted = true;
    return await load(trust);
  } catch (error) {
    const reason = bundleRefusalOf(error);
    // A key or a store that is not there is a slip of who starts the node, not the bundle's.
    const isSlip = !isTrusted && (error as SpaceCloudError).code !== 'TRUST_STORE';
    if (reason === undefined || isSlip) throw error;
    return { policy: NO_POLICY, release: '', refusal: () => reason, error: error as SpaceCloudError };
  }
}

type Bundles = typeof PolicyBundles;

/** What bundles are checked against. Errors: FILE_*, TRUST_STORE, USAGE. */
function trustOf({ key, trust, revocations }: TrustOptions, bundles: Bundles): BundleTrust {
  const now = Date.now;
  if (trust === undefined) {
    if (key !== undefined && revocations === undefined) return { publicKeyPem: readKey(key, 'public'), now };
    throw new SpaceCloudError(
      'USAGE',
      `Expected --key, or --trust and its --revocations, got ${key === undefined ? 'neither' : '--key and --revocations'}.`,
      { hint: 'Only a trust store says who may revoke.' },
    );
  }
  const store = bundles.readTrustStore({ file: trust, bytes: readBytes(trust) }, { now });
  if (revocations === undefined) return { trust: store, now };
  const list = bundles.readRevocationList({ file: revocations, bytes: readBytes(revocations) }, store, { now });
  return { trust: store, revocations: list, now };
}

/** Why a loaded bundle may not decide any more: asked before each request, looked up now and then. */
function recheckLater({ verified }: LoadedBundle, trust: BundleTrust, bundles: Bundles): FlightPolicy['refusal'] {
  const endMs = Date.parse(verified.manifest.validity.notAfter);
  let refusal: BundleRefusal | null = null;
  let dueMs = Math.min(Date.now() + RECHECK_MS, endMs);
  return () => {
    const nowMs = Date.now();
    if (nowMs < dueMs) return refusal;
    dueMs = nowMs < endMs ? Math.min(nowMs + RECHECK_MS, endMs) : nowMs + RECHECK_MS;
    try {
      bundles.recheckBundle(verified, trust);
      refusal = null;
    } catch (error) {
      const reason = bundleRefusalOf(error);
      if (reason === undefined) throw error;
      refusal = reason;
    }
    return refusal;
  };
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw fromSystemError(error) ?? error;
  }
}

/** In the place of a refused one: never asked, as its node says so. */
const NO_POLICY: Policy = {
  name: 'none',
  choose() {
    throw new SpaceCloudError('MISUSE', 'Expected a policy to decide by, got a refused bundle.');
  },
};

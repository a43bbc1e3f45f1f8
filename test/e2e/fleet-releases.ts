import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rng, SPACE_CLOUD_SPEC } from '../../core/index.ts';
import { createTrustStore, generateSigningKey, writeBundle } from '../../policies/bundle/index.ts';
import { type Normaliser, architectureOf, identityNormaliser, initialWeights } from '../../policies/index.ts';
import { contentOf } from '../policies/bundle/content.ts';

const DAY_MS = 86_400_000;

export interface TestReleases {
  /** Folders of release 1, of a release 2 that decides nearly as it does, and of a release 2 that decides by chance. */
  readonly first: string;
  readonly good: string;
  readonly bad: string;
  /** Files: the publisher's public key, the trust store, the operator's private key. */
  readonly key: string;
  readonly trust: string;
  readonly operatorKey: string;
}

/** Observations are small numbers to these networks, and none is so far out that the watch would hand over to the fallback. */
function wideNormaliser(): Normaliser {
  const { kinds } = identityNormaliser(SPACE_CLOUD_SPEC);
  return {
    kinds: kinds.map((kind) => ({
      ...kind,
      contextStd: kind.contextStd.map(() => 100),
      candidateStd: kind.candidateStd.map(() => 100),
    })),
  };
}

/**
 * Writes signed releases of one untrained policy, and what nodes believe. They are untrained networks with
 * disturbed weights; the bad one is not given the heuristic that the others correct.
 */
export function writeTestReleases(folder: string): TestReleases {
  const at = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
  const [publisher, operator] = [generateSigningKey(), generateSigningKey()];
  const write = (name: string, version: number, spread: number, prior?: 'hidden'): string => {
    const content = { ...contentOf(1) };
    delete (content as { previous?: unknown }).previous;
    const architecture = architectureOf(content.spec, prior === undefined ? {} : { prior });
    const rng = new Rng(version, 'fleet-releases');
    const weights = initialWeights(architecture, 1).map((weight) => weight + spread * rng.normal());
    const place = join(folder, name);
    writeBundle(
      place,
      {
        ...{ ...content, architecture, weights, normaliser: wideNormaliser() },
        ...{ policyName: 'fleet-test', version },
        validity: { notBefore: at(-1), notAfter: at(30) },
      },
      { privateKeyPem: publisher.privateKeyPem },
    );
    return place;
  };
  const window = { notBefore: at(-1), notAfter: at(60) };
  const trust = createTrustStore(
    {
      ...{ version: 1, issuedAt: at(-1), expires: at(60) },
      keys: [
        { name: 'publisher', publicKeyPem: publisher.publicKeyPem, uses: ['publish'], ...window },
        { name: 'operator', publicKeyPem: operator.publicKeyPem, uses: ['trust', 'revoke', 'rollback'], ...window },
      ],
      thresholds: { publish: 1, trust: 1, revoke: 1, rollback: 1 },
    },
    [operator.privateKeyPem],
  );
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  return {
    first: write('first', 1, 0.2),
    good: write('good', 2, 0.3),
    bad: write('bad', 2, 1, 'hidden'),
    key: file('public.pem', publisher.publicKeyPem),
    trust: file('trust.json', trust),
    operatorKey: file('operator.pem', operator.privateKeyPem),
  };
}

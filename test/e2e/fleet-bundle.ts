import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rng } from '../../core/index.ts';
import { generateSigningKey, writeBundle } from '../../policies/bundle/index.ts';
import { identityNormaliser, initialWeights } from '../../policies/index.ts';
import { contentOf } from '../policies/bundle/content.ts';

const DAY_MS = 86_400_000;

export interface TestBundle {
  readonly bundle: string;
  /** Public key, PEM file. */
  readonly key: string;
}

/**
 * Writes a signed bundle that need not be trained: the untrained network, which decides as a good heuristic does, with its
 * weights disturbed, so that it decides otherwise than the fallback and any baseline.
 */
export function writeTestBundle(folder: string): TestBundle {
  const content = contentOf(1);
  const { architecture } = content;
  const rng = new Rng(1, 'fleet-bundle');
  const weights = Float32Array.from(initialWeights(architecture, 1), (weight) => weight + 0.02 * rng.normal());
  const at = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
  const { privateKeyPem, publicKeyPem } = generateSigningKey();
  const bundle = join(folder, 'bundle');
  writeBundle(
    bundle,
    {
      ...content,
      ...{ weights, normaliser: identityNormaliser(content.spec) },
      validity: { notBefore: at(-1), notAfter: at(30) },
    },
    { privateKeyPem },
  );
  const key = join(folder, 'public.pem');
  writeFileSync(key, publicKeyPem);
  return { bundle, key };
}

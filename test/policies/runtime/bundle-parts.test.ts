import { describe, expect, it } from 'vitest';
import { SPACE_CLOUD_SPEC as spec } from '../../../core/index.ts';
import { architectureOf, networkOfBundle } from '../../../policies/runtime/index.ts';
import { randomNormaliser, randomWeights } from '../batches.ts';
import { bundleJson } from './bundle-json.ts';

const architecture = architectureOf(spec, { attention: 8 });
const network = {
  architecture,
  weights: randomWeights(architecture, 1),
  normaliser: randomNormaliser(architecture, 2),
};

describe('networkOfBundle', () => {
  it('gives the network back to the bit, wherever the bytes stand in their buffer', () => {
    const parts = bundleJson(spec, network);
    const shifted = new Uint8Array(parts.weights.length + 3);
    shifted.set(parts.weights, 3);
    const read = networkOfBundle({ ...parts, weights: shifted.subarray(3) });
    expect(read).toEqual({ spec, ...network });
  });

  it.each([
    [
      'no bundle',
      (b: ReturnType<typeof bundleJson>) => (b.policy['format'] = 'x'),
      /format 'spacecloud-policy-bundle'/,
    ],
    [
      'another spec',
      (b: ReturnType<typeof bundleJson>) => (b.policy['specHash'] = '0'),
      /Expected specHash [0-9a-f]{32}/,
    ],
    ['another clip', (b: ReturnType<typeof bundleJson>) => (b.policy['choice'] = { clip: 5 }), /choice.clip 10, got 5/],
    ['a weight that is none', (b: ReturnType<typeof bundleJson>) => b.weights.fill(255, 0, 4), /index 0, got null/],
    [
      'features in another order',
      (b: ReturnType<typeof bundleJson>) => b.normaliser.kinds[0]?.context.reverse(),
      /statistics of timeToDeadlineS/,
    ],
  ])('refuses %s', (_, edit, message) => {
    const parts = bundleJson(spec, network);
    edit(parts);
    expect(() => networkOfBundle(parts)).toThrow(message);
  });

  it('refuses weights of another length', () => {
    const parts = bundleJson(spec, network);
    expect(() => networkOfBundle({ ...parts, weights: parts.weights.subarray(4) })).toThrow(/float32 weights, got/);
  });
});

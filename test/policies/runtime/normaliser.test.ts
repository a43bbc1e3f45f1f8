import { describe, expect, it } from 'vitest';
import { SPACE_CLOUD_SPEC, SpaceCloudError, createDecisionBatch } from '../../../core/index.ts';
import {
  architectureOf,
  identityNormaliser,
  measureNormaliser,
  normaliserFromJson,
  normaliserToJson,
} from '../../../policies/runtime/index.ts';
import { SMALL_SPEC, randomBatch, randomNormaliser } from '../batches.ts';

describe('measureNormaliser', () => {
  it('measures mean and population spread per kind, over candidates that exist', () => {
    const batch = createDecisionBatch(SMALL_SPEC, 3);
    const F = batch.candidateStride;
    const K = SMALL_SPEC.maxCandidates;
    batch.n = 3;
    batch.kind.set([0, 0, 1]);
    batch.candidateCount.set([2, 1, 1]);
    batch.context[0] = 1;
    batch.context[batch.contextStride] = 5;
    batch.candidates[0] = 2;
    batch.candidates[F] = 4; // masked, exists: counts
    batch.candidates[2 * F] = 1000; // does not exist
    batch.candidates[K * F] = 9;
    batch.candidates[2 * K * F] = 77; // of another kind
    batch.actionMask.set([1, 0], 0);
    const [forward, place, cache] = measureNormaliser(SMALL_SPEC, [batch]).kinds;
    // context 1, 5: mean 3, spread 2; candidates 2, 4, 9: mean 5, spread sqrt((9 + 1 + 16) / 3)
    expect(forward?.contextMean[0]).toBe(3);
    expect(forward?.contextStd[0]).toBe(2);
    expect(forward?.candidateMean[0]).toBe(5);
    expect(forward?.candidateStd[0]).toBeCloseTo(Math.sqrt(26 / 3), 6);
    // one sample, and none: no spread to speak of
    expect([place?.candidateMean[0], place?.candidateStd[0]]).toEqual([77, 1]);
    expect([cache?.contextMean[0], cache?.contextStd[0]]).toEqual([0, 1]);
  });

  it('normalises a constant feature to exactly 0 and keeps small spreads on large means', () => {
    const batch = createDecisionBatch(SMALL_SPEC, 1000);
    batch.n = 1000;
    for (let r = 0; r < 1000; r++) {
      batch.context[r * batch.contextStride] = 0.1;
      batch.context[r * batch.contextStride + 1] = 4096 + (r % 2); // mean 4096.5, spread 0.5
      batch.context[r * batch.contextStride + 2] = 1e-4 * (r % 2); // spread 5e-5
    }
    const scale = measureNormaliser(SMALL_SPEC, [batch]).kinds[0];
    expect((batch.context[0] as number) - (scale?.contextMean[0] as number)).toBe(0);
    expect(scale?.contextStd[0]).toBe(1);
    expect(scale?.contextMean[1]).toBe(4096.5);
    expect(scale?.contextStd[1]).toBeCloseTo(0.5, 6);
    expect(scale?.contextStd[2]).toBeCloseTo(5e-5, 9);
  });

  it('does not depend on how rows are cut into batches', () => {
    const whole = randomBatch(SMALL_SPEC, { rows: 40, seed: 1, masked: 0.3 });
    const head = { ...whole, n: 25 };
    const tail = {
      ...whole,
      n: 15,
      kind: whole.kind.subarray(25),
      candidateCount: whole.candidateCount.subarray(25),
      context: whole.context.subarray(25 * whole.contextStride),
      candidates: whole.candidates.subarray(25 * whole.candidateStride * SMALL_SPEC.maxCandidates),
    };
    expect(measureNormaliser(SMALL_SPEC, [head, tail])).toEqual(measureNormaliser(SMALL_SPEC, [whole]));
  });

  it('refuses a feature that is not finite', () => {
    const batch = randomBatch(SMALL_SPEC, { rows: 1, seed: 2, kind: 0 });
    batch.context[1] = NaN;
    expect(() => measureNormaliser(SMALL_SPEC, [batch])).toThrow(/Expected finite features to normalise, got NaN/);
  });
});

describe('normaliser as JSON', () => {
  it('comes back bit for bit', () => {
    const normaliser = randomNormaliser(architectureOf(SPACE_CLOUD_SPEC), 3);
    const text = JSON.stringify(normaliserToJson(SPACE_CLOUD_SPEC, normaliser));
    expect(normaliserFromJson(SPACE_CLOUD_SPEC, JSON.parse(text))).toEqual(normaliser);
  });

  it.each([
    ['nothing', null, /version 1/],
    ['another version', { version: 2, kinds: [] }, /got version 2/],
    ['too few kinds', { version: 1, kinds: [] }, /Expected 16 numbers in contextMean of kind 'forward', got none/],
    ['kinds in another order', edited((kinds) => kinds.reverse()), /kind 0 to be 'forward', got 'cache'/],
    ['a missing list', edited((kinds) => delete kinds[1]?.['contextStd']), /list of numbers in 'contextStd'/],
    ['text in a list', edited((kinds) => (kinds[0] = { ...kinds[0], contextStd: ['1'] })), /list of numbers/],
    [
      'a spread of 0',
      edited((kinds) => ((kinds[2]?.['contextStd'] as number[])[4] = 0)),
      /contextStd\[4\] of kind 'cache'/,
    ],
  ])('refuses %s', (_, json, message) => {
    const read = (): unknown => normaliserFromJson(SPACE_CLOUD_SPEC, json);
    expect(read).toThrow(SpaceCloudError);
    expect(read).toThrow(message);
  });

  function edited(edit: (kinds: Record<string, unknown>[]) => void): unknown {
    const json = JSON.parse(
      JSON.stringify(normaliserToJson(SPACE_CLOUD_SPEC, identityNormaliser(SPACE_CLOUD_SPEC))),
    ) as {
      kinds: Record<string, unknown>[];
    };
    edit(json.kinds);
    return json;
  }
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CACHE, FORWARD, type OracleView, PLACE, SpaceCloudError, candidateWidth } from '../../../core/index.ts';
import { SPACE_CLOUD_SPEC, createDecisionBatch } from '../../../core/index.ts';
import { BASELINE_NAMES, createBaseline } from '../../../policies/baselines/index.ts';
import { NOTHING_PLANNED, knowledgeWith } from './knowledge.ts';
import { batchOf, forwardRow, hold, link } from './rows.ts';

const ALL_NAMES = BASELINE_NAMES.forward.flatMap((forward) =>
  BASELINE_NAMES.place.flatMap((place) => BASELINE_NAMES.cache.map((cache) => `${forward}+${place}+${cache}`)),
);
const VIEW: OracleView = { trueDelayS: (from, to) => 1 + ((from * 7 + to) % 5), trueBacklogS: (node) => node % 3 };

describe('createBaseline', () => {
  it('dispatches mixed batches by kind', () => {
    const batch = batchOf([
      { kind: CACHE, candidates: [{ features: { isBypass: 1 } }, { features: { isGdsfVictim: 1 } }] },
      forwardRow([hold([3.5, 3.5]), link(3, [0, 1, 1, 1, 1])]),
      {
        kind: PLACE,
        candidates: [{ features: { finishS: 3 } }, { features: { finishS: 4 } }, { features: { finishS: 2 } }],
      },
    ]);
    const out = new Uint8Array(3);
    createBaseline('load-aware+greedy-finish+gdsf', 1).choose(batch, out);
    expect([...out]).toEqual([1, 1, 2]);
  });

  it.each([
    'load-aware',
    'load-aware+greedy-finish',
    'load-aware+greedy-finish+belady',
    'gdsf+greedy-finish+load-aware',
    '+ +',
  ])("refuses '%s' and lists the names that exist", (name) => {
    try {
      createBaseline(name, 1);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SpaceCloudError);
      const refusal = error as SpaceCloudError;
      expect(refusal.code).toBe('USAGE');
      for (const part of Object.values(BASELINE_NAMES).flat()) expect(refusal.hint).toContain(part);
    }
  });

  it('is no property of Object: `constructor` is not a baseline', () => {
    expect(() => createBaseline('constructor+random+lru', 1)).toThrow(/'constructor'/);
  });

  it('hands oracles, and only oracles, the truth', () => {
    expect(createBaseline('oracle+greedy-finish+gdsf', 1).attachOracle).toBeTypeOf('function');
    expect(createBaseline('load-aware+oracle+gdsf', 1).attachOracle).toBeTypeOf('function');
    expect(createBaseline('load-aware+greedy-finish+gdsf', 1).attachOracle).toBeUndefined();
  });

  it('refuses a row that allows nothing, naming satellite and kind', () => {
    const batch = batchOf([forwardRow([hold([0.5, 0.5], false), link(1, [0, 0, 0, 0, 0], false)], { agent: 12 })], {
      knowledge: [knowledgeWith(NOTHING_PLANNED)],
    });
    const out = new Uint8Array(1);
    for (const forward of BASELINE_NAMES.forward) {
      const policy = createBaseline(`${forward}+random+random`, 1);
      policy.attachOracle?.([VIEW]);
      expect(() => policy.choose(batch, out)).toThrow(/satellite 12.*\(forward\)/);
    }
  });

  it('never chooses a masked or absent candidate, whatever the features, for all combinations', () => {
    expect(ALL_NAMES).toHaveLength(BASELINE_NAMES.forward.length * 9 * 11);
    const policies = ALL_NAMES.map((name) => {
      const policy = createBaseline(name, 3);
      policy.attachOracle?.([VIEW]);
      return policy;
    });
    const width = candidateWidth(SPACE_CLOUD_SPEC);
    const maxCandidates = SPACE_CLOUD_SPEC.maxCandidates;
    const feature = fc.oneof(fc.constantFrom(0, 1, Infinity, -Infinity, NaN), fc.float());
    const row = fc.record({
      kind: fc.constantFrom(FORWARD, PLACE, CACHE),
      mask: fc.array(fc.boolean(), { minLength: 1, maxLength: maxCandidates }).filter((mask) => mask.includes(true)),
      features: fc.array(feature, { minLength: width * maxCandidates, maxLength: width * maxCandidates }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (rows) => {
        const batch = createDecisionBatch(SPACE_CLOUD_SPEC, rows.length, [knowledgeWith(NOTHING_PLANNED)]);
        rows.forEach(({ kind, mask, features }, r) => {
          batch.kind[r] = kind;
          batch.candidateCount[r] = mask.length;
          mask.forEach((allowed, k) => (batch.actionMask[r * maxCandidates + k] = allowed ? 1 : 0));
          batch.candidates.set(features, r * maxCandidates * width);
        });
        batch.n = rows.length;
        const out = new Uint8Array(rows.length);
        for (const policy of policies) {
          out.fill(255);
          policy.choose(batch, out);
          for (let r = 0; r < rows.length; r++) {
            expect(batch.actionMask[r * maxCandidates + (out[r] as number)], policy.name).toBe(1);
          }
        }
      }),
      { numRuns: 60, seed: 20260 },
    );
  });
});

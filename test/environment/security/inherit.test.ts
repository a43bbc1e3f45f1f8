import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LabelConfig, mayHold } from '../../../environment/scenario/index.ts';
import { aggregateLabel, productLabel } from '../../../environment/security/inherit.ts';

const LEVELS = ['open', 'restricted', 'secret'];
const NATIONS = ['alba', 'borea', 'celtia'];

const label = fc.option(
  fc.record({
    level: fc.constantFrom(...LEVELS),
    releasableTo: fc.option(fc.subarray(NATIONS, { minLength: 1 }), { nil: undefined }),
  }),
  { nil: undefined },
) as fc.Arbitrary<LabelConfig | undefined>;

describe('labels of products', () => {
  it('ENV-132 take the highest level and the nations that all inputs are releasable to', () => {
    const inputs: LabelConfig[] = [
      { level: 'restricted', releasableTo: ['alba', 'borea'] },
      { level: 'secret' },
      { level: 'open', releasableTo: ['borea', 'celtia'] },
    ];
    expect(aggregateLabel(inputs, LEVELS)).toEqual({ level: 'secret', releasableTo: ['borea'] });
    expect(aggregateLabel([inputs[1], undefined], LEVELS)).toEqual({ level: 'secret' });
    expect(aggregateLabel([undefined, undefined], LEVELS)).toBeUndefined();
    // Nobody is in both lists: only nodes without an owner may hold what is made of the two.
    const apart = aggregateLabel([{ level: 'open', releasableTo: ['alba'] }, inputs[2]], LEVELS);
    expect(apart).toEqual({ level: 'open', releasableTo: [] });
  });

  it('ENV-132 may be held by exactly those that may hold every input', () => {
    const standing = fc.record({
      owner: fc.option(fc.constantFrom(...NATIONS), { nil: undefined }),
      accreditation: fc.option(fc.constantFrom(...LEVELS), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), standing, (inputs, node) => {
        const every = inputs.every((input) => mayHold(node, input, LEVELS));
        expect(mayHold(node, aggregateLabel(inputs, LEVELS), LEVELS)).toBe(every);
      }),
      { numRuns: 500 },
    );
  });

  it('ENV-132 do not depend on the order of the inputs, nor on how they are grouped', () => {
    const holders = (of: LabelConfig | undefined): boolean[] =>
      [undefined, ...NATIONS].flatMap((owner) =>
        LEVELS.map((accreditation) => mayHold({ owner, accreditation }, of, LEVELS)),
      );
    fc.assert(
      fc.property(label, label, label, (a, b, c) => {
        const together = holders(aggregateLabel([a, b, c], LEVELS));
        expect(holders(aggregateLabel([c, a, b], LEVELS))).toEqual(together);
        expect(holders(aggregateLabel([a, aggregateLabel([b, c], LEVELS)], LEVELS))).toEqual(together);
      }),
      { numRuns: 300 },
    );
  });

  it('ENV-132 are what their release was decided with, where it was', () => {
    const raw: LabelConfig = { level: 'secret', releasableTo: ['alba'] };
    expect(productLabel([raw], undefined, LEVELS)).toEqual(raw);
    expect(productLabel([raw], { level: 'open' }, LEVELS)).toEqual({ level: 'open' });
  });
});

import { describe, expect, it } from 'vitest';
import { Rng, SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import {
  architectureOf,
  initialWeights,
  orthogonal,
  weightCount,
  weightLayout,
} from '../../../policies/runtime/index.ts';
import { SMALL_SPEC } from '../batches.ts';

/** Rows of `matrix` times its transpose (or columns, for tall ones): gain^2 on the diagonal, 0 beside it. */
function gram(matrix: ArrayLike<number>, rows: number, columns: number): number[][] {
  const tall = rows >= columns;
  const vectors = Array.from({ length: Math.min(rows, columns) }, (_, v) =>
    Array.from(
      { length: Math.max(rows, columns) },
      (_, i) => matrix[tall ? i * columns + v : v * columns + i] as number,
    ),
  );
  return vectors.map((a) => vectors.map((b) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)));
}

function expectOrthogonal(matrix: ArrayLike<number>, [rows, columns]: readonly [number, number], gain: number): void {
  gram(matrix, rows, columns).forEach((row, i) =>
    row.forEach((value, j) => {
      // float32 storage: 32 products rounded to 6e-8 each
      expect(Math.abs(value - (i === j ? gain * gain : 0))).toBeLessThan(2e-6);
    }),
  );
}

describe('orthogonal', () => {
  it.each([
    [32, 32],
    [48, 32],
    [7, 32],
    [32, 1],
    [1, 1],
  ])('%i x %i has its shorter side orthonormal times the gain', (rows, columns) => {
    expectOrthogonal(orthogonal(new Rng(3, 'test'), rows, columns, 2), [rows, columns], 2);
  });
});

describe('initialWeights', () => {
  const architecture = architectureOf(SPACE_CLOUD_SPEC);
  const weights = initialWeights(architecture, 7);
  const layout = weightLayout(architecture);
  const part = (name: string): Float32Array => {
    const slot = layout.find((candidate) => candidate.name === name);
    if (slot === undefined) throw new RangeError(name);
    return weights.subarray(slot.offset, slot.offset + slot.size);
  };

  it.each(architecture.kinds)('$name: hidden layers sqrt 2, value head 1, policy head and biases 0', (kind) => {
    const H = architecture.hidden;
    for (const head of ['policy', 'value']) {
      const encoder = [...part(`${kind.name}/${head}.context.w`), ...part(`${kind.name}/${head}.candidate.w`)];
      expectOrthogonal(encoder, [kind.context + kind.candidate, H], Math.SQRT2);
      expectOrthogonal(part(`${kind.name}/${head}.hidden.w`), [H, H], Math.SQRT2);
      for (const bias of ['encoder.b', 'hidden.b']) {
        expect(part(`${kind.name}/${head}.${bias}`).every((x) => x === 0)).toBe(true);
      }
    }
    expectOrthogonal(part(`${kind.name}/value.out.w`), [H, 1], 1);
    expect(part(`${kind.name}/value.out.b`)[0]).toBe(0);
    expect(part(`${kind.name}/policy.out.w`).every((x) => x === 0)).toBe(true);
  });

  it('is a function of the seed', () => {
    expect(weights.length).toBe(weightCount(architecture));
    expect(initialWeights(architecture, 7)).toEqual(weights);
    expect(initialWeights(architecture, 8)).not.toEqual(weights);
    expect(initialWeights(architecture, 0)).not.toEqual(initialWeights(architecture, 1));
  });

  it('gives a kind the same weights whatever kinds stand beside it', () => {
    const alone = architectureOf({ ...SPACE_CLOUD_SPEC, kinds: SPACE_CLOUD_SPEC.kinds.slice(1, 2) });
    const from = layout[13]?.offset as number; // the second kind's first tensor: 13 tensors per kind
    expect(initialWeights(alone, 7)).toEqual(weights.slice(from, from + weightCount(alone)));
  });

  it('handles kinds without context and one hidden unit', () => {
    expect(initialWeights(architectureOf(SMALL_SPEC, { hidden: 1 }), 1).every(Number.isFinite)).toBe(true);
  });
});

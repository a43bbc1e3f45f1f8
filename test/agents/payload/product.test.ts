import { describe, expect, it } from 'vitest';
import { NOTE_BYTES, decideScene, decodeProduct, encodeProduct } from '../../../agents/index.ts';
import { SceneGenerator } from '../../../environment/index.ts';

const { counts } = new SceneGenerator().generate({ seed: 3, purpose: 'evaluation', index: 0 });

function classes(...found: readonly (readonly [patch: number, value: number])[]): Uint8Array {
  const all = new Uint8Array(16);
  for (const [patch, value] of found) all[patch] = value;
  return all;
}

describe('decideScene', () => {
  it('discards from three quarters of cloud on, 12 of 16 patches', () => {
    expect(decideScene(Uint8Array.from({ length: 16 }, (_, i) => (i < 12 ? 1 : 0)))).toBe('discard');
    expect(decideScene(Uint8Array.from({ length: 16 }, (_, i) => (i < 11 ? 1 : 0)))).toBe('summary');
  });

  it('keeps a detection between clouds', () => {
    expect(decideScene(Uint8Array.from({ length: 16 }, (_, i) => (i === 5 ? 3 : 1)))).toBe('product');
  });
});

describe('encodeProduct', () => {
  it('sends a note alone without detections', () => {
    const bytes = encodeProduct(70_000, counts, classes([0, 1], [15, 1]));
    expect(bytes).toHaveLength(NOTE_BYTES);
    expect(decodeProduct(bytes)).toEqual({
      ...{ index: 70_000, decision: 'summary', chips: [], classes: classes([0, 1], [15, 1]) },
    });
  });

  it('sends the counts of each detected patch unchanged', () => {
    const found = classes([6, 2], [9, 3], [1, 1]);
    const { chips, decision } = decodeProduct(encodeProduct(1, counts, found));
    expect(decision).toBe('product');
    expect(chips.map(({ patch }) => patch)).toEqual([6, 9]);
    // patch 9 is in column 1, row 2: pixel (3, 5) of its blue plane stands at (16 + 3, 32 + 5) of band 2
    expect(chips[1]?.counts[2 * 256 + 5 * 16 + 3]).toBe(counts[2 * 4096 + (32 + 5) * 64 + 16 + 3]);
    expect(chips[0]?.counts).toHaveLength(4 * 256);
  });

  it('is smaller than the raw chips that it holds', () => {
    const bytes = encodeProduct(1, counts, classes([6, 2], [9, 3]));
    expect(bytes.length).toBeLessThan(2 * 4 * 256 * 2);
  });
});

import { expect, it } from 'vitest';
import { BASELINE_NAMES, createBaseline } from '../../../policies/index.ts';
import { DEFAULT_RIVALS, PRIOR, allRivals } from '../../../training/index.ts';

it('all rivals are every part of every baseline, and all can be made', () => {
  const rivals = allRivals();
  expect(new Set(rivals).size).toBe(rivals.length);
  expect(rivals).toEqual(expect.arrayContaining([...DEFAULT_RIVALS]));
  const parts = rivals.filter((name) => name !== PRIOR).map((name) => name.split('+'));
  for (const [i, names] of [BASELINE_NAMES.forward, BASELINE_NAMES.place, BASELINE_NAMES.cache].entries()) {
    expect(new Set(parts.map((part) => part[i]))).toEqual(new Set(names));
  }
  for (const part of parts) expect(createBaseline(part.join('+'), 1).name).toBe(part.join('+'));
});

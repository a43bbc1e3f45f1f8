import { describe, expect, it } from 'vitest';
import { readOptions } from '../../bench/claims/options.ts';

describe('options of npm run claims', () => {
  it('are read', () => {
    expect(readOptions(['--only', 'b', '--folder', 'x'], ['a', 'b'])).toEqual({ only: ['b'], folder: 'x' });
    expect(readOptions([], ['a'])).toEqual({ only: [], folder: 'runs/claims' });
  });

  it.each([
    [['--only', 'b', '--only', 'c'], /--only: expected one of a, b, got 'c'/],
    [['--size', 'quick'], /--size/],
  ])('are refused: %j', (args, message) => {
    expect(() => readOptions(args, ['a', 'b'])).toThrow(message);
  });
});

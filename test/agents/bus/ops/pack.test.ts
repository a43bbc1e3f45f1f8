import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packFiles, unpackFiles } from '../../../../agents/bus/ops/pack.ts';

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
const files = fc.array(fc.tuple(name, fc.uint8Array({ maxLength: 50 })), { maxLength: 6 }).map((list) => new Map(list));

/** Uint8Arrays and Buffers of the same bytes are the same here. */
function plain(map: ReadonlyMap<string, Uint8Array>): Record<string, number[]> {
  return Object.fromEntries([...map].map(([key, bytes]) => [key, [...bytes]]));
}

describe('packed files', () => {
  it('come out as they went in', () => {
    fc.assert(
      fc.property(files, (map) => {
        expect(plain(unpackFiles(packFiles(map)))).toEqual(plain(map));
      }),
    );
  });

  it('are the same bytes whatever the order they are given in', () => {
    const [a, b] = [Uint8Array.of(1), Uint8Array.of(2, 3)];
    const one = packFiles(new Map([['a', a], ['b', b]])); // prettier-ignore
    const other = packFiles(new Map([['b', b], ['a', a]])); // prettier-ignore
    expect(Buffer.compare(one, other)).toBe(0);
  });

  it('are refused, or other files, when a byte changed or is missing', () => {
    const whole = packFiles(new Map([['policy.json', Uint8Array.of(1, 2, 3)]]));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Uint8Array.from(whole);
        damaged[at] = (damaged[at] as number) ^ flip;
        let got: unknown;
        try {
          got = plain(unpackFiles(damaged));
        } catch (error) {
          expect(error).toMatchObject({ code: 'BUNDLE_MALFORMED' });
          return;
        }
        expect(got).not.toEqual({ 'policy.json': [1, 2, 3] });
      }),
    );
    for (let length = 0; length < whole.length; length++) {
      expect(() => unpackFiles(whole.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'BUNDLE_MALFORMED' }),
      );
    }
  });

  it.each(['../policy.json', 'a/b', '.hidden', '', 'a b'])('named %j are refused', (bad) => {
    expect(() => unpackFiles(packFiles(new Map([[bad, Uint8Array.of(1)]])))).toThrow(
      expect.objectContaining({ code: 'BUNDLE_MALFORMED' }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { RAD_PER_DEG } from '../../core/index.ts';
import { siteEcef } from '../../environment/network/ground-site.ts';
import { slantRangesInto } from '../../environment/network/visibility.kernel.ts';
import { gmstRad } from '../../environment/orbit/earth-rotation.ts';
import { parseElements } from '../../environment/orbit/elements-file.ts';
import { ecefFromTemeInto } from '../../environment/orbit/frames.kernel.ts';
import { createSgp4Object, sgp4Ephemeris } from '../../environment/orbit/sgp4.ts';
import { parseUtc, secondsBetween } from '../../environment/orbit/utc.ts';
import { must } from '../present.ts';

describe('a pass of Sentinel-2B over Maspalomas (test data of aidotse/PASEOS)', () => {
  // PASEOS: start 2022-10-27T22:58:10Z, 740 s above 5 deg; its own test allows 10.4 s on the length. SGP4 and the WGS-84
  // ellipsoid: start 22:58:04Z, 745 s, to the second.
  const TLE = [
    '1 42063U 17013A   22300.18652110  .00000099  00000+0  54271-4 0  9998',
    '2 42063  98.5693  13.0364 0001083 104.3232 255.8080 14.30819357294601',
  ].join('\n');
  const from = must(parseUtc('2022-10-27T22:50:00Z'));
  const [set] = parseElements(TLE, 'fixture.tle');
  const ephemeris = sgp4Ephemeris([createSgp4Object(must(set), from)], ['S2B']);
  const site = siteEcef({ latDeg: 27.7629, lonDeg: -15.6338, heightM: 205.1 });
  const r = new Float64Array(3);
  const sinElevation = (timeS: number): number => {
    ephemeris.positionsInto(timeS, r, 0);
    ecefFromTemeInto(r, 1, gmstRad(from, timeS), r);
    return slantRangesInto(r, 1, site, -1, new Float64Array(1), 0);
  };
  const mask = Math.sin(5 * RAD_PER_DEG);
  /** Time between `low` and `high` at which the satellite crosses the mask. */
  const crossing = (low: number, high: number): number => {
    const rising = sinElevation(high) > mask;
    for (let round = 0; round < 40; round++) {
      const middle = (low + high) / 2;
      if (sinElevation(middle) > mask === rising) high = middle;
      else low = middle;
    }
    return (low + high) / 2;
  };
  let top = 0;
  for (let t = 0; t < 1800; t += 10) if (sinElevation(t) > sinElevation(top)) top = t;
  const startS = crossing(0, top);
  const endS = crossing(top, 1800);

  it('lasts 740 s within 6 s', () => {
    expect(Math.abs(endS - startS - 740)).toBeLessThan(6);
    expect(Math.abs(endS - startS - 745)).toBeLessThan(1); // SGP4, printed to the second
  });

  it('begins at 22:58:04Z within a second by SGP4, and within 10.4 s of 22:58:10Z', () => {
    const at = (text: string): number => secondsBetween(from, must(parseUtc(text)));
    expect(Math.abs(startS - at('2022-10-27T22:58:04Z'))).toBeLessThan(1);
    expect(Math.abs(startS - at('2022-10-27T22:58:10Z'))).toBeLessThan(10.4);
  });
});

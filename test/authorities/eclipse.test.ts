import { Body, GeoVector, MakeTime, RotateVector, Rotation_EQJ_EQD, Vector, e_tilt } from 'astronomy-engine';
import { describe, expect, it } from 'vitest';
import { AU_KM, MU_EARTH_WGS84_KM3_S2, R_EARTH_WGS84_KM, R_SUN_KM, RAD_PER_DEG } from '../../core/index.ts';
import { type MeanElements, meanElementPositionsInto } from '../../environment/orbit/mean-elements.kernel.ts';
import { sunlitFracInto } from '../../environment/orbit/shadow.kernel.ts';
import { sunPositionInto } from '../../environment/orbit/sun.ts';
import { type UtcInstant, parseUtc } from '../../environment/orbit/utc.ts';
import { walkerEphemeris } from '../../environment/orbit/walker.ts';
import { at } from '../present.ts';

function sunTeme(utc: string): Float64Array {
  const rSunKm = new Float64Array(3);
  sunPositionInto(parseUtc(utc) as UtcInstant, 0, rSunKm);
  return rSunKm;
}

function angleDeg(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const cross = Math.hypot(
    at(a, 1) * at(b, 2) - at(a, 2) * at(b, 1),
    at(a, 2) * at(b, 0) - at(a, 0) * at(b, 2),
    at(a, 0) * at(b, 1) - at(a, 1) * at(b, 0),
  );
  return Math.atan2(cross, at(a, 0) * at(b, 0) + at(a, 1) * at(b, 1) + at(a, 2) * at(b, 2)) / RAD_PER_DEG;
}

describe('the Sun against astronomy-engine', () => {
  // Every 37 days from 2000 to 2049: all seasons, no stroboscopic match with the year.
  const dates = Array.from({ length: 490 }, (_, i) => MakeTime(i * 37 - 0.25));
  it('within 0.01 deg in direction and 1e-4 in distance, in TEME', () => {
    let worstDeg = 0;
    let worstDistance = 0;
    for (const time of dates) {
      const vector = RotateVector(Rotation_EQJ_EQD(time), GeoVector(Body.Sun, time, true));
      // TEME is the true frame of date turned back by the equation of the equinoxes (`ee`, seconds of time: 15 arcsec each).
      const ee = (e_tilt(time).ee / 240) * RAD_PER_DEG;
      const expected = [
        vector.x * Math.cos(ee) + vector.y * Math.sin(ee),
        vector.y * Math.cos(ee) - vector.x * Math.sin(ee),
        vector.z,
      ];
      const got = sunTeme(time.date.toISOString());
      worstDeg = Math.max(worstDeg, angleDeg(got, expected));
      worstDistance = Math.max(worstDistance, Math.abs(Math.hypot(...got) / AU_KM / Math.hypot(...expected) - 1));
    }
    expect(dates.length).toBe(490);
    expect(worstDeg).toBeLessThan(0.01);
    expect(worstDistance).toBeLessThan(1e-4);
  });
});

/** One satellite at a true anomaly, in the frame the angles are given in. */
function positionKm(element: { aKm: number; e: number; i: number; raan: number; f: number }): Float64Array {
  const { aKm, e, f } = element;
  const eccentricAnomaly = 2 * Math.atan(Math.sqrt((1 - e) / (1 + e)) * Math.tan((f * RAD_PER_DEG) / 2));
  const one = (value: number): Float64Array => Float64Array.of(value);
  const elements: MeanElements = {
    n: 1,
    semiMajorKm: one(aKm),
    eccentricity: one(e),
    inclination: one(element.i * RAD_PER_DEG),
    raan: one(element.raan * RAD_PER_DEG),
    raanRate: one(0),
    argPerigee: one(0),
    argPerigeeRate: one(0),
    meanAnomaly: one(eccentricAnomaly - e * Math.sin(eccentricAnomaly)),
    meanAnomalyRate: one(0),
  };
  const r = new Float64Array(3);
  meanElementPositionsInto(elements, 0, r, 0);
  return r;
}

function sunlit(rKm: Float64Array, rSunKm: Float64Array): number {
  const out = new Float64Array(1);
  sunlitFracInto(rKm, 1, rSunKm, out, 0);
  return at(out, 0);
}

describe('the shadow against Basilisk (AVSLab/basilisk, test_eclipse.py)', () => {
  // Earth, 2021-05-04T07:47:48.965Z, a = 500 + 6378.1366 km, e 1e-5, i 5, RAAN 48.2, argp 0 deg, J2000.
  const UTC = '2021-05-04T07:47:48.965Z';
  const time = MakeTime(new Date(UTC));
  const ofDate = (r: Float64Array): Float64Array => {
    const v = RotateVector(Rotation_EQJ_EQD(time), new Vector(at(r, 0), at(r, 1), at(r, 2), time));
    return Float64Array.of(v.x, v.y, v.z);
  };
  const orbit = { aKm: 6878.1366, e: 1e-5, i: 5, raan: 48.2 };

  it('penumbra: 0.623 at a true anomaly of 107.5 deg, within 0.01', () => {
    // 0.01 of the disc is 0.005 deg of solar direction: the accuracy of our Sun. A cylinder would give 0 or 1.
    expect(
      Math.abs(sunlit(ofDate(positionKm({ ...orbit, f: 107.5 })), sunTeme(UTC)) - 0.62310760206735027),
    ).toBeLessThan(0.01);
  });

  it('penumbra with the exact Sun: within 0.001', () => {
    const sun = GeoVector(Body.Sun, time, false);
    const rSunKm = Float64Array.of(sun.x * AU_KM, sun.y * AU_KM, sun.z * AU_KM);
    expect(Math.abs(sunlit(positionKm({ ...orbit, f: 107.5 }), rSunKm) - 0.62310760206735027)).toBeLessThan(1e-3);
  });

  it('umbra: nothing at 173 deg; full sun at 0 deg', () => {
    expect(sunlit(ofDate(positionKm({ ...orbit, f: 173 })), sunTeme(UTC))).toBe(0);
    expect(sunlit(ofDate(positionKm({ ...orbit, f: 0 })), sunTeme(UTC))).toBe(1);
  });

  it('annular far behind the Earth: the disc covered is the square of the ratio of the discs, 1.4973e-4', () => {
    const r = Float64Array.of(-326716535.628942, -287302983.139247, -124542549.30105);
    // Relative 1e-3: Basilisk takes the Sun and Earth from SPICE with radii of its own (6378.1366 and 695000 km).
    const covered = 1 - sunlit(r, sunTemeJ2000(time));
    expect(covered / 1.497253388113018e-4).toBeGreaterThan(0.995);
    expect(covered / 1.497253388113018e-4).toBeLessThan(1.005);
  });
});

function sunTemeJ2000(time: ReturnType<typeof MakeTime>): Float64Array {
  const sun = GeoVector(Body.Sun, time, false);
  return Float64Array.of(sun.x * AU_KM, sun.y * AU_KM, sun.z * AU_KM);
}

describe('eclipse share of an orbit against the closed form', () => {
  // Cylinder: acos(sqrt(h^2 + 2 R h) / (a cos beta)) / pi; at 550 km, beta 0 / 30 / 45 / 60 / 66 deg.
  // The cone's mean of the sunlit share differs by the curvature of the penumbra only: below 0.001 of an orbit, and where the
  // orbit grazes the shadow (66 deg) below 0.004.
  it.each([
    [0, 0.372, 0.001],
    [30, 0.351, 0.001],
    [45, 0.314, 0.001],
    [60, 0.215, 0.002],
    [66, 0.09, 0.005],
  ])('550 km, beta %d deg', (betaDeg, tableValue, tolerance) => {
    const h = 550;
    const a = R_EARTH_WGS84_KM + h;
    const closed =
      Math.acos(Math.sqrt(h * h + 2 * R_EARTH_WGS84_KM * h) / (a * Math.cos(betaDeg * RAD_PER_DEG))) / Math.PI;
    expect(closed).toBeCloseTo(tableValue, 3);
    const beta = betaDeg * RAD_PER_DEG;
    const rSunKm = Float64Array.of(AU_KM * Math.cos(beta), 0, AU_KM * Math.sin(beta));
    const n = 20000;
    const r = new Float64Array(3 * n);
    for (let k = 0; k < n; k++) {
      r[3 * k] = a * Math.cos((2 * Math.PI * k) / n);
      r[3 * k + 1] = a * Math.sin((2 * Math.PI * k) / n);
    }
    const sunlitShare = new Float64Array(n);
    sunlitFracInto(r, n, rSunKm, sunlitShare, 0);
    const dark = 1 - sunlitShare.reduce((sum, share) => sum + share, 0) / n;
    expect(Math.abs(dark - closed)).toBeLessThan(tolerance);
  });

  it('longest eclipse of the table: 35.6 min at 550 km, 35.2 min at 780 km', () => {
    for (const [h, minutes] of [
      [550, 35.6],
      [780, 35.2],
    ] as const) {
      const a = R_EARTH_WGS84_KM + h;
      const periodMin = (2 * Math.PI * Math.sqrt(a ** 3 / MU_EARTH_WGS84_KM3_S2)) / 60;
      const n = 20000;
      const r = new Float64Array(3 * n);
      for (let k = 0; k < n; k++) {
        r[3 * k] = a * Math.cos((2 * Math.PI * k) / n);
        r[3 * k + 1] = a * Math.sin((2 * Math.PI * k) / n);
      }
      const share = new Float64Array(n);
      sunlitFracInto(r, n, Float64Array.of(AU_KM, 0, 0), share, 0);
      const darkMin = (1 - share.reduce((sum, value) => sum + value, 0) / n) * periodMin;
      // 0.05 min: the table is rounded to 0.1 min.
      expect(Math.abs(darkMin - minutes)).toBeLessThan(0.1);
    }
  });
});

/** Times in [0, untilS] at which `lit` crosses `level`, by steps of 10 s and bisection to a microsecond. */
function crossings(lit: (timeS: number) => number, level: number, untilS: number): number[] {
  const found: number[] = [];
  const above = (timeS: number): boolean => lit(timeS) > level;
  for (let t = 0; t < untilS; t += 10) {
    if (above(t) === above(t + 10)) continue;
    let [low, high] = [t, t + 10];
    while (high - low > 1e-6) {
      const middle = (low + high) / 2;
      if (above(middle) === above(low)) low = middle;
      else high = middle;
    }
    found.push((low + high) / 2);
  }
  return found;
}

/** Shares of the disc that stand for "all of it" and "none of it"; the last 1e-9 passes in a microsecond. */
const FULL = 1 - 1e-9;
const DARK = 1e-9;

describe('entry and exit of a circular orbit against the closed form of the cones, within 1 s', () => {
  // The cone of umbra narrows by asin((Rs - Re)/d), that of penumbra widens by asin((Rs + Re)/d). A satellite at distance a is on
  // a cone when its angle from the point opposite the Sun is asin(Re/a) less, or plus, that. With the Sun at an angle beta to the
  // orbit, cos(angle) = cos(beta) cos(phase).
  it.each([
    [550, 0],
    [550, 45],
    [780, 30],
    [1200, 50],
    [35786, 5],
  ])('%d km, beta %d deg', (altitudeKm, betaDeg) => {
    const a = R_EARTH_WGS84_KM + altitudeKm;
    const n = Math.sqrt(MU_EARTH_WGS84_KM3_S2 / a ** 3);
    const beta = betaDeg * RAD_PER_DEG;
    const rSunKm = Float64Array.of(AU_KM * Math.cos(beta), 0, AU_KM * Math.sin(beta));
    const lit = (timeS: number): number =>
      sunlit(Float64Array.of(a * Math.cos(n * timeS), a * Math.sin(n * timeS), 0), rSunKm);
    const half = (coneRad: number): number =>
      Math.acos(Math.cos(Math.asin(R_EARTH_WGS84_KM / a) + coneRad) / Math.cos(beta)) / n;
    const noon = Math.PI / n;
    const penumbraS = half(Math.asin((R_SUN_KM + R_EARTH_WGS84_KM) / AU_KM));
    const umbraS = half(-Math.asin((R_SUN_KM - R_EARTH_WGS84_KM) / AU_KM));
    // The cones are those of a point at distance AU from the Earth; seen from the satellite the Sun is up to a/AU nearer, which
    // moves the edge by 1e-6 rad or less: a millisecond.
    for (const [level, halfS] of [
      [FULL, penumbraS],
      [DARK, umbraS],
    ] as const) {
      const found = crossings(lit, level, (2 * Math.PI) / n);
      expect(found.length).toBe(2);
      expect(Math.abs(at(found, 0) - (noon - halfS))).toBeLessThan(0.05);
      expect(Math.abs(at(found, 1) - (noon + halfS))).toBeLessThan(0.05);
    }
    expect(penumbraS - umbraS).toBeGreaterThan(5); // a cylinder would have both at once
  });
});

describe('entry and exit against the Sun of astronomy-engine and a cone of its own, within 1 s', () => {
  const EPOCHS = ['2026-03-20T00:00:00Z', '2026-06-21T00:00:00Z', '2026-09-02T06:00:00Z', '2026-12-21T12:00:00Z'];

  /** Sun in TEME, km, by astronomy-engine. */
  const theirSun = (ms: number): number[] => {
    const time = MakeTime(new Date(ms));
    const vector = RotateVector(Rotation_EQJ_EQD(time), GeoVector(Body.Sun, time, true));
    const ee = (e_tilt(time).ee / 240) * RAD_PER_DEG;
    return [
      AU_KM * (vector.x * Math.cos(ee) + vector.y * Math.sin(ee)),
      AU_KM * (vector.y * Math.cos(ee) - vector.x * Math.sin(ee)),
      AU_KM * vector.z,
    ];
  };

  it.each(EPOCHS)('a day from %s: 550 km at 53 deg and 780 km at 86.4 deg', (text) => {
    const epoch = parseUtc(text) as UtcInstant;
    for (const [altitudeKm, inclinationDeg] of [
      [550, 53],
      [780, 86.4],
    ] as const) {
      const shell = { pattern: 'delta', planes: 1, satellitesPerPlane: 1, altitudeKm, inclinationDeg } as const;
      const ephemeris = walkerEphemeris({ ...shell, eccentricity: 0.001, raanOffsetDeg: 20 }, 'c');
      const r = new Float64Array(3);
      const rSunKm = new Float64Array(3);
      const ours = (timeS: number): number => {
        ephemeris.positionsInto(timeS, r, 0);
        sunPositionInto(epoch, timeS, rSunKm);
        return sunlit(r, rSunKm);
      };
      // Distance to the axis of the shadow against the radius of the cone there (Vallado, algorithm 34); > 0 outside.
      const theirs = (cone: 'penumbra' | 'umbra') => (timeS: number) => {
        ephemeris.positionsInto(timeS, r, 0);
        const sun = theirSun(Date.parse(text) + timeS * 1000);
        const d = Math.hypot(...sun);
        const behind = -(at(r, 0) * at(sun, 0) + at(r, 1) * at(sun, 1) + at(r, 2) * at(sun, 2)) / d;
        const aside = Math.sqrt(Math.hypot(...r) ** 2 - behind * behind);
        if (behind < 0) return 1;
        const sign = cone === 'penumbra' ? 1 : -1;
        const sine = (R_SUN_KM + sign * R_EARTH_WGS84_KM) / d;
        // Apex at Re / sine from the centre: before the Earth for the penumbra, behind it for the umbra.
        const radius = (R_EARTH_WGS84_KM / sine + sign * behind) * Math.tan(Math.asin(sine));
        return aside - radius;
      };
      for (const [level, cone] of [
        [FULL, 'penumbra'],
        [DARK, 'umbra'],
      ] as const) {
        const found = crossings(ours, level, 86400);
        const expected = crossings(theirs(cone), 0, 86400);
        expect(found.length).toBe(expected.length);
        // Measured: 0.14 s. A solar direction 0.01 deg off moves the edge by 0.16 s where the orbit crosses it squarely.
        expected.forEach((timeS, k) => expect(Math.abs(timeS - at(found, k))).toBeLessThan(1));
        if (inclinationDeg === 53) expect(found.length).toBeGreaterThan(20); // two a revolution
      }
    }
  });
});

import { describe, expect, it } from 'vitest';
import { MU_EARTH_WGS84_KM3_S2, OMEGA_EARTH_RAD_S } from '../../../core/index.ts';
import { buildGeometry, skyReader } from '../../../environment/geometry/index.ts';
import { chunkCount, rowsOfChunk, skyShape } from '../../../environment/geometry/sky-shape.ts';
import { geostationaryEphemeris } from '../../../environment/geometry/geostationary.ts';
import { parseUtc } from '../../../environment/orbit/index.ts';
import { at, must } from '../../present.ts';
import { star66, star66Constellation } from './scenarios.ts';

const geo = { name: 'geo', geostationary: { longitudesDeg: [-75.2, 0, 19.2] }, isl: { topology: 'none' } };

describe('geostationary satellites', () => {
  const g = buildGeometry(star66({ constellations: [geo], gateways: [], terminals: [], durationS: 86400, tickS: 600 }));
  const reader = skyReader(g.sky);

  it('stand above the equator at their longitudes all day, 35,786 km up', () => {
    expect(g.nodeNames.slice(0, 3)).toEqual(['geo-1', 'geo-2', 'geo-3']);
    // (mu / omega^2)^(1/3) = 42,164.17 km, as Vallado, Fundamentals of Astrodynamics, gives it (42,164.17 km).
    const radius = (MU_EARTH_WGS84_KM3_S2 / OMEGA_EARTH_RAD_S ** 2) ** (1 / 3);
    expect(radius).toBeCloseTo(42164.17, 1);
    for (const k of [0, 1, 77, 144]) {
      [-75.2, 0, 19.2].forEach((longitudeDeg, s) => {
        const [x, y, z] = reader.row(k).subarray(3 * s, 3 * s + 3);
        expect((Math.atan2(must(y), must(x)) * 180) / Math.PI).toBeCloseTo(longitudeDeg, 5); // float32: 1e-5 deg
        expect(Math.hypot(must(x), must(y))).toBeCloseTo(radius, 2);
        expect(z).toBe(0);
      });
    }
  });

  it('move in inertial axes with the speed of their orbit, 3.0747 km/s, across their position', () => {
    const ephemeris = geostationaryEphemeris([10], 'one', must(parseUtc('2026-11-22T00:00:00Z')));
    const [r, v, later] = [new Float64Array(3), new Float64Array(3), new Float64Array(3)];
    ephemeris.statesInto(1000, r, v, 0);
    ephemeris.positionsInto(1001, later, 0);
    expect(Math.hypot(...v)).toBeCloseTo(42164.17 * OMEGA_EARTH_RAD_S, 4);
    // Over 1 s the path bends by v^2/r/2 = 0.1 m, and sidereal time differs from omega by 1e-11 rad/s.
    r.forEach((value, axis) => expect(at(later, axis) - value).toBeCloseTo(at(v, axis), 3));
  });
});

describe('the share of the Sun that satellites see', () => {
  it('is 0 for a geostationary satellite at midnight near the equinox, for 69 min, and 1 at noon', () => {
    // Umbra and penumbra at the equinox: the Earth spans 17.4 deg of the orbit, 69.5 min with the Sun's own 0.53 deg on top.
    const day = star66({
      epoch: '2026-03-20T12:00:00Z',
      constellations: [{ ...geo, geostationary: { longitudesDeg: [0] } }],
      ...{ gateways: [], terminals: [], dataCentres: [], durationS: 86400, tickS: 60 },
    });
    const reader = skyReader(buildGeometry(day).sky);
    const dark = Array.from({ length: 1440 }, (_, k) => 1 - at(reader.row(k), 3));
    const minutes = dark.reduce((sum, share) => sum + share, 0);
    expect(minutes).toBeGreaterThan(68);
    expect(minutes).toBeLessThan(71);
    expect(dark[0]).toBe(0); // noon at longitude 0
    expect(dark[720 + 7]).toBe(1); // midnight, 7 min late by the equation of time
  });
});

describe('satellites around the Moon', () => {
  // Around the Earth's equator, at the equinox edge on to the Sun; the Moon is new, so that the Earth's shadow is far away.
  const lunar = {
    name: 'moon',
    lunar: { satellites: 36, semiMajorKm: 3000, inclinationDeg: 0 },
    isl: { topology: 'none' },
  };
  const g = buildGeometry(
    star66({
      epoch: '2026-03-20T15:00:00Z',
      constellations: [{ ...star66Constellation(), isl: { topology: 'none' } }, lunar],
      ...{ gateways: [], terminals: [], dataCentres: [], durationS: 12000, tickS: 60 },
    }),
  );
  const reader = skyReader(g.sky);

  it('are carried along at their distance from it', () => {
    for (const k of [0, 100, 200]) {
      const r = reader.row(k).subarray(3 * 66, 3 * 102);
      const centre = [0, 1, 2].map((axis) => r.reduce((sum, v, i) => (i % 3 === axis ? sum + v : sum), 0) / 36);
      const distanceKm = Math.hypot(...centre);
      expect(distanceKm).toBeGreaterThan(356_000);
      expect(distanceKm).toBeLessThan(407_000);
      // 36 of them around the centre; float32 at that distance is 16 m an axis.
      for (let s = 0; s < 36; s++) {
        const from = Math.hypot(...[0, 1, 2].map((axis) => at(r, 3 * s + axis) - at(centre, axis)));
        expect(Math.abs(from - 3000)).toBeLessThan(0.1);
      }
    }
  });

  it('are in its shadow for asin(R/a)/180 deg of their orbit: 19.7 %', () => {
    // R = 1,737.4 km, a = 3,000 km: 35.39 deg to each side. The period is 14,745 s; 36 satellites even out where it starts.
    let lit = 0;
    for (let k = 0; k < 200; k++)
      lit += reader
        .row(k)
        .subarray(3 * 102 + 66)
        .reduce((sum, share) => sum + share, 0);
    const darkFrac = 1 - lit / (200 * 36);
    expect(Math.abs(darkFrac - Math.asin(1737.4 / 3000) / Math.PI)).toBeLessThan(0.003);
  });
});

describe('rows of the sky', () => {
  it('are cut into chunks of at most 2 MiB that hold every boundary once', () => {
    const shape = skyShape(1584, 131, 8640);
    expect(shape.rowLength).toBe(3 * 1715 + 1584);
    expect(4 * shape.rowLength * shape.chunkRows).toBeLessThanOrEqual(2 ** 21);
    expect(4 * shape.rowLength * (shape.chunkRows + 1)).toBeGreaterThan(2 ** 21);
    let rows = 0;
    for (let c = 0; c < chunkCount(shape); c++) rows += rowsOfChunk(shape, c);
    expect(rows).toBe(8641);
  });

  it('have at least one row per chunk, however many satellites, and one chunk when all rows fit', () => {
    expect(skyShape(200_000, 0, 10).chunkRows).toBe(1);
    expect(skyShape(1, 1, 10)).toEqual({ chunkRows: 11, rows: 11, rowLength: 7 });
  });

  it('can be read in any order, the same view each time, across chunks', () => {
    const g = buildGeometry(star66({ durationS: 86400, tickS: 20 }));
    const { chunkRows, rows, rowLength } = g.sky;
    expect(chunkCount(g.sky)).toBeGreaterThan(2);
    const reader = skyReader(g.sky);
    const edge = reader.row(chunkRows - 1);
    const next = reader.row(chunkRows);
    expect(edge.length).toBe(rowLength);
    expect(reader.row(rows - 1).length).toBe(rowLength);
    expect(reader.row(chunkRows - 1)).toBe(edge);
    expect(reader.row(chunkRows)).toBe(next);
    // 20 s at 7.46 km/s: neighbours in time, 149 km apart.
    expect(Math.hypot(...[0, 1, 2].map((i) => at(next, i) - at(edge, i)))).toBeGreaterThan(130);
    expect(Math.hypot(...[0, 1, 2].map((i) => at(next, i) - at(edge, i)))).toBeLessThan(160);
  });
});

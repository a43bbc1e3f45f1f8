import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { R_EARTH_WGS84_KM, RAD_PER_DEG } from '../../../core/index.ts';
import { buildGeometry } from '../../../environment/geometry/index.ts';
import { type DenseGeometry, dense } from './dense.ts';
import { star66, star66Constellation } from './scenarios.ts';
import { at, must } from '../../present.ts';

function position(g: DenseGeometry, boundary: number, node: number): number[] {
  const at = 3 * (boundary * g.nodeCount + node);
  return [...g.rEcefKm.subarray(at, at + 3)];
}

/** Lowest point of the segment between two positions, by walking along it; km from the Earth's centre. */
function lowestKm(a: readonly number[], b: readonly number[]): number {
  let lowest = Infinity;
  for (let f = 0; f <= 200; f++) {
    lowest = Math.min(lowest, Math.hypot(...a.map((value, axis) => value + (f / 200) * (at(b, axis) - value))));
  }
  return lowest;
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((v, axis) => at(b, axis) - v));

/** Positions are kept as 32-bit floats: 2^-12 km at 7,000 km, times sqrt(3) and two ends. */
const FLOAT_KM = 1e-3;

describe.each([
  ['grid', star66()],
  ['grid across the seam', star66({ constellations: [star66Constellation({ crossSeam: true })] })],
  [
    'nearest with three terminals',
    star66({ constellations: [star66Constellation({ topology: 'nearest', terminals: 3 })] }),
  ],
])('links of %s', (kind, scenario) => {
  const g = dense(buildGeometry(scenario));
  const { satelliteCount: S, islSlots: D, tickCount: T } = g;

  it('are symmetric, in range, clear of the Earth, and no more than there are terminals', () => {
    let links = 0;
    for (let k = 0; k < T; k++) {
      for (let s = 0; s < S; s++) {
        const partners = new Set<number>();
        for (let d = 0; d < D; d++) {
          const row = (k * S + s) * D + d;
          const other = at(g.islNeighbour, row);
          if (other < 0) continue;
          links++;
          partners.add(other);
          const back =
            (k * S + other) * D + g.islNeighbour.subarray((k * S + other) * D, (k * S + other + 1) * D).indexOf(s);
          if (g.islNeighbour[back] !== s) throw new Error(`${s} -> ${other} at tick ${k} has no way back`);
          if (g.islRangeStartKm[back] !== g.islRangeStartKm[row] || g.islRangeEndKm[back] !== g.islRangeEndKm[row]) {
            throw new Error(`${s} <-> ${other} at tick ${k} has two ranges`);
          }
          if (k % 20 !== 0) continue;
          const [a, b] = [position(g, k, s), position(g, k, other)];
          expect(Math.abs(distance(a, b) - at(g.islRangeStartKm, row))).toBeLessThan(FLOAT_KM);
          expect(g.islRangeStartKm[row]).toBeLessThanOrEqual(5000 + FLOAT_KM);
          expect(lowestKm(a, b)).toBeGreaterThan(R_EARTH_WGS84_KM + 80 - FLOAT_KM);
        }
        const used = g.islNeighbour.subarray((k * S + s) * D, (k * S + s + 1) * D).filter((n) => n >= 0).length;
        expect(partners.size).toBe(used); // no two terminals on one partner
      }
    }
    expect(links).toBeGreaterThan(T * S);
  });

  it('keep their slot while they live, and say when they end', () => {
    for (let k = 0; k + 1 < T; k++) {
      for (let link = 0; link < S * D; link++) {
        const row = k * S * D + link;
        const other = at(g.islNeighbour, row);
        const next = at(g.islNeighbour, row + S * D);
        if (other < 0) continue;
        const s = Math.floor(link / D);
        const rowNext = ((k + 1) * S + s) * D;
        const still = g.islNeighbour.subarray(rowNext, rowNext + D).includes(other);
        if (still !== (next === other)) throw new Error(`link ${s} -> ${other} changes its slot at tick ${k}`);
        expect(g.islUntilS[row]).toBe(still ? g.islUntilS[row + S * D] : (k + 1) * 10);
      }
    }
  });

  it(`cross the seam ${kind === 'grid' ? 'never' : 'sometimes'}`, () => {
    let crossing = 0;
    for (let row = 0; row < g.islNeighbour.length; row++) {
      const plane = Math.floor((Math.floor(row / D) % S) / 11);
      const other = Math.floor(at(g.islNeighbour, row) / 11);
      if ((plane === 0 && other === 5) || (plane === 5 && other === 0)) crossing++;
    }
    expect(crossing > 0).toBe(kind !== 'grid');
  });
});

describe('nodes and columns', () => {
  const scenario = star66();
  const g = dense(buildGeometry(scenario));

  it('stand in the agreed order', () => {
    expect(g).toMatchObject({
      satelliteCount: 66,
      gatewayCount: 2,
      dataCentreCount: 2,
      terminalCount: 8,
      nodeCount: 78,
    });
    expect(g.nodeNames.slice(64, 72)).toEqual([
      'iridium-p6-s10',
      'iridium-p6-s11',
      'svalbard',
      'singapore',
      'frankfurt',
      'ashburn',
      'quito',
      'lima',
    ]);
    // 4 + 2 gateway antennas, no data centres, 8 terminals.
    expect([...g.antennaNode]).toEqual([66, 66, 66, 66, 67, 67, 70, 71, 72, 73, 74, 75, 76, 77]);
    expect(g.tickCount).toBe(600);
    expect(g.leftOut).toEqual([]);
    expect(g.notes).toEqual([]);
  });

  it('have the shapes that the contract states', () => {
    const { tickCount: T, satelliteCount: S, islSlots: D, antennaCount: Q, siteCount: U, contacts, passes, sky } = g;
    expect([D, Q, U]).toEqual([4, 14, 10]); // two gateways and eight terminals of one radio each
    expect(g.wanDelayS.length).toBe(4);
    expect(g.islPowerW.length).toBe(S * D);
    expect(g.islPowerW.every((power) => power === 40)).toBe(true);
    expect([g.constellation.length, g.beams.length]).toEqual([S, S]);
    expect(g.beams.every((beams) => beams === 16)).toBe(true);
    expect(sky).toMatchObject({ rows: T + 1, rowLength: 3 * g.nodeCount + S, file: undefined });
    expect(must(sky.chunks).reduce((sum, chunk) => sum + chunk.length, 0)).toBe((T + 1) * sky.rowLength);
    for (const name of [
      'track',
      'peer',
      'peerTrack',
      'startTick',
      'endTick',
      'untilTick',
      'rateBps',
      'byEnd',
    ] as const) {
      expect(contacts[name].length).toBe(contacts.n);
    }
    expect([contacts.antennaFirst.length, passes.siteFirst.length]).toEqual([Q + 1, U + 1]);
    for (const name of ['satellite', 'startTick', 'endTick'] as const) expect(passes[name].length).toBe(passes.n);
  });

  it('place satellites at their height and 35 % of them in shadow at most', () => {
    for (let k = 0; k <= g.tickCount; k += 50) {
      for (let s = 0; s < 66; s++) {
        expect(Math.abs(Math.hypot(...position(g, k, s)) - R_EARTH_WGS84_KM - 780)).toBeLessThan(FLOAT_KM);
      }
    }
    const dark = 1 - g.sunlitFrac.reduce((sum, share) => sum + share, 0) / g.sunlitFrac.length;
    // Longest eclipse at 780 km: 35.2 of 100.5 min = 0.350, at beta 0; the six planes stand at all angles to the Sun.
    expect(dark).toBeGreaterThan(0.1);
    expect(dark).toBeLessThan(0.35);
    expect(g.sunlitFrac.every((share) => share >= 0 && share <= 1)).toBe(true);
  });

  it('turn with the Earth: in a sidereal day a ground track shifts by J2 alone', () => {
    // 14.33 revolutions do not close, but a satellite over the pole stays there: compare the Earth's turn on the node instead.
    const one = dense(buildGeometry(star66({ durationS: 10 })));
    const later = dense(buildGeometry(star66({ durationS: 10, epoch: '2026-11-22T01:00:00Z' })));
    // Walker elements are set at the epoch: the same TEME state seen an hour later from an Earth turned by 15.041 deg.
    const [a, b] = [position(one, 0, 0), position(later, 0, 0)];
    const turned = (Math.atan2(at(b, 1), at(b, 0)) - Math.atan2(at(a, 1), at(a, 0))) / RAD_PER_DEG;
    expect(((turned % 360) + 360) % 360).toBeCloseTo(360 - 15.041, 3);
  });

  it('does not depend on chance: two builds give the same bytes', () => {
    const again = buildGeometry(scenario);
    expect(dense(again)).toEqual(g);
  });

  it('reaches a worker thread as a plain object over the same memory', async () => {
    const code = `import { parentPort, workerData } from 'node:worker_threads';
      workerData.sky.chunks[0][0] = -7;
      const { peer } = workerData.contacts;
      parentPort.postMessage({ names: workerData.nodeNames, peer: peer[1], shared: peer.buffer instanceof SharedArrayBuffer });`;
    const copy = buildGeometry(star66({ durationS: 100 }));
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData: copy });
    const answer = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
    expect(answer).toEqual({ names: copy.nodeNames, peer: copy.contacts.peer[1], shared: true });
    expect(must(copy.sky.chunks)[0]?.[0]).toBe(-7);
  });

  it('reports progress up to the last tick', () => {
    const calls: [number, number][] = [];
    buildGeometry(star66({ durationS: 2000 }), { onProgress: (done, total) => calls.push([done, total]) });
    expect(calls.length).toBeGreaterThanOrEqual(100);
    expect(calls.at(-1)).toEqual([200, 200]);
    // Antennas are scheduled when all links are known, and have a part of the progress of their own.
    expect(calls.filter(([done]) => done >= 160 && done < 200).length).toBe(20);
    expect(calls.filter(([done]) => done === 200).length).toBe(1);
  });

  it('does not claim to be done where it fails in the end', () => {
    let most = 0;
    const blind = star66({
      terminals: [{ name: 'nowhere', latDeg: 0, lonDeg: 0 }],
      terminalLink: { minElevationDeg: 90 },
      durationS: 2000,
    });
    expect(() => buildGeometry(blind, { onProgress: (done) => (most = done) })).toThrow(
      expect.objectContaining({ code: 'SCENARIO_UNREACHABLE' }),
    );
    expect([most > 190, most < 200]).toEqual([true, true]);
  });
});

describe('ground links', () => {
  const beams = 2;
  const scenario = star66({ satellite: { groundBeams: beams } });
  const g = dense(buildGeometry(scenario));
  const { tickCount: T, satelliteCount: S, antennaCount: Q } = g;

  it('keep the mask, the beams, one satellite per antenna, and different ones per gateway', () => {
    for (let k = 0; k < T; k++) {
      const served = new Int32Array(S);
      const perNode = new Map<number, Set<number>>();
      for (let q = 0; q < Q; q++) {
        const satellite = at(g.gslSatellite, k * Q + q);
        if (satellite < 0) continue;
        served[satellite] = at(served, satellite) + 1;
        const node = at(g.antennaNode, q);
        const others = perNode.get(node) ?? new Set<number>();
        if (others.has(satellite)) throw new Error(`two antennas of ${g.nodeNames[node]} on ${satellite} at tick ${k}`);
        perNode.set(node, others.add(satellite));
        if (k % 10 !== 0) continue;
        const site = position(g, k, node);
        for (const [boundary, range] of [
          [k, at(g.gslRangeStartKm, k * Q + q)],
          [k + 1, at(g.gslRangeEndKm, k * Q + q)],
        ] as const) {
          const r = position(g, boundary, satellite);
          expect(Math.abs(distance(site, r) - range)).toBeLessThan(FLOAT_KM);
          // Elevation above the geocentric horizon differs from the geodetic one by up to 0.2 deg.
          const up = site.reduce((sum, v, axis) => sum + v * (at(r, axis) - v), 0) / (Math.hypot(...site) * range);
          expect(Math.asin(up) / RAD_PER_DEG).toBeGreaterThan(10 - 0.2);
        }
      }
      expect(Math.max(...served)).toBeLessThanOrEqual(beams);
    }
  });

  it('have full rate when near, less when far, none when idle', () => {
    let full = 0;
    let less = 0;
    for (let row = 0; row < g.gslSatellite.length; row++) {
      const rate = at(g.gslRateBps, row);
      const terminal = row % Q >= 6;
      if (at(g.gslSatellite, row) < 0) expect(rate).toBe(0);
      else {
        const farKm = Math.max(at(g.gslRangeStartKm, row), at(g.gslRangeEndKm, row));
        const maxRate = terminal ? 1e9 : 5e9;
        expect(rate === maxRate).toBe(farKm <= 1250);
        expect(rate).toBeGreaterThan(0);
        if (rate === maxRate) full++;
        else less++;
      }
    }
    expect(full).toBeGreaterThan(0);
    expect(less).toBeGreaterThan(0);
  });

  it('keep a satellite for minutes: fewer handovers than with a factor of 1', () => {
    const handovers = (geometry: DenseGeometry): number => {
      let changes = 0;
      for (let row = Q; row < geometry.gslSatellite.length; row++) {
        const [before, now] = [at(geometry.gslSatellite, row - Q), at(geometry.gslSatellite, row)];
        if (before >= 0 && now >= 0 && before !== now) changes++;
      }
      return changes;
    };
    const eager = dense(buildGeometry(star66({ satellite: { groundBeams: beams }, handoverFactor: 1 })));
    const lazy = dense(buildGeometry(star66({ satellite: { groundBeams: beams }, handoverFactor: 10 })));
    expect(handovers(eager)).toBeGreaterThan(handovers(g));
    expect(handovers(g)).toBeGreaterThan(handovers(lazy));
  });
});

describe('what cannot be built', () => {
  it('a terminal that no satellite reaches: named, with the best elevation and the mask', () => {
    // One equatorial plane at 780 km; seen from 60 N the sub-satellite point is 60 deg away: always below the horizon. From
    // the equator it is fine. Elevation of the nearest point: atan((cos 60 - R/a) / sin 60) with R/a = 0.891: -24.3 deg.
    const equatorial = { pattern: 'delta', planes: 1, satellitesPerPlane: 12, altitudeKm: 780, inclinationDeg: 0 };
    const scenario = star66({
      constellations: [{ name: 'eq', walker: equatorial }],
      gateways: [],
      terminals: [
        { name: 'on-the-line', latDeg: 0, lonDeg: 0 },
        { name: 'far-north', latDeg: 60, lonDeg: 10 },
      ],
    });
    expect(() => buildGeometry(scenario)).toThrow(
      expect.objectContaining({
        code: 'SCENARIO_UNREACHABLE',
        message: expect.stringMatching(
          /terminal 'far-north' \(60, 10\).*-24\.\d deg above its horizon, and the mask is 10 deg/,
        ) as string,
      }),
    );
  });

  it('a terminal whose passes are shorter than a tick', () => {
    const scenario = star66({ durationS: 1200, tickS: 600, terminalLink: { minElevationDeg: 80 }, gateways: [] });
    expect(() => buildGeometry(scenario)).toThrow(expect.objectContaining({ code: 'SCENARIO_UNREACHABLE' }));
  });

  it('notes a terminal that is reached but never served', () => {
    const twins = Array.from({ length: 12 }, (_, i) => ({ name: `crowd-${i}`, latDeg: 10, lonDeg: 20 }));
    const g = buildGeometry(star66({ gateways: [], terminals: twins, satellite: { groundBeams: 1 }, durationS: 600 }));
    expect(g.notes.length).toBeGreaterThan(0);
    expect(g.notes.at(-1)).toMatch(/terminal 'crowd-11' is never served/);
  });

  it('two nodes of one name', () => {
    const scenario = star66({ terminals: [{ name: 'svalbard', latDeg: 0, lonDeg: 0 }] });
    expect(() => buildGeometry(scenario)).toThrow(
      expect.objectContaining({ code: 'SCENARIO_FIELD', message: expect.stringMatching(/'svalbard' twice/) as string }),
    );
  });

  it('an orbit below the ground, and an element file that is not there', () => {
    const low = {
      ...star66Constellation(),
      walker: { pattern: 'star', planes: 1, satellitesPerPlane: 1, altitudeKm: -10, inclinationDeg: 0 },
    };
    expect(() => buildGeometry(star66({ constellations: [low] }))).toThrow(
      expect.objectContaining({ code: 'SCENARIO_ORBIT' }),
    );
    const missing = { name: 'real', elements: { file: 'none.tle' } };
    expect(() => buildGeometry(star66({ constellations: [missing] }), { scenarioDir: 'test' })).toThrow(
      expect.objectContaining({
        code: 'FILE_NOT_FOUND',
        message: expect.stringMatching(/'real'.*test\/none\.tle/) as string,
      }),
    );
  });
});

describe('several constellations', () => {
  it('share ground nodes and never link to each other; the smaller uses fewer slots', () => {
    const second = {
      name: 'ring',
      walker: { pattern: 'delta', planes: 1, satellitesPerPlane: 8, altitudeKm: 1200, inclinationDeg: 10 },
      isl: { terminals: 2, rateBps: 1e9, maxRangeKm: 8000 },
    };
    const g = dense(buildGeometry(star66({ constellations: [star66Constellation(), second], durationS: 600 })));
    expect(g.satelliteCount).toBe(74);
    let ringLinks = 0;
    for (let row = 0; row < g.islNeighbour.length; row++) {
      const other = at(g.islNeighbour, row);
      if (other < 0) continue;
      const s = Math.floor(row / g.islSlots) % 74;
      expect(other >= 66).toBe(s >= 66);
      if (s >= 66) ringLinks++;
    }
    expect(ringLinks).toBe(60 * 8 * 2);
    for (let c = 0; c < g.contacts.n; c++) {
      const track = at(g.contacts.track, c);
      if (track < 74 * g.islSlots) expect(at(g.contacts.rateBps, c)).toBe(track < 66 * g.islSlots ? 10e9 : 1e9);
    }
    expect([at(g.constellation, 65), at(g.constellation, 66)]).toEqual([0, 1]);
    // Two of four slots of the ring have a terminal; 40 W each by default.
    expect([...g.islPowerW.subarray(66 * g.islSlots, 67 * g.islSlots)]).toEqual([40, 40, 0, 0]);
  });
});

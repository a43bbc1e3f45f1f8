import { describe, expect, it } from 'vitest';
import { buildGeometry } from '../../../environment/geometry/index.ts';
import { type Explanation, explainLinks, figureNear } from '../../../environment/network/index.ts';
import { createPathFinder } from '../../../environment/paths/index.ts';
import type { WorldLinks } from '../../../environment/network/explain-types.ts';
import { at, must } from '../../present.ts';
import { star66, star66Constellation } from '../geometry/scenarios.ts';

const base = { durationS: 600, gateways: [{ name: 'gw', latDeg: 0, lonDeg: -70, antennas: 1 }] };
const quito = { name: 'quito', latDeg: 0, lonDeg: -78 };
const far = { name: 'far', latDeg: 5, lonDeg: 100 };

function reasons(
  changes: Record<string, unknown>,
  query: { from: string; to: string; atS: number },
  world?: WorldLinks,
): Explanation {
  const scenario = star66({ ...base, terminals: [quito, far], ...changes });
  return explainLinks(scenario, buildGeometry(scenario), query, world);
}

const pair = (explanation: Explanation, from: string, to: string) =>
  must(explanation.links.find((link) => link.from === from && link.to === to));

/** The satellite that `node` is linked to. */
const partner = (explanation: Explanation, node: string): string =>
  must(explanation.links.find((link) => link.from === node && link.up)).to;

describe('explanations of links', () => {
  it('name a path of links that are up, and the elevation of satellites below the mask', () => {
    const found = reasons({}, { from: 'quito', to: 'far', atS: 0 });
    const path = must(found.path);
    expect([path[0], path[path.length - 1]]).toEqual(['quito', 'far']);
    expect(found.answer).toContain(path.join(' > '));
    expect(found.answer).toContain('as scheduled in the tick from 0 s to 10 s');
    const low = must(found.links.find((link) => link.reason === 'elevation'));
    expect(low.text).toMatch(/^at -?\d+\.\d deg elevation, the mask is 10 deg$/);
    // All 66 satellites for each of the two terminals, every one with a reason; exactly one up at each.
    expect(found.links.length).toBe(132);
    expect(found.links.filter((link) => link.up).length).toBe(2);
  });

  it('without a path tell what either side reaches', () => {
    const found = reasons(
      { constellations: [star66Constellation({ topology: 'none' })] },
      { from: 'quito', to: 'far', atS: 0 },
    );
    expect(found.path).toBeNull();
    const mine = partner(found, 'quito');
    const theirs = partner(found, 'far');
    expect(mine).not.toBe(theirs);
    expect(found.reachedFrom).toContain(mine);
    expect(found.reaching).toEqual([theirs, 'far']);
    expect(found.answer).toContain(`is reached from 1, and none is among both`);
  });

  it('between satellites: not planned, range, Earth in the way, latitude, tracking, closed', () => {
    const reason = (isl: Record<string, unknown>, a: string, b: string): string => {
      const from = `iridium-${a}`;
      const to = `iridium-${b}`;
      const found = reasons({ constellations: [star66Constellation(isl)] }, { from, to, atS: 0 });
      const { reason: why, text } = pair(found, from, to);
      return `${why}: ${text}`;
    };
    expect(reason({}, 'p1-s01', 'p1-s02')).toBe('up: up');
    expect(reason({}, 'p1-s01', 'p1-s04')).toBe('not-planned: no constellation or relay plans this link');
    // In-plane neighbours: 2 x 7158.137 km x sin(180 deg / 11) = 4,033.4 km, within 1 % of the limit.
    expect(reason({ maxRangeKm: 4000 }, 'p1-s01', 'p1-s02')).toBe('range: 4,033.4 km apart, terminals reach 4,000 km');
    // The middle of that chord: 7158.137 km x cos(180 deg / 11) - 6378.137 km = 490 km up.
    expect(reason({ earthClearanceKm: 600 }, 'p1-s01', 'p1-s02')).toBe(
      'earth: Earth in the way: the light would pass at 490 km, 600 km are asked',
    );
    // Slot 3 of plane 2 stands 2 x 32.73 + 16.36 = 81.81 deg from the node: 10 s later, at 360 deg per 100.4 min, at 82.41: asin(sin 82.41 x sin
    // 86.4) = 81.6 deg latitude, the higher of both ends.
    expect(reason({ maxInterPlaneLatDeg: 60 }, 'p1-s03', 'p2-s03')).toBe(
      'latitude: at 81.6 deg latitude, links between planes end at 60.0 deg',
    );
    // The line of sight within a plane turns once per revolution of 100.4 min: 0.0598 deg/s.
    expect(reason({ maxTrackingDegS: 0.05 }, 'p1-s01', 'p1-s02')).toBe(
      'tracking: the line of sight turns by 0.06 deg/s, terminals follow 0.05 deg/s',
    );
    expect(reason({ rateSchedule: [{ fromS: 0, frac: 0 }] }, 'p1-s01', 'p1-s02')).toBe(
      'closed: closed by its rate schedule',
    );
  });

  it('a link in sight again is acquired first, and it says until when', () => {
    const scenario = star66({
      ...base,
      terminals: [quito],
      durationS: 3000,
      constellations: [star66Constellation({ maxInterPlaneLatDeg: 60 })],
    });
    const geometry = buildGeometry(scenario);
    const { contacts, islSlots, nodeNames } = geometry;
    const row = must(
      [...contacts.track.keys()].find((i) => at(contacts.track, i) < 66 * islSlots && at(contacts.startTick, i) > 10),
    );
    const from = at(nodeNames, Math.floor(at(contacts.track, row) / islSlots));
    const to = at(nodeNames, at(contacts.peer, row));
    const startS = at(contacts.startTick, row) * 10;
    const link = pair(explainLinks(scenario, geometry, { from, to, atS: startS - 10 }), from, to);
    expect(link.reason).toBe('acquiring');
    expect(link.text).toBe(`turning and acquiring, usable from ${startS} s`);
    expect(pair(explainLinks(scenario, geometry, { from, to, atS: startS }), from, to).up).toBe(true);
  });

  it('on the ground: no beam, no antenna, radio not served', () => {
    // Two terminals at one place, one beam per satellite: the second takes another satellite or none.
    const twins = [quito, { ...quito, name: 'twin' }, far];
    const crowded = reasons(
      { terminals: twins, satellite: { groundBeams: 1 }, gateways: [] },
      { from: 'quito', to: 'twin', atS: 0 },
    );
    const mine = partner(crowded, 'quito');
    const blocked = pair(crowded, 'twin', mine);
    expect(['no-beam', 'no-antenna']).toContain(blocked.reason);
    expect(blocked.up).toBe(false);
    const twinOn = crowded.links.find((link) => link.from === 'twin' && link.up);
    expect(blocked.reason).toBe(twinOn === undefined ? 'no-beam' : 'no-antenna');
    const dumb = { name: 'dumb', geostationary: { longitudesDeg: [-78] }, isl: { topology: 'none' }, radios: [] };
    const found = reasons({ constellations: [star66Constellation(), dumb] }, { from: 'quito', to: 'far', atS: 0 });
    expect(found.links.filter((link) => link.reason === 'radio').map((link) => link.text)).toEqual([
      "'dumb' does not serve radio 'terminal'",
      "'dumb' does not serve radio 'terminal'",
    ]);
  });

  it('with a world tell of faults and keep to what is left', () => {
    const whole = reasons({}, { from: 'quito', to: 'far', atS: 0 });
    const satellite = partner(whole, 'quito');
    const geometry = buildGeometry(star66({ ...base, terminals: [quito, far] }));
    const lost = geometry.nodeNames.indexOf(satellite);
    const world: WorldLinks = {
      nodeFault: (node) => (node === lost ? 'down' : undefined),
      linkFault: () => undefined,
    };
    const found = reasons({}, { from: 'quito', to: 'far', atS: 0 }, world);
    expect(found.path).toBeNull();
    expect(pair(found, 'quito', satellite)).toMatchObject({ up: false, reason: 'down' });
    expect(found.answer).toContain('no link of quito is up');
  });

  it('give the path of least delay of the scheduled contacts, as paths finds it', () => {
    const centre = { name: 'dc', latDeg: 1, lonDeg: -71, servers: 1 };
    const other = { name: 'dc-2', latDeg: 2, lonDeg: 90, servers: 1 };
    const gateways = [...base.gateways, { name: 'gw-2', latDeg: 0, lonDeg: 95, antennas: 1 }];
    const scenario = star66({ ...base, gateways, dataCentres: [centre, other], terminals: [quito, far] });
    const geometry = buildGeometry(scenario);
    const finder = createPathFinder(scenario);
    const ends = ['quito', 'far', 'gw', 'dc', 'dc-2', 'iridium-p1-s01', 'iridium-p3-s07'];
    let found = 0;
    for (const from of ends) {
      for (const to of ends) {
        if (from === to) continue;
        const pathAt = finder.between({ from, to, asScheduled: true, geometry });
        for (const atS of [3, 104.5, 310]) {
          const { path, delayS } = explainLinks(scenario, geometry, { from, to, atS });
          const expected = pathAt(atS);
          expect(path, `${from} ${to} ${atS}`).toEqual(expected.path);
          // Two sums of at most 20 delays below 0.1 s.
          if (expected.delayS !== null) expect(Math.abs((delayS ?? NaN) - expected.delayS)).toBeLessThan(1e-12);
          if (path !== null) found++;
        }
      }
    }
    expect(found).toBeGreaterThan(50);
  }, 60_000);

  it('give the farther range and the lower elevation of the tick, the same at all its instants', () => {
    const [first, second] = [0, 9.9].map((atS) => reasons({}, { from: 'quito', to: 'far', atS }));
    const next = reasons({}, { from: 'quito', to: 'far', atS: 10 });
    expect(must(second).links).toEqual(must(first).links);
    expect(next.links).not.toEqual(must(first).links);
    for (const { reason, text, rangeKm, elevationDeg, delayS, kind } of must(first).links) {
      expect(kind).toBe('radio');
      // Light: 299,792.458 km/s.
      expect(delayS * 299_792.458).toBeCloseTo(rangeKm, 6);
      if (reason === 'elevation') expect(text).toContain(`at ${figureNear(elevationDeg, 10)} deg`);
      if (reason === 'range') expect(text).toContain(`${figureNear(rangeKm, NaN)} km away`);
    }
  });

  it('write ranges so that they can be told from their limits', () => {
    expect(figureNear(1275.4, 1260)).toBe('1,275'); // 1.2 % off
    expect(figureNear(1260.3, 1260)).toBe('1,260.3');
    expect(figureNear(1260.004, 1260)).toBe('1,260.004');
    expect(figureNear(9.96, 10)).toBe('9.96'); // not 10.0
    expect(figureNear(1260, 1260)).toBe('1,260');
  });

  it('refuse names and times that do not exist', () => {
    expect(() => reasons({}, { from: 'nowhere', to: 'far', atS: 0 })).toThrow(/name of a node, got 'nowhere'/);
    expect(() => reasons({}, { from: 'quito', to: 'far', atS: 600 })).toThrow(/before 600 s, got 600 s/);
  });
});

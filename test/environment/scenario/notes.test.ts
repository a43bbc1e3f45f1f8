import { describe, expect, it } from 'vitest';
import { parseScenario, scenarioNotes } from '../../../environment/scenario/index.ts';
import { gridDistancesKm } from '../../../environment/scenario/notes.ts';
import { walkerConfig } from '../../configs.ts';
import { changed } from './valid-text.ts';

type Vector = readonly [number, number, number];

/** Position on a circular orbit, by three rotations. */
function position(nodeDeg: number, inclinationDeg: number, latitudeArgumentDeg: number, radiusKm: number): Vector {
  const [node, i, u] = [nodeDeg, inclinationDeg, latitudeArgumentDeg].map((deg) => (deg * Math.PI) / 180) as [
    number,
    number,
    number,
  ];
  const x = Math.cos(u);
  const y = Math.sin(u) * Math.cos(i);
  return [
    radiusKm * (x * Math.cos(node) - y * Math.sin(node)),
    radiusKm * (x * Math.sin(node) + y * Math.cos(node)),
    radiusKm * Math.sin(u) * Math.sin(i),
  ];
}

const distance = (a: Vector, b: Vector): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe('least distances of neighbours on circular orbits', () => {
  it.each([
    [86.4, 31.6, 5.4545, 0],
    [53, 22.5, 2.0455, 0],
    [51.9, 10.588, 0, 5.294],
    [0.5, 40, 13, 0],
    [120, 90, -20, 7],
  ])(
    'are those found by stepping around the orbit: i %d deg, nodes %d deg, phase %d and %d deg',
    (i, node, phase, odd) => {
      const radiusKm = 7158;
      const walker = walkerConfig({
        pattern: 'star',
        planes: 2,
        satellitesPerPlane: 11,
        altitudeKm: 780,
        inclinationDeg: i,
        raanSpacingDeg: node,
        phasingDeg: phase,
        oddPlanePhasingDeg: odd,
      });
      let least = Infinity;
      for (let u = 0; u < 360; u += 0.005) {
        const one = position(0, i, u, radiusKm);
        least = Math.min(least, distance(one, position(node, i, u + phase + odd, radiusKm)));
      }
      const { inPlaneKm, betweenPlanesKm } = gridDistancesKm(walker, radiusKm);
      // A distance changes by at most 2 a per radian, and the least is half a step away: 2 x 7158 x 0.0025 deg = 0.63 km.
      expect(betweenPlanesKm).toBeLessThanOrEqual(least + 1e-6);
      expect(betweenPlanesKm).toBeGreaterThan(least - 0.63);
      expect(inPlaneKm).toBeCloseTo(distance(position(0, i, 0, radiusKm), position(0, i, 360 / 11, radiusKm)), 6);
    },
  );

  it('count the closing plane of a delta', () => {
    const ring = { pattern: 'delta', planes: 3, satellitesPerPlane: 4, altitudeKm: 780, phasingDeg: 0 } as const;
    // Planes 120 deg apart at the equator: all satellites of one slot 2 a sin(60 deg) apart, the closing pair as well.
    const { betweenPlanesKm } = gridDistancesKm(walkerConfig({ ...ring, inclinationDeg: 0 }), 7158);
    expect(betweenPlanesKm).toBeCloseTo(2 * 7158 * Math.sin(Math.PI / 3), 6);
  });
});

describe('notes', () => {
  const notesOf = (text: string): readonly string[] => scenarioNotes(parseScenario(text, 'small.yaml'));

  it('say that no link of a grid can ever be, for range', () => {
    // Neighbours in a plane: 2 x 7578.137 x sin(30 deg) = 7578 km. Between planes: 90 deg apart in node at 86.4 deg; the
    // phase of 30 deg keeps them apart where the planes cross.
    const [note, ...more] = notesOf(
      changed('      topology: grid\n', '      topology: grid\n      maxRangeKm: 1000\n'),
    );
    expect(note).toMatch(
      /^No laser link of 'ring' can ever be: neighbours are 7578 km apart in a plane and at least \d+ km/,
    );
    expect(note).toMatch(/isl\.maxRangeKm is 1000\.$/);
    expect(more).toEqual([]);
  });

  it('say so for the Earth', () => {
    // 300 km: in sight up to 2 sqrt(6678.137^2 - 6458.137^2) = 3400 km; neighbours 6678 km apart.
    const text = changed('altitudeKm: 1200', 'altitudeKm: 300').replace('planes: 2', 'planes: 1');
    expect(notesOf(text)).toEqual([
      "No laser link of 'ring' can ever be: neighbours are 6678 km apart in a plane, and the Earth stands in the way beyond 3400 km.",
    ]);
  });

  it.each([
    // The path grazes 80 km: 2 sqrt(7578.137^2 - 6458.137^2) = 7929.9 km.
    changed('      topology: grid\n', '      topology: grid\n      maxRangeKm: 7600\n'),
    changed('topology: grid', 'topology: nearest\n      maxRangeKm: 10'),
    changed('topology: grid', 'topology: none\n      maxRangeKm: 10'),
    changed('      topology: grid\n', '      maxRangeKm: 10\n').replace('crossSeam: false', 'crossSeam: true'),
  ])('are silent where links may be, or are not wanted (%#)', (text) => {
    expect(notesOf(text)).toEqual([]);
  });

  const quiet = changed('      topology: grid\n', '      topology: none\n');
  const capture = 'faults: { scheduled: [{ kind: capture, target: ring-p1-s1, atS: 5, lies: true }] }\n';

  it('say that nobody looks for a captured satellite', () => {
    expect(notesOf(quiet + capture)).toEqual([expect.stringContaining('security.watch is not enabled')]);
    expect(
      notesOf(`${changed('topology: grid', 'maxRangeKm: 7600')}${capture}security: { watch: { enabled: true } }\n`),
    ).toEqual([]);
  });

  it('say that a backup has nowhere to return to', () => {
    const backup =
      '  backups: [{ name: ledger, dataCentre: dc-frankfurt, objects: 1, objectBytes: 1e9, periodS: 60, deadlineS: 60 }]\n';
    expect(notesOf(quiet + backup)).toEqual([expect.stringContaining("Data of backup 'ledger' cannot be restored")]);
    const two = quiet.replace('terminals:\n', '  - { name: dc-two, latDeg: 0, lonDeg: 0 }\nterminals:\n');
    expect(notesOf(two + backup)).toEqual([]);
  });
});

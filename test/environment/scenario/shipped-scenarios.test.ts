import { describe, expect, it } from 'vitest';
import { type Scenario, loadScenario } from '../../../environment/scenario/index.ts';

const NAMES = ['iridium-66', 'walker-176', 'kuiper-630', 'test-12'] as const;
const load = (name: string): Scenario => loadScenario(`scenarios/${name}.yaml`);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe.each(NAMES)('scenarios/%s.yaml', (name) => {
  const scenario = load(name);

  it('is named as its file', () => {
    expect(scenario.name).toBe(name);
  });

  it('has laser links as long as the distance of neighbours in a plane', () => {
    for (const { walker, isl } of scenario.constellations) {
      if (!walker) throw new Error('expected a Walker constellation');
      // Chord 2 a sin(180 deg / n).
      const spacingKm = 2 * (6378.137 + walker.altitudeKm) * Math.sin(Math.PI / walker.satellitesPerPlane);
      expect(isl.maxRangeKm).toBeGreaterThan(spacingKm);
      // The light path may sink to the clearance: 2 sqrt(a^2 - (R + clearance)^2).
      const graze = (6378.137 + walker.altitudeKm) ** 2 - (6378.137 + isl.earthClearanceKm) ** 2;
      expect(2 * Math.sqrt(graze)).toBeGreaterThan(spacingKm);
    }
  });

  it('has ground nodes below the reach of its orbits', () => {
    const [{ walker } = {}] = scenario.constellations;
    if (!walker) throw new Error('expected a Walker constellation');
    const reachDeg = (elevationDeg: number): number => {
      // Earth-central angle of a footprint: acos(R cos(el) / a) - el.
      const el = (elevationDeg * Math.PI) / 180;
      const angle = Math.acos((6378.137 * Math.cos(el)) / (6378.137 + walker.altitudeKm)) - el;
      const top = Math.min(walker.inclinationDeg, 180 - walker.inclinationDeg);
      return top + (angle * 180) / Math.PI;
    };
    for (const g of scenario.gateways) {
      expect(Math.abs(g.latDeg), g.name).toBeLessThan(reachDeg(scenario.gatewayLink.minElevationDeg));
    }
    for (const t of scenario.terminals) {
      expect(Math.abs(t.latDeg), t.name).toBeLessThan(reachDeg(scenario.terminalLink.minElevationDeg));
    }
  });
});

it('the constellations have the published sizes', () => {
  const satellites = NAMES.map((name) =>
    sum(load(name).constellations.map(({ walker }) => (walker?.planes ?? 0) * (walker?.satellitesPerPlane ?? 0))),
  );
  expect(satellites).toEqual([6 * 11, 16 * 11, 34 * 34, 2 * 6]);
});

it('iridium-66 carries all four families, navigation data with a freshness limit among them', () => {
  const { traffic } = load('iridium-66');
  const classes = [traffic.messages, traffic.contents, traffic.observations, traffic.jobs];
  expect(classes.map((family) => family.length)).toEqual([2, 2, 2, 2]);
  expect(traffic.contents.find(({ name }) => name === 'navigation')?.freshnessS).toBe(30);
  // 200 + 100 + 80 + 100 + 8 + 4 + 8 + 2
  expect(sum(classes.flat().map(({ ratePerS }) => ratePerS))).toBeCloseTo(502, 9);
});

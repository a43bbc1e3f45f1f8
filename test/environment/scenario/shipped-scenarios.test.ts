import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Scenario, loadScenario, scenarioNotes, walkerAltitudeKm } from '../../../environment/scenario/index.ts';
import { must } from '../../present.ts';

const NAMES = readdirSync('scenarios')
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace(/\.yaml$/, ''));
const load = (name: string): Scenario => loadScenario(`scenarios/${name}.yaml`);
const linkOf = (scenario: Scenario, radio: string) => {
  if (radio === 'gateway') return scenario.gatewayLink;
  if (radio === 'terminal') return scenario.terminalLink;
  return must(scenario.radios.find(({ name }) => name === radio));
};
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe.each(NAMES)('scenarios/%s.yaml', (name) => {
  const scenario = load(name);

  it('is named as its file', () => {
    expect(scenario.name).toBe(name);
  });

  it('has laser links as long as the distance of neighbours in a plane', () => {
    for (const { walker, isl } of scenario.constellations) {
      if (!walker) continue;
      // Chord 2 a sin(180 deg / n).
      const spacingKm = 2 * (6378.137 + walkerAltitudeKm(walker)) * Math.sin(Math.PI / walker.satellitesPerPlane);
      expect(isl.maxRangeKm).toBeGreaterThan(spacingKm);
      // The light path may sink to the clearance: 2 sqrt(a^2 - (R + clearance)^2).
      const graze = (6378.137 + walkerAltitudeKm(walker)) ** 2 - (6378.137 + isl.earthClearanceKm) ** 2;
      expect(2 * Math.sqrt(graze)).toBeGreaterThan(spacingKm);
    }
  });

  it('has nothing that is valid but hardly meant', () => {
    expect(scenarioNotes(scenario)).toEqual([]);
  });

  it('has ground nodes below the reach of its orbits', () => {
    // A node may choose among its radios and the constellations that serve them; satellites other than Walker's reach all.
    const reachDeg = (radio: string): number =>
      Math.max(
        ...scenario.constellations
          .filter(({ radios }) => radios.includes(radio))
          .map(({ walker }) => {
            if (!walker) return 180;
            // Earth-central angle of a footprint: acos(R cos(el) / a) - el.
            const el = (linkOf(scenario, radio).minElevationDeg * Math.PI) / 180;
            const angle = Math.acos((6378.137 * Math.cos(el)) / (6378.137 + walkerAltitudeKm(walker))) - el;
            return Math.min(walker.inclinationDeg, 180 - walker.inclinationDeg) + (angle * 180) / Math.PI;
          }),
      );
    for (const { name: gateway, latDeg, radio } of scenario.gateways) {
      expect(Math.abs(latDeg), gateway).toBeLessThan(reachDeg(radio));
    }
    for (const { name: terminal, latDeg, track, radios } of scenario.terminals) {
      const places = track?.map((point) => point.latDeg) ?? [latDeg ?? NaN];
      const reach = Math.max(...radios.map(reachDeg));
      for (const place of places) expect(Math.abs(place), terminal).toBeLessThan(reach);
    }
  });
});

it('the constellations have the published sizes', () => {
  const satellites = ['iridium-66', 'walker-176', 'kuiper-630', 'test-12'].map((name) =>
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

it('the others show what their headers promise', () => {
  const relayed = load('leo-geo-relay');
  expect(
    relayed.constellations.map(({ walker, geostationary }) => (walker ? 'walker' : geostationary && 'geo')),
  ).toEqual(['walker', 'walker', 'geo']);
  expect(relayed.relays.map(({ from, to }) => `${from} ${to}`)).toEqual(['leo geo', 'meo geo']);
  expect(relayed.terminals.filter(({ track }) => track).map(({ name }) => name)).toEqual(['ship', 'aircraft']);
  expect(relayed.terminals.filter(({ radios }) => radios.length > 1).length).toBeGreaterThan(4);

  const contested = load('contested-iridium');
  expect(contested.constellations.map(({ owner }) => owner)).toEqual(['norland', 'sudria']);
  expect(
    sum(contested.constellations.map(({ walker }) => (walker?.planes ?? 0) * (walker?.satellitesPerPlane ?? 0))),
  ).toBe(66);
  expect(contested.faults.scheduled.map(({ kind }) => kind)).toEqual(['jamming', 'capture', 'satellite-loss']);
  expect(contested.security.watch.enabled).toBe(true);
  expect(contested.traffic.messages.filter(({ label }) => label)).toHaveLength(2);

  const backups = load('backup-walker');
  expect(backups.traffic.backups).toMatchObject([{ dataCentre: 'dc-frankfurt', replicas: 3, restoreTo: 'dc-ashburn' }]);
  expect(backups.faults.scheduled.map(({ kind }) => kind)).toContain('data-centre-loss');

  const lunar = load('lunar-relay');
  expect(lunar.constellations[0]?.lunar).toMatchObject({ satellites: 2, eccentricity: 0.6 });
  expect(lunar.gateways.map(({ name }) => name)).toEqual(['goldstone', 'madrid', 'canberra']);
  // 384,400 km / c = 1.28 s; no message must be there within the hour.
  expect(lunar.knowledge.beaconPeriodS).toBeGreaterThan(1.28);
  for (const { deadlineS } of lunar.traffic.messages) expect(deadlineS).toBeGreaterThan(3600);
});

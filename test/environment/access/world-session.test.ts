import { describe, expect, it } from 'vitest';
import { C_KM_S, SPACE_CLOUD_SPEC, createDecisionBatch } from '../../../core/index.ts';
import { accessDelays, constellationUses, sessionFigures } from '../../../environment/access/index.ts';
import {
  type Scenario,
  type TerminalSession,
  World,
  buildGeometry,
  createWorldModel,
  parseScenario,
} from '../../../environment/index.ts';

const EARTH_KM = 6378.137;
const GEO_ALTITUDE_KM = 35_786;

function scenarioOf(constellation: string, radio: string, durationS: number): Scenario {
  return parseScenario(
    `schema: 1
name: sight
epoch: 2026-11-22T00:00:00Z
durationS: ${durationS}
tickS: 2
constellations:
  - { name: sky, ${constellation}, isl: { topology: none } }
terminalLink: { ${radio} }
terminals: [{ name: here, latDeg: 0, lonDeg: 0 }]
`,
    'sight.yaml',
  );
}

/** The world of a scenario after its whole duration without traffic, and the session of its first terminal. */
function runOf(scenario: Scenario): {
  session: TerminalSession;
  world: World;
  delays: ReturnType<typeof accessDelays>;
} {
  const geometry = buildGeometry(scenario);
  const model = createWorldModel(scenario, geometry);
  const world = new World(model, { seed: 1, runS: scenario.durationS, startS: 0 });
  world.watchAccess(model.firstTerminal);
  world.advance(createDecisionBatch(SPACE_CLOUD_SPEC, 64), 0, scenario.durationS);
  const session = world.terminalSession(model.firstTerminal);
  return { session, world, delays: accessDelays(geometry, model.firstTerminal, session) };
}

describe('session of a world', () => {
  it('of one satellite over the equator is up for the share of the circle above the mask', () => {
    const altitudeKm = 780;
    const maskRad = (25 * Math.PI) / 180;
    const orbitKm = EARTH_KM + altitudeKm;
    // Half the arc of the orbit above the mask, seen from the centre: acos(R cos e / a) - e = 11.14 deg.
    const halfArcRad = Math.acos((EARTH_KM * Math.cos(maskRad)) / orbitKm) - maskRad;
    const periodS = 2 * Math.PI * Math.sqrt(orbitKm ** 3 / 398_600.4418);
    const synodicS = 1 / (1 / periodS - 1 / 86_164.0905);
    const revolutions = 4;
    const durationS = 2 * Math.round((revolutions * synodicS) / 2);
    const walker = `walker: { pattern: delta, planes: 1, satellitesPerPlane: 1, altitudeKm: ${altitudeKm}, inclinationDeg: 0 }`;
    const { session } = runOf(scenarioOf(walker, 'minElevationDeg: 25, fullRateRangeKm: 5000', durationS));
    // A pass loses at most a tick of 2 s at each end; J2 shortens the period by 0.2 %, so the whole may lose 1 % more.
    const expectedFrac = halfArcRad / Math.PI;
    const ticksLostFrac = (2 * 2) / (expectedFrac * synodicS);
    const { continuityFrac, interruptions } = sessionFigures(session, () => 0);
    expect(expectedFrac).toBeCloseTo(11.14 / 180, 4);
    expect(continuityFrac / expectedFrac).toBeGreaterThan(1 - ticksLostFrac - 0.01);
    expect(continuityFrac / expectedFrac).toBeLessThan(1.01);
    const passes = session.serving.map(({ fromS, toS }) => toS - fromS).filter((s) => s > 300);
    expect(passes.length).toBeGreaterThanOrEqual(revolutions - 1);
    for (const lengthS of passes.slice(1, -1)) expect(Math.abs(lengthS - expectedFrac * synodicS)).toBeLessThan(4 + 2);
    expect(interruptions).toBeGreaterThanOrEqual(revolutions - 1);
  });

  it('of a geostationary satellite overhead never breaks, at four times its height of delay there and back', () => {
    const { session, delays } = runOf(
      scenarioOf('geostationary: { longitudesDeg: [0] }', 'minElevationDeg: 10, fullRateRangeKm: 40000', 600),
    );
    const figures = sessionFigures(session, () => 0);
    expect(figures).toMatchObject({
      continuityFrac: 1,
      interruptions: 0,
      handoversPerHour: 0,
      longestInterruptionS: 0,
    });
    // 477.5 ms; the height of the orbit is known to 1 km.
    expect(4 * (delays.get(0)?.meanS ?? NaN)).toBeCloseTo((4 * GEO_ALTITUDE_KM) / C_KM_S, 4);
  });

  it('of a geostationary satellite 60 deg away is as far as the triangle says', () => {
    const { delays } = runOf(
      scenarioOf('geostationary: { longitudesDeg: [60] }', 'minElevationDeg: 10, fullRateRangeKm: 40000', 600),
    );
    const orbitKm = EARTH_KM + GEO_ALTITUDE_KM;
    const rangeKm = Math.sqrt(EARTH_KM ** 2 + orbitKm ** 2 - EARTH_KM * orbitKm); // cos 60 deg = 1/2
    expect(4 * (delays.get(0)?.meanS ?? NaN)).toBeCloseTo((4 * rangeKm) / C_KM_S, 4);
    // Between the zenith and the horizon, 41,679 km away.
    expect(rangeKm).toBeGreaterThan(GEO_ALTITUDE_KM);
    expect(rangeKm).toBeLessThan(41_679);
  });

  it('adds up: serving and interruptions fill the run, what serves is usable, and figures agree with the world', () => {
    const walker = 'walker: { pattern: star, planes: 3, satellitesPerPlane: 6, altitudeKm: 1200, inclinationDeg: 80 }';
    const { session, world } = runOf(scenarioOf(walker, 'minElevationDeg: 10, fullRateRangeKm: 1500', 7200));
    const servedS = session.serving.reduce((sum, { fromS, toS }) => sum + toS - fromS, 0);
    const brokenS = session.interruptions.reduce((sum, { fromS, toS }) => sum + toS - fromS, 0);
    expect(servedS + brokenS).toBeCloseTo(7200, 6);
    expect(sessionFigures(session, () => 0).continuityFrac).toBeCloseTo(servedS / 7200, 12);
    const [use] = constellationUses(session, () => 0);
    expect(use?.usableS).toBeCloseTo(servedS, 6);
    expect(use?.servingS).toBeCloseTo(servedS, 6);
    expect(new Set(session.stretches.map(({ rateBps }) => rateBps)).size).toBeGreaterThan(2);
    // The last stretch is what the world's link is now.
    const { links, model } = world.columns;
    const last = session.stretches.at(-1);
    const now = links.to[model.firstUplink] as number;
    expect(now).toBe(last?.toS === 7200 ? last.satellite : -1);
  });

  it('is the same after a world was saved and taken over', () => {
    const walker = 'walker: { pattern: star, planes: 3, satellitesPerPlane: 6, altitudeKm: 1200, inclinationDeg: 80 }';
    const scenario = scenarioOf(walker, 'minElevationDeg: 10, costPerGB: 1', 7200);
    const model = createWorldModel(scenario, buildGeometry(scenario));
    const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 64);
    const options = { seed: 1, runS: 7200, startS: 0 };
    const unbroken = new World(model, options);
    unbroken.advance(batch, 0, 7200);
    const first = new World(model, options);
    first.advance(batch, 0, 3000);
    const second = new World(model, options);
    second.restore(first.save());
    second.advance(batch, 0, 7200);
    expect(second.terminalSession(model.firstTerminal)).toEqual(unbroken.terminalSession(model.firstTerminal));
    expect(second.kpis()['continuityFrac']).toBe(unbroken.kpis()['continuityFrac']);
    expect(unbroken.kpis()['continuityFrac']).toBeGreaterThan(0.1);
  });

  it('has key figures only where a radio has a price', () => {
    const still = 'geostationary: { longitudesDeg: [0] }';
    const radio = 'minElevationDeg: 10, fullRateRangeKm: 40000, maxRateBps: 750e6';
    const free = runOf(scenarioOf(still, radio, 600)).world.kpis();
    const priced = runOf(scenarioOf(still, `${radio}, costPerGB: 1`, 600)).world.kpis();
    const added = Object.fromEntries(Object.entries(priced).filter(([key]) => !(key in free)));
    // Nothing was sent, so nothing has a price.
    expect(added).toEqual({
      ...{ continuityFrac: 1, handoversPerHour: 0, longestInterruptionS: 0, costPerGB: NaN },
      'rateBps.sky': 750e6,
    });
  });
});

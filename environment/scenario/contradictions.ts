import { C_KM_S, R_EARTH_WGS84_KM } from '../../core/index.ts';
import { MIN_PERIGEE_KM } from './limits.ts';
import type { FieldPath, Problem } from './problem.ts';
import type { Scenario } from './schema.ts';

/** What is wrong with a scenario whose fields are each valid: orbits, names, and parts that do not fit each other. */
export function findContradictions(scenario: Scenario): readonly Problem[] {
  return [
    ...orbitProblems(scenario),
    ...includeProblems(scenario),
    ...nameProblems(scenario),
    ...orderProblems(scenario),
    ...trafficProblems(scenario),
  ];
}

/** Perigee height above the WGS-84 equatorial radius, km: `(R + altitude)(1 - e) - R`. */
export function perigeeKm(altitudeKm: number, eccentricity: number): number {
  return (R_EARTH_WGS84_KM + altitudeKm) * (1 - eccentricity) - R_EARTH_WGS84_KM;
}

function* orbitProblems({ constellations }: Scenario): Generator<Problem> {
  for (const [index, { walker }] of constellations.entries()) {
    if (walker?.altitudeKm === undefined) continue;
    const perigee = perigeeKm(walker.altitudeKm, walker.eccentricity);
    if (perigee >= MIN_PERIGEE_KM) continue;
    const place = perigee < 0 ? 'below the ground' : 'in air too dense to orbit';
    const raise = Math.ceil((R_EARTH_WGS84_KM + MIN_PERIGEE_KM) / (1 - walker.eccentricity) - R_EARTH_WGS84_KM);
    yield {
      code: 'SCENARIO_ORBIT',
      path: ['constellations', index, 'walker', 'altitudeKm'],
      expected: `a perigee of at least ${MIN_PERIGEE_KM} km`,
      found: `a perigee of ${Number(perigee.toFixed(1))} km, ${place}`,
      hint: `With eccentricity ${walker.eccentricity}, altitudeKm must be ${raise} or more.`,
    };
  }
}

function* includeProblems({ constellations }: Scenario): Generator<Problem> {
  for (const [index, { elements }] of constellations.entries()) {
    if (elements?.include === undefined) continue;
    try {
      new RegExp(elements.include);
    } catch (error) {
      yield {
        code: 'SCENARIO_FIELD',
        path: ['constellations', index, 'elements', 'include'],
        expected: 'a regular expression',
        found: `'${elements.include}' (${error instanceof Error ? error.message : String(error)})`,
      };
    }
  }
}

function* nameProblems(scenario: Scenario): Generator<Problem> {
  const { messages, contents, observations, jobs } = scenario.traffic;
  const { gateways, dataCentres, terminals } = scenario;
  yield* repeated('constellation', [[['constellations'], scenario.constellations]]);
  yield* repeated('ground node', [
    [['gateways'], gateways],
    [['dataCentres'], dataCentres],
    [['terminals'], terminals],
  ]);
  yield* repeated('traffic class', [
    [['traffic', 'messages'], messages],
    [['traffic', 'contents'], contents],
    [['traffic', 'observations'], observations],
    [['traffic', 'jobs'], jobs],
  ]);
}

type NamedList = readonly [path: FieldPath, items: readonly { readonly name: string }[]];

function* repeated(what: string, lists: readonly NamedList[]): Generator<Problem> {
  const first = new Map<string, string>();
  for (const [path, items] of lists) {
    for (const [index, { name }] of items.entries()) {
      const holder = first.get(name);
      if (holder === undefined) {
        first.set(name, `${path.join('.')}[${index}]`);
        continue;
      }
      yield {
        code: 'SCENARIO_FIELD',
        path: [...path, index, 'name'],
        expected: `a name of its own for each ${what}`,
        found: `'${name}' again (first used by ${holder})`,
      };
    }
  }
}

function* orderProblems({ tickS, durationS, satellite, knowledge, constellations }: Scenario): Generator<Problem> {
  if (tickS > durationS) {
    yield field(['tickS'], `at most durationS (${durationS} s)`, `${tickS} s`);
  }
  const { safeBelowFrac, savingBelowFrac, throttleAboveC, maxC } = satellite;
  if (safeBelowFrac > savingBelowFrac) {
    yield field(['satellite', 'safeBelowFrac'], `at most savingBelowFrac (${savingBelowFrac})`, String(safeBelowFrac));
  }
  if (throttleAboveC > maxC) {
    yield field(['satellite', 'throttleAboveC'], `at most maxC (${maxC} C)`, `${throttleAboveC} C`);
  }
  // A report must have arrived before the next one replaces it.
  const { beaconPeriodS, linkStatePeriodS, floodS } = knowledge;
  const lightTimeS = Math.max(...constellations.map(({ isl }) => isl.maxRangeKm)) / C_KM_S;
  if (beaconPeriodS < lightTimeS) {
    const least = `at least the light time over the longest ISL (${lightTimeS.toPrecision(3)} s)`;
    yield field(['knowledge', 'beaconPeriodS'], least, `${beaconPeriodS} s`);
  }
  if (floodS > linkStatePeriodS) {
    yield field(['knowledge', 'floodS'], `at most linkStatePeriodS (${linkStatePeriodS} s)`, `${floodS} s`);
  }
}

function* trafficProblems({ traffic, gateways, dataCentres, terminals }: Scenario): Generator<Problem> {
  for (const index of traffic.messages.keys()) {
    yield* missing(['traffic', 'messages', index], [['terminals', terminals.length, 2]]);
  }
  for (const index of traffic.contents.keys()) {
    yield* missing(
      ['traffic', 'contents', index],
      [
        ['terminals', terminals.length, 1],
        ['dataCentres', dataCentres.length, 1],
        ['gateways', gateways.length, 1],
      ],
    );
  }
  for (const [index, { consumer }] of traffic.observations.entries()) {
    const needs: readonly Need[] =
      consumer === 'terminal'
        ? [['terminals', terminals.length, 1]]
        : [
            ['dataCentres', dataCentres.length, 1],
            ['gateways', gateways.length, 1],
          ];
    yield* missing(['traffic', 'observations', index], needs);
  }
  for (const index of traffic.jobs.keys()) {
    yield* missing(['traffic', 'jobs', index], [['terminals', terminals.length, 1]]);
  }
}

type Need = readonly [list: string, present: number, needed: number];

function* missing(path: FieldPath, needs: readonly Need[]): Generator<Problem> {
  const short = needs.filter(([, present, needed]) => present < needed);
  if (short.length === 0) return;
  yield field(
    path,
    `a scenario with ${short.map(([list, , needed]) => `at least ${needed} in ${list}`).join(' and ')} to carry this traffic`,
    short.map(([list, present]) => `${present} in ${list}`).join(' and '),
  );
}

function field(path: FieldPath, expected: string, found: string): Problem {
  return { code: 'SCENARIO_FIELD', path, expected, found };
}

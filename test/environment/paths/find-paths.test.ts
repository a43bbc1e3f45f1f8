import { describe, expect, it } from 'vitest';
import { buildGeometry } from '../../../environment/geometry/index.ts';
import type { Geometry } from '../../../environment/geometry/geometry.ts';
import { createPathFinder } from '../../../environment/paths/index.ts';
import { type Scenario, loadScenario, varyScenario } from '../../../environment/scenario/index.ts';
import { star66 } from '../geometry/scenarios.ts';
import { plainDelayS, plainLinks } from './plain-paths.ts';

/** Rounding of sums of some ten light times: far below a nanometre of light. */
const ROUNDING_S = 1e-15;

const shorter = (name: string, durationS: number): Scenario =>
  varyScenario(loadScenario(`scenarios/${name}.yaml`), (draft) => {
    draft.durationS = durationS;
    draft.faults = { scheduled: [], hazards: [] };
  });

const SCENARIOS: readonly (readonly [string, Scenario, hasGaps: boolean])[] = [
  ['a star without cross-seam links', star66({ durationS: 300 }), false],
  ['relays, radios of three kinds and moving terminals', shorter('leo-geo-relay', 1200), false],
  ['two planes with gaps', shorter('test-12', 600), true],
];

describe.each(SCENARIOS)('paths over %s', (_, scenario, hasGaps) => {
  const geometry = buildGeometry(scenario);
  const { nodeNames, nodeCount, satelliteCount } = geometry;
  const finder = createPathFinder(scenario);
  const nameOf = (node: number): string => nodeNames[node] as string;
  // Pairs of all kinds: steps through satellites and ground nodes that share no divisor with their numbers.
  const pairs = Array.from({ length: 24 }, (__, i): readonly [number, number] => {
    const ground = nodeCount - satelliteCount;
    const from = i % 6 === 5 ? (7 * i) % satelliteCount : satelliteCount + ((5 * i) % ground);
    const to = i % 4 === 3 ? (11 * i + 3) % satelliteCount : satelliteCount + ((3 * i + 1) % ground);
    return [from, to];
  }).filter(([from, to]) => from !== to);

  it.each([false, true])('have the delay of a plain search, as scheduled: %s', (asScheduled) => {
    const times = [0, 3.7, 95, 210, 299.9];
    const links = times.map((timeS) => plainLinks(scenario, geometry, timeS, asScheduled));
    let found = 0;
    let none = 0;
    for (const [from, to] of pairs) {
      const pathAt = finder.between({ from: nameOf(from), to: nameOf(to), asScheduled, geometry });
      for (const [i, timeS] of times.entries()) {
        const { path, delayS, reason } = pathAt(timeS);
        const expectedS = plainDelayS(scenario, geometry, { from, to, space: links[i] ?? [] });
        const what = `${nameOf(from)} - ${nameOf(to)} at ${timeS} s`;
        if (path === null) {
          none++;
          expect([delayS, expectedS, reason === null], what).toEqual([null, Infinity, false]);
          continue;
        }
        found++;
        expect(Math.abs((delayS as number) - expectedS), what).toBeLessThan(ROUNDING_S);
        expect([path[0], path.at(-1)], what).toEqual([nameOf(from), nameOf(to)]);
        expect(new Set(path).size, what).toBe(path.length);
      }
    }
    expect(found).toBeGreaterThan(20);
    expect(none > 0).toBe(hasGaps);
  });
});

describe('answers without a path', () => {
  const scenario = shorter('test-12', 600);
  const geometry: Geometry = buildGeometry(scenario);
  const finder = createPathFinder(scenario);
  const reasonAt = (from: string, to: string, timeS: number, asScheduled = false) =>
    finder.between({ from, to, asScheduled, geometry })(timeS).reason;

  it('name the end that no satellite is over', () => {
    const expected = { kind: 'out-of-sight', message: 'no satellite in sight of london' };
    expect(reasonAt('london', 'cairo', 400)).toEqual(expected);
    expect(reasonAt('cairo', 'london', 400)).toEqual(expected);
    expect(reasonAt('london', 'cairo', 400, true)?.message).toBe('no antenna of london is on a satellite');
  });

  it('say that satellites are not connected', () => {
    // Without laser links nothing leads from one satellite to another.
    const mute = createPathFinder(
      varyScenario(scenario, (draft) => {
        for (const { isl } of draft.constellations) isl.topology = 'none';
      }),
    );
    const messages = [
      ['london', 'hartebeesthoek', 'the satellites over london and hartebeesthoek are not connected'],
      ['polar-p1-s1', 'polar-p2-s1', 'polar-p1-s1 and polar-p2-s1 are not connected'],
      ['polar-p1-s4', 'london', 'polar-p1-s4 and the satellites over london are not connected'],
    ] as const;
    for (const [from, to, message] of messages) {
      expect(mute.between({ from, to })(0).reason).toEqual({ kind: 'not-connected', message });
    }
  });

  it('are refused where the question has none', () => {
    expect(() => finder.between({ from: 'londn', to: 'cairo' })).toThrowError(
      expect.objectContaining({ code: 'USAGE', hint: "Did you mean 'london'?" }),
    );
    expect(() => finder.between({ from: 'cairo', to: 'cairo' })).toThrowError(/two different nodes, got 'cairo' twice/);
    expect(() => finder.between({ from: 'cairo', to: 'london', asScheduled: true })).toThrowError(/a geometry/);
    const pathAt = finder.between({ from: 'cairo', to: 'london' });
    pathAt(10);
    expect(() => pathAt(9)).toThrowError(/times in order, got 9 s after 10 s/);
  });

  it('come without a geometry unless links are made by range', () => {
    expect(finder.needsGeometry).toBe(false);
    expect(createPathFinder(loadScenario('scenarios/leo-geo-relay.yaml')).needsGeometry).toBe(true);
  });
});

it('a link is closed while its rate schedule says so', () => {
  const scenario = varyScenario(shorter('test-12', 600), (draft) => {
    draft.terminalLink.rateSchedule = [
      { fromS: 5, frac: 0 },
      { fromS: 10, frac: 0.5 },
    ];
  });
  const pathAt = createPathFinder(scenario).between({ from: 'london', to: 'svalbard' });
  expect([0, 5, 9.9, 10].map((timeS) => pathAt(timeS).path !== null)).toEqual([true, false, false, true]);
});

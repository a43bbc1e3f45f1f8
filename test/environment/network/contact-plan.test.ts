import { describe, expect, it } from 'vitest';
import { C_KM_S } from '../../../core/index.ts';
import type { Contact } from '../../../environment/contact-graph/index.ts';
import { type Geometry, buildGeometry, skyReader } from '../../../environment/geometry/index.ts';
import { contactPlan } from '../../../environment/network/index.ts';
import { loadScenario } from '../../../environment/scenario/index.ts';
import { at } from '../../present.ts';
import { star66 } from '../geometry/scenarios.ts';

const base = { durationS: 600, gateways: [{ name: 'gw', latDeg: 0, lonDeg: -70, antennas: 1 }] };
const quito = { name: 'quito', latDeg: 0, lonDeg: -78 };

describe('contact plan', () => {
  const scenario = star66({ ...base, terminals: [quito] });
  const geometry = buildGeometry(scenario);
  const { contacts } = contactPlan(geometry, { owltToleranceS: 0 });

  it('has every contact in both directions, uncut with the light time of its greatest range', () => {
    const sky = skyReader(geometry.sky);
    const key = (from: string, to: string, startS: number, endS: number): string => `${from} ${to} ${startS} ${endS}`;
    const keys = new Set(contacts.map((c) => key(c.fromNode, c.toNode, c.startS, c.endS)));
    expect(contacts.length).toBeGreaterThan(242);
    for (const { fromNode, toNode, startS, endS, owltS } of contacts) {
      expect(keys.has(key(toNode, fromNode, startS, endS))).toBe(true);
      const [a, b] = [fromNode, toNode].map((name) => geometry.nodeNames.indexOf(name)) as [number, number];
      let most = 0;
      for (let k = startS / 10; k <= endS / 10; k++) {
        const row = sky.row(k);
        most = Math.max(most, Math.hypot(...[0, 1, 2].map((x) => at(row, 3 * a + x) - at(row, 3 * b + x))));
      }
      expect(owltS).toBeCloseTo(most / C_KM_S, 9);
    }
  });

  it('joins gateways and data centres when asked', () => {
    const more = contactPlan(geometry, { terrestrialRateBps: 1e9, owltToleranceS: 0 }).contacts;
    expect(more.length - contacts.length).toBe(4); // one gateway, two data centres, two directions
    expect(more).toContainEqual({
      ...{ fromNode: 'gw', toNode: 'ashburn', startS: 0, endS: 600, rateBps: 1e9 },
      owltS: at(geometry.wanDelayS, 1),
    });
  });
});

describe('contacts cut where the light time changes', () => {
  const scenario = { ...loadScenario('scenarios/iridium-66.yaml'), durationS: 3600 };
  const geometry = buildGeometry(scenario);
  const whole = contactPlan(geometry, { owltToleranceS: 0 }).contacts;

  // 0.1 ms are 30 km; in a tick of 10 s the range to a satellite changes by up to 70 km, so that ticks are cut as well.
  it.each([1e-3, 1e-4])(
    'never have a light time that is longer than that of the moment by more than %d s',
    (toleranceS) => {
      const { contacts } = contactPlan(geometry, { owltToleranceS: toleranceS });
      const errors = errorsOf(geometry, contacts);
      console.log(`iridium-66, 1 h: ${whole.length} contacts, ${contacts.length} at ${toleranceS * 1e3} ms`);
      expect(errors.greatestS).toBeLessThanOrEqual(toleranceS * (1 + 1e-9));
      expect(errors.leastS).toBeGreaterThanOrEqual(-1e-12);
      // The bound is used: pieces are as long as it lets them be.
      expect(errors.greatestS).toBeGreaterThan(0.9 * toleranceS);
      expect(errorsOf(geometry, whole).greatestS).toBeGreaterThan(4e-3);
    },
  );

  it('follow each other without a gap and make up the contacts that were cut', () => {
    const { contacts } = contactPlan(geometry, { owltToleranceS: 1e-4 });
    const lengthS = (all: readonly Contact[]): number => all.reduce((sum, { startS, endS }) => sum + endS - startS, 0);
    expect(lengthS(contacts)).toBeCloseTo(lengthS(whole), 4);
    const starts = new Set(contacts.map((c) => `${c.fromNode} ${c.toNode} ${c.startS} ${c.rateBps}`));
    const ends = new Set(whole.map((c) => `${c.fromNode} ${c.toNode} ${c.endS} ${c.rateBps}`));
    for (const c of whole) expect(starts.has(`${c.fromNode} ${c.toNode} ${c.startS} ${c.rateBps}`)).toBe(true);
    for (const c of contacts) {
      const pair = `${c.fromNode} ${c.toNode} ${c.endS} ${c.rateBps}`;
      expect(starts.has(pair) || ends.has(pair), pair).toBe(true);
    }
  });

  it('are cut by 1 ms unless told otherwise, and by no less than 1 us', () => {
    expect(contactPlan(geometry)).toEqual(contactPlan(geometry, { owltToleranceS: 1e-3 }));
    expect(() => contactPlan(geometry, { owltToleranceS: 1e-7 })).toThrow(/1e-7 s/);
    expect(() => contactPlan(geometry, { owltToleranceS: NaN })).toThrow(/got NaN s/);
  });
});

/** How much longer the light time of a contact is than that of the moment, at eleven instants of every tick it touches. */
function errorsOf({ nodeNames, sky, tickS }: Geometry, contacts: readonly Contact[]) {
  const reader = skyReader(sky);
  const indexOf = new Map(nodeNames.map((name, index) => [name, index]));
  const rangeKm = (k: number, a: number, b: number): number => {
    const row = reader.row(k);
    return Math.hypot(...[0, 1, 2].map((x) => at(row, 3 * a + x) - at(row, 3 * b + x)));
  };
  let [greatestS, leastS] = [-Infinity, Infinity];
  for (const { fromNode, toNode, startS, endS, owltS } of contacts) {
    const [a, b] = [fromNode, toNode].map((name) => indexOf.get(name)) as [number, number];
    for (let k = Math.floor(startS / tickS); k * tickS < endS; k++) {
      const [from, to] = [rangeKm(k, a, b), rangeKm(k + 1, a, b)];
      for (let i = 0; i <= 10; i++) {
        const share = i / 10;
        const timeS = (k + share) * tickS;
        if (timeS < startS || timeS > endS) continue;
        const errorS = owltS - (from + share * (to - from)) / C_KM_S;
        greatestS = Math.max(greatestS, errorS);
        leastS = Math.min(leastS, errorS);
      }
    }
  }
  return { greatestS, leastS };
}

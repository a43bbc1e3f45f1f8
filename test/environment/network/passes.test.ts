import { describe, expect, it } from 'vitest';
import { RAD_PER_DEG } from '../../../core/index.ts';
import { createPassRecorder } from '../../../environment/geometry/pass-recorder.ts';
import { rateSteps } from '../../../environment/network/ground-rate.ts';
import { indexPasses, passesAt } from '../../../environment/network/pass-index.kernel.ts';
import { type ViewLists, createPassObserver, createSiteViews } from '../../../environment/network/pass-observer.ts';
import { createSites, radiosOf } from '../../../environment/network/sites.ts';
import { slantRangesInto } from '../../../environment/network/visibility.kernel.ts';
import type { Scenario } from '../../../environment/scenario/schema.ts';
import { at } from '../../present.ts';
import { star66, star66Constellation } from '../geometry/scenarios.ts';
import { type Network, networkOf } from './network-lab.ts';

const GEO = {
  name: 'geo',
  geostationary: { longitudesDeg: [-100, 20, 140] },
  isl: { topology: 'none' },
  radios: ['wide', 'terminal'],
};

function mixed(): Scenario {
  return star66({
    durationS: 3000,
    constellations: [star66Constellation(), GEO],
    radios: [
      { name: 'wide', minElevationDeg: 5, fullRateRangeKm: 40_000 },
      { name: 'slant', maxSlantRangeKm: 1800 },
    ],
    gateways: [
      { name: 'svalbard', latDeg: 78.33, lonDeg: 15.99, antennas: 4 },
      {
        name: 'quito-gw',
        latDeg: 0,
        lonDeg: -78,
        radio: 'gateway',
        moreRadios: [{ radio: 'wide', antennas: 2 }, { radio: 'gateway' }],
      },
    ],
    terminals: [
      { name: 'oslo', latDeg: 59.9, lonDeg: 10.8, radios: ['terminal', 'wide'] },
      { name: 'pole', latDeg: 90, lonDeg: 0 },
      {
        name: 'plane',
        radios: ['slant', 'wide'],
        track: [
          { atS: 0, latDeg: 50, lonDeg: 0, heightM: 10_000 },
          { atS: 3000, latDeg: 45, lonDeg: -12, heightM: 11_000 },
        ],
      },
    ],
  });
}

/** Star whose satellites also serve the radio `slant`. */
function withSlant(): Scenario {
  const scenario = mixed();
  const [star, geo] = scenario.constellations;
  if (star === undefined || geo === undefined) throw new Error('expected two constellations');
  return { ...scenario, constellations: [{ ...star, radios: ['gateway', 'terminal', 'slant'] }, geo] };
}

describe('sites', () => {
  it('are one per node and radio, in node order, with the antennas of each', () => {
    const scenario = mixed();
    expect(radiosOf(scenario).map(({ name }) => name)).toEqual(['gateway', 'terminal', 'wide', 'slant']);
    const sites = createSites(scenario, 69);
    // Svalbard; Quito by two radios; two data centres without; Oslo by two; pole; plane by two.
    expect([...sites.siteNode]).toEqual([69, 70, 70, 73, 73, 74, 75, 75]);
    expect([...sites.siteRadio]).toEqual([0, 0, 2, 1, 2, 1, 3, 2]);
    // Quito names `gateway` twice: 2 + 1 antennas.
    expect([...sites.antennaSite]).toEqual([0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7]);
    expect(sites.antennaCount).toBe(14);
  });

  it('name radios that exist', () => {
    expect(() =>
      createSites(star66({ terminals: [{ name: 'x', latDeg: 0, lonDeg: 0, radios: ['lora'] }] }), 66),
    ).toThrow(/radios of 'x' to be among those of the scenario, got 'lora'/);
  });
});

describe('passes', () => {
  const scenario = withSlant();
  const network = networkOf(scenario);

  /** Slow twin: every site against every satellite at every boundary. */
  function slowPasses({ plan, sites, rows }: Network): string[] {
    const radios = radiosOf(scenario);
    const siteEcef = new Float64Array(6 * plan.ground.count);
    const inSight = rows.map((row, k) => {
      plan.ground.sitesInto(k * scenario.tickS, siteEcef);
      return Array.from(sites.siteNode, (node, u) => {
        const radio = at(radios, at(sites.siteRadio, u));
        const seen = new Set<number>();
        const range = new Float64Array(1);
        const site = siteEcef.subarray(6 * (node - sites.firstGroundNode));
        plan.fleet.constellations.forEach(({ config, firstSatellite, ephemeris }) => {
          if (!config.radios.includes(radio.name)) return;
          for (let s = firstSatellite; s < firstSatellite + ephemeris.count; s++) {
            const sine = slantRangesInto(row.subarray(3 * s, 3 * s + 3), 1, site, -2, range, 0);
            const steps = rateSteps(1, radio.fullRateRangeKm).maxRangeKm;
            const far = at(range, 0) > at(steps, steps.length - 1);
            const { maxSlantRangeKm } = radio;
            const low = sine < Math.sin(radio.minElevationDeg * RAD_PER_DEG);
            if (!far && (maxSlantRangeKm === undefined ? !low : at(range, 0) <= maxSlantRangeKm)) seen.add(s);
          }
        });
        return seen;
      });
    });
    const found: string[] = [];
    for (let u = 0; u < sites.siteCount; u++) {
      for (let s = 0; s < plan.fleet.satelliteCount; s++) {
        let start = -1;
        for (let k = 0; k <= plan.tickCount; k++) {
          const usable = k < plan.tickCount && [k, k + 1].every((boundary) => at(at(inSight, boundary), u).has(s));
          if (usable && start < 0) start = k;
          if (!usable && start >= 0) {
            found.push(`${u} ${s} ${start} ${k === plan.tickCount ? k + 1 : k}`);
            start = -1;
          }
        }
      }
    }
    return found.sort();
  }

  const lines = ({ passes, sites }: Network): string[] =>
    Array.from({ length: sites.siteCount }, (_, u) => u)
      .flatMap((u) =>
        Array.from({ length: at(passes.siteFirst, u + 1) - at(passes.siteFirst, u) }, (_, j) => {
          const i = at(passes.siteFirst, u) + j;
          return `${u} ${at(passes.satellite, i)} ${at(passes.startTick, i)} ${at(passes.endTick, i)}`;
        }),
      )
      .sort();

  it('are those of every site against every satellite: masks, slant range, several radios, a track, a pole', () => {
    const found = lines(network);
    expect(found).toEqual(slowPasses(network));
    // Every site has some, by every radio.
    expect(new Set(found.map((line) => line.split(' ')[0])).size).toBe(8);
    // Geostationary satellites are seen for the whole scenario and beyond.
    expect(found.some((line) => line.endsWith(' 0 301'))).toBe(true);
  });

  it('hold every contact of an antenna', () => {
    const { contacts, sites, slots, plan } = network;
    const passes = new Set(
      lines(network).flatMap((line) => {
        const [u, s, start, end] = line.split(' ').map(Number) as [number, number, number, number];
        return Array.from({ length: end - start }, (_, i) => `${u} ${s} ${start + i}`);
      }),
    );
    const lasers = plan.fleet.satelliteCount * slots;
    let checked = 0;
    for (let i = 0; i < contacts.n; i++) {
      const track = at(contacts.track, i);
      if (track < lasers) continue;
      expect(at(contacts.rateBps, i)).toBeGreaterThan(0);
      for (let k = at(contacts.startTick, i); k < at(contacts.endTick, i); k++) {
        expect(passes.has(`${at(sites.antennaSite, track - lasers)} ${at(contacts.peer, i)} ${k}`)).toBe(true);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(2000);
  });

  it('of one tick are found among all', () => {
    const { passes, sites, plan } = network;
    const index = indexPasses(passes);
    const out = { satellite: new Int32Array(index.mostInView), untilTick: new Int32Array(index.mostInView) };
    let most = 0;
    for (let k = 0; k < plan.tickCount; k += 7) {
      for (let u = 0; u < sites.siteCount; u++) {
        const n = passesAt(index, u, k, out);
        most = Math.max(most, n);
        const got = Array.from({ length: n }, (_, i) => `${at(out.satellite, i)} ${at(out.untilTick, i)}`);
        const expected: string[] = [];
        for (let i = at(passes.siteFirst, u); i < at(passes.siteFirst, u + 1); i++) {
          if (at(passes.startTick, i) <= k && k < at(passes.endTick, i)) {
            expected.push(`${at(passes.satellite, i)} ${at(passes.endTick, i)}`);
          }
        }
        expect(got.sort()).toEqual(expected.sort());
      }
    }
    expect(most).toBeGreaterThan(3);
  });

  it('end where the Moon stands in the way', () => {
    const sites = createSites(
      star66({ gateways: [], dataCentres: [], terminals: [{ name: 'x', latDeg: 0, lonDeg: 0 }] }),
      1,
    );
    const far = star66({ terminalLink: { fullRateRangeKm: 500_000 } });
    const shells = [{ config: at(far.constellations, 0), firstSatellite: 0, count: 1 }];
    const recorder = createPassRecorder();
    const siteViews = createSiteViews(far, sites, shells);
    const observer = createPassObserver(sites.siteCount, recorder);
    const site = Float64Array.of(6378, 0, 0, 1, 0, 0);
    const moon = Float64Array.of(384_400, 0, 0);
    // Beside the Moon for three boundaries, then behind it, then in front.
    [
      [386_000, 1800],
      [386_000, 1800],
      [386_000, 1800],
      [386_000, 1000],
      [380_000, 0],
      [380_000, 0],
    ].forEach(([x = 0, y = 0], k) => {
      const views: ViewLists = { column: new Int32Array(0), n: 0 };
      siteViews.append(views, Float64Array.of(x, y, 0), site, moon);
      observer.step(k, views.column, 0);
    });
    const passes = recorder.finish({ tickCount: 5, siteCount: 1 });
    expect([...passes.startTick]).toEqual([0, 4]);
    expect([...passes.endTick]).toEqual([2, 6]);
  });
});

describe('rates of contacts', () => {
  it('follow the schedule of the radio: half from 100 s, none from 200 s to 300 s', () => {
    const rateSchedule = [
      { fromS: 100, frac: 0.5 },
      { fromS: 200, frac: 0 },
      { fromS: 300, frac: 1 },
    ];
    const rates = (schedule: typeof rateSchedule): number[] => {
      const { contacts, slots, plan } = networkOf(
        star66({
          durationS: 500,
          gateways: [],
          terminals: [{ name: 'quito', latDeg: 0, lonDeg: -78 }],
          terminalLink: { rateSchedule: schedule },
        }),
      );
      const perTick = new Array<number>(plan.tickCount).fill(0);
      for (let i = 0; i < contacts.n; i++) {
        if (at(contacts.track, i) < 66 * slots) continue;
        perTick.fill(at(contacts.rateBps, i), at(contacts.startTick, i), at(contacts.endTick, i));
      }
      return perTick;
    };
    const plain = rates([]);
    expect(Math.min(...plain)).toBeGreaterThan(0);
    expect(rates(rateSchedule)).toEqual(plain.map((rate, k) => rate * (k < 10 ? 1 : k < 20 ? 0.5 : k < 30 ? 0 : 1)));
  });
});

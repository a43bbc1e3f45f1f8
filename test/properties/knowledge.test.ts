import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAPABILITIES, C_KM_S } from '../../core/index.ts';
import { World, type WorldModel } from '../../environment/index.ts';
import { rangeKm } from '../../environment/network/links.kernel.ts';
import { clearCache } from '../../environment/resources/cache.kernel.ts';
import { sendBeacons } from '../../environment/world/beacons.kernel.ts';
import { renewSnapshot } from '../../environment/world/delays.kernel.ts';
import { renewView } from '../../environment/world/view.ts';
import { changeFuture } from './other-future.ts';
import { LIMIT_MS, PARAMETERS, timeInRun } from './parameters.ts';
import { knownDelays, sights } from './probes.ts';
import { RUN_S, fault, modelOf, randomScenario } from './random-scenario.ts';
import regressions from './regressions/knowledge.ts';
import { aBusyScenario, flight } from './run-parts.ts';

const INSTANT_S = 1e-6;
/** While light is under way to a geostationary satellite (0.15 s) the range changes by 11 km/s x 0.15 s = 5.5 us of light. */
const LIGHT_SLACK_S = 1e-5;
const { COMPUTE_NEW, FORWARD_TRANSIT } = CAPABILITIES;

/** Two worlds that stand as one flight does at `atS`. */
function twins(model: WorldModel, policy: string, seed: number, atS: number): [World, World] {
  const { world, runTo } = flight(model, policy, { seed });
  runTo(atS);
  const saved = world.save();
  const twin = (): World => {
    const copy = new World(model, { seed, runS: RUN_S, startS: 0 });
    copy.restore(saved);
    return copy;
  };
  return [twin(), twin()];
}

/** Changes all that a satellite alone knows: its queues, buffer, battery, heat, work, cache, archive, modes, and whose it is. */
function changeTruth(world: World, satellite: number): void {
  const { links, satellites, power, compute, caches, backups, outages, faults, model } = world.columns;
  const wait = (link: number): void => {
    links.waitingBits[3 * link] = (links.waitingBits[3 * link] as number) + 3e8;
  };
  for (let d = 0; d < model.islSlots; d++) wait(satellite * model.islSlots + d);
  for (let q = satellites.firstServed[satellite] as number; q >= 0; q = satellites.nextServed[q] as number)
    wait(model.firstDownlink + q);
  satellites.bufferBits[satellite] = (satellites.bufferBits[satellite] as number) / 2 + 1e6;
  satellites.capabilities[satellite] =
    (satellites.capabilities[satellite] as number) & ~(COMPUTE_NEW | FORWARD_TRANSIT);
  power.batteryJ[satellite] = (power.batteryJ[satellite] as number) / 2;
  power.temperatureK[satellite] = 340;
  compute.waitingTflop[satellite] = 5000;
  clearCache(caches, satellite, world.timeS);
  if (backups.home.length > 0) backups.archiveBits[satellite] = 1e9;
  const capture = Array.from(faults.source).findIndex((s) => model.faults.sources[s]?.kind === 'capture');
  if (capture >= 0) outages.capturedBy[satellite] = capture;
}

/** Satellites that see otherwise in one world than in the other. */
function whoSeesADifference(plain: World, changed: World): number[] {
  const [before, after] = [sights(plain), sights(changed)];
  return before.flatMap((sight, satellite) => (sight === after[satellite] ? [] : [satellite]));
}

/** One-way light time from a satellite over each of its lasers, s, by neighbour. */
function neighbours(world: World, satellite: number): Map<number, number> {
  const { links, model, clock } = world.columns;
  const { tickS } = model.scenario;
  const found = new Map<number, number>();
  for (let link = satellite * model.islSlots; link < (satellite + 1) * model.islSlots; link++) {
    const to = links.to[link] as number;
    if (to >= 0) found.set(to, rangeKm(links, link, (clock.timeS - clock.tick * tickS) / tickS) / C_KM_S);
  }
  return found;
}

/** Ends of links, and rates, as satellites at those ends notice them; by satellite. */
function ownLinks(world: World): string[] {
  const { links, model, satellites, outages } = world.columns;
  return Array.from({ length: model.satelliteCount }, (_, s) => {
    const own: number[] = [outages.nodeDown[s] as number];
    const add = (link: number): void => void own.push(link, links.to[link] as number, links.rateBps[link] as number);
    for (let link = s * model.islSlots; link < (s + 1) * model.islSlots; link++) add(link);
    for (let q = satellites.firstServed[s] as number; q >= 0; q = satellites.nextServed[q] as number)
      add(model.firstDownlink + q);
    return own.join(' ');
  });
}

describe('what satellites know', () => {
  it(
    'ENV-80 ENV-84 ENV-148 what a satellite keeps to itself its neighbours see when the light of its next beacon is there',
    () => {
      let [told, lookedAt] = [0, 0];
      const hidden = fc.property(randomScenario, timeInRun, fc.nat(), ({ content, policy, seed }, atS, pick) => {
        const model = modelOf(content);
        const [plain, changed] = twins(model, policy, seed, atS);
        const victim = pick % model.satelliteCount;
        changeTruth(changed, victim);
        expect(knownDelays(changed)).toEqual(knownDelays(plain));
        const but = (others: number[]): number[] => others.filter((s) => s !== victim);
        expect(but(whoSeesADifference(plain, changed))).toEqual([]);
        // A beacon leaves now, and reaches one neighbour after the other.
        for (const world of [plain, changed]) sendBeacons(world.columns);
        const reached = neighbours(plain, victim);
        for (const [neighbour, lightS] of reached) {
          for (const [sinceS, seen] of [
            [lightS - LIGHT_SLACK_S, false],
            [lightS + LIGHT_SLACK_S, true],
          ] as const) {
            for (const world of [plain, changed]) world.columns.clock.timeS = atS + sinceS;
            const differing = but(whoSeesADifference(plain, changed));
            expect(differing.every((s) => (reached.get(s) ?? Infinity) < sinceS + LIGHT_SLACK_S / 2)).toBe(true);
            if (!seen) continue;
            lookedAt++;
            if (differing.includes(neighbour)) told++;
          }
          expect(knownDelays(changed)).toEqual(knownDelays(plain));
        }
      });
      fc.assert(hidden, PARAMETERS);
      // Liars tell nothing.
      expect(told).toBeGreaterThan(lookedAt / 2);
    },
    LIMIT_MS,
  );

  it(
    'ENV-112 what has failed is known to those whose own links it takes, and to others when a flooded report says so',
    () => {
      let [cases, told] = [0, 0];
      const outage = fc.property(
        fc.record({ scenario: randomScenario, one: fault, atS: timeInRun }),
        ({ scenario: { content, policy, seed }, one, atS }) => {
          const faults = content['faults'] as { scheduled: readonly object[] };
          const security = content['security'] as object;
          const model = modelOf({
            ...content,
            // Accusations spread by themselves.
            security: { ...security, watch: { enabled: false } },
            faults: { ...faults, scheduled: [...faults.scheduled, { ...one, atS }] },
          });
          const { linkStatePeriodS, floodS } = model.scenario.knowledge;
          const [plain, changed] = [0, 1].map(() => flight(model, policy, { seed })) as [
            ReturnType<typeof flight>,
            ReturnType<typeof flight>,
          ];
          changeFuture(plain.world, atS - INSTANT_S, RUN_S);
          for (const { runTo } of [plain, changed]) runTo(atS + INSTANT_S);
          const [before, after] = [ownLinks(plain.world), ownLinks(changed.world)];
          const saved = [plain, changed].map(({ world }) => world.save());
          const differing = whoSeesADifference(plain.world, changed.world);
          const struck = model.geometry.nodeNames.indexOf(one.target ?? '');
          expect(differing.filter((s) => before[s] === after[s] && s !== struck)).toEqual([]);
          [plain, changed].forEach(({ world }, i) => world.restore(saved[i] as (typeof saved)[0]));
          const knownS = Math.ceil(atS / linkStatePeriodS) * linkStatePeriodS + floodS;
          for (let untilS = atS + 0.5; untilS < knownS; untilS += 0.5) {
            for (const { runTo } of [plain, changed]) runTo(untilS);
            expect(knownDelays(changed.world)).toEqual(knownDelays(plain.world));
          }
          for (const { runTo } of [plain, changed]) runTo(knownS + INSTANT_S);
          cases++;
          const [known, now] = [knownDelays(plain.world), knownDelays(changed.world)];
          if (known.some((delayS, i) => delayS !== now[i])) told++;
        },
      );
      fc.assert(outage, { ...PARAMETERS, examples: regressions.map((one) => [one]) });
      expect(told).toBeGreaterThan(cases / 4);
    },
    LIMIT_MS,
  );
});

describe('the checks of knowledge can fail', () => {
  const model = modelOf(aBusyScenario());
  const standing = (): [World, World] => twins(model, 'random+random+random', 1, 20);

  it('for beacons that tell the truth of now', () => {
    const [plain, changed] = standing();
    const victim = plain.columns.links.from.findIndex((_, link) => (plain.columns.links.to[link] as number) >= 0);
    const satellite = Math.floor(victim / model.islSlots);
    changeTruth(changed, satellite);
    expect(whoSeesADifference(plain, changed).filter((s) => s !== satellite)).toEqual([]);
    const { beacons, clock } = changed.columns;
    const own = [...beacons.sentS];
    sendBeacons(changed.columns);
    sendBeacons(changed.columns);
    beacons.sentS.set(own);
    expect(clock.timeS).toBe(20);
    expect(whoSeesADifference(plain, changed).filter((s) => s !== satellite).length).toBeGreaterThan(0);
  });

  it('for a network that is known as it is', () => {
    const [plain, changed] = standing();
    const { outages } = changed.columns;
    for (let satellite = 0; satellite < model.satelliteCount; satellite += 2) outages.nodeDown[satellite] = 1;
    expect(knownDelays(changed)).toEqual(knownDelays(plain));
    outages.knownNodeDown.set(outages.nodeDown);
    renewView(changed.columns);
    renewSnapshot(changed.columns);
    expect(knownDelays(changed)).not.toEqual(knownDelays(plain));
  });
});

import { describe, expect, it } from 'vitest';
import { checkConservation } from '../../../environment/index.ts';
import type { SmallSky } from '../world/small-world.ts';
import { GROUND_BPS, HOP_S, KNOWLEDGE, WAN_S, backupWorld, mesh, run } from './backup-world.ts';

const BITS = 8e6;
const FIBRE_BPS = 2e7; // 0.4 s per data set
const TX_S = BITS / FIBRE_BPS;
/** 10 ms of equipment, and 1 degree of the equator (6,371.0088 km mean radius) with the detour 1.5 at the group index 1.468. */
const FIBRE_S = 0.01 + (((6371.0088 * Math.PI) / 180) * 1.5 * 1.468) / 299_792.458;
/** A loss is sampled at the next multiple of 2 s, known 0.3 s later. */
const { floodS } = KNOWLEDGE;

/** Three satellites, gateway node-3, data centres node-4, node-5 and node-6. */
const sky = (): SmallSky => ({ ...mesh(3, 40), dataCentres: 3 });
const lose = (node: number, atS: number, durationS?: number): object => ({
  kind: 'data-centre-loss',
  target: `node-${node}`,
  atS,
  ...(durationS === undefined ? {} : { durationS }),
});
const mirror = { dataCentre: 'centre-1', rateBps: FIBRE_BPS };
const groundOnly = { objects: 4, periodS: 40, replicas: 0, mirror };
const known = (atS: number): number => 2 * Math.ceil(atS / 2) + floodS;

describe('a mirror on the ground', () => {
  it('ENV-210 versions arrive one after the other: size / rate each, then the way', () => {
    // Four versions within 0.4 s queue for 0.4 s each: the last is through 1.6 s after the first was made, plus 10.8 ms.
    const world = backupWorld({ sky: sky(), backup: { ...groundOnly, periodS: 0.4, objects: 4 } });
    const b = world.columns.backups;
    run(world, 4 * TX_S + FIBRE_S - 1e-6);
    expect([...b.mirrorVersion]).toEqual([1, 1, 1, 0]);
    run(world, 4 * TX_S + FIBRE_S + 1e-6);
    // The queue goes on with second versions, for a version is made every 0.1 s.
    expect([...b.mirrorVersion]).toEqual([1, 1, 1, 1]);
    run(world, 5 * TX_S + FIBRE_S + 1e-6);
    expect([...b.mirrorVersion]).toEqual([2, 1, 1, 1]);
    expect(world.kpis()['mirrorGB']).toBeCloseTo(5e-3, 12);
    checkConservation(world.columns);
  });

  it('ENV-212 the mirror itself takes the data over as soon as the loss is known', () => {
    const backup = { ...groundOnly, restoreTo: undefined, value: 5 };
    const world = backupWorld({ sky: sky(), backup, scheduled: [lose(4, 100.2)] });
    run(world, 200);
    const kpis = world.kpis();
    expect([...world.columns.backups.home]).toEqual([5, 5, 5, 5]);
    expect(kpis['rtoS']).toBeCloseTo(known(100.2) - 100.2, 9);
    expect(kpis['lostDataDelayMeanS']).toBeCloseTo(known(100.2) - 100.2, 9);
    expect(kpis['restoreGB']).toBe(0);
    // Made at 70, 80 and 90 s; that of 100 s had 0.2 s of the 0.4 s it needs, so its data set comes back as of 60 s.
    expect(kpis['rpoMaxS']).toBeCloseTo(40.2, 9);
    expect(kpis['rpoMeanS']).toBeCloseTo((40.2 + 30.2 + 20.2 + 10.2) / 4, 9);
    // Worth what one replica is, falling to 0 at the deadline of 200 s.
    expect(kpis['utility.backup']).toBeCloseTo(5 * (1 - (known(100.2) - 100.2) / 200), 9);
    expect(kpis['breaches']).toBe(0);
    checkConservation(world.columns);
  });

  it('ENV-210 what has left the lost data centre arrives', () => {
    // The version of 100 s has left at 100.4 s and arrives at 100.41 s; the loss is between.
    const backup = { ...groundOnly, restoreTo: undefined };
    const world = backupWorld({ sky: sky(), backup, scheduled: [lose(4, 100 + TX_S + FIBRE_S / 2)] });
    run(world, 200);
    expect(world.kpis()['rpoMaxS']).toBeCloseTo(30 + TX_S + FIBRE_S / 2, 9);
  });

  it('ENV-212 data go on over the fibre to the centre that is named, one after the other', () => {
    const backup = { ...groundOnly, restoreTo: 'centre-2' };
    const world = backupWorld({ sky: sky(), backup, scheduled: [lose(4, 100.5)] });
    run(world, 200);
    const kpis = world.kpis();
    expect([...world.columns.backups.home]).toEqual([6, 6, 6, 6]);
    // n x size / rate + the way, after the news.
    expect(kpis['rtoS']).toBeCloseTo(known(100.5) - 100.5 + 4 * TX_S + FIBRE_S, 9);
    expect(kpis['rtoMedianS']).toBeCloseTo(known(100.5) - 100.5 + 2 * TX_S + FIBRE_S, 9);
    expect(kpis['lostDataDelayMeanS']).toBeCloseTo(known(100.5) - 100.5 + 2.5 * TX_S + FIBRE_S, 9);
    expect(kpis['restoreGB']).toBeCloseTo(4e-3, 12);
    checkConservation(world.columns);
  });

  it('ENV-213 with both sites lost nothing comes back from the ground', () => {
    const scheduled = [lose(4, 100.5), lose(5, 100.5)];
    const world = backupWorld({ sky: sky(), backup: groundOnly, scheduled });
    run(world, 390);
    const kpis = world.kpis();
    expect(kpis['restoredFrac']).toBe(0);
    expect(kpis['rtoS']).toBeNaN();
    expect(kpis['lostDataDelayMeanS']).toBe(200); // restoreDeadlineS
    checkConservation(world.columns);
  });

  it('ENV-213 with both sites lost it comes back from orbit, as if there were no mirror', () => {
    const orbit = { objects: 4, periodS: 40, replicas: 1, restoreTo: 'centre-2' };
    const scheduled = [lose(5, 100.5), lose(4, 100.5)];
    const both = backupWorld({ sky: sky(), backup: { ...orbit, mirror }, scheduled });
    const alone = backupWorld({ sky: sky(), backup: orbit, scheduled });
    for (const world of [both, alone]) run(world, 200);
    const { mirrorGB, ...kpis } = both.kpis();
    const { mirrorGB: none, ...expected } = alone.kpis();
    expect(kpis).toEqual(expected);
    expect([none, (mirrorGB as number) > 0]).toEqual([0, true]);
    // The last of four from satellite 0, as in losses.test.ts.
    const lastS = known(100.5) - 100.5 + (4 * BITS) / GROUND_BPS + HOP_S + WAN_S;
    expect(kpis['rtoS']).toBeCloseTo(lastS, 9);
  });

  it('ENV-213 the mirror comes first where both have the newest version, orbit where it has a newer one', () => {
    const scheduled = [lose(4, 100.5)];
    const orbit = { objects: 4, periodS: 40, replicas: 1, restoreTo: 'centre-2' };
    const first = backupWorld({ sky: sky(), backup: { ...orbit, mirror }, scheduled });
    run(first, 200);
    expect(first.columns.backups.returnBusyS[0]).toBeCloseTo(known(100.5) + 4 * TX_S, 9);
    // A hundredth of the rate: the second versions wait behind the first for half an hour.
    const slow = { ...mirror, rateBps: FIBRE_BPS / 100 };
    const second = backupWorld({ sky: sky(), backup: { ...orbit, mirror: slow }, scheduled });
    run(second, 200);
    expect(second.columns.backups.returnBusyS[0]).toBe(-1);
    expect(second.kpis()['restoredFrac']).toBe(1);
    expect(second.kpis()['rpoMaxS']).toBeCloseTo(30.5, 9);
  });

  it('ENV-214 a mirror lost while it sends: what has not left it comes back from orbit', () => {
    const backup = { objects: 4, periodS: 40, replicas: 1, restoreTo: 'centre-2', mirror };
    // Known at 102.3 s; two are through by 103.1 s, the third would be at 103.5 s.
    const scheduled = [lose(4, 100.5), lose(5, 103.2)];
    const world = backupWorld({ sky: sky(), backup, scheduled });
    run(world, 200);
    const kpis = world.kpis();
    expect(kpis['restoredFrac']).toBe(1);
    expect(kpis['drop.node-lost']).toBe(2);
    const again = known(103.2) - 100.5 + (2 * BITS) / GROUND_BPS + HOP_S + WAN_S;
    expect(kpis['rtoS']).toBeCloseTo(again, 9);
    checkConservation(world.columns);
  });

  it('ENV-214 a mirror that comes back is filled anew by the next versions', () => {
    const world = backupWorld({ sky: sky(), backup: groundOnly, scheduled: [lose(5, 50.5, 10)] });
    const b = world.columns.backups;
    run(world, 51);
    expect([...b.mirrorVersion]).toEqual([0, 0, 0, 0]);
    run(world, 91);
    // That of 60 s was made before it was back, at 60.5 s.
    expect([...b.mirrorVersion]).toEqual([3, 3, 0, 2]);
  });

  it('ENV-211 without copies in orbit no satellite is asked and nothing goes up', () => {
    const world = backupWorld({ sky: sky(), backup: groundOnly, scheduled: [lose(4, 100.5)] });
    run(world, 200);
    const kpis = world.kpis();
    expect([kpis['decisions'], kpis['uplinkGB'], kpis['archiveFrac']]).toEqual([0, 0, 0]);
    expect(kpis['durabilityFrac']).toBeNaN();
    expect(kpis['restoredFrac']).toBe(1);
  });

  it('ENV-215 bits given to the fibre are there, cut off or under way; one too many is found', () => {
    const world = backupWorld({ sky: sky(), backup: groundOnly, scheduled: [lose(4, 100.2)] });
    run(world, 100.1);
    const b = world.columns.backups;
    // Eleven versions set out, one each 10 s from 0 to 100 s; the last is on its way.
    expect([b.mirrorSentBits, b.mirroredBits, b.mirrorCutBits]).toEqual([11 * BITS, 10 * BITS, 0]);
    run(world, 110);
    expect([b.mirrorSentBits, b.mirroredBits, b.mirrorCutBits]).toEqual([11 * BITS, 10 * BITS, BITS]);
    checkConservation(world.columns);
    b.mirroredBits += BITS;
    expect(() => checkConservation(world.columns)).toThrowError('"mirrorError":0.0909');
  });
});

import { describe, expect, it } from 'vitest';
import { checkConservation } from '../../../environment/index.ts';
import { type SmallSky } from '../world/small-world.ts';
import {
  BACKUP,
  GROUND_BPS,
  HOP_S,
  ISL_BPS,
  KNOWLEDGE,
  WAN_S,
  backupWorld,
  holders,
  mesh,
  run,
} from './backup-world.ts';

const BITS = 8e6;
/** A loss is sampled at the next multiple of 2 s, known 0.3 s later. */
const { linkStatePeriodS, floodS } = KNOWLEDGE;

describe('repair', () => {
  const loss = (target: string, atS: number, durationS?: number): object => ({
    kind: 'satellite-loss',
    target,
    atS,
    ...(durationS === undefined ? {} : { durationS }),
  });
  const first = (): number[] => {
    const world = backupWorld({ sky: mesh(6, 10) });
    run(world, 9);
    return holders(world, 0).get(1) as number[];
  };

  it('ENV-155 begins when the loss has been known for deadlineS, not before, and restores the count', () => {
    const lost = first()[1] as number;
    const world = backupWorld({ sky: mesh(6, 10), scheduled: [loss(`node-${lost}`, 10.5)] });
    // Sampled at 12 s, known at 12.3 s, waited for until 32.3 s.
    run(world, 12 + floodS + BACKUP.deadlineS - 0.01);
    expect(holders(world, 0).get(1)).toHaveLength(2);
    expect(world.columns.backups.repairBits).toBe(0);
    run(world, 12 + floodS + BACKUP.deadlineS + linkStatePeriodS + 1);
    const now = holders(world, 0).get(1) as number[];
    expect(now).toHaveLength(3);
    expect(now).not.toContain(lost);
    expect(new Set(now).size).toBe(3);
    expect(world.columns.backups.repairBits).toBe(BITS);
    checkConservation(world.columns);
  });

  it('ENV-155 leaves alone what comes back in time', () => {
    const lost = first()[1] as number;
    const world = backupWorld({ sky: mesh(6, 10), scheduled: [loss(`node-${lost}`, 10.5, 15)] });
    run(world, 90);
    expect(holders(world, 0).get(1)).toEqual(first());
    expect(world.columns.backups.repairBits).toBe(0);
  });

  it('ENV-156 a satellite back too late deletes what has been made anew', () => {
    const lost = first()[1] as number;
    const world = backupWorld({ sky: mesh(6, 10), scheduled: [loss(`node-${lost}`, 10.5, 40)] });
    run(world, 40);
    expect(holders(world, 0).get(1)).toHaveLength(4); // one of them where nobody can reach it
    run(world, 60);
    expect(holders(world, 0).get(1)).toHaveLength(3);
    expect(holders(world, 0).get(1)).not.toContain(lost);
    checkConservation(world.columns);
  });

  it('ENV-155 a satellite whose store failed says so in the next report', () => {
    const lost = first()[1] as number;
    const world = backupWorld({
      sky: mesh(6, 10),
      scheduled: [{ kind: 'storage-failure', target: `node-${lost}`, atS: 10.5 }],
    });
    run(world, 12 + floodS - 0.01);
    expect(holders(world, 0).get(1)).toHaveLength(2);
    run(world, 12 + floodS + 1); // one hop of 80 ms + 10 ms
    expect(holders(world, 0).get(1)).toHaveLength(3);
    // Short from the failure until the copy is there: 1.8 s + 0.08 s + 0.01 s.
    expect(world.kpis()['underReplicatedS']).toBeCloseTo(1.5 + floodS + BITS / ISL_BPS + HOP_S, 9);
    expect(world.kpis()['durabilityFrac']).toBe(1);
    // One spell of one data set: all three are the same.
    expect(world.kpis()['rereplicationMeanS']).toBe(world.kpis()['underReplicatedS']);
    expect(world.kpis()['rereplicationMaxS']).toBe(world.kpis()['underReplicatedS']);
  });

  it('ENV-157 a version all of whose copies are lost is lost', () => {
    const scheduled = first().map((s) => ({ kind: 'storage-failure', target: `node-${s}`, atS: 10.5 }));
    const world = backupWorld({ sky: mesh(6, 10), scheduled });
    run(world, 11);
    expect(world.kpis()['durabilityFrac']).toBe(0);
    run(world, 40); // its data centre still has it and sends it anew
    expect(holders(world, 0).get(1)).toHaveLength(3);
  });
});

describe('restore', () => {
  /** Satellites 1 and 2 hold; what goes down passes one antenna. */
  const sky = (): SmallSky => mesh(3, 40);
  const disaster = (durationS?: number): object => ({
    kind: 'data-centre-loss',
    target: 'node-4', // three satellites, a gateway, then the data centres
    atS: 100.5,
    ...(durationS === undefined ? {} : { durationS }),
  });

  it('ENV-158 recovery point and time are those computed by hand', () => {
    const objects = 4;
    const backup = { objects, replicas: 1, periodS: 40 };
    const world = backupWorld({ sky: sky(), backup, scheduled: [disaster()] });
    run(world, 200);
    const kpis = world.kpis();
    expect(kpis['restoredFrac']).toBe(1);
    // Versions of 80, 90, 100 and 70 s, each at the disaster at 100.5 s: 20.5, 10.5, 0.5 and 30.5 s old; 62 / 4 = 15.5 s.
    // The one of 100 s has been sent, 0.16 s up the link, and has arrived.
    expect(kpis['rpoMaxS']).toBeCloseTo(30.5, 9);
    expect(kpis['rpoMeanS']).toBeCloseTo(15.5, 9);
    // Known at 102.3 s; all four are on satellite 0, which sends them one after the other.
    const knownS = 102 + floodS - 100.5;
    const last = knownS + (objects * BITS) / GROUND_BPS + HOP_S + WAN_S;
    expect(kpis['rtoS']).toBeCloseTo(last, 9);
    expect(kpis['rtoMedianS']).toBeCloseTo(last - (2 * BITS) / GROUND_BPS, 9);
    expect([...world.columns.backups.home]).toEqual([5, 5, 5, 5]);
    checkConservation(world.columns);
  });

  it('ENV-158 without disturbance nothing restored is older than a period and a transfer', () => {
    const periodS = 20;
    const backup = { objects: 7, replicas: 2, periodS };
    const world = backupWorld({ sky: sky(), backup, scheduled: [disaster()] });
    run(world, 300);
    const transferS = WAN_S + (2 * BITS) / GROUND_BPS + BITS / ISL_BPS + 2 * HOP_S;
    const kpis = world.kpis();
    expect(kpis['restoredFrac']).toBe(1);
    expect(kpis['rpoMaxS']).toBeLessThanOrEqual(periodS + transferS);
    expect(kpis['rpoMaxS']).toBeGreaterThan(0);
  });

  it('ENV-159 another copy is tried when one is lost on the way; the value is that of all replicas', () => {
    // The only way down is cut while the first restore is under way and comes back later.
    const backup = { replicas: 2 };
    const cut = { kind: 'gateway-loss', target: 'node-3', atS: 102.4, durationS: 30 };
    const world = backupWorld({ sky: sky(), backup, scheduled: [disaster(), cut] });
    run(world, 300);
    expect(world.kpis()['restoredFrac']).toBe(1);
    expect(world.kpis()['rtoS']).toBeGreaterThan(102.4 + 30 - 100.5);
    const lost = backupWorld({
      sky: sky(),
      backup,
      scheduled: [disaster(), { kind: 'satellite-loss', target: 'node-0', atS: 102.4, durationS: 20 }],
    });
    run(lost, 300);
    expect(lost.kpis()['restoredFrac']).toBe(1);
  });

  it('ENV-159 data go to the centre that lost them where no other works', () => {
    const other = { kind: 'data-centre-loss', target: 'node-5', atS: 50 };
    const world = backupWorld({ sky: sky(), backup: { replicas: 2 }, scheduled: [other, disaster(60)] });
    run(world, 160);
    expect(world.kpis()['restoredFrac']).toBe(0);
    run(world, 200);
    expect([...world.columns.backups.home]).toEqual([4]);
    expect(world.kpis()['rtoS']).toBeGreaterThan(60);
  });

  it('ENV-158 data sets without any copy are counted apart', () => {
    const backup = { objects: 3, periodS: 300, replicas: 2 };
    const world = backupWorld({ sky: sky(), backup, scheduled: [disaster()] });
    run(world, 390);
    // Versions at 0 s and at 100 s; the third data set would have had its first at 200 s.
    expect(world.kpis()['unrestored']).toBe(1);
    expect(world.kpis()['restoredFrac']).toBeCloseTo(2 / 3, 12);
  });
});

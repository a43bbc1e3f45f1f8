import { describe, expect, it } from 'vitest';
import { DROP_REASONS } from '../../../core/index.ts';
import { checkConservation } from '../../../environment/index.ts';
import { latencies } from '../world/small-world.ts';
import { GROUND_BPS, HOP_S, ISL_BPS, WAN_S, backupWorld, holders, mesh, run } from './backup-world.ts';

const BITS = 8e6;
/** One copy from data centre to satellite 0, without queue: ground network, sending, light. */
const UP_S = WAN_S + BITS / GROUND_BPS + HOP_S;
const ACROSS_S = BITS / ISL_BPS + HOP_S;

describe('replicas', () => {
  it('ENV-151 stand on satellites of their own, as many as wanted', () => {
    const world = backupWorld({ sky: mesh(5, 10) });
    run(world, 20);
    const stored = holders(world, 0).get(1) as number[];
    expect(stored).toHaveLength(3);
    expect(new Set(stored).size).toBe(3);
    checkConservation(world.columns);
  });

  it('ENV-151 take size / rate per link, and no longer', () => {
    // Three copies one after the other up one link, the second and third across one more.
    const world = backupWorld({ sky: mesh(5, 10) });
    run(world, 20);
    const times = latencies(world);
    expect(times[0]).toBeCloseTo(UP_S, 9);
    expect(times[1]).toBeCloseTo(UP_S + BITS / GROUND_BPS + ACROSS_S, 9);
    expect(times[2]).toBeCloseTo(UP_S + (2 * BITS) / GROUND_BPS + ACROSS_S, 9);
  });

  it('ENV-151 100 TB scaled by 1e-7 take size / rate: 10 MB at 1.8, 2.5, 10, 100 kbit/s as 100 TB at Gbit/s', () => {
    // 8e14 bit / 10e9 bit/s = 80,000 s = 22.2 h; here 8e7 bit / 10e3 bit/s = 8,000 s.
    for (const rateBps of [10e3, 100e3]) {
      const base = mesh(2, 1000, 10);
      const sky = { ...base, antennas: base.antennas?.map((antenna) => ({ ...antenna, rateBps })) ?? [] };
      const backup = { objectBytes: 1e7, replicas: 1, deadlineS: 9000 };
      const world = backupWorld({ sky, backup });
      run(world, 9000);
      expect(latencies(world)[0]).toBeCloseTo(8e7 / rateBps + WAN_S + HOP_S, 6);
    }
  });

  it('ENV-152 are deleted once all of a newer version are there, and not before', () => {
    const world = backupWorld({ sky: mesh(5, 20), backup: { periodS: 30 } });
    run(world, 30 + UP_S + 0.001);
    expect(holders(world, 0).get(1)).toHaveLength(3);
    expect(holders(world, 0).get(2)).toHaveLength(1);
    run(world, 45);
    expect([...holders(world, 0).keys()]).toEqual([2]);
    const { archiveBits } = world.columns.backups;
    expect(archiveBits.reduce((sum, bits) => sum + bits, 0)).toBe(3 * BITS);
  });

  it('ENV-150 a data set has a new version every period, the classes evenly over it', () => {
    const world = backupWorld({ sky: mesh(5, 20), backup: { objects: 4, periodS: 40 } });
    run(world, 1);
    expect([...world.columns.backups.version]).toEqual([1, 0, 0, 0]);
    run(world, 35);
    expect([...world.columns.backups.version]).toEqual([1, 1, 1, 1]);
    expect([...world.columns.backups.madeS]).toEqual([0, 10, 20, 30]);
    run(world, 41);
    expect([...world.columns.backups.version]).toEqual([2, 1, 1, 1]);
  });

  it('ENV-153 go where the archive has room, and nowhere else', () => {
    // Each satellite has room for one copy of one object: of six copies wanted five are stored.
    const world = backupWorld({
      sky: mesh(5, 10),
      backup: { objects: 2, periodS: 20, replicas: 3 },
      fields: { satellite: { archiveBytes: 1e6 } },
    });
    run(world, 60);
    const { archiveBits } = world.columns.backups;
    expect([...archiveBits]).toEqual([BITS, BITS, BITS, BITS, BITS]);
    const dropped = world.columns.statistics.dropped;
    expect(dropped[4 * DROP_REASONS.length + DROP_REASONS.indexOf('no-allowed-candidate')]).toBeGreaterThan(0);
    checkConservation(world.columns);
  });

  it('ENV-154 a lost attempt is made again when its deadline would have come', () => {
    // The buffer of satellite 0 is too small while the contact is missing: nothing is stored before satellite 0 is seen.
    const base = mesh(3, 20);
    const satellite = [-1, -1, -1, 0, ...new Array<number>(16).fill(0)];
    const sky = {
      ...base,
      antennas: [{ ...base.antennas?.[0], ground: 0, satellite, rangeKm: 1, rateBps: GROUND_BPS }],
    };
    const world = backupWorld({ sky, backup: { replicas: 1, deadlineS: 20 } });
    run(world, 25);
    expect(world.columns.statistics.dropped[4 * DROP_REASONS.length + 5]).toBe(1); // source-unattached at 20 s
    run(world, 35);
    expect(holders(world, 0).get(1)).toHaveLength(1);
    expect(world.columns.statistics.created[4]).toBe(2);
  });

  it('costs nothing where there are none', () => {
    const world = backupWorld({ sky: mesh(3, 5), fields: { traffic: {} } });
    const { home, firstHeld, copyCapacity } = world.columns.backups;
    expect([home.length, firstHeld.length, copyCapacity]).toEqual([0, 0, 0]);
    expect(Object.keys(world.kpis())).not.toContain('rpoMeanS');
  });
});

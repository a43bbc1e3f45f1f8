import { describe, expect, it } from 'vitest';
import { checkConservation } from '../../../environment/index.ts';
import { HOP_S, ISL_BPS, KNOWLEDGE, backupWorld, mesh, run } from './backup-world.ts';

const BITS = 8e6;
const OBJECTS = 50;
const FAILED_S = 60.5;

/** Every satellite holds every data set; the store of one fails, and is filled again by the others, each over a link of its own. */
function rereplication(satellites: number, objectBytes: number, islRateBps: number): Record<string, number> {
  // Second versions would begin at 58 s; both data centres are gone before.
  const gone = [1, 2].map((n) => ({ kind: 'data-centre-loss', target: `node-${satellites + n}`, atS: 57.9 }));
  const world = backupWorld({
    sky: { ...mesh(satellites, 12), islRateBps },
    backup: { objects: OBJECTS, objectBytes, periodS: 58, replicas: satellites, deadlineS: 40 },
    scheduled: [
      ...gone,
      { kind: 'storage-failure', target: `node-${satellites - 1}`, atS: FAILED_S, durationS: 0.001 },
    ],
  });
  run(world, 120);
  const kpis = world.kpis();
  expect(world.columns.backups.repairBits).toBe(OBJECTS * objectBytes * 8);
  expect(kpis['durabilityFrac']).toBe(1);
  checkConservation(world.columns);
  return kpis;
}

/** Sampled at the next multiple of 2 s, known 0.3 s later. */
const noticedS = 2 * Math.ceil(FAILED_S / 2) - FAILED_S + KNOWLEDGE.floodS;

describe('a store is made anew', () => {
  it('ENV-216 over one link: the last after bytes / rate, the mean after half of that', () => {
    const kpis = rereplication(2, BITS / 8, ISL_BPS);
    expect(kpis['rereplicationMaxS']).toBeCloseTo(noticedS + (OBJECTS * BITS) / ISL_BPS + HOP_S, 9);
    expect(kpis['rereplicationMeanS']).toBeCloseTo(noticedS + (((OBJECTS + 1) / 2) * BITS) / ISL_BPS + HOP_S, 9);
  });

  it('ENV-216 over as many links as there are other holders: that part of it', () => {
    for (const holders of [2, 5]) {
      const kpis = rereplication(holders + 1, BITS / 8, ISL_BPS);
      expect(kpis['rereplicationMaxS']).toBeCloseTo(noticedS + (OBJECTS / holders) * (BITS / ISL_BPS) + HOP_S, 9);
    }
  });

  it('ENV-216 hangs on bytes / rate alone: a tenth of both takes as long', () => {
    const times = [1, 0.1].map((scale) => rereplication(2, (scale * BITS) / 8, scale * ISL_BPS)['rereplicationMaxS']);
    expect(times[1]).toBeCloseTo(times[0] as number, 9);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecisionBatch, PLACE } from '../../../core/index.ts';
import { type World, checkConservation } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { checkStates } from '../world/check-states.ts';
import { drive } from '../world/small-world.ts';
import { type BackupCase, backupWorld, mesh } from './backup-world.ts';

const SATELLITES = 5;
const END_S = 400;
const YEAR_S = 365.25 * 86_400;
const hazard = (kind: string, meanS: number, meanDurationS?: number): object => ({
  kind,
  ratePerYear: YEAR_S / meanS,
  ...(meanDurationS === undefined ? {} : { meanDurationS }),
});

const randomCase = fc
  .record({
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
    objects: fc.integer({ min: 1, max: 6 }),
    replicas: fc.integer({ min: 0, max: 4 }),
    mirrorBps: fc.constantFrom(undefined, 1e5, 1e7),
    periodS: fc.constantFrom(15, 60, 400),
    deadlineS: fc.constantFrom(2, 20),
    archiveObjects: fc.constantFrom(2, 5, 100),
    lossMeanS: fc.constantFrom(300, 3000),
    storeMeanS: fc.constantFrom(200, 3000),
    centreMeanS: fc.constantFrom(300, 10_000),
    restoreTo: fc.constantFrom('centre-1', 'centre-2', undefined),
  })
  .map((c): BackupCase => {
    const { objects, periodS, deadlineS, archiveObjects, mirrorBps } = c;
    const replicas = mirrorBps === undefined ? Math.max(1, c.replicas) : c.replicas;
    const mirror = mirrorBps === undefined ? undefined : { dataCentre: 'centre-1', rateBps: mirrorBps };
    return {
      seed: c.seed,
      sky: { ...mesh(SATELLITES, END_S / 10), dataCentres: 3 },
      backup: { objects, replicas, periodS, deadlineS, restoreTo: c.restoreTo, objectBytes: 1e6, mirror },
      hazards: [
        hazard('satellite-loss', c.lossMeanS, 30),
        hazard('storage-failure', c.storeMeanS),
        hazard('data-centre-loss', c.centreMeanS, 100),
        hazard('gateway-loss', 500, 20),
        hazard('link-loss', 2000, 20),
      ],
      fields: { satellite: { archiveBytes: archiveObjects * 1e6, bufferBytes: 20e6 } },
    };
  });

/** No satellite holds the same version twice, no list is broken, no more is under way than wanted. */
function checkCopies(world: World, replicas: number): void {
  const { backups: b, model } = world.columns;
  for (let object = 0; object < b.home.length; object++) {
    const seen = new Set<string>();
    for (let copy = b.firstCopy[object] as number; copy >= 0; copy = b.copyNext[copy] as number) {
      if (b.copyLostS[copy] !== Infinity) continue;
      const key = `${b.copyVersion[copy]} at ${b.copySatellite[copy]}`;
      if (seen.has(key)) throw new Error(`Expected one copy of version ${key}.`);
      seen.add(key);
    }
    if ((b.storing[object] as number) > replicas) throw new Error(`Expected at most ${replicas} copies under way.`);
  }
  for (const bits of b.archiveBits) {
    if (bits > model.scenario.satellite.archiveBytes * 8) throw new Error('Expected no archive over its size.');
  }
}

/** What a row of a replica allows must be able to hold it, as far as the satellite can know. */
function checkMasks(world: World): (batch: DecisionBatch) => void {
  const { backups: b, outages, tasks, model } = world.columns;
  return (batch) => {
    for (let row = 0; row < batch.n; row++) {
      const task = batch.task[row] as number;
      if (batch.kind[row] !== PLACE || tasks.payload[task] !== 5) continue;
      const attempt = tasks.object[task] as number;
      for (let k = 0; k < batch.maxCandidates; k++) {
        if (batch.actionMask[row * batch.maxCandidates + k] !== 1) continue;
        const node = batch.candidateNode[row * batch.maxCandidates + k] as number;
        if (node >= model.satelliteCount) throw new Error('Expected satellites only.');
        if (outages.knownNodeDown[node] !== 0 && node !== batch.agent[row])
          throw new Error('Expected none known down.');
        if (node !== batch.agent[row]) continue;
        const full =
          (b.archiveBits[node] as number) + (tasks.sizeBits[task] as number) >
          model.scenario.satellite.archiveBytes * 8;
        let twice = false;
        for (let c = b.firstHeld[node] as number; c >= 0; c = b.copyAfter[c] as number) {
          twice ||=
            b.copyObject[c] === b.attemptObject[attempt] &&
            b.copyVersion[c] === b.attemptVersion[attempt] &&
            b.copyLostS[c] === Infinity;
        }
        if (full || twice) throw new Error('Expected the satellite not to offer itself.');
      }
    }
  };
}

describe('backups under random faults', () => {
  it('ENV-160 keep their ledgers, their lists and their masks; a saved world goes on as the first', () => {
    const total = { stored: 0, restored: 0, repaired: 0, lost: 0, mirrored: 0, cut: 0, returned: 0 };
    fc.assert(
      fc.property(randomCase, (c) => {
        const world = backupWorld(c);
        const copy = backupWorld(c);
        const policy = 'random+random+random';
        const half = Math.floor((c.seed ?? 0) % END_S);
        const choose = createBaseline('load-aware+greedy-finish+gdsf', 1);
        const check = checkMasks(world);
        for (let untilS = 10; untilS <= END_S; untilS += 10) {
          drive(world, untilS < half ? createBaseline(policy, untilS) : choose, untilS, check);
          checkConservation(world.columns);
          checkStates(world);
          checkCopies(world, (c.backup as { replicas: number }).replicas);
        }
        const again = backupWorld(c);
        for (let untilS = 10; untilS <= END_S; untilS += 10) {
          drive(again, untilS < half ? createBaseline(policy, untilS) : choose, untilS);
          if (untilS === 200) copy.restore(again.save());
          if (untilS >= 200) drive(copy, untilS < half ? createBaseline(policy, untilS) : choose, untilS);
        }
        expect([again.trajectoryHash, copy.trajectoryHash]).toEqual([world.trajectoryHash, world.trajectoryHash]);
        const kpis = world.finish();
        expect(again.finish()).toEqual(kpis);
        checkConservation(world.columns);
        const { backups: b } = world.columns;
        total.stored += b.storedBits;
        total.restored += b.restoredObjects;
        total.repaired += b.repairBits;
        total.lost += b.lostVersions;
        total.mirrored += b.mirroredBits;
        total.cut += b.mirrorCutBits;
        total.returned += Math.max(0, b.returnBusyS[0] as number);
      }),
      { seed: 20261122, numRuns: 25 },
    );
    // The cases must have met everything that can happen, or they prove too little.
    for (const [what, amount] of Object.entries(total)) expect(amount, what).toBeGreaterThan(0);
  });

  it('ENV-160 a world restored in another goes on to the same end', () => {
    const c: BackupCase = {
      sky: mesh(SATELLITES, END_S / 10),
      backup: { objects: 5, periodS: 40, replicas: 3 },
      hazards: [hazard('storage-failure', 200), hazard('satellite-loss', 300, 30), hazard('data-centre-loss', 200, 60)],
    };
    const [first, second] = [backupWorld(c), backupWorld({ ...c, seed: 2 })];
    const choose = createBaseline('load-aware+greedy-finish+gdsf', 1);
    drive(first, choose, 150);
    second.restore(first.save());
    drive(first, choose, END_S);
    drive(second, choose, END_S);
    expect(second.trajectoryHash).toBe(first.trajectoryHash);
    expect(second.kpis()).toEqual(first.kpis());
    expect(first.columns.backups.restoredObjects).toBeGreaterThan(0);
  });
});

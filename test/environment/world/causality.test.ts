import { describe, expect, it } from 'vitest';
import { C_KM_S, type DecisionBatch, FORWARD, PLACE, SPACE_CLOUD_SPEC, candidateColumn } from '../../../core/index.ts';
import { World, buildGeometry, createWorldModel, loadScenario } from '../../../environment/index.ts';
import { ARRIVAL } from '../../../environment/world/event-queue.kernel.ts';
import { createBaseline } from '../../../policies/index.ts';
import { EASTWARD, type SmallSky, batchFor, capture, drive, inject, smallWorld } from './small-world.ts';

/** A chain 0 - 1 - 2 - 3 with 20 ms between neighbours; terminal 4 on satellite 0, terminal 5 on satellite 3. */
const SKY: SmallSky = {
  satellites: 4,
  ticks: 6,
  tickS: 10,
  isls: [0, 1, 2].map((s) => ({ between: [s, s + 1] as const, rangeKm: 0.02 * C_KM_S })),
  islRateBps: 1e8,
  terminals: 2,
  antennas: [
    { ground: 0, satellite: 0, rangeKm: 0.003 * C_KM_S, rateBps: 1e9 },
    { ground: 1, satellite: 3, rangeKm: 0.003 * C_KM_S, rateBps: 1e9 },
  ],
};
const FIELDS = {
  traffic: {
    messages: [{ name: 'm', ratePerS: 1e-9, sizeBytes: 1e6, deadlineS: 30 }],
    observations: [{ name: 'o', ratePerS: 1e-9, rawBytes: 1e6, workTflop: 10, reduction: 2, deadlineS: 30 }],
  },
  knowledge: { beaconPeriodS: 1, linkStatePeriodS: 5, floodS: 0.3 },
};

/** What satellite 0 sees of a message that reaches it at `atS`, with its knowledge of all pairs. */
function view(world: World, atS: number): { row: unknown; knowledge: number[] } {
  drive(world, EASTWARD, atS - 0.01);
  inject(world, { from: 4, to: 5, bits: 1e6 }); // 1 ms + 3 ms later at satellite 0
  const batch = batchFor(world);
  world.advance(batch, 0, atS);
  expect([batch.n, batch.agent[0], batch.kind[0]]).toEqual([1, 0, FORWARD]);
  const { knowledge } = world;
  const pairs: number[] = [];
  for (let from = 0; from < world.nodeCount; from++) {
    for (let to = 0; to < world.nodeCount; to++) {
      pairs.push(knowledge.snapshotDelayS(from, to), knowledge.linkStateDelayS(from, to));
    }
  }
  const seen = { row: rowOf(batch, 0), knowledge: [...pairs, knowledge.linkStateAgeS()] };
  const out = new Uint8Array(64);
  EASTWARD(batch, out);
  world.apply(batch, 0, batch.n, out);
  return seen;
}

function rowOf(batch: DecisionBatch, row: number) {
  const { contextStride: C, candidateStride: F, maxCandidates: K } = batch;
  return {
    agent: batch.agent[row],
    timeS: batch.timeS[row],
    context: [...batch.context.subarray(row * C, (row + 1) * C)],
    candidates: [...batch.candidates.subarray(row * K * F, (row + 1) * K * F)],
    mask: [...batch.actionMask.subarray(row * K, (row + 1) * K)],
  };
}

/** Changes everything a satellite keeps to itself: its queues, its buffer, its battery, its heat, its backlog. */
function changeTruth(world: World, satellite: number): void {
  const { links, satellites, power, compute, model } = world.columns;
  for (let d = 0; d < model.islSlots; d++) {
    links.waitingBits[3 * (satellite * model.islSlots + d)] = 3e8; // 3 s at 100 Mbit/s
  }
  satellites.bufferBits[satellite] = 1e11;
  power.batteryJ[satellite] = 1e6;
  power.temperatureK[satellite] = 340;
  compute.waitingTflop[satellite] = 5000;
}

const neighbourMeanQueueS = (seen: { row: unknown }): number =>
  (seen.row as { candidates: number[] }).candidates[
    candidateColumn(SPACE_CLOUD_SPEC, FORWARD, 'neighbourMeanQueueS')
  ] as number;

describe('causality', () => {
  it('ENV-80 a neighbour is seen by its last beacon that has arrived, and not before', () => {
    const [plain, changed] = [smallWorld(SKY, FIELDS), smallWorld(SKY, FIELDS)];
    // Beacons leave each full second and take 20 ms to the neighbour. The truth about satellite 1 changes at 2.5 s.
    for (const world of [plain, changed]) drive(world, EASTWARD, 2.5);
    changeTruth(changed, 1);
    expect(view(changed, 2.9)).toEqual(view(plain, 2.9));
    // 3.015 - 0.006: the beacon of 3 s is still under way.
    expect(view(changed, 3.015)).toEqual(view(plain, 3.015));
    const [before, after] = [view(plain, 3.2), view(changed, 3.2)];
    expect(after).not.toEqual(before);
    // Two ISLs, both 3 s: the mean queue of satellite 1 as its beacon of 3 s said.
    expect(neighbourMeanQueueS(before)).toBe(0);
    expect(neighbourMeanQueueS(after)).toBe(3);
  });

  it('ENV-81 a far satellite is seen by the flooded report, when the flood has arrived', () => {
    const [plain, changed] = [smallWorld(SKY, FIELDS), smallWorld(SKY, FIELDS)];
    // Reports are taken each 5 s and are everywhere 0.3 s later. Satellite 2 is no neighbour of 0.
    for (const world of [plain, changed]) drive(world, EASTWARD, 4);
    changeTruth(changed, 2);
    expect(view(changed, 4.5)).toEqual(view(plain, 4.5));
    expect(view(changed, 5.25)).toEqual(view(plain, 5.25));
    const [before, after] = [view(plain, 5.5), view(changed, 5.5)];
    expect(after).not.toEqual(before);
    expect(changed.knowledge.linkStateAgeS()).toBeCloseTo(5.494 - 5, 2);
    // From satellite 1 to terminal 5 the way leads over 2 - 3, where 3 s were reported; satellite 0's own message waits too.
    const waitS = changed.knowledge.linkStateDelayS(1, 5) - plain.knowledge.linkStateDelayS(1, 5);
    expect(waitS).toBeCloseTo(3, 1);
    // The snapshot knows no queues.
    expect(changed.knowledge.snapshotDelayS(1, 5)).toBe(plain.knowledge.snapshotDelayS(1, 5));
  });

  it('ENV-82 the oracle sees at once what no satellite sees', () => {
    const world = smallWorld(SKY, FIELDS);
    view(world, 2.5);
    const before = world.oracle.trueDelayS(1, 5, 1e6);
    const knownBefore = world.knowledge.linkStateDelayS(1, 5);
    changeTruth(world, 2);
    expect(world.oracle.trueDelayS(1, 5, 1.0001e6) - before).toBeCloseTo(3, 2);
    expect(world.knowledge.linkStateDelayS(1, 5)).toBe(knownBefore);
  });

  it('ENV-83 what a satellite sees does not depend on what will happen', () => {
    const scenario = loadScenario('scenarios/test-12.yaml', { load: 0.3 });
    const model = createWorldModel(scenario, buildGeometry(scenario));
    const [plain, changed] = [1, 2].map(() => {
      const world = new World(model, { seed: 3, runS: 60, startS: 0 });
      const policy = createBaseline('random+random+random', 1);
      const rows: unknown[] = [];
      const run = (untilS: number): void => {
        drive(world, policy, untilS, (batch) => {
          for (let row = 0; row < batch.n; row++) rows.push(rowOf(batch, row));
        });
      };
      run(20);
      rows.length = 0;
      return { world, rows, run };
    }) as [Run, Run];
    // Other arrivals from now on. Those that were drawn before, one per class, still come: the next at `nextS`.
    changed.world.columns.arrivalRng.state[0] = 12345;
    const { events } = changed.world.columns;
    const arrivals = events.timeS.subarray(0, events.n).filter((_, i) => events.kind[i] === ARRIVAL);
    const nextS = Math.min(...arrivals);
    for (const { run } of [plain, changed]) run(nextS);
    expect(changed.rows.length).toBeGreaterThan(10);
    expect(changed.rows).toEqual(plain.rows);
    for (const { run } of [plain, changed]) run(40);
    expect(changed.rows).not.toEqual(plain.rows);
  });

  it('ENV-84 placement sees a neighbour by its beacon too', () => {
    const [plain, changed] = [smallWorld(SKY, FIELDS), smallWorld(SKY, FIELDS)];
    const backlogColumn = candidateColumn(SPACE_CLOUD_SPEC, PLACE, 'backlogS');
    for (const world of [plain, changed]) drive(world, EASTWARD, 2.5);
    changeTruth(changed, 1);
    // A busy executor: 5,000 TFLOP wait for 3 accelerators of 91.6 TFLOPS, 18.2 s.
    const { compute } = changed.columns;
    compute.busy[1] = 3;
    expect(backlogOfNeighbour(plain, 2.9, backlogColumn)).toBe(0);
    expect(backlogOfNeighbour(changed, 2.9, backlogColumn)).toBe(0);
    expect(backlogOfNeighbour(plain, 3.5, backlogColumn)).toBe(0);
    expect(backlogOfNeighbour(changed, 3.5, backlogColumn)).toBeCloseTo(5000 / (3 * 91.6), 4);
  });
});

interface Run {
  readonly world: World;
  readonly rows: unknown[];
  readonly run: (untilS: number) => void;
}

/** Backlog that satellite 0 sees of its neighbour when it places a capture of its own at `atS`. */
function backlogOfNeighbour(world: World, atS: number, column: number): number {
  drive(world, EASTWARD, atS);
  capture(world, 0);
  const batch = batchFor(world);
  world.advance(batch, 0, atS);
  expect([batch.n, batch.kind[0], batch.candidateNode[1]]).toEqual([1, PLACE, 1]);
  const backlogS = batch.candidates[batch.candidateStride + column] as number;
  world.apply(batch, 0, 1, new Uint8Array(1)); // itself
  return backlogS;
}

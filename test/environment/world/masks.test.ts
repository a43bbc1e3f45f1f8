import { describe, expect, it } from 'vitest';
import {
  ALL_CAPABILITIES,
  CAPABILITIES,
  C_KM_S,
  type DecisionBatch,
  PLACE,
  SpaceCloudError,
} from '../../../core/index.ts';
import { Constellation } from '../../../agents/index.ts';
import type { World } from '../../../environment/index.ts';
import { ARRIVAL, pushEvent } from '../../../environment/world/event-queue.kernel.ts';
import { createBaseline } from '../../../policies/index.ts';
import { EASTWARD, type SmallSky, batchFor, capture, drive, inject, smallWorld } from './small-world.ts';

const { COMPUTE_NEW, FORWARD_TRANSIT } = CAPABILITIES;

/** A chain 0 - 1 - 2 with 10 ms between neighbours; terminal 3 on satellite 0, terminal 4 on satellite 1. */
const SKY: SmallSky = {
  satellites: 3,
  ticks: 6,
  tickS: 10,
  isls: [0, 1].map((s) => ({ between: [s, s + 1] as const, rangeKm: 0.01 * C_KM_S })),
  islRateBps: 1e6,
  terminals: 2,
  antennas: [0, 1].map((t) => ({ ground: t, satellite: t, rangeKm: 0, rateBps: 1e9 })),
};
const FIELDS = {
  traffic: {
    messages: [{ name: 'm', ratePerS: 1e-9, sizeBytes: 1e5, deadlineS: 30 }],
    observations: [{ name: 'o', ratePerS: 1e-9, rawBytes: 1e5, workTflop: 10, reduction: 2, deadlineS: 30 }],
  },
  knowledge: { beaconPeriodS: 1 },
};

/** Nodes allowed in the first decision about the task, which comes by `untilS`. */
function allowed(world: World, task: number, untilS = world.timeS): number[] {
  let nodes: number[] | undefined;
  drive(world, EASTWARD, untilS, (batch) => {
    for (let row = 0; row < batch.n; row++) if (batch.task[row] === task) nodes ??= allowedNodes(batch, row);
  });
  if (nodes === undefined) throw new Error(`No decision about task ${task} by ${untilS} s.`);
  return nodes;
}

function allowedNodes(batch: DecisionBatch, row: number): number[] {
  const first = row * batch.maxCandidates;
  const nodes = [...batch.candidateNode.subarray(first, first + batch.maxCandidates)];
  return nodes.filter((_, k) => batch.actionMask[first + k] === 1);
}

describe('masks', () => {
  it('ENV-90 a satellite that may not start work is no executor: itself at once, a neighbour by its beacon', () => {
    const world = smallWorld(SKY, FIELDS);
    drive(world, EASTWARD, 1.5);
    expect(allowed(world, capture(world, 1)).sort()).toEqual([0, 1, 2]);
    world.setCapabilities(1, ALL_CAPABILITIES & ~COMPUTE_NEW);
    world.setCapabilities(0, ALL_CAPABILITIES & ~COMPUTE_NEW);
    expect(allowed(world, capture(world, 1)).sort()).toEqual([0, 2]);
    // The beacon of 2 s arrives at 2.01 s.
    drive(world, EASTWARD, 2.005);
    expect(allowed(world, capture(world, 1)).sort()).toEqual([0, 2]);
    drive(world, EASTWARD, 2.02);
    expect(allowed(world, capture(world, 1))).toEqual([2]);
  });

  it('ENV-90 a task that no executor is allowed for is dropped with that reason, and no decision is counted', () => {
    const world = smallWorld({ ...SKY, isls: [] }, FIELDS);
    world.setCapabilities(2, ALL_CAPABILITIES & ~COMPUTE_NEW);
    drive(world, EASTWARD, 1);
    capture(world, 2);
    drive(world, EASTWARD, 2);
    expect(world.kpis()['drop.no-allowed-candidate']).toBe(1);
    expect(world.decisionCount).toBe(0);
  });

  it('ENV-91 a neighbour that takes no transit is masked, unless it is the destination', () => {
    const world = smallWorld(SKY, FIELDS);
    world.setCapabilities(1, ALL_CAPABILITIES & ~FORWARD_TRANSIT);
    drive(world, EASTWARD, 1.5);
    // Only hold, which stands for the satellite itself.
    expect(allowed(world, inject(world, { from: 3, to: 4, bits: 1e5 }), 1.6)).toEqual([0]);
    // Raw data whose executor is satellite 1 may go there.
    const task = capture(world, 0);
    let nodes: number[] = [];
    drive(world, PLACE_ON_1, 1.9, (batch) => {
      for (let row = 0; row < batch.n; row++) {
        if (batch.task[row] === task && batch.kind[row] !== PLACE) nodes = allowedNodes(batch, row);
      }
    });
    expect(nodes).toEqual([1, 0]);
  });

  it('ENV-92 a contact too short for the bundle is masked', () => {
    const isls = [{ between: [0, 1] as const, rangeKm: 0.01 * C_KM_S, toTick: 2 }];
    const world = smallWorld({ ...SKY, isls }, FIELDS);
    drive(world, EASTWARD, 19.5);
    // 0.4 s of the 0.5 s left; 0.1 s of the 0.05 s left.
    expect(allowed(world, inject(world, { from: 3, to: 4, bits: 4e5 }), 19.501)).toEqual([1, 0]);
    drive(world, EASTWARD, 19.95);
    expect(allowed(world, inject(world, { from: 3, to: 4, bits: 1e5 }), 19.951)).toEqual([0]);
  });

  it('ENV-93 a neighbour without room, by its beacon, is masked', () => {
    const world = smallWorld(SKY, { ...FIELDS, satellite: { bufferBytes: 1e6 } });
    world.columns.satellites.bufferBits[1] = 7.95e6;
    drive(world, EASTWARD, 1.5);
    // 8 Mbit in all, 7.95 taken.
    expect(allowed(world, inject(world, { from: 3, to: 4, bits: 1e5 }), 1.6)).toEqual([0]);
    expect(allowed(world, inject(world, { from: 3, to: 4, bits: 4e4 }), 1.7)).toEqual([1, 0]);
  });

  it('ENV-94 a masked choice is refused with the name of the agent, counted, and changes nothing', () => {
    const world = smallWorld(SKY, FIELDS);
    world.setCapabilities(1, ALL_CAPABILITIES & ~FORWARD_TRANSIT);
    drive(world, EASTWARD, 1.5);
    inject(world, { from: 3, to: 4, bits: 1e5 });
    const batch = batchFor(world);
    world.advance(batch, 0, 2);
    const before = world.trajectoryHash;
    for (const choice of [0, 7, 200]) {
      const error = refusalOf(() => world.apply(batch, 0, 1, Uint8Array.of(choice)));
      expect(error.code).toBe('ILLEGAL_CHOICE');
      expect(error.message).toContain("forward decision of 'node-0'");
    }
    expect(world.kpis()['breach.illegalChoice']).toBe(3);
    expect(world.trajectoryHash).toBe(before);
    world.apply(batch, 0, 1, Uint8Array.of(1)); // hold is allowed still
    expect(refusalOf(() => world.apply(batch, 0, 1, Uint8Array.of(1))).code).toBe('MISUSE');
  });

  it('ENV-95 a machine hears of a change of mode before the next mask is formed', () => {
    // In the dark the 10 Wh fall from 0.95 to 0.65 of 36,000 J in the first tick: (1,000 + 40 or 80) W x 10 s / 0.95.
    const satellite = { batteryWh: 10, initialChargeFrac: 0.95 };
    const world = smallWorld({ ...SKY, sunlitFrac: 0 }, { ...FIELDS, satellite });
    const policy = createBaseline('shortest-delay+at-source+bypass', 1);
    const constellation = new Constellation({ worlds: [world], policy, fallback: policy });
    const ownMask: number[][] = [];
    constellation.decisions$.subscribe((batch) => {
      for (let row = 0; row < batch.n; row++) {
        if (batch.kind[row] === PLACE)
          ownMask.push([batch.timeS[row] as number, batch.actionMask[row * batch.maxCandidates] as number]);
      }
    });
    // One run over both captures and the end of the tick between them.
    for (const atS of [9.5, 10.5]) pushEvent(world.columns.events, atS, ARRIVAL, 1);
    constellation.runSync({ untilS: 10.6 });
    constellation.close();
    expect(ownMask).toEqual([[9.5, 1]]);
    // At 10.5 s no satellite may start work, so there was no decision.
    expect(world.kpis()['drop.no-allowed-candidate']).toBe(1);
  });
});

const PLACE_ON_1 = (batch: DecisionBatch, out: Uint8Array): void => {
  EASTWARD(batch, out);
  for (let row = 0; row < batch.n; row++) {
    const first = row * batch.maxCandidates;
    const nodes = batch.candidateNode.subarray(first, first + batch.maxCandidates);
    if (batch.kind[row] === PLACE) out[row] = nodes.indexOf(1);
  }
};

function refusalOf(call: () => void): SpaceCloudError {
  try {
    call();
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
  throw new Error('Expected a refusal, got none.');
}

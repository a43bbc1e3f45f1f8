import { describe, expect, it } from 'vitest';
import { C_KM_S, type DecisionBatch, PLACE, SPACE_CLOUD_SPEC, candidateColumn } from '../../../core/index.ts';
import type { World } from '../../../environment/index.ts';
import { type SmallSky, batchFor, byNode, capture, drive, smallWorld } from './small-world.ts';

/** Satellites 0 - 1 - 2 - 3 in a chain and 0 - 4 - 2; a terminal at satellite 1. */
const SKY: SmallSky = {
  satellites: 5,
  ticks: 3,
  tickS: 10,
  gateways: 0,
  dataCentres: 0,
  terminals: 1,
  isls: (
    [
      [0, 1],
      [1, 2],
      [2, 3],
      [0, 4],
      [4, 2],
    ] as const
  ).map((between) => ({ between, rangeKm: 0.01 * C_KM_S })),
  islRateBps: 1e8,
  antennas: [{ ground: 0, satellite: 1, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 }],
};
const BEACON_S = 0.5;
const RAW_BITS = 1e6;
const WORK_TFLOP = 20;
const FIELDS = {
  knowledge: { beaconPeriodS: BEACON_S },
  satellite: { accelerators: 2, tflopsPerAccelerator: 10 },
  traffic: {
    observations: [
      { name: 'o', ratePerS: 1e-9, rawBytes: RAW_BITS / 8, workTflop: WORK_TFLOP, reduction: 2, deadlineS: 60 },
    ],
  },
};
const HOLD = byNode(() => false);

/** The features by name of each candidate's node in the place row of a capture at a satellite now. */
function rowAt(world: World, satellite: number): Map<number, (name: string) => number> {
  const batch = batchFor(world);
  capture(world, satellite);
  world.advance(batch, 0, world.timeS);
  return read(batch, 0);
}

function read(batch: DecisionBatch, row: number): Map<number, (name: string) => number> {
  expect(batch.kind[row]).toBe(PLACE);
  const of = (k: number) => (name: string) =>
    batch.candidates[
      (row * batch.maxCandidates + k) * batch.candidateStride + candidateColumn(SPACE_CLOUD_SPEC, PLACE, name)
    ] as number;
  const count = batch.candidateCount[row] as number;
  return new Map(
    Array.from({ length: count }, (_, k) => [batch.candidateNode[row * batch.maxCandidates + k] as number, of(k)]),
  );
}

describe('what a satellite knows of executors', () => {
  it('ENV-98 executors two links away are shown once, behind neighbours, with the quicker way and no further ones', () => {
    const world = smallWorld(SKY, FIELDS);
    drive(world, HOLD, 1.2);
    const row = rowAt(world, 0);
    expect([...row.keys()]).toEqual([0, 1, 4, 2]);
    expect([...row.values()].map((feature) => feature('hopsAway'))).toEqual([0, 1, 1, 2]);
    // 10 ms for 1 Mbit and 10 ms of light per link.
    expect(row.get(1)?.('inputSnapshotS')).toBeCloseTo(0.02, 6);
    expect(row.get(2)?.('inputSnapshotS')).toBeCloseTo(0.04, 6);
  });

  it('ENV-98 of them it knows what a beacon relays: as it was one period before', () => {
    const world = smallWorld(SKY, FIELDS);
    drive(world, HOLD, 1.2);
    const { compute } = world.columns;
    // From now on satellites 1 and 2 have work waiting. Beacons of 1.5 s tell of satellite 1, those of 2.0 s relay it of 2.
    for (const satellite of [1, 2]) {
      compute.busy[satellite] = 2;
      compute.waitingTflop[satellite] = 400; // 400 / (2 * 10) = 20 s
    }
    const backlogs = (atS: number): (number | undefined)[] => {
      drive(world, HOLD, atS);
      const row = rowAt(world, 0);
      return [1, 2].map((node) => row.get(node)?.('backlogS'));
    };
    expect(backlogs(1.3)).toEqual([0, 0]);
    const [near, far] = backlogs(1.6);
    expect(near).toBeCloseTo(20, 3);
    expect(far).toBe(0);
    expect(backlogs(2.1)[1]).toBeCloseTo(20, 3);
    const row = rowAt(world, 0);
    expect(row.get(1)?.('beaconAgeS')).toBeCloseTo(0.1, 6);
    expect(row.get(2)?.('beaconAgeS')).toBeCloseTo(0.1 + BEACON_S, 6);
  });

  it('ENV-99 it counts its own work that a beacon cannot tell of: on the way, or come since', () => {
    const world = smallWorld(SKY, FIELDS);
    // 20 TFLOP on 2 accelerators of 10 TFLOPS: 1 s.
    drive(world, HOLD, 1.2);
    const toNeighbour = byNode((node) => node === 1);
    capture(world, 0);
    drive(world, toNeighbour, 1.25);
    expect(rowAt(world, 0).get(1)?.('placedSinceBeaconS')).toBeCloseTo(1, 6);
    // At satellite 4 it has placed nothing.
    expect(rowAt(world, 0).get(4)?.('placedSinceBeaconS')).toBe(0);
    // The beacon of 1.5 s was made after the data had come: nothing is left to add.
    drive(world, HOLD, 1.6);
    expect(rowAt(world, 0).get(1)?.('placedSinceBeaconS')).toBe(0);
    // The estimate begins with the later of input and waiting work: 0.02 s against 1 s.
    const again = smallWorld(SKY, FIELDS);
    drive(again, HOLD, 1.2);
    capture(again, 0);
    drive(again, toNeighbour, 1.25);
    const row = rowAt(again, 0).get(1);
    const expectedS = 1 + WORK_TFLOP / 10 + (row?.('outputLoadAwareS') ?? NaN);
    expect(row?.('finishS')).toBeCloseTo(expectedS, 5);
  });
});

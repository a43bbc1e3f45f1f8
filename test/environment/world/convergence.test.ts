import { describe, expect, it } from 'vitest';
import { C_KM_S } from '../../../core/index.ts';
import { type World } from '../../../environment/index.ts';
import { EASTWARD, type SmallSky, byNode, capture, drive, smallWorld } from './small-world.ts';

/** 0 - 1 - 2 - 3 in a row; no ground. */
const SKY: SmallSky = {
  satellites: 4,
  ticks: 12,
  tickS: 10,
  islRateBps: 1e6,
  isls: [0, 1, 2].map((s) => ({ between: [s, s + 1], rangeKm: 0.01 * C_KM_S }) as const),
  terminals: 1,
  antennas: [{ ground: 0, satellite: 3, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 }],
};
const traffic = {
  observations: [
    { name: 'o', ratePerS: 1e-9, rawBytes: 1.25e6, workTflop: 100, reduction: 2, consumer: 'terminal', deadlineS: 50 },
  ],
};

/** A report is taken every 4 s and known everywhere 0.3 s later. */
function world(scheduled: readonly object[]): World {
  const knowledge = { beaconPeriodS: 0.5, linkStatePeriodS: 4, floodS: 0.3 };
  return smallWorld(SKY, { traffic, knowledge, faults: { scheduled } });
}

const reconvergeS = (w: World): number => w.kpis()['reconvergeS'] as number;

describe('traffic gets round what has failed', () => {
  it('ENV-198 when the report that tells of it is known everywhere: mean over faults', () => {
    const w = world([
      { kind: 'satellite-loss', target: 'node-1', atS: 5 },
      { kind: 'link-loss', target: 'node-2', towards: 'node-3', atS: 10.5 },
    ]);
    drive(w, EASTWARD, 4);
    expect(reconvergeS(w)).toBeNaN();
    drive(w, EASTWARD, 7);
    expect(reconvergeS(w)).toBeCloseTo(2, 9); // not yet: counts with the time so far
    drive(w, EASTWARD, 9);
    expect(reconvergeS(w)).toBeCloseTo(3.3, 9); // struck at 5 s, in the report of 8 s, known at 8.3 s
    drive(w, EASTWARD, 30);
    expect(reconvergeS(w)).toBeCloseTo((3.3 + 1.8) / 2, 9); // at 10.5 s, of 12 s, at 12.3 s
  });

  it('ENV-198 or when it is over before anybody has heard of it', () => {
    const w = world([{ kind: 'satellite-loss', target: 'node-1', atS: 5, durationS: 1 }]);
    drive(w, EASTWARD, 30);
    expect(reconvergeS(w)).toBeCloseTo(1, 9);
  });

  it('ENV-198 not before the last input of work that heads for it has turned away', () => {
    const w = world([{ kind: 'satellite-loss', target: 'node-1', atS: 5 }]);
    const toOne = byNode((node) => node === 1);
    drive(w, toOne, 1);
    capture(w, 0); // 10 Mbit for satellite 1, at 1 Mbit/s; the link breaks at 5 s, and satellite 0 has no other way
    drive(w, toOne, 60);
    // Known at 8.3 s; asked about again at 8.5 s, when satellite 0 takes the work itself; the next look is at the tick of 10 s.
    expect(reconvergeS(w)).toBeCloseTo(10 - 5, 9);
  });

  it('ENV-198 resets, jamming and captures are not counted', () => {
    const w = world([
      { kind: 'accelerator-reset', target: 'node-1', atS: 5 },
      { kind: 'capture', target: 'node-2', atS: 5 },
      { kind: 'jamming', latDeg: 0, lonDeg: 0, radiusKm: 100, atS: 5 },
    ]);
    drive(w, EASTWARD, 30);
    expect(w.kpis()['faults']).toBe(3);
    expect(reconvergeS(w)).toBeNaN();
  });
});

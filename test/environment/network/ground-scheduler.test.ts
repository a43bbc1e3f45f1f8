import { describe, expect, it } from 'vitest';
import { createNearestScheduler } from '../../../environment/network/ground-scheduler.ts';
import { contactEndsInto } from '../../../environment/network/ground-links.kernel.ts';
import { at } from '../../present.ts';

const X = Infinity;

/** Plays ticks of slant ranges [ground][satellite]; returns the satellites of all antennas after each. */
function play(
  ticks: readonly (readonly (readonly number[])[])[],
  setup: { antennas: readonly number[]; beams?: number; handoverFactor?: number },
): number[][] {
  const satelliteCount = at(at(ticks, 0), 0).length;
  const scheduler = createNearestScheduler({
    satelliteCount,
    beams: setup.beams ?? 16,
    handoverFactor: setup.handoverFactor ?? 1.1,
  });
  const antennaGround = Int32Array.from(setup.antennas.flatMap((count, g) => new Array<number>(count).fill(g)));
  const assignment = new Int32Array(antennaGround.length).fill(-1);
  return ticks.map((rows) => {
    scheduler.assign({ satelliteCount, antennaGround, rangeKm: Float64Array.from(rows.flat()), assignment });
    return [...assignment];
  });
}

describe('nearest-satellite scheduler', () => {
  it('takes the nearest usable satellite, or none', () => {
    expect(play([[[900, 800, 1000]], [[X, X, X]], [[X, X, 5]]], { antennas: [1] })).toEqual([[1], [-1], [2]]);
  });

  it('keeps its satellite until another is better by the factor: 1000 / 1.1 = 909.1', () => {
    expect(play([[[1000, X]], [[1000, 910]], [[1000, 909]]], { antennas: [1] })).toEqual([[0], [0], [1]]);
    expect(play([[[1000, X]], [[1000, 999]]], { antennas: [1], handoverFactor: 1 })).toEqual([[0], [1]]);
  });

  it('points the antennas of one gateway at different satellites', () => {
    expect(play([[[900, 800, 1000]]], { antennas: [4] })).toEqual([[1, 0, 2, -1]]);
  });

  it('does not exceed the beams of a satellite; nodes choose in order, but no one is pushed out', () => {
    const seen = [[500], [400], [300]];
    expect(play([seen], { antennas: [1, 1, 1], beams: 2 })).toEqual([[0, 0, -1]]);
    const late = play([[[X], [400], [300]], seen], { antennas: [1, 1, 1], beams: 2 });
    expect(late).toEqual([
      [-1, 0, 0],
      [-1, 0, 0],
    ]);
  });

  it('a beam set free by a handover serves another antenna in the same tick', () => {
    const first = [
      [500, X],
      [X, X],
    ];
    const second = [
      [500, 100],
      [700, X],
    ];
    expect(play([first, second], { antennas: [1, 1], beams: 1 })).toEqual([
      [0, -1],
      [1, 0],
    ]);
  });
});

describe('contact ends', () => {
  it('are when the partner changes; Infinity at the horizon; 0 without partner', () => {
    // Two tracks over four ticks of 10 s: 5 5 6 6 and -1 3 -1 3.
    const partner = Int32Array.of(5, -1, 5, 3, 6, -1, 6, 3);
    const until = new Float32Array(8);
    contactEndsInto(partner, 2, 10, until);
    expect([...until]).toEqual([20, 0, 20, 20, Infinity, 0, Infinity, Infinity]);
  });
});

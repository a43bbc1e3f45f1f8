import { describe, expect, it } from 'vitest';
import { C_KM_S, FORWARD, SPACE_CLOUD_SPEC, candidateColumn } from '../../../core/index.ts';
import { EASTWARD, type SmallSky, drive, inject, smallWorld } from './small-world.ts';

/** 0 - 1 - 2 over links of 1 Gbit/s and 1 Mbit/s; terminals at 0 (node 3) and, at 100 kbit/s, at 2 (node 4). */
const SKY: SmallSky = {
  satellites: 3,
  ticks: 6,
  tickS: 100,
  isls: [
    { between: [0, 1], rangeKm: 0.01 * C_KM_S, rateBps: 1e9 },
    { between: [1, 2], rangeKm: 0.02 * C_KM_S, rateBps: 1e6 },
  ],
  terminals: 2,
  antennas: [
    { ground: 0, satellite: 0, rangeKm: 0.001 * C_KM_S, rateBps: 1e9 },
    { ground: 1, satellite: 2, rangeKm: 0.003 * C_KM_S, rateBps: 1e5 },
  ],
};
const MEAN_BITS = 8000;
const traffic = { messages: [{ name: 'm', ratePerS: 1e-9, sizeBytes: MEAN_BITS / 8, deadlineS: 500 }] };
const REMAINING = (['snapshotRemainingS', 'loadAwareRemainingS'] as const).map((name) =>
  candidateColumn(SPACE_CLOUD_SPEC, FORWARD, name),
);

describe('remaining delays', () => {
  it.each([80, MEAN_BITS, 2e6])(
    'ENV-35 are those of a bundle of %d bits over the rates of the links of the way',
    (bits) => {
      const world = smallWorld(SKY, { traffic });
      const seen: number[][] = [];
      inject(world, { from: 3, to: 4, bits });
      drive(world, EASTWARD, 50, (batch) => {
        for (let row = 0; row < batch.n; row++) {
          if (batch.agent[row] !== 0) continue;
          const k = [
            ...batch.candidateNode.subarray(row * batch.maxCandidates, (row + 1) * batch.maxCandidates),
          ].indexOf(1);
          const at = (row * batch.maxCandidates + k) * batch.candidateStride;
          seen.push(REMAINING.map((column) => batch.candidates[at + column] as number));
        }
      });
      // From satellite 1: 20 ms of light and bits / 1 Mbit/s, then 3 ms and bits / 100 kbit/s.
      const expected = 0.02 + bits / 1e6 + 0.003 + bits / 1e5;
      expect(seen).toHaveLength(1);
      // Single precision of a feature of some 20 s: 2e-6 s.
      for (const value of seen[0] as number[]) expect(Math.abs(value - expected)).toBeLessThan(2e-6);
    },
  );
});

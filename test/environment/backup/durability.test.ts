import { describe, expect, it } from 'vitest';
import { type World } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { drive } from '../world/small-world.ts';
import { KNOWLEDGE, backupWorld, mesh } from './backup-world.ts';

const YEAR_S = 365.25 * 86_400;
const RUNS = 400;
/** Standard errors allowed; 4 of a binomial share: one false alarm in 16,000. */
const SIGMAS = 4;

/** Share of runs in which every copy of the first version, stored at the start, is lost by `endS`. */
function lostShare(seeds: number, endS: number, make: (seed: number) => World): number {
  const choose = createBaseline('load-aware+greedy-finish+gdsf', 1);
  let lost = 0;
  let complete = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const world = make(seed);
    drive(world, choose, endS);
    // A failure within the first 50 ms, before both copies are there, says nothing.
    complete += world.columns.backups.completeVersions;
    lost += world.columns.backups.lostVersions;
  }
  expect(complete).toBeGreaterThan(0.99 * seeds);
  return lost / complete;
}

function expectShare(share: number, p: number): void {
  expect(Math.abs(share - p)).toBeLessThan(SIGMAS * Math.sqrt((p * (1 - p)) / RUNS));
}

/** Probability that a birth-death chain from `r` copies (each lost at `lambda`, one remade at `mu` while fewer) has met 0 by `t`. */
function lossByChain(r: number, lambda: number, mu: number, t: number): number {
  const steps = 20_000;
  const dt = t / steps;
  let p: number[] = Array.from({ length: r + 1 }, (_, i) => (i === r ? 1 : 0));
  for (let n = 0; n < steps; n++) {
    p = p.map((_, i) => {
      const out = i === 0 ? 0 : i * lambda + (i < r ? mu : 0);
      const fromAbove = i < r ? (i + 1) * lambda * (p[i + 1] as number) : 0;
      const fromBelow = i > 1 ? mu * (p[i - 1] as number) : 0;
      return (p[i] as number) * (1 - out * dt) + (fromAbove + fromBelow) * dt;
    });
  }
  return p[0] as number;
}

describe('durability', () => {
  const lambda = 1 / 300; // per satellite and second
  const failing = (rate: number): object[] => [
    // Over at once: a fault for good would strike each store once only.
    { kind: 'storage-failure', ratePerYear: rate * YEAR_S, meanDurationS: 1e-6 },
  ];
  /** Both data centres of a mesh are gone before a failure can matter, so that they cannot send the version anew. */
  const gone = (satellites: number): object[] =>
    [1, 2].map((n) => ({ kind: 'data-centre-loss', target: `node-${satellites + n}`, atS: 0.5 }));

  it('ENV-157 without repair: all r copies lost by t with (1 - exp(-lambda t))^r', () => {
    // Reports are so rare that nothing is noticed within the run.
    const endS = 300;
    const share = lostShare(RUNS, endS, (seed) =>
      backupWorld({
        sky: mesh(4, 40),
        seed,
        backup: { replicas: 2, objectBytes: 1000 },
        hazards: failing(lambda),
        scheduled: gone(4),
        fields: { knowledge: { ...KNOWLEDGE, linkStatePeriodS: 1000 } },
      }),
    );
    expectShare(share, (1 - Math.exp(-lambda * endS)) ** 2);
  });

  it('ENV-157 with repair: the birth-death chain of two copies, and its mean time to loss', () => {
    // A failure is noticed at the next report, on average half a period after it, and floodS later mended within a few
    // milliseconds: mean repair 20 / 2 + 0.3 s; mu = 1 / 10.3 s. The real repair time is uniform, not exponential: the chance
    // of a second failure within it, 1 - exp(-lambda T), is 0.0964 instead of
    // lambda / (lambda + mu) = 0.0934, far within the statistical error of 400 runs.
    const endS = 600;
    const mu = 1 / (20 / 2 + KNOWLEDGE.floodS);
    const fast = 1 / 100;
    const share = lostShare(RUNS, endS, (seed) =>
      backupWorld({
        sky: mesh(5, 60),
        seed,
        backup: { replicas: 2, objectBytes: 1000 },
        hazards: failing(fast),
        scheduled: gone(5),
        fields: { knowledge: { ...KNOWLEDGE, beaconPeriodS: 5, linkStatePeriodS: 20 } },
      }),
    );
    const p = lossByChain(2, fast, mu, endS);
    expectShare(share, p);
    // Mean time to loss (3 lambda + mu) / (2 lambda^2) by the closed form; the chain agrees with exp(-t / mean) to some percent.
    const meanS = (3 * fast + mu) / (2 * fast ** 2);
    expect(p).toBeCloseTo(1 - Math.exp(-endS / meanS), 1);
  });
});

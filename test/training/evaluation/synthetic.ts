import { DROP_REASONS, Rng, TASK_FAMILIES } from '../../../core/index.ts';
import type { RunRecord } from '../../../training/evaluation/run-record.ts';

/** Names as long as the product's, and as many. */
export const POLICIES: readonly (readonly [name: string, role: RunRecord['role'], strength: number])[] = [
  ['learned', 'learned', 0.62],
  ['oracle-dijkstra+oracle-finish+belady', 'oracle', 0.68],
  ['load-aware+greedy-finish+gdsf', 'baseline', 0.615],
  ['shortest-delay+greedy-finish+gdsf', 'baseline', 0.57],
  ['shortest-delay+greedy-finish+lru', 'baseline', 0.56],
  ['shortest-delay+greedy-finish+lfu', 'baseline', 0.555],
  ['shortest-delay+greedy-finish+sieve', 'baseline', 0.565],
  ['shortest-delay+ground-only+gdsf', 'baseline', 0.5],
  ['shortest-delay+at-source+gdsf', 'baseline', 0.47],
  ['shortest-delay+first-fit+gdsf', 'baseline', 0.52],
  ['load-aware+ground-only+gdsf', 'baseline', 0.53],
  ['load-aware+at-source+gdsf', 'baseline', 0.49],
  ['load-aware+random+sieve', 'baseline', 0.44],
  ['random', 'baseline', 0.21],
];

/** Made-up runs in which utility follows `strength`, the learned policy has the longest p99, and random delivers little. */
export function syntheticRecords(seeds = 10, scenario = 'iridium-66'): RunRecord[] {
  return POLICIES.flatMap(([policy, role, strength], p) =>
    Array.from({ length: seeds }, (_, s): RunRecord => {
      const world = new Rng(s + 1, 'world');
      const own = new Rng(s + 1, policy);
      const utility = strength + 0.03 * world.normal() + 0.008 * own.normal();
      const latency = 1.2 - utility + 0.02 * own.normal();
      const drops: [string, number][] = DROP_REASONS.slice(1).map((reason, d) => [
        `drop.${reason}`,
        Math.max(0, (1 - utility) * (60 - 9 * d)),
      ]);
      const families: [string, number][] = TASK_FAMILIES.map((family, f) => [
        `utility.${family}`,
        utility + 0.05 * (f - 1.5),
      ]);
      return {
        scenario,
        policy,
        role,
        seed: s + 1,
        kpis: {
          utility,
          deliveredFrac: Math.min(1, utility + 0.3),
          deadlineHitFrac: Math.min(1, utility + 0.22),
          latencyP50S: latency,
          latencyP95S: 3 * latency,
          latencyP99S: policy === 'learned' ? 6.5 + 0.1 * own.normal() : 5 * latency,
          queueingMeanS: 0.4 * latency,
          hopsMean: 4 + utility,
          downlinkGB: 210 - 120 * utility,
          islGB: 900 + 30 * own.normal(),
          energyMJ: 31.4 + own.normal(),
          cacheHitFrac: 0.4 * utility,
          cacheByteHitFrac: 0.3 * utility,
          breaches: policy.includes('random') ? Math.floor(3 * own.uniform()) : 0,
          'breach.batteryFloor': 0,
          ...Object.fromEntries([...families, ...drops]),
        },
        decisions: 120_000 + 10 * p,
        startS: 0,
        simulatedS: 5400,
        trajectoryHash: `${p}-${s}`,
      };
    }),
  );
}

import type { Statistics } from './state.ts';

/**
 * Mean and exact quantiles (nearest rank) of the latency of delivered tasks, creation to arrival at the consumer, s; NaN when
 * none was delivered. Family -1 = all.
 */
export function latencyKpis(s: Statistics, family: number, suffix: string): Record<string, number> {
  let sample = s.latencyS.slice(0, s.latencies);
  if (family >= 0) sample = sample.filter((_, i) => s.latencyFamily[i] === family);
  sample.sort();
  let sumS = 0;
  for (const latencyS of sample) sumS += latencyS;
  return {
    [`latencyMeanS${suffix}`]: sumS / sample.length,
    [`latencyP50S${suffix}`]: nearestRank(sample, 0.5),
    [`latencyP90S${suffix}`]: nearestRank(sample, 0.9),
    [`latencyP95S${suffix}`]: nearestRank(sample, 0.95),
    [`latencyP99S${suffix}`]: nearestRank(sample, 0.99),
  };
}

/** The least value that at least the share `q` of a sorted sample does not exceed; NaN of none. */
export function nearestRank(sorted: Float64Array, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}

/** An evaluation of a few seconds, the same in every process that makes it. */
export const EVALUATION = {
  policies: ['load-aware+greedy-finish+gdsf', 'random+random+random'],
  seeds: [1, 2, 3, 4],
  arrivalsS: 2,
  drainS: 20,
  workers: 1,
  replicates: 200,
  fallback: 'shortest-delay+at-source+bypass',
} as const;

import type { Feature } from './decision.ts';

/** What a central critic reads of one decision, beyond what the deciding agent sees. */
export interface CriticKindSpec {
  readonly kind: string;
  /** In column order. */
  readonly features: readonly Feature[];
}

const f = (name: string, unit: string): Feature => ({ name, unit });

/** The network as a whole, last in every kind. Means over what is up; congested: a queue of more than 10 ms. */
const NETWORK: readonly Feature[] = [
  f('meanIslQueueS', 's'),
  f('largestIslQueueS', 's'),
  f('congestedIslFrac', '1'),
  f('meanBufferFrac', '1'),
  f('tasksPerSatellite', '1'),
];

/**
 * True state for the central critic of `mappo`, per decision kind of `SPACE_CLOUD_SPEC`: what no satellite can know, such as
 * queues far away as they are at this instant. It is agent-specific (Yu et al. 2022): about the task and the place of the
 * decision first, then about the network. Actors never get it. Times in s, shown up to two minutes.
 *
 * - `forward`: least true delay from here to the destination, the true delay over the candidate of the highest prior, and the
 *   part of the first that is queues at satellites on the way.
 * - `place`: true earliest finish over the candidates and of the candidate of the highest prior (transport of the input as the
 *   row shows it, backlogs and transport of the product as they are), backlogs of satellites and of the least loaded data centre.
 * - `cache`: share of satellites that hold the object, mean fill and mean hit share of all caches.
 */
export const CRITIC_SPEC: readonly CriticKindSpec[] = [
  {
    kind: 'forward',
    features: [f('trueRemainingS', 's'), f('trueOverPriorS', 's'), f('trueQueuesS', 's'), ...NETWORK],
  },
  {
    kind: 'place',
    features: [
      f('trueFinishS', 's'),
      f('trueFinishOfPriorS', 's'),
      f('meanBacklogS', 's'),
      f('largestBacklogS', 's'),
      f('centreBacklogS', 's'),
      ...NETWORK,
    ],
  },
  {
    kind: 'cache',
    features: [f('copiesFrac', '1'), f('meanFillFrac', '1'), f('meanHitFrac', '1'), ...NETWORK],
  },
];

/** G of a network with a central critic: the widest kind; narrower ones are padded with zeros. */
export const CRITIC_WIDTH = Math.max(...CRITIC_SPEC.map(({ features }) => features.length));

/** What docs/RESULTS.md claims, as data: which policies are trained on what, and where they are compared with which rivals. */
import type { SweepAxis, TrainOverrides } from '../../training/index.ts';

/** One way of training: the set's training file, with what differs. */
export interface Variant {
  readonly name: string;
  /** Training runs, seeds 1 to this. */
  readonly runs: number;
  readonly decisions?: number;
  readonly network?: NonNullable<TrainOverrides['network']>;
  readonly ppo?: NonNullable<TrainOverrides['ppo']>;
  readonly algorithm?: 'ippo' | 'mappo';
}

/** All policies of a set at the points of some axes. */
export interface Comparison {
  readonly name: string;
  /** `traffic.load` where the axes do not set it. */
  readonly load?: number;
  readonly axes: readonly SweepAxis[];
  readonly variants: readonly string[];
  readonly rivals: readonly string[];
  /** Number of evaluation seeds. */
  readonly seeds: number;
  readonly arrivalsS: number;
  readonly drainS: number;
}

export interface ComparisonSet {
  readonly name: string;
  /** Training file of `scenarios/training`; its scenario is the one compared on. */
  readonly training: string;
  readonly variants: readonly Variant[];
  /** Variants that learned one kind each, in the order of kinds, flown together under this name. */
  readonly joined?: { readonly name: string; readonly of: readonly [string, string, string] };
  readonly comparisons: readonly Comparison[];
}

const route = (name: string): string => `${name}+greedy-finish+least-rate`;
const ROUTES = [
  'shortest-delay',
  'ground-table',
  'load-aware',
  'damped',
  'elb',
  'backpressure',
  'q-routing',
  'contact-graph',
  'oracle',
].map(route);
/** Those that lead somewhere in the first comparison: the others need not be run again. */
const STRONG_ROUTES = ['ground-table', 'load-aware', 'damped', 'q-routing', 'oracle'].map(route);
const PLACES = [
  'greedy-finish',
  'green-finish',
  'first-fit',
  'round-robin',
  'random',
  'at-source',
  'bent-pipe',
  'oracle',
].map((name) => `damped+${name}+least-rate`);
const CACHES = ['lru', 'lfu', 'gdsf', 's3-fifo', 'sieve', 'tiny-lfu', 'least-rate', 'oracle'].map(
  (name) => `damped+greedy-finish+${name}`,
);
const LEARNED = ['learned'];

export const COMPARISON_SETS: readonly ComparisonSet[] = [
  {
    name: 'routing',
    training: 'routing-66',
    variants: [{ name: 'learned', runs: 10 }],
    comparisons: [
      {
        name: 'load',
        axes: [{ quantity: 'load', values: [0.25, 1, 1.25, 1.75, 2.5] }],
        ...{ variants: LEARNED, rivals: ROUTES, seeds: 3, arrivalsS: 15, drainS: 20 },
      },
      {
        name: 'faults',
        load: 1.25,
        axes: [
          { quantity: 'failure', values: [0.1] },
          { quantity: 'satellite-failure', values: [0.1] },
        ],
        ...{ variants: LEARNED, rivals: STRONG_ROUTES, seeds: 3, arrivalsS: 15, drainS: 20 },
      },
      {
        name: 'surge',
        load: 2.5,
        axes: [{ quantity: 'failure', values: [0.1] }],
        ...{ variants: LEARNED, rivals: STRONG_ROUTES, seeds: 3, arrivalsS: 15, drainS: 20 },
      },
      {
        name: 'state-age',
        load: 1.75,
        axes: [{ quantity: 'state-age', values: [0.1, 4] }],
        ...{ variants: LEARNED, rivals: STRONG_ROUTES, seeds: 3, arrivalsS: 15, drainS: 20 },
      },
    ],
  },
  {
    name: 'placement',
    training: 'wildfire-66',
    variants: [{ name: 'learned', runs: 10 }],
    comparisons: [
      {
        name: 'load',
        axes: [{ quantity: 'load', values: [0.9, 1, 1.1] }],
        ...{ variants: LEARNED, rivals: PLACES, seeds: 3, arrivalsS: 20, drainS: 40 },
      },
    ],
  },
  {
    name: 'caching',
    training: 'content-66',
    variants: [{ name: 'learned', runs: 10 }],
    comparisons: [
      {
        name: 'load',
        axes: [{ quantity: 'load', values: [1, 1.25] }],
        ...{ variants: LEARNED, rivals: CACHES, seeds: 2, arrivalsS: 150, drainS: 20 },
      },
    ],
  },
  {
    name: 'joint',
    training: 'iridium-66',
    variants: [
      { name: 'jointly', runs: 10 },
      { name: 'routing-alone', runs: 3, decisions: 400_000, ppo: { learnKinds: ['forward'] } },
      { name: 'placement-alone', runs: 3, decisions: 400_000, ppo: { learnKinds: ['place'] } },
      { name: 'caching-alone', runs: 3, decisions: 400_000, ppo: { learnKinds: ['cache'] } },
      { name: 'central-critic', runs: 2, algorithm: 'mappo', decisions: 400_000 },
      { name: 'no-prior', runs: 2, network: { prior: 'hidden' }, decisions: 400_000 },
      { name: 'no-residual', runs: 2, network: { prior: 'input' }, decisions: 400_000 },
      { name: 'attention', runs: 2, network: { attention: 16 }, decisions: 130_000 },
    ],
    joined: { name: 'three-apart', of: ['routing-alone', 'placement-alone', 'caching-alone'] },
    comparisons: [
      {
        name: 'load',
        axes: [{ quantity: 'load', values: [1.5, 2] }],
        variants: ['jointly', 'routing-alone', 'placement-alone', 'caching-alone', 'three-apart'],
        rivals: [
          'damped+greedy-finish+least-rate',
          'damped+first-fit+least-rate',
          'damped+greedy-finish+gdsf',
          'q-routing+greedy-finish+least-rate',
          'load-aware+greedy-finish+gdsf',
          'oracle+oracle+oracle',
        ],
        ...{ seeds: 3, arrivalsS: 20, drainS: 60 },
      },
      {
        name: 'ablations',
        load: 2,
        axes: [{ quantity: 'state-age', values: [0.1, 1, 4] }],
        variants: ['jointly', 'central-critic', 'no-prior', 'no-residual', 'attention'],
        rivals: ['damped+greedy-finish+least-rate'],
        ...{ seeds: 3, arrivalsS: 20, drainS: 60 },
      },
    ],
  },
];

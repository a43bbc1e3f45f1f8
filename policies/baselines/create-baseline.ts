import {
  CACHE,
  type DecisionBatch,
  type DecisionSpec,
  FORWARD,
  type OracleView,
  PLACE,
  type Policy,
  SPACE_CLOUD_SPEC,
  SpaceCloudError,
} from '../../core/index.ts';
import { bypassCache, randomCache, victimCache } from './cache-rules.ts';
import { loadAwareForward, oracleForward, randomForward, shortestDelayForward } from './forward-rules.ts';
import type { KindRule, RuleOptions } from './kind-rule.ts';
import {
  atSourcePlace,
  bentPipePlace,
  firstFitPlace,
  greedyFarPlace,
  greedyFinishPlace,
  greenFinishPlace,
  oraclePlace,
  randomPlace,
  roundRobinPlace,
} from './place-rules.ts';

type RuleTable = Readonly<Record<string, (options: RuleOptions) => KindRule>>;

const FORWARD_RULES = {
  random: randomForward,
  'shortest-delay': shortestDelayForward,
  'load-aware': loadAwareForward,
  oracle: oracleForward,
} satisfies RuleTable;

const PLACE_RULES = {
  random: randomPlace,
  'bent-pipe': bentPipePlace,
  'at-source': atSourcePlace,
  'first-fit': firstFitPlace,
  'round-robin': roundRobinPlace,
  'greedy-finish': greedyFinishPlace,
  'greedy-far': greedyFarPlace,
  'green-finish': greenFinishPlace,
  oracle: oraclePlace,
} satisfies RuleTable;

const CACHE_RULES = {
  random: randomCache,
  bypass: bypassCache,
  lru: (options) => victimCache(options, 'isLruVictim'),
  lfu: (options) => victimCache(options, 'isLfuVictim'),
  gdsf: (options) => victimCache(options, 'isGdsfVictim'),
  sieve: (options) => victimCache(options, 'isSieveVictim'),
  's3-fifo': (options) => victimCache(options, 'isS3FifoVictim'),
} satisfies RuleTable;

/** The names a baseline is put together from, `forward+place+cache`. */
export const BASELINE_NAMES: {
  readonly forward: readonly string[];
  readonly place: readonly string[];
  readonly cache: readonly string[];
} = {
  forward: Object.keys(FORWARD_RULES),
  place: Object.keys(PLACE_RULES),
  cache: Object.keys(CACHE_RULES),
};

/**
 * A baseline by its name `forward+place+cache`; the parts are those of `BASELINE_NAMES`. The same name and seed give the
 * same choices for the same rows.
 *
 * A policy with an `oracle` part has `attachOracle`, and must be given the truth before the first batch. Throws USAGE for a
 * name that cannot be understood.
 *
 * @example
 * const policy = createBaseline('load-aware+greedy-finish+gdsf', 1);
 */
export function createBaseline(name: string, seed: number, spec: DecisionSpec = SPACE_CLOUD_SPEC): Policy {
  const parts = name.split('+');
  if (parts.length !== 3) {
    throw usage(name, `Expected a baseline as 'forward+place+cache', got '${name}' with ${parts.length} part(s).`);
  }
  const options: RuleOptions = { spec, seed };
  const rules: KindRule[] = [];
  rules[FORWARD] = ruleOf(FORWARD_RULES, 'forward', parts[0] as string, name)(options);
  rules[PLACE] = ruleOf(PLACE_RULES, 'place', parts[1] as string, name)(options);
  rules[CACHE] = ruleOf(CACHE_RULES, 'cache', parts[2] as string, name)(options);
  return composite(name, rules);
}

function composite(name: string, rules: readonly KindRule[]): Policy {
  const choose = (batch: DecisionBatch, out: Uint8Array): void => {
    const { n, kind } = batch;
    for (let row = 0; row < n; row++) {
      const rule = rules[kind[row] as number];
      if (rule === undefined) {
        throw new SpaceCloudError('MISUSE', `Expected a decision kind of '${name}', got ${kind[row]} in row ${row}.`);
      }
      out[row] = rule.pick(batch, row);
    }
  };
  if (!rules.some((rule) => rule.attachOracle !== undefined)) return { name, choose };
  return {
    name,
    choose,
    attachOracle(views: readonly OracleView[]) {
      for (const rule of rules) rule.attachOracle?.(views);
    },
  };
}

function ruleOf(table: RuleTable, kind: string, part: string, name: string): (options: RuleOptions) => KindRule {
  const rule = Object.hasOwn(table, part) ? table[part] : undefined;
  if (rule === undefined) {
    throw usage(
      name,
      `Expected a ${kind} baseline, one of ${Object.keys(table).join(', ')}; got '${part}' in '${name}'.`,
    );
  }
  return rule;
}

function usage(name: string, message: string): SpaceCloudError {
  const { forward, place, cache } = BASELINE_NAMES;
  return new SpaceCloudError('USAGE', message, {
    hint:
      `Write forward+place+cache, such as 'load-aware+greedy-finish+gdsf'. forward: ${forward.join(', ')}; ` +
      `place: ${place.join(', ')}; cache: ${cache.join(', ')}.`,
    details: { name },
  });
}

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
import { backpressureForward } from './backpressure-rule.ts';
import { beladyCache, bypassCache, leastRateCache, randomCache, tinyLfuCache, victimCache } from './cache-rules.ts';
import { contactGraphForward } from './contact-graph-rule.ts';
import { dampedForward } from './damped-rule.ts';
import { elbForward } from './elb-rule.ts';
import { loadAwareForward, oracleForward, randomForward, shortestDelayForward } from './forward-rules.ts';
import { groundTableForward } from './ground-table-rule.ts';
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
import { qRoutingForward } from './q-routing-rule.ts';

type RuleTable = Readonly<Record<string, (options: RuleOptions) => KindRule>>;

const FORWARD_RULES = {
  random: randomForward,
  'shortest-delay': shortestDelayForward,
  'load-aware': loadAwareForward,
  damped: dampedForward,
  'ground-table': groundTableForward,
  'contact-graph': contactGraphForward,
  backpressure: backpressureForward,
  elb: elbForward,
  'q-routing': qRoutingForward,
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
  'tiny-lfu': tinyLfuCache,
  'least-rate': leastRateCache,
  oracle: (options) => beladyCache(options, false),
  'oracle-size': (options) => beladyCache(options, true),
} satisfies RuleTable;

/** Parameters of rules that have any, with their defaults; where they come from stands with each rule. */
const PARAMETERS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'ground-table': { periodS: 15, delayS: 15 },
  backpressure: { weight: 1 },
  elb: { lowS: 0, highS: 0.1 },
  'q-routing': { rate: 0.5, recoveryS: 5, detourHops: 16 },
};

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
 * A baseline by its name `forward+place+cache`; the parts are those of `BASELINE_NAMES`, those with parameters followed by what
 * differs from the defaults: `ground-table:periodS=60:delayS=5`. The same name and seed give the same choices for the same rows;
 * those that remember begin anew with every run of a world.
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
    throw usage(name, "a baseline as 'forward+place+cache'", `'${name}' with ${parts.length} part(s)`);
  }
  const tables: readonly [number, string, RuleTable][] = [
    [FORWARD, 'forward', FORWARD_RULES],
    [PLACE, 'place', PLACE_RULES],
    [CACHE, 'cache', CACHE_RULES],
  ];
  const rules: KindRule[] = [];
  tables.forEach(([kind, kindName, table], i) => {
    const [part = '', ...settings] = (parts[i] as string).split(':');
    const rule = ruleOf(table, kindName, part, name);
    rules[kind] = rule({ spec, seed, parameters: parametersOf(part, settings, name) });
  });
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

/** Defaults of a rule, and what the name says otherwise. */
function parametersOf(part: string, settings: readonly string[], name: string): Readonly<Record<string, number>> {
  const defaults = PARAMETERS[part] ?? {};
  const parameters = { ...defaults };
  for (const setting of settings) {
    const [key = '', text = ''] = setting.split('=');
    const value = text === '' ? NaN : Number(text);
    if (!Object.hasOwn(defaults, key) || !(value >= 0)) {
      const known = Object.entries(defaults).map(([parameter, number]) => `${parameter}=${number}`);
      throw usage(
        name,
        `parameters of '${part}' (${known.join(', ') || 'it has none'}) from 0`,
        `'${setting}' in '${name}'`,
      );
    }
    parameters[key] = value;
  }
  return parameters;
}

function ruleOf(table: RuleTable, kind: string, part: string, name: string): (options: RuleOptions) => KindRule {
  const rule = Object.hasOwn(table, part) ? table[part] : undefined;
  if (rule === undefined) {
    throw usage(name, `a ${kind} baseline (${Object.keys(table).join(', ')})`, `'${part}' in '${name}'`);
  }
  return rule;
}

function usage(name: string, expected: string, found: string): SpaceCloudError {
  const { forward, place, cache } = BASELINE_NAMES;
  return new SpaceCloudError('USAGE', `Expected ${expected}, got ${found}.`, {
    hint:
      `Write forward+place+cache, such as 'load-aware+greedy-finish+gdsf'. forward: ${forward.join(', ')}; ` +
      `place: ${place.join(', ')}; cache: ${cache.join(', ')}.`,
    details: { name, expected, found },
  });
}

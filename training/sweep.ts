import { SpaceCloudError, hashJson } from '../core/index.ts';
import { type Scenario, type ScenarioVariation, scenarioVariant } from '../environment/index.ts';
import { type EvaluateOptions, evaluationRecords, summaryOptions } from './evaluate.ts';
import type { RunRecord } from './evaluation/run-record.ts';
import { type EvaluationSummary, summarise } from './evaluation/summary.ts';

/** What can be swept: its name on plots, and the variation of the scenario that sets it. */
export const SWEPT_QUANTITIES = {
  load: { label: 'offered load, factor on all rates [1]', vary: (load: number): ScenarioVariation => ({ load }) },
  failure: {
    label: 'laser links out at any time, share [1]',
    vary: (linkFailureShare: number): ScenarioVariation => ({ linkFailureShare }),
  },
  'satellite-failure': {
    label: 'satellites out at any time, share [1]',
    vary: (satelliteFailureShare: number): ScenarioVariation => ({ satelliteFailureShare }),
  },
  'state-age': {
    label: 'age of news, factor on beacon and report periods [1]',
    vary: (stateAgeFactor: number): ScenarioVariation => ({ stateAgeFactor }),
  },
} as const;

export type SweptQuantity = keyof typeof SWEPT_QUANTITIES;

/** One quantity and the values it takes, the others staying as the scenario has them. */
export interface SweepAxis {
  readonly quantity: SweptQuantity;
  readonly values: readonly number[];
}

export interface SweepPoint {
  readonly quantity: SweptQuantity;
  readonly value: number;
  readonly scenarioHash: string;
  /** With `scenario` naming the point. */
  readonly records: readonly RunRecord[];
  readonly summary: EvaluationSummary;
}

export interface SweepResult {
  readonly axes: readonly SweepAxis[];
  /** Axis by axis, in the order of the values; only points of which every policy has run. */
  readonly points: readonly SweepPoint[];
  /** All points together, each a task of equal weight; undefined when none was finished. */
  readonly overall: EvaluationSummary | undefined;
}

export interface SweepOptions extends EvaluateOptions {
  readonly axes: readonly SweepAxis[];
}

/**
 * All policies on all points of all axes, on the same seeds throughout. An abort ends it after the episodes under way, with
 * the whole points so far.
 *
 * Errors: MISUSE for an axis that is empty, repeated or repeats a value, and what {@link scenarioVariant} and `evaluate` throw.
 */
export async function sweep(options: SweepOptions): Promise<SweepResult> {
  const { axes, seeds, policies, signal, onProgress } = options;
  expectAxes(axes);
  // All of them before the first run: a value that the scenario refuses must not come to light after an hour.
  const variants = axes.flatMap(({ quantity, values }) =>
    values.map((value) => ({ quantity, value, scenario: variantAt(options.scenario, quantity, value) })),
  );
  const perPoint = seeds.length * policies.length;
  const points: SweepPoint[] = [];
  for (const [index, { quantity, value, scenario }] of variants.entries()) {
    if (signal?.aborted === true) break;
    const runs = await evaluationRecords({
      ...options,
      scenario,
      onProgress: (done, _total, last) => onProgress?.(index * perPoint + done, variants.length * perPoint, last),
    });
    if (runs.length < perPoint) break;
    const records = runs.map((record) => ({ ...record, scenario: `${scenario.name} ${quantity}=${value}` }));
    const summary = summarise(records, summaryOptions(options, records));
    points.push({ quantity, value, scenarioHash: hashJson(scenario), records, summary });
  }
  const all = points.flatMap(({ records }) => records);
  const overall = all.length === 0 ? undefined : summarise(all, summaryOptions(options, all));
  return { axes, points, overall };
}

function variantAt(scenario: Scenario, quantity: SweptQuantity, value: number): Scenario {
  return scenarioVariant(scenario, SWEPT_QUANTITIES[quantity].vary(value));
}

function expectAxes(axes: readonly SweepAxis[]): void {
  const names = axes.map(({ quantity }) => quantity);
  const bad = axes.find(
    ({ quantity, values }, i) =>
      values.length === 0 || new Set(values).size < values.length || names.indexOf(quantity) !== i,
  );
  if (axes.length > 0 && bad === undefined) return;
  const got = bad === undefined ? 'none' : `${bad.quantity}=${bad.values.join(',')}`;
  throw new SpaceCloudError('MISUSE', `Expected quantities to sweep, each once, with different values, got ${got}.`, {
    hint: `Known quantities: ${Object.keys(SWEPT_QUANTITIES).join(', ')}.`,
  });
}

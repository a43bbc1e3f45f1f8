/** A sweep as text, CSV, JSON and the curves of its plots. */
import { csvCell } from './evaluation/csv-cell.ts';
import type { EvaluationOrigin } from './evaluation/evaluation-json.ts';
import { formatFor, formatInterval, formatNumber } from './evaluation/number-format.ts';
import type { SweepCurve } from './evaluation/report/index.ts';
import { describeEvaluation } from './evaluation/sentences.ts';
import { type KpiSummary, policySummary } from './evaluation/summary.ts';
import { type TextColumn, layoutColumns, shorten, wrapText } from './evaluation/text-columns.ts';
import { SWEPT_QUANTITIES, type SweepAxis, type SweepPoint, type SweepResult } from './sweep.ts';

const SWEEP_FORMAT = 'spacecloud-sweep/1';

/** KPIs that the page plots against the swept quantity; all others stand in CSV and JSON. */
const PLOTTED = ['utility', 'deliveredFrac', 'deadlineHitFrac', 'latencyP95S', 'queueingMeanS', 'cacheByteHitFrac'];
const WIDTH_CHARS = 120;
const LONGEST_NAME = 40;

/** Utility of every policy at every point, one table per axis, then where the reference loses, then the caveats. */
export function sweepTable(sweep: SweepResult, options: { readonly colour?: boolean } = {}): string {
  const { overall } = sweep;
  if (overall === undefined) return 'No point of the sweep was finished.';
  const layout = { widthChars: WIDTH_CHARS, colour: options.colour ?? false };
  const tables = sweep.axes.flatMap((axis) => {
    const points = pointsOf(sweep, axis);
    if (points.length === 0) return [];
    return [`${SWEPT_QUANTITIES[axis.quantity].label}: utility per task`, axisTable(points, layout), ''];
  });
  const lines = [
    `Mark after a mean: + ${overall.reference} is clearly better at this point, - clearly worse.`,
    ...sweep.points.flatMap(lossesAt),
    `The marks above and the CSV hold ${sweep.points.reduce((sum, { summary }) => sum + summary.comparisons, 0)} comparisons at single points, besides the ${overall.comparisons} of all points together.`,
    ...describeEvaluation(overall).caveats,
  ];
  return [...tables, ...lines.map((line) => wrapText(line, WIDTH_CHARS))].join('\n');
}

function axisTable(
  points: readonly SweepPoint[],
  layout: { readonly widthChars: number; readonly colour: boolean },
): string {
  const policies = points[0]?.summary.policies.map(({ policy }) => policy) ?? [];
  const utilities = points.map(({ summary }) =>
    policies.map((policy) => policySummary(summary, policy).kpis['utility'] as KpiSummary),
  );
  const means = utilities.flat().flatMap(({ mean }) => (mean === null ? [] : [mean]));
  const intervals = utilities.flat().flatMap(({ interval }) => (interval === null ? [] : [interval]));
  const format = formatFor({ key: 'utility', label: '', unit: '1', better: 'higher' }, means, intervals);
  const columns = points.map(({ value }, p): TextColumn => ({
    header: [`${value}  `],
    align: 'right',
    cells: (utilities[p] as readonly KpiSummary[]).map(({ mean, interval, verdict }) => ({
      text: `${formatNumber(mean, format)} ${formatInterval(interval, format)} ${MARKS[verdict ?? 'unclear']}`,
      ...(verdict === 'worse' ? { style: 'bad' as const } : verdict === 'better' ? { style: 'good' as const } : {}),
    })),
  }));
  const names = policies.map((policy) => ({ text: shorten(policy, LONGEST_NAME) }));
  return layoutColumns({ header: ['policy'], cells: names, align: 'left' }, columns, layout);
}

const MARKS = { better: '+', worse: '-', unclear: ' ' } as const;

/** Rivals that are no oracles and clearly better on utility at one point. */
function lossesAt({ quantity, value, summary }: SweepPoint): string[] {
  const lost = summary.losses.filter(({ kpi, role }) => kpi === 'utility' && role !== 'oracle');
  if (lost.length === 0) return [];
  const rivals = lost.map(
    ({ policy, difference, interval }) =>
      `${policy} (${difference.toFixed(4)} [${interval.lo.toFixed(4)}, ${interval.hi.toFixed(4)}])`,
  );
  return [`At ${quantity} ${value} ${summary.reference} loses on utility to ${rivals.join(', ')}.`];
}

/** One line per point, policy and KPI. */
export function sweepCsv({ points }: SweepResult): string {
  const header =
    'quantity,value,policy,role,kpi,mean,low,high,difference,differenceLow,differenceHigh,verdict,runs,trainingRuns';
  const rows = points.flatMap(({ quantity, value, summary }) =>
    summary.policies.flatMap(({ policy, role, kpis, trainingRuns }) =>
      Object.entries(kpis).map(([kpi, { mean, interval, difference, differenceInterval, verdict, runs }]) =>
        [
          ...[quantity, value, policy, role, kpi, mean, interval?.lo, interval?.hi],
          ...[difference, differenceInterval?.lo, differenceInterval?.hi, verdict, runs, trainingRuns.length],
        ]
          .map(csvCell)
          .join(','),
      ),
    ),
  );
  return `${[header, ...rows].join('\n')}\n`;
}

/** Content of `sweep.json`: origin, the summary of every point and of all together, and every record. */
export function sweepJson(sweep: SweepResult, origin: EvaluationOrigin): string {
  return `${JSON.stringify({ format: SWEEP_FORMAT, ...origin, ...sweep }, null, 2)}\n`;
}

/** Curves for the page: one per axis and plotted KPI that has a value. */
export function sweepCurves(sweep: SweepResult): SweepCurve[] {
  const specs = sweep.overall?.kpis.filter(({ key }) => PLOTTED.includes(key)) ?? [];
  return sweep.axes.flatMap((axis) =>
    specs.flatMap(({ key, label, unit }) => {
      const points = pointsOf(sweep, axis).flatMap(({ value, summary }) =>
        summary.policies.flatMap(({ policy, kpis }) => {
          const { mean, interval } = kpis[key] ?? { mean: null, interval: null };
          return mean === null ? [] : [{ x: value, policy, mean, lo: interval?.lo ?? null, hi: interval?.hi ?? null }];
        }),
      );
      const xLabel = SWEPT_QUANTITIES[axis.quantity].label;
      return points.length === 0 ? [] : [{ label: `${label} [${unit}]`, xLabel, points }];
    }),
  );
}

function pointsOf({ points }: SweepResult, { quantity }: SweepAxis): readonly SweepPoint[] {
  return points.filter((point) => point.quantity === quantity).sort((a, b) => a.value - b.value);
}

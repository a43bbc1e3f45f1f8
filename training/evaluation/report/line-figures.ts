import type { SampleEfficiency } from '../sample-efficiency.ts';
import type { EvaluationSummary } from '../summary.ts';
import type { UtilityProfile } from '../utility-statistics.ts';
import { type PolicyLook, policyLook } from './look.ts';
import { PART_COLOURS } from './stacked-bars.ts';
import type { Plot, PlotSpec } from './svg.ts';

/** One point of a line of a policy; `lo` and `hi` bound its band. */
export interface LinePoint {
  readonly policy: string;
  readonly x: number;
  readonly y: number;
  readonly lo: number | null;
  readonly hi: number | null;
}

interface LineFigure {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly points: readonly LinePoint[];
  /** Dots where something was measured, for lines with few points. */
  readonly dots: boolean;
  /** A colour and a place in the legend for every policy, not only for those that stand out. */
  readonly colourAll?: boolean;
  readonly yDomain?: readonly [number, number];
}

/** Share of runs above each utility, one line per policy. */
export function profileFigure(summary: EvaluationSummary, profile: UtilityProfile): Plot {
  const points = profile.policies.flatMap(({ policy, shares, intervals }) =>
    profile.thresholds.map((x, t): LinePoint => {
      const interval = intervals?.[t];
      return { policy, x, y: 100 * (shares[t] ?? 0), lo: percent(interval?.lo), hi: percent(interval?.hi) };
    }),
  );
  const medians = profile.policies.map(({ policy, shares }) => {
    const crossing = profile.thresholds.findLast((_, t) => (shares[t] ?? 0) >= 0.5);
    return `half of the runs of ${policy} are above ${crossing?.toPrecision(3) ?? 'no threshold'}`;
  });
  return lineFigure(summary, {
    id: 'profile',
    title: 'Performance profile of utility',
    description: `Share of runs above a utility. ${medians.join('; ')}.`,
    xTitle: profile.normalised ? 'utility, 0 and 1 at the anchors' : 'utility per task [1]',
    yTitle: 'runs above it [%]',
    points,
    dots: false,
    yDomain: [0, 100],
  });
}

/** Utility against decisions learned from. */
export function sampleEfficiencyFigure(summary: EvaluationSummary, curves: readonly SampleEfficiency[]): Plot {
  const points = curves.flatMap(({ policy, points: own }) =>
    own.map(({ decisions, value, interval }): LinePoint => {
      return { policy, x: decisions, y: value, lo: interval?.lo ?? null, hi: interval?.hi ?? null };
    }),
  );
  return lineFigure(summary, {
    id: 'sample-efficiency',
    title: 'Utility during training',
    description: points.map(({ policy, x, y }) => `${policy} after ${x}: ${y.toPrecision(4)}`).join('; '),
    xTitle: 'decisions learned from',
    yTitle: 'utility per task, IQM [1]',
    points,
    dots: true,
    colourAll: true,
  });
}

/** One KPI against the swept quantity, every policy in a colour of its own. */
export function sweepFigure(
  summary: EvaluationSummary,
  sweep: {
    readonly id: string;
    readonly label: string;
    readonly xTitle: string;
    readonly points: readonly LinePoint[];
  },
): Plot {
  return lineFigure(summary, {
    id: sweep.id,
    title: `${sweep.label} against ${sweep.xTitle}`,
    description: sweep.points.map(({ policy, x, y }) => `${policy} at ${x}: ${y.toPrecision(4)}`).join('; '),
    xTitle: sweep.xTitle,
    yTitle: sweep.label,
    points: sweep.points,
    dots: true,
    colourAll: true,
  });
}

function lineFigure(summary: EvaluationSummary, figure: LineFigure): Plot {
  const known = new Map(summary.policies.map((entry) => [entry.policy, entry]));
  const names = [...new Set(figure.points.map((point) => point.policy))];
  const looks = new Map(
    names.map((policy) => [policy, policyLook(summary, known.get(policy) ?? { policy, role: 'baseline' })]),
  );
  if (figure.colourAll === true) colourOthers(looks);
  const isProminent = (policy: string): boolean => looks.get(policy)?.prominent ?? false;
  const prominent = names.filter(isProminent);
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: { zero: false, nice: false },
    axis: { title: figure.xTitle, tickCount: 8 },
  };
  const y = {
    field: 'y',
    type: 'quantitative',
    scale: figure.yDomain === undefined ? { zero: false } : { domain: figure.yDomain },
    axis: { title: figure.yTitle, tickCount: 5 },
  };
  const background = { data: { values: figure.points.filter((point) => !isProminent(point.policy)) } };
  const front = { data: { values: figure.points.filter((point) => isProminent(point.policy)) } };
  const scale = { domain: prominent, range: prominent.map((policy) => looks.get(policy)?.colour) };
  const colour = {
    field: 'policy',
    type: 'nominal',
    scale,
    legend: { orient: 'top', title: null, columns: 0, symbolType: 'stroke', symbolOpacity: 1, symbolStrokeWidth: 2.25 },
  };
  const dash = {
    field: 'policy',
    type: 'nominal',
    scale: { domain: prominent, range: prominent.map((p) => looks.get(p)?.dash) },
  };
  const banded = front.data.values.filter((point) => point.lo !== null);
  const layer: PlotSpec[] = [
    {
      ...background,
      mark: { type: 'line', strokeWidth: 1, color: 'var(--baseline)', opacity: 0.55 },
      encoding: { x, y, detail: { field: 'policy' } },
    },
    {
      data: { values: banded },
      mark: { type: 'area', opacity: 0.16 },
      encoding: { x, y: { ...y, field: 'lo' }, y2: { field: 'hi' }, color: colour },
    },
    { ...front, mark: { type: 'line', strokeWidth: 2.25 }, encoding: { x, y, color: colour, strokeDash: dash } },
  ];
  if (figure.dots) {
    layer.push({
      ...front,
      mark: { type: 'point', filled: true, size: 40, opacity: 1 },
      encoding: { x, y, color: colour },
    });
  }
  return {
    id: figure.id,
    title: figure.title,
    description: figure.description,
    spec: { width: 940, height: 300, layer },
  };
}

/** Gives policies that do not stand out one of the colours of parts, with another dash when those run out. */
function colourOthers(looks: Map<string, PolicyLook>): void {
  const others = [...looks].filter(([, { prominent }]) => !prominent);
  for (const [i, [policy, look]] of others.entries()) {
    // The first two are too near the colours of the reference and of the strongest baseline.
    const colours = PART_COLOURS - 2;
    const colour = `var(--part-${(i % colours) + 3})`;
    const dash = i < colours ? [] : [2, 3];
    looks.set(policy, { ...look, colour, fill: colour, dash, prominent: true });
  }
}

/** Values of one training metric against environment steps. */
export function trainingFigure(
  id: string,
  metric: string,
  points: readonly { readonly step: number; readonly value: number }[],
): Plot {
  const first = points[0];
  const last = points.at(-1);
  const ends =
    first === undefined || last === undefined
      ? 'no finite value'
      : `${first.value.toPrecision(3)} at step ${first.step}, ${last.value.toPrecision(3)} at step ${last.step}`;
  return {
    id,
    title: `${metric} during training`,
    description: `${metric}: ${ends}.`,
    spec: {
      title: { text: metric, subtitle: ends },
      width: 270,
      height: 120,
      data: { values: points },
      mark: { type: 'line', strokeWidth: 1.75, color: 'var(--reference)' },
      encoding: {
        x: { field: 'step', type: 'quantitative', axis: { title: 'steps', format: '~s' } },
        y: {
          field: 'value',
          type: 'quantitative',
          scale: { zero: false },
          axis: { title: null, format: '~g', tickCount: 3 },
        },
      },
    },
  };
}

function percent(share: number | undefined): number | null {
  return share === undefined ? null : 100 * share;
}

/** Sections of curves: performance profile, sample efficiency, training metrics, sweeps. */
import type { SampleEfficiency } from '../sample-efficiency.ts';
import type { EvaluationSummary } from '../summary.ts';
import { escapeText, type HtmlCell, htmlTable, numberCell } from './html.ts';
import { profileFigure, sampleEfficiencyFigure, sweepFigure, trainingFigure } from './line-figures.ts';
import { section } from './sections.ts';
import { type Plot, renderSvg } from './svg.ts';

/** One measurement during training. */
export interface TrainingPoint {
  /** Environment steps (decisions) so far. */
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** One KPI of all policies against a swept quantity. */
export interface SweepCurve {
  /** What is drawn, with its unit: `utility per task [1]`. */
  readonly label: string;
  /** What is varied, with its unit: `offered load [1]`. */
  readonly xLabel: string;
  /** Means with their 95 % intervals; `null` bounds = one sample. */
  readonly points: readonly {
    readonly x: number;
    readonly policy: string;
    readonly mean: number;
    readonly lo: number | null;
    readonly hi: number | null;
  }[];
}

/** Longest line of a training curve, points; more are thinned evenly. */
const MOST_POINTS = 400;

export async function profileSection(summary: EvaluationSummary): Promise<string> {
  if (summary.utilityProfile === null) return '';
  const samples = summary.replicate === 'run' ? 'training runs' : 'runs';
  return section('profile-section', 'Performance profile', {
    note: `Share of ${samples} whose utility is above the value on the axis; further right is better. Bands are pointwise 95 % intervals, thin grey lines the other policies.`,
    plots: [profileFigure(summary, summary.utilityProfile)],
    kpis: [],
  });
}

export async function sampleEfficiencySection(
  summary: EvaluationSummary,
  curves: readonly SampleEfficiency[],
): Promise<string> {
  if (curves.length === 0) return '';
  const samples = curves.map(
    ({ policy, replicate, samples }) =>
      `${policy}: ${samples} ${replicate === 'run' ? 'training runs' : 'seeds of one training run'}`,
  );
  const note = `Interquartile mean of utility in evaluations during training, on seeds of their own, with 95 % intervals. ${samples.join('; ')}.`;
  const figure = sampleEfficiencyFigure(summary, curves);
  const rows = curves.flatMap(({ policy, points }) =>
    points.map(({ decisions, value, interval }) => [
      { text: policy },
      ...numberCells([decisions, value, interval?.lo ?? null, interval?.hi ?? null]),
    ]),
  );
  return withTable('sample-efficiency', 'Sample efficiency', {
    figure,
    note,
    table: { header: ['decisions', 'utility, IQM [1]', 'low end', 'high end'], rows },
  });
}

export async function trainingSection(curve: readonly TrainingPoint[]): Promise<string> {
  if (curve.length === 0) return '';
  const metrics = [...new Set(curve.flatMap((point) => Object.keys(point.metrics)))];
  const figures: string[] = [];
  for (const [m, metric] of metrics.entries()) {
    const points = curve.flatMap(({ step, metrics: values }) => {
      const value = values[metric];
      return value === undefined || !Number.isFinite(value) ? [] : [{ step, value }];
    });
    const every = Math.ceil(points.length / MOST_POINTS);
    const thinned = points.filter((_, p) => p % every === 0 || p === points.length - 1);
    figures.push(`<figure>${await renderSvg(trainingFigure(`training-${m}`, metric, thinned))}</figure>`);
  }
  return `<section id="training" aria-labelledby="training-heading"><h2 id="training-heading">Training</h2>
<div class="grid">
${figures.join('\n')}
</div></section>`;
}

export async function sweepSection(summary: EvaluationSummary, sweep: SweepCurve, index: number): Promise<string> {
  const points = sweep.points.map(({ x, policy, mean, lo, hi }) => ({ policy, x, y: mean, lo, hi }));
  const figure = sweepFigure(summary, { id: `sweep-${index}`, label: sweep.label, xTitle: sweep.xLabel, points });
  const rows = sweep.points.map(({ x, policy, mean, lo, hi }) => [{ text: policy }, ...numberCells([x, mean, lo, hi])]);
  return withTable(`sweep-section-${index}`, `Sweep: ${figure.title}`, {
    figure,
    table: { header: [sweep.xLabel, sweep.label, 'low end', 'high end'], rows },
  });
}

/** A figure with its numbers folded away. */
async function withTable(
  id: string,
  heading: string,
  content: {
    readonly figure: Plot;
    readonly note?: string;
    readonly table: { readonly header: readonly string[]; readonly rows: readonly (readonly HtmlCell[])[] };
  },
): Promise<string> {
  const { figure, note, table } = content;
  const header = [{ text: 'policy' }, ...table.header.map(numberCell)];
  const numbers = htmlTable({ caption: figure.title, header, rows: table.rows });
  const lead = note === undefined ? '' : `<p class="note">${escapeText(note)}</p>\n`;
  return `<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${escapeText(heading)}</h2>
${lead}<figure>${await renderSvg(figure)}</figure><details><summary>All numbers</summary>${numbers}</details></section>`;
}

function numberCells(values: readonly (number | null)[]): HtmlCell[] {
  return values.map((value) => numberCell(value === null ? 'none' : String(Number(value.toPrecision(6)))));
}

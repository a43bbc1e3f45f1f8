/** Which KPIs stand together on the page, and each section as HTML. */
import type { EvaluatedKpi } from '../kpi-catalogue.ts';
import { formatFor } from '../number-format.ts';
import type { EvaluationSummary, KpiSummary } from '../summary.ts';
import { formatOf } from '../table.ts';
import { escapeText } from './html.ts';
import { type IntervalPanel, intervalFigure } from './interval-panels.ts';
import { type StackedFigure, stackedFigure } from './stacked-bars.ts';
import { type Plot, renderSvg } from './svg.ts';
import { directionText, kpiTable } from './tables.ts';

interface KpiSection {
  readonly id: string;
  readonly heading: string;
  readonly keys: readonly string[];
  readonly note?: string;
}

const SECTIONS: readonly KpiSection[] = [
  {
    id: 'latency',
    heading: 'Latency',
    keys: ['latencyP50S', 'latencyP95S', 'latencyP99S'],
    note: 'Of delivered tasks only: a policy that drops the slow ones looks fast.',
  },
  {
    id: 'service',
    heading: 'Delivery and deadlines',
    keys: ['deliveredFrac', 'deadlineHitFrac', 'queueingMeanS', 'hopsMean'],
  },
  { id: 'traffic', heading: 'Bytes and energy', keys: ['downlinkGB', 'islGB', 'energyMJ'] },
  { id: 'cache', heading: 'Cache', keys: ['cacheHitFrac', 'cacheByteHitFrac'] },
];

/** Panels beside each other before a figure gets too tight to read. */
const PANELS_PER_FIGURE = 4;

/** Utility with intervals, the paired differences, and utility by family. */
export async function utilitySections(summary: EvaluationSummary): Promise<string[]> {
  const spec = summary.kpis.find((kpi) => kpi.key === 'utility');
  if (spec === undefined) return [];
  const families = summary.kpis.filter((kpi) => kpi.key.startsWith('utility.'));
  const out = [
    await section('utility', 'Utility per task', {
      plots: [
        intervalFigure(summary, {
          id: 'utility',
          title: 'Utility per task',
          panels: [meanPanel(summary, spec)],
          printIntervals: true,
        }),
      ],
      kpis: [],
    }),
  ];
  if (summary.policies.length > 1) out.push(await differenceSection(summary, spec));
  if (families.length > 0) {
    const keys = families.map((kpi) => kpi.key);
    out.push(await kpiSection(summary, { id: 'family', heading: 'Utility by family of work', keys }));
  }
  return out;
}

async function differenceSection(summary: EvaluationSummary, utility: EvaluatedKpi): Promise<string> {
  const figure = intervalFigure(summary, {
    id: 'difference',
    title: `Difference of utility, ${summary.reference} minus each policy`,
    panels: [differencePanel(summary, utility)],
    printIntervals: true,
  });
  return section('difference', `Utility: ${summary.reference} minus each policy`, {
    note: `Paired by seed. Right of zero ${summary.reference} is better; an interval across zero shows no clear difference.`,
    plots: [figure],
    kpis: [],
  });
}

/** Chance that a sample of the reference has the higher utility, against every policy. */
export async function improvementSection(summary: EvaluationSummary): Promise<string> {
  const entries = summary.policies.flatMap(({ policy, utility }) =>
    utility?.probabilityOfImprovement ? [[policy, utility.probabilityOfImprovement] as const] : [],
  );
  if (entries.length === 0) return '';
  const samples = summary.replicate === 'run' ? 'training run' : 'run';
  const panel: IntervalPanel = {
    title: `P(${summary.reference} is better)`,
    subtitle: '[%], 50: neither',
    format: { unit: '%', scale: 100, decimals: 0 },
    values: new Map(entries),
    isDifference: false,
  };
  return section('improvement', 'Probability of improvement', {
    note: `Chance that a ${samples} of ${summary.reference} has a higher utility than one of the policy, drawn independently, ties one half (Mann-Whitney). It says how often, not by how much.`,
    plots: [
      intervalFigure(summary, {
        id: 'improvement',
        title: 'Probability of improvement',
        panels: [panel],
        printIntervals: true,
      }),
    ],
    kpis: [],
  });
}

/** All other headline KPIs, drops and breaches; then tables of what has no figure. */
export async function kpiSections(summary: EvaluationSummary): Promise<string[]> {
  const placed = new Set(['utility', 'breaches', ...SECTIONS.flatMap((part) => part.keys)]);
  const unplaced = summary.kpis
    .filter((spec) => spec.group === 'headline' && !placed.has(spec.key))
    .map((spec) => spec.key);
  const sections =
    unplaced.length === 0 ? SECTIONS : [...SECTIONS, { id: 'further', heading: 'Further figures', keys: unplaced }];
  const leftOver = summary.kpis.filter(
    (spec) => (spec.group === 'family' && !spec.key.startsWith('utility.')) || spec.group === 'other',
  );
  const html = await Promise.all(sections.map((part) => kpiSection(summary, part)));
  html.splice(sections.findIndex((part) => part.id === 'service') + 1, 0, await dropSection(summary));
  html.push(await breachSection(summary));
  if (leftOver.length > 0) {
    html.push(await section('more', 'Further numbers, by family of work', { kpis: leftOver, plots: [], summary }));
  }
  return html.filter((part) => part !== '');
}

async function kpiSection(summary: EvaluationSummary, part: KpiSection): Promise<string> {
  const kpis = part.keys.flatMap((key) => summary.kpis.filter((spec) => spec.key === key));
  const plots: Plot[] = [];
  for (let k = 0; k < kpis.length; k += PANELS_PER_FIGURE) {
    const panels = kpis.slice(k, k + PANELS_PER_FIGURE).map((spec) => meanPanel(summary, spec));
    plots.push(intervalFigure(summary, { id: `${part.id}-${k}`, title: part.heading, panels, printIntervals: false }));
  }
  return kpis.length === 0
    ? ''
    : section(part.id, part.heading, { kpis, plots, summary, ...(part.note === undefined ? {} : { note: part.note }) });
}

async function dropSection(summary: EvaluationSummary): Promise<string> {
  const kpis = summary.kpis.filter((spec) => spec.group === 'drop');
  if (kpis.length === 0) return '';
  const figure: StackedFigure = {
    id: 'drops',
    title: 'Tasks not delivered, by reason',
    parts: kpis
      .filter((spec) => summary.policies.some((entry) => (entry.kpis[spec.key]?.mean ?? 0) > 0))
      .map((spec) => ({ key: spec.key, name: spec.key.slice('drop.'.length) })),
  };
  const plots = figure.parts.length === 0 ? [] : [stackedFigure(summary, figure)];
  const note =
    plots.length === 0
      ? 'No policy dropped a task in any run.'
      : 'Tasks per run, mean over seeds, stacked; the number is their sum.';
  return section('drops', figure.title, { kpis, plots, summary, note });
}

async function breachSection(summary: EvaluationSummary): Promise<string> {
  const total = summary.kpis.filter((spec) => spec.key === 'breaches');
  const kinds = summary.kpis.filter((spec) => spec.group === 'breach');
  const kpis = [...total, ...kinds];
  if (kpis.length === 0) return '';
  const seen = kpis.filter((spec) => summary.policies.some((entry) => entry.kpis[spec.key]?.mean));
  const note =
    seen.length === 0
      ? 'No policy breached a constraint in any run.'
      : 'Mean per run. Kinds without a breach by any policy are in the table only.';
  const plots: Plot[] = [];
  for (let k = 0; k < seen.length; k += PANELS_PER_FIGURE) {
    const panels = seen.slice(k, k + PANELS_PER_FIGURE).map((spec) => meanPanel(summary, spec));
    plots.push(
      intervalFigure(summary, { id: `breaches-${k}`, title: 'Constraint breaches', panels, printIntervals: false }),
    );
  }
  return section('breaches', 'Constraint breaches', { kpis, plots, summary, note });
}

/** A heading, figures, and the numbers behind them folded away. */
export async function section(
  id: string,
  heading: string,
  content: {
    readonly plots: readonly Plot[];
    readonly kpis: readonly EvaluatedKpi[];
    readonly summary?: EvaluationSummary;
    readonly note?: string;
  },
): Promise<string> {
  const figures: string[] = [];
  for (const plot of content.plots) figures.push(`<figure>${await renderSvg(plot)}</figure>`);
  const { summary } = content;
  const tables = summary === undefined ? [] : content.kpis.map((spec) => kpiTable(summary, spec));
  const note = content.note === undefined ? '' : `<p class="note">${escapeText(content.note)}</p>`;
  const numbers = tables.length === 0 ? '' : `<details><summary>All numbers</summary>${tables.join('\n')}</details>`;
  return `<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${escapeText(heading)}</h2>
${note}${figures.join('\n')}${numbers}</section>`;
}

function meanPanel(summary: EvaluationSummary, spec: EvaluatedKpi): IntervalPanel {
  const format = formatOf(summary, spec);
  const values = summary.policies.map((entry) => {
    const { mean, interval } = entry.kpis[spec.key] as KpiSummary;
    return [entry.policy, { value: mean, interval }] as const;
  });
  return {
    title: spec.label,
    subtitle: `[${format.unit}]${directionText(spec)}`,
    format,
    values: new Map(values),
    isDifference: false,
  };
}

function differencePanel(summary: EvaluationSummary, spec: EvaluatedKpi): IntervalPanel {
  const kpis = summary.policies.flatMap((entry) => {
    const kpi = entry.kpis[spec.key] as KpiSummary;
    return entry.policy === summary.reference ? [] : [{ policy: entry.policy, kpi }];
  });
  const intervals = kpis.flatMap(({ kpi }) => (kpi.differenceInterval === null ? [] : [kpi.differenceInterval]));
  const format = formatFor(
    spec,
    kpis.map(({ kpi }) => kpi.difference ?? 0),
    intervals,
  );
  const values = kpis.map(
    ({ policy, kpi }) => [policy, { value: kpi.difference, interval: kpi.differenceInterval }] as const,
  );
  return {
    title: `difference of ${spec.label}`,
    subtitle: `[${format.unit}], above zero: ${summary.reference} is better`,
    format,
    values: new Map(values),
    isDifference: true,
  };
}

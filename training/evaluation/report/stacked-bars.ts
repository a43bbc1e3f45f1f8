import { formatFor, formatNumber } from '../number-format.ts';
import type { EvaluationSummary } from '../summary.ts';
import { LABEL_LIMIT_PX, type Plot, textWidthPx } from './svg.ts';

export interface StackedFigure {
  readonly id: string;
  readonly title: string;
  /** KPI keys and what the legend calls them, in stacking order. */
  readonly parts: readonly { readonly key: string; readonly name: string }[];
}

/** Number of colours the page defines for parts (`--part-1` ...). */
export const PART_COLOURS = 8;
const FIGURE_WIDTH_PX = 1060;

/** Mean per run of several KPIs stacked, one bar per policy, the total printed at its end. */
export function stackedFigure(summary: EvaluationSummary, figure: StackedFigure): Plot {
  const rows = summary.policies.map((entry) => {
    const parts = figure.parts.map(({ key, name }) => ({ name, value: entry.kpis[key]?.mean ?? 0 }));
    return { policy: entry.policy, parts, total: parts.reduce((sum, part) => sum + part.value, 0) };
  });
  const format = formatFor(
    { key: figure.id, label: '', unit: '1', better: 'none' },
    rows.map((row) => row.total),
  );
  const order = new Map(figure.parts.map(({ name }, p) => [name, p]));
  const segments = rows.flatMap((row) =>
    row.parts.map((part) => ({ policy: row.policy, part: part.name, value: part.value, order: order.get(part.name) })),
  );
  const totals = rows.map((row) => ({ policy: row.policy, value: row.total, text: formatNumber(row.total, format) }));
  const names = rows.map((row) => row.policy);
  const widthPx =
    FIGURE_WIDTH_PX - Math.min(LABEL_LIMIT_PX, Math.max(...names.map((name) => textWidthPx(name, 12)))) - 90;
  const bold = { condition: { test: `datum.value === ${JSON.stringify(summary.reference)}`, value: 700 }, value: 400 };
  const y = {
    field: 'policy',
    type: 'nominal',
    scale: { domain: names },
    axis: { title: null, labelFontWeight: bold },
  };
  return {
    id: figure.id,
    title: figure.title,
    description: rows
      .map(
        (row) =>
          `${row.policy}: ${row.parts.map((part) => `${part.name} ${formatNumber(part.value, format)}`).join(', ')}.`,
      )
      .join(' '),
    spec: {
      width: widthPx,
      height: { step: 22 },
      layer: [
        {
          data: { values: segments },
          mark: { type: 'bar', height: { band: 0.66 } },
          encoding: {
            y,
            x: { field: 'value', type: 'quantitative', stack: 'zero', axis: { title: null } },
            order: { field: 'order', type: 'quantitative' },
            color: {
              field: 'part',
              type: 'nominal',
              scale: {
                domain: figure.parts.map(({ name }) => name),
                range: figure.parts.map((_, p) => `var(--part-${(p % PART_COLOURS) + 1})`),
              },
              legend: { orient: 'top', title: null, symbolType: 'square', columns: 0 },
            },
          },
        },
        {
          data: { values: totals },
          mark: { type: 'text', align: 'left', baseline: 'middle', dx: 6, fontSize: 12, color: 'var(--ink)' },
          encoding: { y, x: { field: 'value', type: 'quantitative' }, text: { field: 'text' } },
        },
      ],
    },
  };
}

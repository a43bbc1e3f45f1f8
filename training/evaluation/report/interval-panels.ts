import type { Interval } from '../bootstrap.ts';
import { formatInterval, formatNumber, formatSigned, NONE, type NumberFormat } from '../number-format.ts';
import type { EvaluationSummary } from '../summary.ts';
import { type PolicyLook, policyLook } from './look.ts';
import { LABEL_LIMIT_PX, type Plot, type PlotSpec, textWidthPx } from './svg.ts';

/** One column of a figure: a dot and an interval per policy. */
export interface IntervalPanel {
  readonly title: string;
  /** Unit and which direction is better. */
  readonly subtitle: string;
  readonly format: NumberFormat;
  /** By policy; a policy that is missing is left out, `null` is printed as none. */
  readonly values: ReadonlyMap<string, { readonly value: number | null; readonly interval: Interval | null }>;
  /** Differences carry signs and a line at zero. */
  readonly isDifference: boolean;
}

export interface IntervalFigure {
  readonly id: string;
  readonly title: string;
  readonly panels: readonly IntervalPanel[];
  /** Prints intervals beside the values as well; wants a panel to itself. */
  readonly printIntervals: boolean;
}

/** Width of a figure, px; the page is made for it. */
const FIGURE_WIDTH_PX = 1060;
const ROW_HEIGHT_PX = 22;
const LABEL_SIZE_PX = 12;
/** Bold 13 px, about as wide as 14 px regular. */
const TITLE_SIZE_PX = 14;

interface Row {
  readonly policy: string;
  /** In printed units. */
  readonly value: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
  readonly text: string;
  readonly look: PolicyLook;
}

/** Panels side by side that share the policies as rows, in the order of the summary (best utility first). */
export function intervalFigure(summary: EvaluationSummary, figure: IntervalFigure): Plot {
  const policies = summary.policies.filter(({ policy }) => figure.panels.some((panel) => panel.values.has(policy)));
  const rowsByPanel = figure.panels.map((panel) =>
    policies
      .filter(({ policy }) => panel.values.has(policy))
      .map((entry) => toRow(panel, { policy: entry.policy, look: policyLook(summary, entry), figure })),
  );
  const names = policies.map(({ policy }) => policy);
  const labelPx = Math.min(LABEL_LIMIT_PX, Math.max(...names.map((name) => textWidthPx(name, LABEL_SIZE_PX)))) + 12;
  const textPx = rowsByPanel.map((rows) => Math.max(...rows.map((row) => textWidthPx(row.text, LABEL_SIZE_PX))) + 14);
  const gapPx = 18;
  const free = FIGURE_WIDTH_PX - labelPx - textPx.reduce((a, b) => a + b, 0) - gapPx * (figure.panels.length - 1);
  const plotPx = Math.max(90, Math.floor(free / figure.panels.length));
  const titles = equalLines(figure.panels.map((panel, p) => wrapTitle(panel.title, plotPx + (textPx[p] ?? 0))));
  return {
    id: figure.id,
    title: figure.title,
    description: describe(figure, rowsByPanel),
    spec: {
      spacing: gapPx,
      hconcat: figure.panels.map((panel, p) =>
        panelSpec(panel, rowsByPanel[p] as readonly Row[], {
          names,
          title: titles[p] ?? [],
          widthPx: plotPx,
          labels: p === 0,
          reference: summary.reference,
        }),
      ),
    },
  };
}

function toRow(
  panel: IntervalPanel,
  row: { readonly policy: string; readonly look: PolicyLook; readonly figure: IntervalFigure },
): Row {
  const { value = null, interval = null } = panel.values.get(row.policy) ?? {};
  const { format, isDifference } = panel;
  const number = isDifference ? formatSigned(value, format) : formatNumber(value, format);
  const bounds = row.figure.printIntervals ? ` ${formatInterval(interval, format, isDifference)}` : '';
  const scaled = (v: number | undefined): number | null => (v === undefined ? null : v * format.scale);
  return {
    policy: row.policy,
    value: value === null ? null : value * format.scale,
    lo: scaled(interval?.lo),
    hi: scaled(interval?.hi),
    text: (number + bounds).trim(),
    look: row.look,
  };
}

function panelSpec(
  panel: IntervalPanel,
  rows: readonly Row[],
  options: {
    readonly names: readonly string[];
    readonly title: readonly string[];
    readonly widthPx: number;
    readonly labels: boolean;
    readonly reference: string;
  },
): PlotSpec {
  const data = rows.map(({ look, ...row }) => ({ ...row, ...look }));
  const bold = { condition: { test: `datum.value === ${JSON.stringify(options.reference)}`, value: 700 }, value: 400 };
  const y = {
    field: 'policy',
    type: 'nominal',
    scale: { domain: options.names },
    axis: options.labels ? { title: null, labelFontWeight: bold } : null,
  };
  const scale = { domain: domainOf(rows, panel.isDifference), nice: false, zero: false };
  const x = {
    field: 'value',
    type: 'quantitative',
    scale,
    axis: { title: null, tickCount: Math.max(2, Math.floor(options.widthPx / 55)) },
  };
  const colour = { field: 'colour', type: 'nominal', scale: null };
  const zero = {
    mark: { type: 'rule', color: 'var(--rule)' },
    data: { values: [{ at: 0 }] },
    encoding: { x: { field: 'at', type: 'quantitative' } },
  };
  return {
    title: { text: options.title, subtitle: panel.subtitle },
    width: options.widthPx,
    height: { step: ROW_HEIGHT_PX },
    layer: [
      ...(panel.isDifference ? [zero] : []),
      {
        data: { values: data.filter((row) => row.lo !== null) },
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { y, x: { ...x, field: 'lo' }, x2: { field: 'hi' }, stroke: colour },
      },
      {
        data: { values: data.filter((row) => row.value !== null) },
        mark: { type: 'point', size: 56, strokeWidth: 2, opacity: 1 },
        encoding: {
          y,
          x,
          stroke: colour,
          fill: { field: 'fill', type: 'nominal', scale: null },
          shape: { field: 'shape', type: 'nominal', scale: null },
        },
      },
      {
        data: { values: data },
        mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: LABEL_SIZE_PX, color: 'var(--ink)' },
        encoding: { y, x: { value: options.widthPx + 8 }, text: { field: 'text' } },
      },
    ],
  };
}

/** Lines of a panel's title that fit above it. */
function wrapTitle(title: string, widthPx: number): string[] {
  const lines: string[] = [];
  for (const word of title.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidthPx(longer, TITLE_SIZE_PX) <= widthPx) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Empty lines before short titles, so that the panels of a figure stand at one height. */
function equalLines(titles: readonly string[][]): string[][] {
  const most = Math.max(...titles.map((lines) => lines.length));
  return titles.map((lines) => [...Array<string>(most - lines.length).fill(''), ...lines]);
}

/** From the lowest to the highest end of all intervals with some air; zero included for differences. */
function domainOf(rows: readonly Row[], isDifference: boolean): [number, number] {
  const ends = rows.flatMap(({ value, lo, hi }) => [value, lo, hi].filter((end) => end !== null));
  if (isDifference) ends.push(0);
  if (ends.length === 0) return [0, 1];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  if (low === high) return low === 0 ? [0, 1] : [low - Math.abs(low) / 10, high + Math.abs(high) / 10];
  const air = 0.05 * (high - low);
  return [low >= 0 && low - air < 0 ? 0 : low - air, high + air];
}

function describe(figure: IntervalFigure, rowsByPanel: readonly (readonly Row[])[]): string {
  const panels = figure.panels.map((panel, p) => {
    const rows = (rowsByPanel[p] ?? []).map((row) => `${row.policy} ${row.value === null ? NONE : row.text}`);
    return `${panel.title} (${panel.subtitle}): ${rows.join('; ')}.`;
  });
  return panels.join(' ');
}

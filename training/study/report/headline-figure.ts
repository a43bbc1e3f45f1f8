import { formatInterval, formatNumber, NONE, type NumberFormat } from '../../evaluation/number-format.ts';
import { LABEL_LIMIT_PX, type Plot, type PlotSpec, textWidthPx } from '../../evaluation/report/svg.ts';
import type { ColumnRole, StudyResult } from '../result.ts';
import { axisOf, FIGURE_WIDTH_PX, ROW_HEIGHT_PX, roleLook, TEXT_SIZE_PX, type ValueAxis } from './look.ts';
import { columnIndices, isBest, studyId } from './tables.ts';
import { basePoint, columnAt, kpiFormat, kpiTitle, ROLES } from './words.ts';

interface Row {
  readonly label: string;
  readonly role: ColumnRole;
  readonly best: boolean;
  /** In printed units. */
  readonly value: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
  readonly text: string;
}

/** The headline KPI of every column, in a group for each role, on one axis. */
export function headlineFigure(study: StudyResult): Plot {
  const base = basePoint(study);
  const format = kpiFormat(study.headline, base === undefined ? [] : [base]);
  const rows = columnIndices(study).map((index) => rowOf(study, index, format));
  const names = distinct(rows.map(({ label }) => label));
  const named = rows.map((row, r) => ({ ...row, label: names[r] ?? row.label }));
  const labelPx = Math.min(LABEL_LIMIT_PX, Math.max(60, ...names.map((name) => textWidthPx(name, TEXT_SIZE_PX + 1))));
  const textPx = Math.max(...named.map(({ text }) => textWidthPx(text, TEXT_SIZE_PX)), 40);
  const axis = axisOf(named.flatMap(({ value, lo, hi }) => [value, lo, hi].filter((end) => end !== null)));
  const groups = ROLES.map(({ role, heading }) => ({ heading, rows: named.filter((row) => row.role === role) })).filter(
    (group) => group.rows.length > 0,
  );
  const widthPx = Math.max(240, FIGURE_WIDTH_PX - labelPx - textPx - 40);
  const title = `${kpiTitle(study.headline, format)}${axis.isLog ? ' (logarithmic axis)' : ''}`;
  return {
    id: `${studyId(study)}-headline`,
    title: `${study.title}: ${study.headline.label} of all columns`,
    description: `${kpiTitle(study.headline, format)}. ${groups
      .map(({ heading, rows: own }) => `${heading}: ${own.map(({ label, text }) => `${label} ${text}`).join('; ')}.`)
      .join(' ')}`,
    spec: {
      spacing: 10,
      vconcat: groups.map((group, g) =>
        groupSpec(group, { axis, widthPx, labelPx, title: g === groups.length - 1 ? title : null }),
      ),
    },
  };
}

function rowOf(study: StudyResult, index: number, format: NumberFormat): Row {
  const { label, role } = columnAt(study, index);
  const { mean = null, interval = null } = basePoint(study)?.cells[index]?.[study.headline.key] ?? {};
  const scaled = (v: number | undefined): number | null => (v === undefined ? null : v * format.scale);
  return {
    label,
    role,
    best: isBest(study, index),
    value: mean === null ? null : mean * format.scale,
    lo: scaled(interval?.lo),
    hi: scaled(interval?.hi),
    text: mean === null ? NONE : `${formatNumber(mean, format)} ${formatInterval(interval, format)}`.trim(),
  };
}

function groupSpec(
  group: { readonly heading: string; readonly rows: readonly Row[] },
  options: {
    readonly axis: ValueAxis;
    readonly widthPx: number;
    readonly labelPx: number;
    /** Of the axis; `null` draws the grid without numbers. */
    readonly title: string | null;
  },
): PlotSpec {
  const { axis, widthPx, labelPx, title } = options;
  const data = group.rows.map((row) => ({ ...row, ...roleLook(row.role) }));
  const bestNames = group.rows.filter(({ best }) => best).map(({ label }) => label);
  const bold = {
    condition: { test: `indexof(${JSON.stringify(bestNames)}, datum.value) >= 0`, value: 700 },
    value: 400,
  };
  const y = {
    field: 'label',
    type: 'nominal',
    scale: { domain: group.rows.map(({ label }) => label) },
    axis: { title: null, labelFontWeight: bold, minExtent: labelPx, maxExtent: labelPx },
  };
  const x = {
    field: 'value',
    type: 'quantitative',
    scale: axis.scale,
    axis: { ...axis.ticks, title, labels: title !== null, ticks: title !== null, tickCount: 8 },
  };
  const colour = { field: 'colour', type: 'nominal', scale: null };
  return {
    title: { text: group.heading, fontSize: TEXT_SIZE_PX, color: 'var(--muted)', offset: 2 },
    width: widthPx,
    height: { step: ROW_HEIGHT_PX },
    layer: [
      {
        data: { values: data.filter(({ lo }) => lo !== null) },
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { y, x: { ...x, field: 'lo' }, x2: { field: 'hi' }, stroke: colour },
      },
      {
        data: { values: data.filter(({ value }) => value !== null) },
        mark: { type: 'point', size: 64, strokeWidth: 2, opacity: 1 },
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
        mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: TEXT_SIZE_PX, color: 'var(--ink)' },
        encoding: { y, x: { value: widthPx + 10 }, text: { field: 'text' } },
      },
    ],
  };
}

/** A number behind labels that are there twice, so that each has a row of its own. */
function distinct(labels: readonly string[]): string[] {
  return labels.map((label, i) => {
    const before = labels.slice(0, i).filter((other) => other === label).length;
    return before === 0 ? label : `${label} (${before + 1})`;
  });
}

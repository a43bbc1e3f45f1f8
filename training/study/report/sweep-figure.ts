import { formatNumber, type NumberFormat } from '../../evaluation/number-format.ts';
import type { Plot, PlotSpec } from '../../evaluation/report/svg.ts';
import type { ColumnRole, StudyPoint, StudyResult, SweepAnswer } from '../result.ts';
import { settingText } from '../setting-text.ts';
import { axisOf, between, roleLook, TEXT_SIZE_PX, type ValueAxis } from './look.ts';
import { elementId, studyId } from './tables.ts';
import { kpiFormat, kpiTitle, plainLabel, sweepPoints } from './words.ts';

type SweepPoint = StudyPoint & { readonly value: number };

const SERIES: readonly {
  readonly name: string;
  readonly role: ColumnRole;
  readonly column: (point: StudyPoint) => number | null;
}[] = [
  { name: 'best comparator', role: 'comparator', column: (point) => point.bestComparator },
  { name: 'chosen heuristic', role: 'heuristic', column: (point) => point.bestHeuristic },
  { name: 'chosen learned policy', role: 'learned', column: (point) => point.bestLearned },
];

/** The headline KPI against one swept quantity; shaded where the cloud in orbit does not win. `null` without a number. */
export function sweepFigure(study: StudyResult, sweep: SweepAnswer): Plot | null {
  const points = sweepPoints(study, sweep.quantity);
  const format = kpiFormat(study.headline, points);
  const data = points.flatMap((point) => seriesPoints(study, point, format));
  if (data.length === 0) return null;
  const xAxis = axisOf(
    points.map(({ value }) => value),
    { air: 0.03 },
  );
  const yAxis = axisOf(data.flatMap(({ y, lo, hi }) => [y, lo, hi].filter((end) => end !== null)));
  const series = SERIES.filter(({ name }) => data.some((row) => row.series === name));
  const domain = series.map(({ name }) => name);
  const scaleOf = (range: readonly unknown[]): PlotSpec => ({ domain, range });
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: xAxis.scale,
    axis: {
      title: `${plainLabel(sweep)}${xAxis.isLog ? ' (logarithmic axis)' : ''}`,
      ...xAxis.ticks,
      values: points.map(({ value }) => value),
      // Fewer would thin the values given.
      tickCount: points.length,
      labelOverlap: 'greedy',
    },
  };
  const y = {
    field: 'y',
    type: 'quantitative',
    scale: yAxis.scale,
    axis: {
      ...yAxis.ticks,
      title: `${study.headline.label} [${format.unit}]${yAxis.isLog ? ' (logarithmic)' : ''}`,
      tickCount: 5,
    },
  };
  const legend = { orient: 'top', title: null, columns: 0, symbolOpacity: 1, symbolStrokeWidth: 0 };
  const colour = {
    field: 'series',
    type: 'nominal',
    scale: scaleOf(series.map(({ role }) => roleLook(role).colour)),
    legend,
  };
  const shape = scaleOf(series.map(({ role }) => roleLook(role).shape));
  const dash = scaleOf(series.map(({ role }) => roleLook(role).dash));
  return {
    id: `${studyId(study)}-sweep-${elementId(sweep.quantity)}`,
    title: `${study.title}: ${study.headline.label} against ${plainLabel(sweep)}`,
    description: `${kpiTitle(study.headline, format)}. ${data
      .map(({ series: name, x: at, text }) => `${name} at ${at}: ${text}`)
      .join('; ')}. The cloud in orbit does not win at: ${sweep.fails.map(settingText).join(', ') || 'no value'}.`,
    spec: {
      width: 860,
      height: 260,
      layer: [
        ...failLayers(sweep, points, xAxis),
        {
          data: { values: data.filter(({ lo }) => lo !== null) },
          mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.8 },
          encoding: { x, y: { ...y, field: 'lo' }, y2: { field: 'hi' }, color: colour },
        },
        {
          data: { values: data },
          mark: { type: 'line', strokeWidth: 2 },
          encoding: { x, y, color: colour, strokeDash: { field: 'series', type: 'nominal', scale: dash, legend } },
        },
        {
          data: { values: data },
          mark: { type: 'point', filled: true, size: 60, opacity: 1 },
          encoding: { x, y, color: colour, shape: { field: 'series', type: 'nominal', scale: shape, legend } },
        },
      ],
    },
  };
}

interface SeriesPoint {
  readonly series: string;
  readonly x: number;
  /** In printed units. */
  readonly y: number;
  readonly lo: number | null;
  readonly hi: number | null;
  readonly text: string;
}

function seriesPoints(study: StudyResult, point: SweepPoint, format: NumberFormat): SeriesPoint[] {
  return SERIES.flatMap(({ name, column }) => {
    const index = column(point);
    const cell = index === null ? undefined : point.cells[index]?.[study.headline.key];
    if (cell === undefined || cell.mean === null) return [];
    const scaled = (v: number | undefined): number | null => (v === undefined ? null : v * format.scale);
    return [
      {
        series: name,
        x: point.value,
        y: cell.mean * format.scale,
        lo: scaled(cell.interval?.lo),
        hi: scaled(cell.interval?.hi),
        text: formatNumber(cell.mean, format),
      },
    ];
  });
}

/** Bands over neighbouring values that fail, from halfway to the last value that does not. */
function failLayers(sweep: SweepAnswer, points: readonly SweepPoint[], axis: ValueAxis): PlotSpec[] {
  const values = points.map(({ value }) => value);
  const bands: { from: number; to: number }[] = [];
  values.forEach((value, v) => {
    if (!sweep.fails.includes(value)) return;
    const from = v === 0 ? axis.domain[0] : between(axis, values[v - 1] ?? value, value);
    const to = v === values.length - 1 ? axis.domain[1] : between(axis, value, values[v + 1] ?? value);
    const last = bands.at(-1);
    if (last !== undefined && last.to === from) last.to = to;
    else bands.push({ from, to });
  });
  if (bands.length === 0) return [];
  const x = { field: 'from', type: 'quantitative', scale: axis.scale };
  return [
    {
      data: { values: bands },
      mark: { type: 'rect', color: 'var(--bad)', opacity: 0.12 },
      encoding: { x, x2: { field: 'to' } },
    },
    {
      data: { values: bands.map(({ from }) => ({ from, text: 'does not win' })) },
      mark: {
        type: 'text',
        align: 'left',
        baseline: 'top',
        dx: 5,
        dy: 5,
        fontSize: TEXT_SIZE_PX - 1,
        color: 'var(--bad)',
      },
      encoding: { x, y: { value: 0 }, text: { field: 'text' } },
    },
  ];
}

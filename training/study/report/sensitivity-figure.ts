import { formatSigned, NONE, unitAfter } from '../../evaluation/number-format.ts';
import { LABEL_LIMIT_PX, type Plot, textWidthPx } from '../../evaluation/report/svg.ts';
import type { StudyResult } from '../result.ts';
import { axisOf, FIGURE_WIDTH_PX, ROW_HEIGHT_PX, TEXT_SIZE_PX } from './look.ts';
import { settingText } from '../setting-text.ts';
import { studyId } from './tables.ts';
import { basePoint, benefitFormat, GRADES } from './words.ts';

/** Parameters drawn: those that move the difference most. */
const DRAWN = 3;

/** A tornado: the difference with each of three parameters at its low and its high value. `null` without such. */
export function sensitivityFigure(study: StudyResult): Plot | null {
  const own = basePoint(study)?.benefit?.difference ?? null;
  const drawn = study.sensitivity.filter(({ moves }) => moves !== null).slice(0, DRAWN);
  const format = benefitFormat(study.headline, [
    basePoint(study)?.benefit ?? null,
    ...drawn.flatMap(({ low, high }) => [low.benefit, high.benefit]),
  ]);
  const rows = drawn.map(({ parameter, grade, low, high }) => {
    const ends = [low, high].map(({ value, benefit }) => ({
      value,
      at: benefit === null ? null : benefit.difference * format.scale,
      text: benefit === null ? NONE : formatSigned(benefit.difference, format),
    }));
    const known = [...ends.map(({ at }) => at), own === null ? null : own * format.scale].filter((at) => at !== null);
    return {
      parameter: `${parameter}, ${GRADES[grade].mark}`,
      from: Math.min(...known),
      to: Math.max(...known),
      low: ends[0]?.at ?? null,
      high: ends[1]?.at ?? null,
      text: `at ${settingText(low.value)}: ${ends[0]?.text}; at ${settingText(high.value)}: ${ends[1]?.text}`,
    };
  });
  if (rows.length === 0) return null;
  const axis = axisOf(
    rows.flatMap(({ from, to }) => [from, to]),
    { withZero: true },
  );
  const labelPx = Math.min(
    LABEL_LIMIT_PX,
    Math.max(...rows.map(({ parameter }) => textWidthPx(parameter, TEXT_SIZE_PX))),
  );
  const textPx = Math.max(...rows.map(({ text }) => textWidthPx(text, TEXT_SIZE_PX)));
  const widthPx = Math.max(240, FIGURE_WIDTH_PX - labelPx - textPx - 40);
  const y = {
    field: 'parameter',
    type: 'nominal',
    scale: { domain: rows.map(({ parameter }) => parameter) },
    axis: { title: null },
  };
  const x = {
    field: 'from',
    type: 'quantitative',
    scale: axis.scale,
    axis: {
      ...axis.ticks,
      title: `orbit minus best comparator, ${study.headline.label} [${format.unit}]`,
      tickCount: 7,
    },
  };
  const line = (at: number, look: Readonly<Record<string, unknown>>): object => ({
    data: { values: [{ at }] },
    mark: { type: 'rule', ...look },
    encoding: { x: { ...x, field: 'at' } },
  });
  const end = (field: 'low' | 'high', fill: string): object => ({
    data: { values: rows.filter((row) => row[field] !== null) },
    mark: { type: 'point', shape: 'circle', size: 60, strokeWidth: 2, opacity: 1, stroke: 'var(--reference)', fill },
    encoding: { y, x: { ...x, field } },
  });
  return {
    id: `${studyId(study)}-sensitivity`,
    title: `${study.title}: what moves the difference most`,
    description: `Difference in ${study.headline.label}${unitAfter(format, true)}; own ${formatSigned(own, format)}. ${rows.map(({ parameter, text }) => `${parameter} ${text}.`).join(' ')}`,
    spec: {
      width: widthPx,
      height: { step: ROW_HEIGHT_PX + 8 },
      layer: [
        line(0, { color: 'var(--rule)' }),
        {
          data: { values: rows },
          mark: { type: 'bar', height: 12, opacity: 0.3, color: 'var(--reference)' },
          encoding: { y, x, x2: { field: 'to' } },
        },
        ...(own === null ? [] : [line(own * format.scale, { color: 'var(--ink)', strokeDash: [4, 3] })]),
        end('low', 'var(--paper)'),
        end('high', 'var(--reference)'),
        {
          data: { values: rows },
          mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: TEXT_SIZE_PX, color: 'var(--ink)' },
          encoding: { y, x: { value: widthPx + 10 }, text: { field: 'text' } },
        },
      ],
    },
  };
}

import { formatNumber } from '../../evaluation/number-format.ts';
import { type Plot, textWidthPx } from '../../evaluation/report/svg.ts';
import type { StudyResult } from '../result.ts';
import { axisOf, FIGURE_WIDTH_PX, TEXT_SIZE_PX, VERDICT_COLOURS } from './look.ts';
import { studyId } from './tables.ts';
import { basePoint, benefitFormat, columnAt, differenceText, kpiFormat, kpiTitle, PART_WORDS } from './words.ts';

const STEP_HEIGHT_PX = 40;
/** Two names of columns stand in it. */
const LONGEST_LABEL_PX = 400;
const WORDS = { wins: 'better', loses: 'worse', unclear: 'unclear' } as const;

/** A waterfall: one bar per step, from the number it starts at to the one it reaches. `null` where no step has both. */
export function attributionFigure(study: StudyResult): Plot | null {
  const base = basePoint(study);
  const format = kpiFormat(study.headline, base === undefined ? [] : [base]);
  const difference = benefitFormat(
    study.headline,
    study.attribution.map(({ benefit }) => benefit),
  );
  const rows = study.attribution.flatMap(({ part, benefit }) => {
    const from = base?.cells[benefit.second]?.[study.headline.key]?.mean ?? null;
    const to = base?.cells[benefit.first]?.[study.headline.key]?.mean ?? null;
    if (from === null || to === null) return [];
    const ends = `${columnAt(study, benefit.second).label} to ${columnAt(study, benefit.first).label}`;
    return [
      {
        step: PART_WORDS[part],
        ends,
        from: from * format.scale,
        to: to * format.scale,
        arrow: to >= from ? 90 : -90,
        colour: VERDICT_COLOURS[benefit.verdict],
        text: `${differenceText(benefit, difference)}  ${WORDS[benefit.verdict]}`,
        numbers: `${formatNumber(from, format)} to ${formatNumber(to, format)}`,
      },
    ];
  });
  if (rows.length === 0) return null;
  const axis = axisOf(rows.flatMap(({ from, to }) => [from, to]));
  const widest = Math.max(
    ...rows.flatMap(({ step, ends }) => [textWidthPx(step, TEXT_SIZE_PX + 1), textWidthPx(ends, TEXT_SIZE_PX - 1)]),
  );
  const labelPx = Math.min(LONGEST_LABEL_PX, widest);
  const textPx = Math.max(...rows.map(({ text }) => textWidthPx(text, TEXT_SIZE_PX)));
  const widthPx = Math.max(240, FIGURE_WIDTH_PX - labelPx - textPx - 44);
  const y = { field: 'step', type: 'nominal', scale: { domain: rows.map(({ step }) => step) }, axis: null };
  const x = {
    field: 'from',
    type: 'quantitative',
    scale: axis.scale,
    axis: {
      ...axis.ticks,
      title: `${kpiTitle(study.headline, format)}${axis.isLog ? ' (logarithmic axis)' : ''}`,
      tickCount: 8,
    },
  };
  const colour = { field: 'colour', type: 'nominal', scale: null };
  const label = (dy: number, field: string, look: Readonly<Record<string, unknown>>): object => ({
    mark: { type: 'text', align: 'right', baseline: 'middle', dy, limit: LONGEST_LABEL_PX, ...look },
    encoding: { y, x: { value: -10 }, text: { field } },
  });
  return {
    id: `${studyId(study)}-attribution`,
    title: `${study.title}: what each step brings`,
    description: rows.map(({ step, ends, numbers, text }) => `${step} (${ends}): ${numbers}, ${text}.`).join(' '),
    spec: {
      width: widthPx,
      height: { step: STEP_HEIGHT_PX },
      data: { values: rows },
      layer: [
        {
          mark: { type: 'bar', height: 14, opacity: 0.35 },
          encoding: { y, x, x2: { field: 'to' }, color: colour },
        },
        {
          mark: { type: 'tick', thickness: 2, size: 20, opacity: 1 },
          encoding: { y, x, color: colour },
        },
        {
          mark: { type: 'point', shape: 'triangle-up', size: 90, filled: true, opacity: 1 },
          encoding: {
            y,
            x: { ...x, field: 'to' },
            color: colour,
            angle: { field: 'arrow', type: 'quantitative', scale: null },
          },
        },
        label(-7, 'step', { fontSize: TEXT_SIZE_PX, color: 'var(--ink)' }),
        label(8, 'ends', { fontSize: TEXT_SIZE_PX - 1, color: 'var(--muted)' }),
        {
          mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: TEXT_SIZE_PX, color: 'var(--ink)' },
          encoding: { y, x: { value: widthPx + 10 }, text: { field: 'text' } },
        },
      ],
    },
  };
}

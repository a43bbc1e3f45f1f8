/** Shares in per cent, and the columns that deliver too little to be rivals; the same in all reports. */
import { SERVES_FRAC, columnsOf, servedKpi } from './answers.ts';
import type { StudyPoint, StudyResult } from './result.ts';

/** A comparator with a value on the headline KPI that cannot be the best, since it delivers too few tasks. */
export interface PassedOver {
  readonly column: number;
  /** Share of its tasks that it delivers. */
  readonly servedFrac: number;
}

/** Comparators passed over at a point, as `PointFigures.best` does; none where the headline counts all tasks. */
export function passedOver({ headline, columns }: StudyResult, point: StudyPoint | undefined): readonly PassedOver[] {
  const key = servedKpi(headline.key);
  if (key === undefined || point === undefined) return [];
  const comparators = columnsOf(columns, 'comparator').map((column) => ({
    column,
    servedFrac: point.cells[column]?.[key]?.mean ?? 0,
  }));
  const most = Math.max(...comparators.map(({ servedFrac }) => servedFrac));
  return comparators.filter(
    ({ column, servedFrac }) =>
      servedFrac < SERVES_FRAC * most && (point.cells[column]?.[headline.key]?.mean ?? null) !== null,
  );
}

/** Why a column with a better number is not the best comparator; nothing where none was passed over. */
export function passedOverText(study: StudyResult, point: StudyPoint | undefined): string {
  const few = passedOver(study, point);
  if (few.length === 0) return '';
  const names = few.map(
    ({ column, servedFrac }) => `${study.columns[column]?.label ?? '?'} (delivers ${percentText(servedFrac)})`,
  );
  return `Passed over as best comparator: ${names.join(', ')}. The headline counts delivered tasks only, so a comparator must deliver at least ${100 * SERVES_FRAC} % of what the comparator that delivers most does.`;
}

/** `99.8 %`, `+12.0 %` with `signed`; what is not 100 % is never rounded to it. */
export function percentText(share: number, { signed = false }: { readonly signed?: boolean } = {}): string {
  const percent = 100 * share;
  let decimals = 1;
  while (decimals < MOST_DECIMALS && Math.abs(percent) !== 100 && Math.abs(Number(percent.toFixed(decimals))) === 100) {
    decimals++;
  }
  return `${signed && percent >= 0 ? '+' : ''}${percent.toFixed(decimals)} %`;
}

/** Beyond these a share differs from 1 by rounding. */
const MOST_DECIMALS = 6;

/** Seeds below which intervals say little: verdicts then carry the number. */
const FEW_SEEDS = 5;

/** ` on 2 seeds` behind a verdict from few of them, else nothing. */
export function fewSeedsText({ seeds }: Pick<StudyResult, 'seeds'>): string {
  return seeds.length < FEW_SEEDS ? ` on ${counted(seeds.length, 'seed')}` : '';
}

/** `1 seed`, `2 seeds`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

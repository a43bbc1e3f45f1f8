import { SpaceCloudError } from '../../core/index.ts';
import { type NumberFormat, formatFor, formatNumber, formatSigned } from '../evaluation/number-format.ts';
import type { Benefit, StudyReport, StudyResult } from './result.ts';
import { settingText } from './setting-text.ts';
import { counted, fewSeedsText, passedOver, passedOverText, percentText } from './shares.ts';

/** What a study says, for a terminal: claim, headline, parts, where it fails, breaches, bands. */
export function studyText({ studies }: StudyReport): string {
  return studies.map(textOf).join('\n');
}

/** STUDY_BAND with every figure outside its band; undefined where all are within. */
export function brokenBands({ studies }: StudyReport): SpaceCloudError | undefined {
  const broken = studies.flatMap(({ study, bands }) =>
    bands.filter(({ holds }) => !holds).map(({ holds: _broken, ...band }) => ({ study, ...band })),
  );
  if (broken.length === 0) return undefined;
  const said = broken.map(({ study, column, kpi, from, to, mean }) => {
    return `${study}: ${kpi} of '${column}' from ${from ?? 'any value'} to ${to ?? 'any value'}, got ${mean ?? 'no value'}`;
  });
  return new SpaceCloudError('STUDY_BAND', `Expected ${said.join('; ')}.`, {
    details: { bands: broken },
    hint: 'Either the product has changed what it computes, or the band of the study file is out of date.',
  });
}

function textOf(result: StudyResult): string {
  const { title, claim, headline, columns, points, selection, seeds, arrivalsS } = result;
  const [here] = points;
  const cells = columns.map((_, c) => here?.cells[c]?.[headline.key] ?? { mean: null, interval: null });
  const format = formatFor(
    headline,
    cells.flatMap(({ mean }) => mean ?? []),
    cells.flatMap(({ interval }) => interval ?? []),
  );
  const nameOf = (column: number): string => columns[column]?.name ?? '';
  const few = passedOver(result, here);
  const width = Math.max(...columns.map(({ name }) => name.length));
  const lines = [
    title,
    `  claim: ${claim}`,
    `  ${result.scenario.name}, ${counted(seeds.length, 'seed')}, ${arrivalsS} s of arrivals; ${headline.label} [${format.unit}], ${
      headline.better === 'lower' ? 'less is better' : 'more is better'
    }`,
    '',
    ...columns.map(({ name, role }, c) => {
      const { mean, interval } = cells[c] as (typeof cells)[number];
      const share = few.find(({ column }) => column === c)?.servedFrac;
      const marks = [
        ...(share === undefined ? [] : [`delivers ${percentText(share)}, passed over`]),
        ...(c === here?.bestComparator ? ['best comparator'] : []),
        ...(c === selection.orbit ? ['chosen in orbit'] : []),
      ];
      const mark = marks.length === 0 ? '' : `  <- ${marks.join(', ')}`;
      return `  ${role.padEnd(10)} ${name.padEnd(width)} ${formatNumber(mean, format).padStart(9)} ${intervalText(interval, format)}${mark}`;
    }),
    '',
  ];
  const { benefit = null } = here ?? {};
  const isContest = result.columns.some(({ role }) => role === 'comparator');
  lines.push(
    benefit === null
      ? `  headline: ${isContest ? 'nothing to compare' : 'not a contest, there are no comparators'}`
      : `  headline: ${nameOf(benefit.first)} ${benefitText(benefit, format)} against ${nameOf(benefit.second)}: ${VERDICTS[benefit.verdict]}${fewSeedsText(result)}`,
    ...(few.length === 0 ? [] : [`  ${passedOverText(result, here)}`]),
    ...result.attribution.map(
      ({ part, benefit: step }) =>
        `  ${part.padEnd(16)} ${benefitText(step, format)}  (${nameOf(step.first)} - ${nameOf(step.second)})`,
    ),
    ...result.sweeps.map(({ label, values, fails, paysFrom }) => {
      if (!isContest) return `  ${label}: run at ${values.map(settingText).join(', ')}`;
      const where = fails.length === 0 ? 'wins everywhere' : `does not win at ${fails.map(settingText).join(', ')}`;
      return `  ${label}: ${where}; ${paysFrom === null ? 'does not pay at the largest' : `pays from ${settingText(paysFrom)} on`}`;
    }),
    ...result.sensitivity
      .slice(0, 3)
      .map(
        ({ parameter, grade, moves, low, high }) =>
          `  moved most by ${parameter} (${grade}), ${low.value} to ${high.value}: by ${formatNumber(moves, format)}`,
      ),
    ...breachLines(result),
    ...result.bands.map(
      ({ column, kpi, mean, holds }) => `  band ${kpi} of ${column}: ${valueText(mean)} ${holds ? 'holds' : 'BROKEN'}`,
    ),
    ...result.notes.map((note) => `  note: ${note}`),
    '',
  );
  return lines.join('\n');
}

const VERDICTS: Readonly<Record<Benefit['verdict'], string>> = {
  wins: 'orbit wins',
  loses: 'orbit loses',
  unclear: 'no difference shown',
};

function breachLines({ columns, points }: StudyResult): string[] {
  const breached = columns.flatMap(({ name }, c) => {
    const most = Math.max(...points.map(({ cells }) => cells[c]?.['breaches']?.mean ?? 0));
    return most > 0 ? [`${name} (${valueText(most)} per run)`] : [];
  });
  return [breached.length === 0 ? '  breaches: none in any run' : `  BREACHES: ${breached.join(', ')}`];
}

function benefitText({ difference, interval, relative }: Benefit, format: NumberFormat): string {
  const share = relative === null ? '' : ` (${percentText(relative, { signed: true })})`;
  return `${formatSigned(difference, format)} ${intervalText(interval, format)}${share}`;
}

function intervalText(interval: Benefit['interval'], format: NumberFormat): string {
  if (interval === null) return '[no interval]';
  return `[${formatNumber(interval.lo, format)}, ${formatNumber(interval.hi, format)}]`;
}

/** Of any KPI. */
function valueText(value: number | null): string {
  return value === null ? 'no value' : String(Number(value.toPrecision(4)));
}

/** The numbers of a study as tables, which the page and the Markdown text both print. */
import { formatInterval, formatNumber, formatSigned, NONE } from '../../evaluation/number-format.ts';
import { type HtmlCell, type HtmlTable, numberCell } from '../../evaluation/report/html.ts';
import type { Benefit, StudyReport, StudyResult, SweepAnswer } from '../result.ts';
import { settingText } from '../setting-text.ts';
import { fewSeedsText, passedOver, percentText } from '../shares.ts';
import { isSize } from './sentences.ts';
import {
  basePoint,
  benefitFormat,
  claimFormat,
  columnAt,
  differenceText,
  GRADES,
  isContest,
  kpiFormat,
  kpiTitle,
  PART_WORDS,
  plainLabel,
  relativeText,
  ROLE_WORDS,
  ROLES,
  sweepPoints,
  verdictText,
} from './words.ts';

/** Element of the page that a study begins with. */
export function studyId(study: StudyResult): string {
  return elementId(`study-${study.study}`);
}

/** Letters, digits and hyphens only, as ids and references to them want. */
export function elementId(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9-]/g, '-');
}

/** One row per claim: both numbers, the difference, the verdict, breaches. */
export function claimsTable({ studies }: StudyReport): HtmlTable {
  const rows = studies.map((study): HtmlCell[] => {
    const base = basePoint(study);
    const benefit = base?.benefit ?? null;
    const spec = study.headline;
    const format = claimFormat(study);
    const difference = benefitFormat(spec, [benefit]);
    const value = (column: number | undefined): string => {
      const mean = column === undefined ? undefined : base?.cells[column]?.[spec.key]?.mean;
      return formatNumber(mean ?? null, format);
    };
    const label = (column: number | undefined): { note: string } | object =>
      column === undefined ? {} : { note: columnAt(study, column).label };
    return [
      { text: study.title, note: study.claim, leadsTo: studyId(study), className: 'claim' },
      { ...verdictCell(benefit), ...seedsNote(study, benefit) },
      { text: spec.label, note: `[${format.unit}], ${directionWords(spec.better)}`, className: 'wrap' },
      { ...numberCell(value(benefit?.first ?? study.selection.orbit ?? undefined)), ...label(benefit?.first) },
      { ...numberCell(value(benefit?.second)), ...label(benefit?.second) },
      {
        ...numberCell(benefit === null ? NONE : formatSigned(benefit.difference, difference)),
        ...(benefit === null
          ? {}
          : {
              note: [formatInterval(benefit.interval, difference, true), relativeText(benefit)]
                .filter(Boolean)
                .join(' '),
            }),
      },
      {
        ...numberCell(breaches(study, benefit?.first ?? study.selection.orbit ?? undefined)),
        ...(isContest(study) ? { note: `comparator ${breaches(study, benefit?.second)}` } : {}),
      },
    ];
  });
  return {
    caption: 'Of each claim: the policy chosen for the cloud in orbit against the best comparator.',
    header: [
      { text: 'claim' },
      { text: 'verdict' },
      { text: 'measured by' },
      numberCell('cloud in orbit'),
      numberCell('best comparator'),
      numberCell('difference'),
      numberCell('breaches'),
    ],
    rows,
  };
}

/** Of a verdict that says something. */
function seedsNote(study: StudyResult, benefit: Benefit | null): Pick<HtmlCell, 'note'> {
  const note = fewSeedsText(study).trim();
  return benefit === null || benefit.verdict === 'unclear' || note === '' ? {} : { note };
}

function directionWords(better: 'higher' | 'lower' | 'none'): string {
  return better === 'none' ? 'no direction is better' : `${better} is better`;
}

function breaches(study: StudyResult, column: number | undefined): string {
  const point = basePoint(study);
  const mean = column === undefined ? null : (point?.cells[column]?.['breaches']?.mean ?? null);
  return mean === null ? 'not counted' : String(Number(mean.toPrecision(3)));
}

/** What every column stands for. */
export function columnsTable(study: StudyResult): HtmlTable {
  return {
    caption: 'What was compared. A change is what a comparator has in place of the scenario’s own setting.',
    header: [{ text: 'name' }, { text: 'stands for' }, { text: 'decided by' }, { text: 'changes' }],
    rows: byRole(study).map(({ label, role, policy, changes }) => [
      { text: label, className: 'wrap' },
      { text: ROLE_WORDS[role] },
      { text: policy, className: 'wrap' },
      { text: changes.length === 0 ? NONE : changes.join('; '), className: 'wrap' },
    ]),
  };
}

/** Every KPI of every column, for the scenario as it is. */
export function kpiTable(study: StudyResult): HtmlTable {
  const base = basePoint(study);
  const points = base === undefined ? [] : [base];
  const formats = study.kpis.map((spec) => kpiFormat(spec, points));
  const indices = columnIndices(study);
  const few = passedOver(study, base);
  return {
    caption: 'All figures of merit: mean over seeds, 95 % interval below it.',
    header: [
      { text: 'name' },
      { text: 'stands for' },
      ...study.kpis.map((spec, k) => numberCell(kpiTitle(spec, formats[k] ?? kpiFormat(spec, points)))),
    ],
    rows: indices.map((index) => {
      const { label, role } = columnAt(study, index);
      const share = few.find(({ column }) => column === index)?.servedFrac;
      const cells = study.kpis.map((spec, k): HtmlCell => {
        const cell = base?.cells[index]?.[spec.key];
        const format = formats[k] ?? kpiFormat(spec, points);
        const interval = formatInterval(cell?.interval ?? null, format);
        const number = numberCell(formatNumber(cell?.mean ?? null, format));
        return interval === '' ? number : { ...number, note: interval };
      });
      return [
        {
          text: label,
          className: isBest(study, index) ? 'own wrap' : 'wrap',
          ...(share === undefined ? {} : { note: `delivers ${percentText(share)}, passed over` }),
        },
        { text: ROLE_WORDS[role] },
        ...cells,
      ];
    }),
  };
}

/** What each step brings. */
export function attributionTable(study: StudyResult): HtmlTable {
  const benefits = study.attribution.map(({ benefit }) => benefit);
  const format = benefitFormat(study.headline, benefits);
  return {
    caption: `Steps in ${study.headline.label} [${format.unit}]: to minus from, 95 % interval.`,
    header: [
      { text: 'step' },
      { text: 'from' },
      { text: 'to' },
      numberCell('difference'),
      numberCell('of it'),
      { text: 'verdict' },
    ],
    rows: study.attribution.map(({ part, benefit }) => [
      { text: PART_WORDS[part] },
      { text: columnAt(study, benefit.second).label, className: 'wrap' },
      { text: columnAt(study, benefit.first).label, className: 'wrap' },
      numberCell(differenceText(benefit, format)),
      numberCell(relativeText(benefit)),
      stepCell(benefit),
    ]),
  };
}

/** Both numbers and the verdict at every value of a sweep. */
export function sweepTable(study: StudyResult, sweep: SweepAnswer): HtmlTable {
  const points = sweepPoints(study, sweep.quantity);
  const spec = study.headline;
  const format = kpiFormat(spec, points);
  const difference = benefitFormat(
    spec,
    points.map(({ benefit }) => benefit),
  );
  const best = (cells: (typeof points)[number]['cells'], column: number | null): HtmlCell => {
    if (column === null) return numberCell(NONE);
    const cell = cells[column]?.[spec.key];
    const text = `${formatNumber(cell?.mean ?? null, format)} ${formatInterval(cell?.interval ?? null, format)}`.trim();
    return { ...numberCell(text), note: columnAt(study, column).label };
  };
  return {
    caption: `${kpiTitle(spec, format)}, at each value of ${plainLabel(sweep)}; below each number the column it is of.`,
    header: [
      numberCell(plainLabel(sweep)),
      ...['best comparator', 'chosen heuristic', 'chosen learned policy', 'difference'].map(numberCell),
      { text: 'verdict' },
    ],
    rows: points.map(({ value, cells, bestComparator, bestHeuristic, bestLearned, benefit }) => [
      numberCell(settingText(value)),
      best(cells, bestComparator),
      best(cells, bestHeuristic),
      best(cells, bestLearned),
      numberCell(benefit === null ? NONE : differenceText(benefit, difference)),
      verdictCell(benefit),
    ]),
  };
}

/** How the difference moves with every parameter that was varied. */
export function sensitivityTable(study: StudyResult): HtmlTable {
  const benefits = study.sensitivity.flatMap(({ low, high }) => [low.benefit, high.benefit]);
  const format = benefitFormat(study.headline, benefits);
  const text = (benefit: Benefit | null): string => (benefit === null ? NONE : differenceText(benefit, format));
  return {
    caption: `Difference in ${study.headline.label} [${format.unit}], orbit minus best comparator, with one parameter at its low or high value. Those that move it most first.`,
    header: [
      { text: 'parameter' },
      { text: 'source' },
      ...['low', 'difference at low', 'high', 'difference at high', 'moves it by'].map(numberCell),
    ],
    rows: study.sensitivity.map(({ parameter, grade, low, high, moves }) => [
      { text: parameter },
      { text: GRADES[grade].mark },
      numberCell(settingText(low.value)),
      { ...numberCell(text(low.benefit)), note: verdictText(low.benefit) },
      numberCell(settingText(high.value)),
      { ...numberCell(text(high.benefit)), note: verdictText(high.benefit) },
      numberCell(formatNumber(moves, format)),
    ]),
  };
}

/** Values the study stands on, and what is known of each. */
export function parameterTable({ parameters }: StudyResult): HtmlTable {
  return {
    caption: 'Parameters and where they come from.',
    header: [{ text: 'parameter' }, numberCell('value'), { text: 'grade' }, { text: 'source' }],
    rows: parameters.map(({ path, value, grade, source }) => [
      { text: path },
      numberCell(settingText(value)),
      { text: GRADES[grade].mark, className: `grade-${grade}` },
      { text: source, className: 'wrap' },
    ]),
  };
}

/** Whether the run stays within what the study file expects of it. */
export function bandTable({ bands }: StudyResult): HtmlTable {
  return {
    caption: 'Bands that the study file states for the scenario as it is.',
    header: [
      { text: 'name' },
      { text: 'figure of merit' },
      ...['from', 'to', 'found'].map(numberCell),
      { text: 'within' },
    ],
    rows: bands.map(({ column, kpi, from, to, mean, holds }) => [
      { text: column },
      { text: kpi },
      ...[from, to, mean].map((value) => numberCell(value === null ? NONE : String(Number(value.toPrecision(6))))),
      { text: holds ? 'yes' : 'no', className: holds ? 'wins' : 'loses' },
    ]),
  };
}

/** Column indices by role, in the order of {@link ROLES}. */
export function columnIndices({ columns }: StudyResult): readonly number[] {
  return ROLES.flatMap(({ role }) => columns.flatMap((column, c) => (column.role === role ? [c] : [])));
}

/** The best comparator, and the policies chosen. */
export function isBest(study: StudyResult, index: number): boolean {
  const base = basePoint(study);
  return [base?.bestComparator, base?.bestHeuristic, base?.bestLearned].includes(index);
}

/** The sweep of the number of satellites first. */
export function orderedSweeps({ sweeps }: StudyResult): readonly SweepAnswer[] {
  return [...sweeps].sort((a, b) => Number(isSize(b.quantity)) - Number(isSize(a.quantity)));
}

function byRole(study: StudyResult): readonly StudyResult['columns'][number][] {
  return columnIndices(study).map((index) => columnAt(study, index));
}

function verdictCell(benefit: Benefit | null): HtmlCell {
  return { text: verdictText(benefit), className: `verdict ${benefit?.verdict ?? 'unclear'}` };
}

/** As the verdict, of a step that need not be one into orbit. */
function stepCell(benefit: Benefit): HtmlCell {
  const words = { wins: 'better', loses: 'worse', unclear: 'unclear' } as const;
  return { text: words[benefit.verdict], className: `verdict ${benefit.verdict}` };
}

/** Numbers and verdicts of a study in words: the same on the page and in Markdown. */
import type { KpiSpec } from '../../../core/index.ts';
import {
  formatFor,
  formatInterval,
  formatNumber,
  formatSigned,
  NONE,
  type NumberFormat,
  unitAfter,
} from '../../evaluation/number-format.ts';
import type {
  AttributionPart,
  Benefit,
  BenefitVerdict,
  ColumnRole,
  SourceGrade,
  StudyColumn,
  StudyPoint,
  StudyResult,
} from '../result.ts';
import { fewSeedsText, passedOverText, percentText } from '../shares.ts';

export const VERDICT_WORDS: Readonly<Record<BenefitVerdict, string>> = {
  wins: 'orbit wins',
  loses: 'orbit loses',
  unclear: 'unclear',
};

/** Order of the groups, and what a reader must know of each. */
export const ROLES: readonly { readonly role: ColumnRole; readonly heading: string; readonly meaning: string }[] = [
  {
    role: 'comparator',
    heading: 'Comparators: flown or built today, or without the part in question',
    meaning:
      'what is flown or built today (B0 to B3), or the cloud in orbit without the part in question; each says how it differs',
  },
  {
    role: 'heuristic',
    heading: 'Cloud in orbit, heuristics (fixed rules)',
    meaning: 'the cloud in orbit, its satellites deciding by fixed rules',
  },
  {
    role: 'learned',
    heading: 'Cloud in orbit, learned policies',
    meaning: 'the cloud in orbit, its satellites deciding by trained networks',
  },
  {
    role: 'oracle',
    heading: 'Oracles: know what nobody can know',
    meaning: 'decide with knowledge that no satellite can have; a bound, not a candidate',
  },
];

export const ROLE_WORDS: Readonly<Record<ColumnRole, string>> = {
  comparator: 'comparator',
  heuristic: 'heuristic',
  learned: 'learned',
  oracle: 'oracle',
};

export const PART_WORDS: Readonly<Record<AttributionPart['part'], string>> = {
  relay: 'relay between satellites',
  stations: 'more ground stations',
  compression: 'compression on board',
  'compressed-relay': 'compression and relay',
  heuristics: 'cloud in orbit, fixed rules',
  learning: 'learning',
};

/** A sign and a word each, so that grades are told apart in print and by readers who see no colours. */
export const GRADES: Readonly<Record<SourceGrade, { readonly mark: string; readonly meaning: string }>> = {
  primary: { mark: 'primary', meaning: 'the maker, a standard, an agency or a paper states it' },
  derived: { mark: 'derived', meaning: 'worked out from stated inputs' },
  secondary: { mark: '(!) secondary', meaning: 'reported by others, such as the press; not confirmed at the source' },
  memory: { mark: '(!!) memory', meaning: 'common knowledge without a source at hand; confirm before relying on it' },
  choice: { mark: '(*) choice', meaning: 'chosen by this project, since nothing is published' },
};

/** The scenario as it is; `undefined` where the study has no such point. */
export function basePoint(study: StudyResult): StudyPoint | undefined {
  return study.points.find(({ quantity }) => quantity === null);
}

/** Points of one sweep, by ascending value. */
export function sweepPoints(
  study: StudyResult,
  quantity: string,
): readonly (StudyPoint & { readonly value: number })[] {
  return study.points
    .flatMap((point) => (point.quantity === quantity && point.value !== null ? [{ ...point, value: point.value }] : []))
    .sort((a, b) => a.value - b.value);
}

/** One unit and one number of decimals for a KPI in all columns of these points. */
export function kpiFormat(spec: KpiSpec, points: readonly StudyPoint[]): NumberFormat {
  const cells = points.flatMap((point) =>
    point.cells.flatMap((byKpi) => {
      const cell = byKpi[spec.key];
      return cell === undefined ? [] : [cell];
    }),
  );
  return formatFor(
    spec,
    cells.flatMap(({ mean }) => (mean === null ? [] : [mean])),
    cells.flatMap(({ interval }) => (interval === null ? [] : [interval])),
  );
}

/** For the two columns of the claim alone: those far off do not cost their numbers a decimal. */
export function claimFormat(study: StudyResult): NumberFormat {
  const base = basePoint(study);
  const benefit = base?.benefit;
  if (base === undefined || benefit === null || benefit === undefined) return kpiFormat(study.headline, []);
  const cells = base.cells.filter((_, c) => c === benefit.first || c === benefit.second);
  return kpiFormat(study.headline, [{ ...base, cells }]);
}

/** As the columns' numbers, unless the differences are so small that they ask for more decimals. */
export function benefitFormat(spec: KpiSpec, benefits: readonly (Benefit | null)[]): NumberFormat {
  const known = benefits.filter((benefit) => benefit !== null);
  return formatFor(
    spec,
    known.map(({ difference }) => difference),
    known.flatMap(({ interval }) => (interval === null ? [] : [interval])),
  );
}

/** `latency p50 [s], lower is better`. */
export function kpiTitle(spec: KpiSpec, format: NumberFormat): string {
  const direction = spec.better === 'none' ? '' : `, ${spec.better} is better`;
  return `${spec.label} [${format.unit}]${direction}`;
}

/** `-85.2 [-91.0, -80.1]`, or the number alone with one seed. */
export function differenceText(benefit: Benefit, format: NumberFormat): string {
  return `${formatSigned(benefit.difference, format)} ${formatInterval(benefit.interval, format, true)}`.trim();
}

/** `-67 %` of the comparator; nothing where that is zero. */
export function relativeText({ relative }: Benefit): string {
  return relative === null ? '' : percentText(relative, { signed: true });
}

export function verdictText(benefit: Benefit | null): string {
  if (benefit === null) return NONE;
  return benefit.interval === null ? `${VERDICT_WORDS[benefit.verdict]} (no interval)` : VERDICT_WORDS[benefit.verdict];
}

export function columnAt(study: StudyResult, index: number): StudyColumn {
  return study.columns[index] ?? { name: '?', label: `column ${index}`, role: 'oracle', policy: '?', changes: [] };
}

/** Whether anything is compared: a study without comparators checks figures against its bands. */
export function isContest({ columns }: StudyResult): boolean {
  return columns.some(({ role }) => role === 'comparator');
}

function checkText({ bands }: StudyResult): string {
  const broken = bands.filter(({ holds }) => !holds).length;
  const found = broken === 0 ? `all ${bands.length} hold` : `${broken} of ${bands.length} do not hold`;
  return `Not a contest: there are no comparators, but bands that figures must lie within. ${bands.length === 0 ? 'They are those of the quick size.' : `Of these, ${found}.`}`;
}

/** What was found for the claim, in one sentence. */
export function findingText(study: StudyResult): string {
  if (!isContest(study)) return checkText(study);
  const base = basePoint(study);
  const benefit = base?.benefit ?? null;
  const { label, better } = study.headline;
  if (base === undefined || benefit === null) {
    return `No comparison: the cloud in orbit and a comparator have no common value of ${label}.`;
  }
  const format = claimFormat(study);
  const difference = benefitFormat(study.headline, [benefit]);
  const value = (column: number): string => {
    const mean = base.cells[column]?.[study.headline.key]?.mean ?? null;
    return mean === null ? NONE : `${formatNumber(mean, format)}${unitAfter(format, false)}`;
  };
  const orbit = columnAt(study, benefit.first);
  const rival = columnAt(study, benefit.second);
  const relative = relativeText(benefit);
  const by = `${differenceText(benefit, difference)}${unitAfter(difference, true)}${relative === '' ? '' : `, ${relative}`}`;
  const verb = {
    wins: 'The cloud in orbit wins on',
    loses: 'The cloud in orbit loses on',
    unclear: 'There is no clear difference in',
  }[benefit.verdict];
  const direction = better === 'none' ? '' : ` (${better} is better)`;
  const passed = passedOverText(study, base);
  return `${verb} ${label}${direction}${fewSeedsText(study)}: ${value(benefit.first)} with “${orbit.label}” (${ROLE_WORDS[orbit.role]}), ${value(benefit.second)} with the best comparator, “${rival.label}”. Difference ${by}.${passed === '' ? '' : ` ${passed}`}`;
}

/** Of a swept quantity, without the unit of pure numbers. */
export function plainLabel({ label }: { readonly label: string }): string {
  return label.replace(/ \[1\]$/, '');
}

/** `1 to 10 (10)` for whole numbers in a row, else all of them. */
export function seedsText(seeds: readonly number[]): string {
  const [first, last] = [seeds[0], seeds.at(-1)];
  if (first === undefined || last === undefined) return NONE;
  const inRow = seeds.length > 2 && seeds.every((seed, i) => seed === first + i);
  return inRow ? `${first} to ${last} (${seeds.length})` : seeds.join(', ');
}

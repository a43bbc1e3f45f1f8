/** What the studies say, in sentences; the same on the page and in Markdown. */
import { formatNumber, NONE, unitAfter } from '../../evaluation/number-format.ts';
import type { BenefitVerdict, SourceGrade, StudyReport, StudyResult, SweepAnswer } from '../result.ts';
import { settingText } from '../setting-text.ts';
import { counted, fewSeedsText } from '../shares.ts';
import {
  basePoint,
  benefitFormat,
  columnAt,
  GRADES,
  isContest,
  PART_WORDS,
  plainLabel,
  ROLES,
  seedsText,
  VERDICT_WORDS,
} from './words.ts';

/** What a reader must know before the first table: how many claims hold, how far the runs carry, what is assumed. */
export function summarySentences({ studies, size }: StudyReport): string[] {
  const verdicts = studies.map((study) => basePoint(study)?.benefit?.verdict ?? null);
  const count = (verdict: BenefitVerdict | null): number => verdicts.filter((v) => v === verdict).length;
  const none = count(null);
  const out = [
    `Of ${counted(studies.length, 'claim')} the cloud in orbit wins ${count('wins')} and loses ${count('loses')}; ${count('unclear')} ${count('unclear') === 1 ? 'is' : 'are'} unclear${none > 0 ? `, ${none} without a comparison` : ''}.`,
  ];
  if (size === 'quick') {
    out.push('These are short runs on few seeds, made to check that the studies work. Decide on the full size.');
  }
  const seeds = Math.min(...studies.map((study) => study.seeds.length));
  if (seeds < 2)
    out.push('A study has one seed only: it has no intervals, and its verdict cannot be other than unclear.');
  const breaching = studies.filter(({ selection, points }) =>
    points.some(({ cells }) => (cells[selection.orbit ?? -1]?.['breaches']?.mean ?? 0) > 0),
  );
  if (breaching.length > 0) {
    out.push(
      `In ${breaching.map(({ title }) => title).join(', ')} the policy that stands for the cloud in orbit broke limits of power, heat, storage or labels (breaches): weigh its number with that.`,
    );
  }
  const grades = gradeCounts(studies);
  if (grades !== '') {
    out.push(
      `Of the parameters listed, ${grades}. Orbits, numbers of satellites, links and power of the announced system are not public; results hold for the values stated here.`,
    );
  }
  return out;
}

/** Size, number of studies and runs, versions. */
export function leadText({ studies, size, version }: StudyReport): string {
  const runs = studies.reduce((sum, { records }) => sum + records.length, 0);
  const count = `${studies.length} ${studies.length === 1 ? 'study' : 'studies'}`;
  return `${count} · ${size} size · ${counted(runs, 'run')} · spacecloud ${version}`;
}

/** How to read tables and pictures, words first used there. */
export function readingSentences(): string[] {
  return [
    'Cloud in orbit: satellites that store, compute and route among themselves and decide on board. Comparator: what is flown or built today, or the cloud in orbit without the part in question, on the same orbits, traffic and random seeds.',
    ...ROLES.map(({ heading, meaning }) => `${heading.replace(/:.*/, '')}: ${meaning}.`),
    'The policy that stands for the cloud in orbit was chosen once per study, on seeds of their own; the best comparator is, at each point, the best of those that deliver at least 95 % of what the comparator that delivers most does. That share matters where the headline counts delivered tasks only, as latencies do; the choice of the policy in orbit keeps to it too.',
    'Difference: cloud in orbit minus the best comparator, seed by seed, with the 95 % interval in brackets, then in per cent of the comparator. A verdict is given only where that interval leaves out zero; otherwise it is unclear.',
    'Comparators include relay, stations and compression, so that relay between satellites, more ground stations and compression on board are not counted as gains of the cloud in orbit.',
    'p50, p90, p95: half, 90 % or 95 % of the tasks were at most this late. Latencies are of delivered tasks only: read them beside the share delivered.',
    'Breaches: how often a satellite left its limits of power, heat or storage, or data left its permitted way. Zero is the only good number.',
    'Intervals are of the mean over seeds, each comparison by itself: with many of them, one in twenty looks clear by chance.',
  ];
}

/** Where in a sweep the cloud in orbit wins and where it fails. */
export function sweepSentence(study: StudyResult, sweep: SweepAnswer): string {
  const { values, fails, paysFrom } = sweep;
  const label = capitalised(plainLabel(sweep));
  const tested = `${values.length} values tested (${values.map(settingText).join(', ')})`;
  if (values.length === 0) return `${label}: no value was tested.`;
  if (!isContest(study)) return `${label}: ${tested}.`;
  if (fails.length === 0) return `${label}: the cloud in orbit wins at all ${tested}.`;
  if (fails.length === values.length) return `${label}: the cloud in orbit wins at none of the ${tested}.`;
  const from = paysFrom === null ? 'it fails at the largest value tested' : `it wins from ${settingText(paysFrom)} on`;
  return `${label}: the cloud in orbit does not win at ${fails.map(settingText).join(', ')} of ${values.map(settingText).join(', ')}; ${from}.`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Answer to what size of constellation pays. */
export function sizeSentence(study: StudyResult): string {
  const sweep = study.sweeps.find(({ quantity }) => isSize(quantity));
  if (sweep === undefined || sweep.values.length === 0) {
    return 'What size of constellation pays: not asked, the number of satellites was not varied.';
  }
  const [least, most] = [Math.min(...sweep.values), Math.max(...sweep.values)];
  if (sweep.paysFrom === null) {
    return `What size of constellation pays: none of those tested for good; with ${most} satellites, the most tested, the cloud in orbit does not win.`;
  }
  const floor = sweep.paysFrom === least ? ' (the fewest tested)' : '';
  return `What size of constellation pays: ${sweep.paysFrom} satellites${floor} or more; tested up to ${most}.`;
}

export function isSize(quantity: string): boolean {
  return /satellites?$/i.test(quantity);
}

/** Which step brings most; nothing without steps. */
export function attributionSentence(study: StudyResult): string {
  const { better, label } = study.headline;
  const sign = better === 'higher' ? 1 : -1;
  const [most] = [...study.attribution].sort((a, b) => sign * (b.benefit.difference - a.benefit.difference));
  if (most === undefined) return 'No two columns were run between which a step could be measured.';
  const format = benefitFormat(
    study.headline,
    study.attribution.map(({ benefit }) => benefit),
  );
  const clear = study.attribution
    .filter(({ benefit }) => benefit.verdict === 'wins')
    .map(({ part }) => PART_WORDS[part]);
  const gain = sign * most.benefit.difference;
  const first =
    gain > 0
      ? `The largest step in ${label} is ${PART_WORDS[most.part]}: ${formatNumber(gain, format)}${unitAfter(format, true)} better.`
      : `No step makes ${label} better.`;
  return `${first} Clear gains${fewSeedsText(study)}: ${clear.length === 0 ? NONE : clear.join('; ')}. Steps do not add up to a total, since several begin at the same column.`;
}

/** Which parameters the benefit hangs on. */
export function sensitivitySentence({ sensitivity, headline }: StudyResult): string {
  const moving = sensitivity.filter(({ moves }) => moves !== null);
  if (moving.length === 0) return 'No parameter was varied.';
  const format = { ...benefitFormat(headline, []), decimals: 0 };
  const top = moving.slice(0, 3).map(({ parameter, low, high }) => {
    const flips = new Set([low.benefit?.verdict, high.benefit?.verdict].filter((v) => v !== undefined));
    const verdicts = [...flips].map((v) => VERDICT_WORDS[v]).join(' at one end, ');
    return `${parameter} (${verdicts}${flips.size > 1 ? ' at the other' : ' at both ends'})`;
  });
  return `The difference moves most with ${top.join('; ')}.${format.unit === '%' ? ' Moves are in percentage points.' : ''}`;
}

/** Meaning of the marks of grades. */
export function gradeLegend(): string {
  return `${Object.values(GRADES)
    .map(({ mark, meaning }) => `${mark}: ${meaning}`)
    .join('; ')}.`;
}

/** What was run: scenario, length, seeds. */
export function setupFacts(study: StudyResult): readonly (readonly [string, string])[] {
  return [
    ['scenario', study.scenario.name],
    ['hash of the scenario', study.scenario.hash],
    ...(study.scenario.changes.length === 0
      ? []
      : [['changes for all columns', study.scenario.changes.join('; ')] as const]),
    ['seeds', seedsText(study.seeds)],
    ['policy in orbit chosen', selectionText(study)],
    ['tasks arrive for', `${study.arrivalsS} s of simulated time, then ${study.drainS} s to finish`],
    ['runs', String(study.records.length)],
  ];
}

/** How the policy that stands for the cloud in orbit was chosen. */
function selectionText(study: StudyResult): string {
  const { seeds, orbit } = study.selection;
  if (orbit === null) return NONE;
  const { label } = columnAt(study, orbit);
  return seeds.length === 0
    ? `${label}, the only one`
    : `${label}, on seeds ${seedsText(seeds)}, which no figure here uses`;
}

/** Command that gives the same numbers again, as far as the report knows it. */
export function studyCommand({ studies, size }: StudyReport): string {
  const learned = new Set(
    studies.flatMap(({ columns }) => columns.flatMap(({ role, name }) => (role === 'learned' ? [name] : []))),
  );
  const policies = [...learned].map((name) => ` --policy ${name}=RUN_FOLDERS`).join('');
  return `spacecloud study ${studies.map(({ study }) => study).join(' ')} --size ${size}${policies}`;
}

function gradeCounts(studies: readonly StudyResult[]): string {
  const all = new Map(
    studies.flatMap(({ study, parameters }) => parameters.map((p) => [`${study} ${p.path}`, p.grade])),
  );
  const words: Readonly<Record<SourceGrade, string>> = {
    primary: 'from a primary source',
    derived: 'derived',
    secondary: 'from secondary sources',
    memory: 'from memory',
    choice: 'choices of this project',
  };
  return (Object.keys(GRADES) as SourceGrade[])
    .flatMap((grade) => {
      const count = [...all.values()].filter((g) => g === grade).length;
      return count === 0
        ? []
        : [`${count} ${count === 1 && grade === 'choice' ? 'a choice of this project' : words[grade]}`];
    })
    .join(', ');
}

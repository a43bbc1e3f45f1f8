import { SpaceCloudError } from '../../../core/index.ts';
import type { EvaluationOrigin } from '../evaluation-json.ts';
import type { RunRecord } from '../run-record.ts';
import type { SampleEfficiency } from '../sample-efficiency.ts';
import { describeEvaluation } from '../sentences.ts';
import type { EvaluationSummary } from '../summary.ts';
import {
  profileSection,
  sampleEfficiencySection,
  type SweepCurve,
  sweepSection,
  trainingSection,
  type TrainingPoint,
} from './curve-sections.ts';
import { escapeText, htmlPage, listItems } from './html.ts';
import { lookKey } from './look.ts';
import { improvementSection, kpiSections, utilitySections } from './sections.ts';
import { PAGE_STYLE } from './style.ts';
import { normalisedSection, overviewTable } from './tables.ts';

export interface ReportExtras extends EvaluationOrigin {
  /** Heading of the page; names reference and scenarios unless given. */
  readonly title?: string;
  /** When the evaluation ran, as the caller wants it printed. */
  readonly when?: string;
  readonly trainingCurve?: readonly TrainingPoint[];
  /** Utility against decisions learned from, by policy. */
  readonly sampleEfficiency?: readonly SampleEfficiency[];
  readonly sweeps?: readonly SweepCurve[];
}

/**
 * One HTML page that stands alone: no script, no resource from outside, light and dark, printable, well-formed as XML.
 * Every figure has a text alternative and its numbers in a table.
 *
 * @throws SpaceCloudError MISUSE when `records` and `summary` do not belong together.
 */
export async function renderReport(
  summary: EvaluationSummary,
  records: readonly RunRecord[],
  extras: ReportExtras,
): Promise<string> {
  requireSameRuns(summary, records);
  const title =
    extras.title ??
    `${summary.reference} and ${summary.policies.length - 1} other policies on ${summary.scenarios.join(', ')}`;
  const { findings, caveats } = describeEvaluation(summary);
  const body = [
    `<header><h1>${escapeText(title)}</h1>
<p class="lead">${escapeText(subtitle(summary, extras))}</p>
<ul class="findings">
${listItems(findings)}
</ul></header>`,
    `<section id="overview" aria-labelledby="overview-heading"><h2 id="overview-heading">Overview</h2>
${overviewTable(summary)}
${lookKey()}</section>`,
    ...(await Promise.all((extras.sweeps ?? []).map((sweep, s) => sweepSection(summary, sweep, s)))),
    ...(await utilitySections(summary)),
    ...(await kpiSections(summary)),
    await improvementSection(summary),
    await profileSection(summary),
    normalisedSection(summary),
    await sampleEfficiencySection(summary, extras.sampleEfficiency ?? []),
    await trainingSection(extras.trainingCurve ?? []),
    methodSection(summary, records, { caveats, extras }),
  ];
  return htmlPage({
    ...{ title, style: PAGE_STYLE, command: extras.command },
    main: body.filter((part) => part !== '').join('\n'),
  });
}

/** What was compared on which seeds, by which versions, when. */
function subtitle(summary: EvaluationSummary, extras: ReportExtras): string {
  const runs = summary.scenarios.map((scenario, s) => `${scenario} with seeds ${seedList(summary.seeds[s] ?? [])}`);
  const versions = Object.entries(extras.versions).map(([name, version]) => `${name} ${version}`);
  const parts = [`${summary.policies.length} policies on ${runs.join('; ')}`, ...versions];
  return [...parts, ...(extras.when === undefined ? [] : [extras.when])].join(' · ');
}

/** `1 to 10` for whole numbers in a row, else all of them. */
function seedList(seeds: readonly number[]): string {
  const [first, last] = [seeds[0], seeds.at(-1)];
  if (first === undefined || last === undefined) return 'none';
  const inRow = seeds.length > 2 && last - first === seeds.length - 1;
  return inRow ? `${first} to ${last} (${seeds.length})` : seeds.join(', ');
}

function methodSection(
  summary: EvaluationSummary,
  records: readonly RunRecord[],
  text: { readonly caveats: readonly string[]; readonly extras: ReportExtras },
): string {
  const { extras, caveats } = text;
  const facts: [string, string][] = [
    ...summary.scenarios.map((name, s): [string, string] => [
      `scenario ${name}`,
      `content hash ${extras.scenarioHashes[name] ?? 'not recorded'}; seeds ${seedList(summary.seeds[s] ?? [])}`,
    ]),
    ['simulated time', `${grouped(records.reduce((sum, run) => sum + run.simulatedS, 0))} s in ${records.length} runs`],
    ['decisions', grouped(records.reduce((sum, run) => sum + run.decisions, 0))],
    ['bootstrap', `${grouped(summary.replicates)} resamples, seed ${summary.bootstrapSeed}`],
    ...Object.entries(extras.versions),
    ...(extras.when === undefined ? [] : [['when', extras.when] as [string, string]]),
  ];
  const list = facts.map(([name, value]) => `<dt>${escapeText(name)}</dt><dd>${escapeText(value)}</dd>`).join('\n');
  return `<section id="method" aria-labelledby="method-heading"><h2 id="method-heading">How to read this</h2>
<ul>
${listItems(caveats)}
</ul>
<dl>
${list}
</dl></section>`;
}

/** Whole number with thousands apart. */
function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function requireSameRuns(summary: EvaluationSummary, records: readonly RunRecord[]): void {
  const expected = summary.policies.reduce((sum, entry) => sum + entry.runs, 0);
  const unknown = records.find((record) => !summary.policies.some((entry) => entry.policy === record.policy));
  if (records.length === expected && unknown === undefined) return;
  const got = unknown === undefined ? `${records.length} records` : `a record of '${unknown.policy}'`;
  throw new SpaceCloudError('MISUSE', `Expected the ${expected} records the summary was made of, got ${got}.`, {
    hint: 'Pass the same records to summarise and to renderReport.',
  });
}

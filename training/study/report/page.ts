/** The studies as one HTML page. Loads the plotting library: import it through `index.ts`. */
import { escapeText, htmlPage, type HtmlTable, htmlTable, listItems } from '../../evaluation/report/html.ts';
import { PAGE_STYLE } from '../../evaluation/report/style.ts';
import { type Plot, renderSvg } from '../../evaluation/report/svg.ts';
import type { StudyReport, StudyResult, SweepAnswer } from '../result.ts';
import { attributionFigure } from './attribution-figure.ts';
import { headlineFigure } from './headline-figure.ts';
import { sensitivityFigure } from './sensitivity-figure.ts';
import {
  attributionSentence,
  gradeLegend,
  leadText,
  readingSentences,
  sensitivitySentence,
  setupFacts,
  sizeSentence,
  studyCommand,
  summarySentences,
  sweepSentence,
} from './sentences.ts';
import { STUDY_STYLE } from './style.ts';
import { sweepFigure } from './sweep-figure.ts';
import {
  attributionTable,
  bandTable,
  claimsTable,
  columnsTable,
  elementId,
  kpiTable,
  orderedSweeps,
  parameterTable,
  sensitivityTable,
  studyId,
  sweepTable,
} from './tables.ts';
import { findingText } from './words.ts';

export interface StudyPageExtras {
  /** Command line that gives the same numbers again; made from the report unless given. */
  readonly command?: string;
}

/**
 * One page that stands alone: no script, no resource from outside, light and dark, printable, well-formed as XML. The same
 * bytes for the same input.
 */
export async function renderStudyPage(report: StudyReport, extras: StudyPageExtras = {}): Promise<string> {
  const title = report.studies.length === 1 ? (report.studies[0]?.title ?? '') : 'What a cloud in orbit brings';
  const studies: string[] = [];
  for (const study of report.studies) studies.push(await studySection(study));
  const main = `<header><h1>${escapeText(title)}</h1>
<p class="lead">${escapeText(leadText(report))}</p>
<ul class="findings">
${listItems(summarySentences(report))}
</ul></header>
<section id="all-claims" aria-labelledby="all-claims-heading"><h2 id="all-claims-heading">All claims</h2>
${htmlTable(claimsTable(report))}
<details open="open"><summary>How to read this page</summary>
<ul>
${listItems(readingSentences())}
</ul></details></section>
${studies.join('\n')}`;
  return htmlPage({
    ...{ title, main },
    style: `${PAGE_STYLE}${STUDY_STYLE}`,
    command: extras.command ?? studyCommand(report),
    note: `Version ${report.version}, decision specification ${report.decisionSpec}. Scenario hashes and seeds stand with each study.`,
  });
}

async function studySection(study: StudyResult): Promise<string> {
  const id = studyId(study);
  const sweeps: string[] = [];
  for (const sweep of orderedSweeps(study)) sweeps.push(await sweepPart(study, sweep));
  return `<section id="${id}" class="study" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${escapeText(study.title)}</h2>
<blockquote>The announcement: “${escapeText(study.announcement)}”</blockquote>
<p><strong>Claim.</strong> ${escapeText(study.claim)}</p>
<p><strong>Where orbit can lose.</strong> ${escapeText(study.loses)}</p>
<p class="finding">${escapeText(findingText(study))}</p>
${notesList(study)}${await figure(headlineFigure(study))}
${details('What each name stands for', columnsTable(study))}
${part(id, 'attribution', {
  heading: 'What each step brings',
  note: `${attributionSentence(study)} A bar runs from where a step starts (line) to where it ends (arrow).`,
  body: [await figure(attributionFigure(study)), details('All numbers', attributionTable(study))].join('\n'),
})}
${part(id, 'size', { heading: 'When it pays and when it fails', note: sizeSentence(study), body: sweeps.join('\n') })}
${part(id, 'sensitivity', {
  heading: 'What the answer hangs on',
  note: sensitivityNote(study),
  body: [await figure(sensitivityFigure(study)), details('All numbers', sensitivityTable(study))].join('\n'),
})}
${part(id, 'figures', { heading: 'All figures of merit', note: null, body: htmlTable(kpiTable(study)) })}
${part(id, 'parameters', { heading: 'Parameters', note: gradeLegend(), body: parametersBody(study) })}
${part(id, 'setup', { heading: 'What was run', note: null, body: setupBody(study) })}
</section>`;
}

function part(
  id: string,
  name: string,
  content: { readonly heading: string; readonly note: string | null; readonly body: string },
): string {
  const lead = content.note === null ? '' : `<p class="note">${escapeText(content.note)}</p>\n`;
  return `<section id="${id}-${name}" aria-labelledby="${id}-${name}-heading"><h3 id="${id}-${name}-heading">${escapeText(content.heading)}</h3>
${lead}${content.body}</section>`;
}

async function sweepPart(study: StudyResult, sweep: SweepAnswer): Promise<string> {
  const drawing = await figure(sweepFigure(study, sweep));
  return `<div id="${studyId(study)}-by-${elementId(sweep.quantity)}">
<p>${escapeText(sweepSentence(study, sweep))}</p>
${drawing}
${details('All numbers', sweepTable(study, sweep))}</div>`;
}

/** A drawing, or nothing where there is no number to draw. */
async function figure(plot: Plot | null): Promise<string> {
  return plot === null ? '' : `<figure>${await renderSvg(plot)}</figure>`;
}

/** A table folded away; nothing for one without rows. */
function details(summary: string, table: HtmlTable): string {
  return table.rows.length === 0
    ? ''
    : `<details><summary>${escapeText(summary)}</summary>${htmlTable(table)}</details>`;
}

function notesList({ notes }: StudyResult): string {
  return notes.length === 0 ? '' : `<ul class="note">\n${listItems(notes)}\n</ul>\n`;
}

function sensitivityNote(study: StudyResult): string {
  const text = sensitivitySentence(study);
  return study.sensitivity.some(({ moves }) => moves !== null)
    ? `${text} Empty dot: low value, full dot: high value; dashed line: the study as it is. Past zero the verdict turns.`
    : text;
}

function parametersBody(study: StudyResult): string {
  return study.parameters.length === 0 ? '<p>The study lists no parameters.</p>' : htmlTable(parameterTable(study));
}

function setupBody(study: StudyResult): string {
  const list = setupFacts(study)
    .map(([name, value]) => `<dt>${escapeText(name)}</dt><dd>${escapeText(value)}</dd>`)
    .join('\n');
  const failed = study.bands.filter(({ holds }) => !holds).length;
  const bands = details(`Bands: ${study.bands.length} stated, ${failed} left`, bandTable(study));
  return `<dl>
${list}
</dl>
${bands}`;
}

import type { StudyReport, StudyResult, SweepAnswer } from '../result.ts';
import type { HtmlTable } from '../../evaluation/report/html.ts';
import { escapeMarkdown, markdownTable } from './markdown-table.ts';
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
import {
  attributionTable,
  bandTable,
  claimsTable,
  columnsTable,
  kpiTable,
  orderedSweeps,
  parameterTable,
  sensitivityTable,
  sweepTable,
} from './tables.ts';
import { findingText } from './words.ts';

/** The studies without pictures, for documents; the same bytes for the same input. Formatted as Prettier leaves it. */
export function studyMarkdown(report: StudyReport, extras: { readonly command?: string } = {}): string {
  const blocks = [
    '# What a cloud in orbit brings',
    escapeMarkdown(leadText(report)),
    list(summarySentences(report)),
    '## All claims',
    markdownTable(claimsTable(report)),
    '## How to read this',
    list(readingSentences()),
    ...report.studies.flatMap(studyBlocks),
    '## How to get these numbers again',
    fenced(extras.command ?? studyCommand(report)),
    escapeMarkdown(`Version ${report.version}, decision specification ${report.decisionSpec}.`),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function studyBlocks(study: StudyResult): string[] {
  return [
    `## ${escapeMarkdown(study.title)}`,
    study.announcement === '' ? '' : `> The announcement: “${escapeMarkdown(study.announcement)}”`,
    `**Claim.** ${escapeMarkdown(study.claim)}`,
    `**Where orbit can lose.** ${escapeMarkdown(study.loses)}`,
    `**Found.** ${escapeMarkdown(findingText(study))}`,
    list(study.notes),
    '### Figures of merit',
    markdownTable(kpiTable(study)),
    markdownTable(columnsTable(study)),
    '### What each step brings',
    escapeMarkdown(attributionSentence(study)),
    tableOrNothing(attributionTable(study)),
    '### When it pays and when it fails',
    escapeMarkdown(sizeSentence(study)),
    ...orderedSweeps(study).flatMap((sweep) => sweepBlocks(study, sweep)),
    '### What the answer hangs on',
    escapeMarkdown(sensitivitySentence(study)),
    tableOrNothing(sensitivityTable(study)),
    '### Parameters',
    escapeMarkdown(gradeLegend()),
    study.parameters.length === 0 ? 'The study lists no parameters.' : markdownTable(parameterTable(study)),
    '### What was run',
    list(setupFacts(study).map(([name, value]) => `${name}: ${value}`)),
    tableOrNothing(bandTable(study)),
  ];
}

function sweepBlocks(study: StudyResult, sweep: SweepAnswer): string[] {
  return [escapeMarkdown(sweepSentence(study, sweep)), tableOrNothing(sweepTable(study, sweep))];
}

function tableOrNothing(table: HtmlTable): string {
  return table.rows.length === 0 ? '' : markdownTable(table);
}

function list(texts: readonly string[]): string {
  return texts.map((text) => `- ${escapeMarkdown(text)}`).join('\n');
}

/** A code block whose fence is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sh\n${text}\n${fence}`;
}

import { z } from 'zod';
import { SpaceCloudError } from '../../../core/index.ts';
import type { StudyReport } from '../result.ts';
import { studyReportSchema } from './report-schema.ts';

const FORMAT = 'spacecloud-study/1';

/** Containers at most this deep stand on one line, so that a file has a line per cell and per run. */
const DEPTH_ON_ONE_LINE = 2;

/**
 * Content of `study.json`. Keys are sorted, so that the same report gives the same bytes in whatever order it was put
 * together; a KPI without a value (NaN) becomes `null`.
 */
export function studyJson(report: StudyReport): string {
  return `${render({ format: FORMAT, ...report }, '')}\n`;
}

/**
 * Reads what {@link studyJson} wrote; `file` is for messages. A KPI of a record that is `null` becomes NaN again.
 *
 * Errors: FILE_READ for what is no JSON, of another format, or lacks a field; it names the field.
 */
export function parseStudyJson(text: string, file: string): StudyReport {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new SpaceCloudError('FILE_READ', 'Expected a study report (JSON), got something else.', {
      place: { file },
      hint: 'Give the study.json that the study command wrote, whole.',
      cause,
    });
  }
  const format = typeof content === 'object' && content !== null && 'format' in content ? content.format : undefined;
  if (format !== FORMAT) {
    throw new SpaceCloudError(
      'FILE_READ',
      `Expected a study report of format '${FORMAT}', got ${JSON.stringify(format) ?? 'no format'}.`,
      { place: { file }, hint: 'Run the study again with this version.' },
    );
  }
  const parsed = studyReportSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SpaceCloudError(
    'FILE_READ',
    `Expected a complete study report, got at '${issue?.path.join('.') ?? ''}': ${issue?.message ?? z.prettifyError(parsed.error)}.`,
    { place: { file }, hint: 'Give the file as the study command wrote it, or run the study again.' },
  );
}

function render(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const isList = Array.isArray(value);
  const entries = isList
    ? value.map((item: unknown) => ['', item] as const)
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1));
  const isShort = depthOf(value) <= DEPTH_ON_ONE_LINE;
  const inner = isShort ? '' : `${indent} `;
  const parts = entries.map(([key, item]) => (isList ? '' : `${JSON.stringify(key)}: `) + render(item, inner));
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (isShort || parts.length === 0) return `${open}${parts.join(', ')}${close}`;
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

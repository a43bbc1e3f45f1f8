/** Tables and texts of Markdown as a formatter would leave them: columns padded to one width. */
import type { HtmlCell, HtmlTable } from '../../evaluation/report/html.ts';

const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** The caption as a paragraph, then the table; numbers are flush right. */
export function markdownTable(table: HtmlTable): string {
  const rows = [table.header, ...table.rows].map((row) => row.map(cellText));
  const widths = table.header.map((_, c) => Math.max(3, ...rows.map((row) => widthOf(row[c] ?? ''))));
  const right = table.header.map(isNumber);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = rows.map((row) => line(widths.map((width, c) => pad(row[c] ?? '', width, right[c] ?? false))));
  const rule = line(widths.map((width, c) => (right[c] === true ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))));
  const [header = '', ...body] = padded;
  return `${escapeMarkdown(table.caption)}\n\n${[header, rule, ...body].join('\n')}`;
}

/**
 * Text that stands in a paragraph or a cell as it is: nothing in it is read as markup. Line breaks become spaces. Entities
 * are used where a formatter would take a backslash away.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll(/[\\<>*_`|~$\]]/g, escapeChar)
    .replace(/^(#|[-+=](?= |$)|\[(?=[ xX]\]))/, entity)
    .replace(/^(\d+)([.)])(?= |$)/, (_, digits: string, mark: string) => digits + entity(mark));
}

/** Underscores within words, `>` after the first place and brackets that begin no link mean nothing; they stay. */
function escapeChar(char: string, at: number, whole: string): string {
  const [before, after] = [whole[at - 1] ?? ' ', whole[at + 1] ?? ' '];
  if (char === '_' && /\w/.test(before) && /\w/.test(after)) return char;
  if (char === ']' && !/[([:]/.test(after)) return char;
  if (char === '>' && at > 0) return char;
  return entity(char);
}

function entity(char: string): string {
  return `&#${char.charCodeAt(0)};`;
}

function cellText({ text, note }: HtmlCell): string {
  return escapeMarkdown(note === undefined || note === '' ? text : `${text} ${noteText(note)}`);
}

/** Intervals and units have brackets of their own. */
function noteText(note: string): string {
  return /^\[/.test(note) ? note : `(${note})`;
}

function isNumber({ className }: HtmlCell): boolean {
  return className === 'number';
}

function pad(text: string, width: number, toRight: boolean): string {
  const space = ' '.repeat(width - widthOf(text));
  return toRight ? space + text : text + space;
}

/** Columns that a text takes in a fixed-width face. */
function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += NO_WIDTH.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return width;
}

/** Plain-text columns that fit a width, and paragraphs that wrap at it. */

export type TextStyle = 'bold' | 'dim' | 'good' | 'bad';

export interface TextCell {
  readonly text: string;
  readonly style?: TextStyle;
}

export interface TextColumn {
  /** Lines above the cells; a column with fewer than its neighbours begins lower. */
  readonly header: readonly string[];
  readonly cells: readonly TextCell[];
  readonly align: 'left' | 'right';
  /** Stands in the same block as the column before it. */
  readonly withPrevious?: boolean;
}

const GAP = '  ';
const STYLE_CODES: Readonly<Record<TextStyle, number>> = { bold: 1, dim: 2, good: 32, bad: 33 };

/**
 * Lays `columns` out in as many blocks as `widthChars` asks for, each beginning with `key`. A column wider than the width
 * stands alone with the key and runs over.
 */
export function layoutColumns(
  key: TextColumn,
  columns: readonly TextColumn[],
  options: { readonly widthChars: number; readonly colour: boolean },
): string {
  const room = options.widthChars - columnWidth(key);
  const blocks: TextColumn[][] = [];
  let left = 0;
  for (const group of glued(columns)) {
    const width = group.reduce((sum, column) => sum + GAP.length + columnWidth(column), 0);
    const block = blocks.at(-1);
    if (block !== undefined && width <= left) {
      block.push(...group);
      left -= width;
    } else {
      blocks.push([...group]);
      left = room - width;
    }
  }
  return blocks.map((block) => renderBlock([key, ...block], options.colour)).join('\n\n');
}

/** Breaks a sentence at spaces, but not inside an interval; following lines are indented by `indent`. */
export function wrapText(text: string, widthChars: number, indent = '  '): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ (?![^[\]]*\])/)) {
    const candidate = line === '' ? word : `${line} ${word}`;
    if (candidate.length > widthChars && line !== '') {
      lines.push(line);
      line = indent + word;
    } else {
      line = candidate;
    }
  }
  return [...lines, line].join('\n');
}

/** Cuts the middle out of a text that is too long, so that names differing at either end stay apart. */
export function shorten(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const tail = Math.floor((maxChars - 1) / 2);
  return `${text.slice(0, maxChars - 1 - tail)}…${text.slice(text.length - tail)}`;
}

function glued(columns: readonly TextColumn[]): TextColumn[][] {
  const groups: TextColumn[][] = [];
  for (const column of columns) {
    const last = groups.at(-1);
    if (column.withPrevious === true && last !== undefined) last.push(column);
    else groups.push([column]);
  }
  return groups;
}

function columnWidth(column: TextColumn): number {
  return Math.max(...column.header.map((line) => line.length), ...column.cells.map((cell) => cell.text.length));
}

function renderBlock(columns: readonly TextColumn[], colour: boolean): string {
  const widths = columns.map(columnWidth);
  const line = (pick: (column: TextColumn) => TextCell | undefined): string =>
    columns
      .map((column, c) =>
        pad(pick(column) ?? { text: '' }, { width: widths[c] as number, align: column.align, colour }),
      )
      .join(GAP)
      .trimEnd();
  const height = Math.max(...columns.map((column) => column.header.length));
  const headerLines = Array.from({ length: height }, (_, h) =>
    line(({ header }) => ({ text: header[h - height + header.length] ?? '' })),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join(GAP);
  const rows = columns[0]?.cells.map((_, r) => line(({ cells }) => cells[r])) ?? [];
  return [...headerLines, rule, ...rows].join('\n');
}

function pad(cell: TextCell, options: { width: number; align: 'left' | 'right'; colour: boolean }): string {
  const space = ' '.repeat(Math.max(0, options.width - cell.text.length));
  const text =
    options.colour && cell.style !== undefined ? `\u001b[${STYLE_CODES[cell.style]}m${cell.text}\u001b[0m` : cell.text;
  return options.align === 'left' ? text + space : space + text;
}

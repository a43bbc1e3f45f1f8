/** Text that may stand in HTML or XML content and in double-quoted attributes. */
export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd');
}

export interface HtmlPage {
  readonly title: string;
  readonly style: string;
  /** HTML of the page's content. */
  readonly main: string;
  /** What makes the page again. */
  readonly command: string;
  /** Text below the command. */
  readonly note?: string;
}

/** A document that stands alone: no script, nothing from outside. */
export function htmlPage({ title, style, main, command, note }: HtmlPage): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${main}
</main>
<footer><h2>How to get these numbers again</h2>
<pre>${escapeText(command)}</pre>${note === undefined ? '' : `\n<p class="note">${escapeText(note)}</p>`}</footer>
</body>
</html>
`;
}

/** `<li>` lines of escaped texts. */
export function listItems(texts: readonly string[]): string {
  return texts.map((text) => `<li>${escapeText(text)}</li>`).join('\n');
}

export interface HtmlCell {
  readonly text: string;
  readonly className?: string;
  /** Second, quieter line. */
  readonly note?: string;
  /** Id of the element on the same page that the text leads to. */
  readonly leadsTo?: string;
}

export interface HtmlTable {
  readonly caption: string;
  readonly header: readonly HtmlCell[];
  /** The first cell of a row names it. */
  readonly rows: readonly (readonly HtmlCell[])[];
}

/** A table that scrolls sideways inside its own box and says to a screen reader what each cell belongs to. */
export function htmlTable(table: HtmlTable): string {
  const header = table.header.map((cell) => `<th scope="col"${classOf(cell)}>${contentOf(cell)}</th>`).join('');
  const rows = table.rows.map((row) => {
    const cells = row.map((cell, c) => {
      const content = contentOf(cell);
      return c === 0 ? `<th scope="row"${classOf(cell)}>${content}</th>` : `<td${classOf(cell)}>${content}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<div class="scroll"><table><caption>${escapeText(table.caption)}</caption>
<thead><tr>${header}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`;
}

function contentOf({ text, note, leadsTo }: HtmlCell): string {
  const content = escapeText(text);
  const linked = leadsTo === undefined ? content : `<a href="#${escapeText(leadsTo)}">${content}</a>`;
  return note === undefined ? linked : `${linked}<small>${escapeText(note)}</small>`;
}

function classOf({ className }: HtmlCell): string {
  return className === undefined ? '' : ` class="${className}"`;
}

/** A cell or column heading of numbers, set flush right. */
export function numberCell(text: string): HtmlCell {
  return { text, className: 'number' };
}

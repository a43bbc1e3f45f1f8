import { escapeText, htmlPage, htmlTable, listItems, numberCell } from '../evaluation/report/html.ts';
import { PAGE_STYLE } from '../evaluation/report/style.ts';
import { renderSvg } from '../evaluation/report/svg.ts';
import type { TerminalDay } from './terminal-day.ts';
import { type TextTable, lengthText, priceText, rateText, shareText, terminalTables } from './terminal-text.ts';
import { busiestWindow, timelineFigure } from './timeline-figure.ts';
import { verdictOf } from './verdict.ts';

const ZOOM_S = 7200;

export interface PageExtras {
  /** The command that makes the page again. */
  readonly command: string;
  /** What a reader has to know of the numbers, such as prices that are guesses. */
  readonly caveats: readonly string[];
}

/** The day as one HTML page that stands alone: no script, nothing from outside, light and dark. */
export async function renderTerminalPage(day: TerminalDay, { command, caveats }: PageExtras): Promise<string> {
  const { all, terminal, scenario, hours, seed, policy } = day;
  const { session } = all;
  const whole = await renderSvg(timelineFigure(all, session, 'day'));
  const zoom = session.toS - session.fromS > ZOOM_S ? busiestWindow(session, ZOOM_S) : undefined;
  const zoomed = zoom === undefined ? '' : await renderSvg(timelineFigure(all, zoom, 'zoom'));
  const title = `${terminal}: one terminal, ${all.uses.length} ${all.uses.length === 1 ? 'constellation' : 'constellations'}`;
  const tables = terminalTables(day).map((table) => `<section>${htmlOf(table)}</section>`);
  const main = `<header><h1>${escapeText(title)}</h1>
<p class="lead">${escapeText(`${scenario}, ${hours} h, seed ${seed}, ${policy}`)}</p>
<ul class="findings">
${listItems(findings(day))}
</ul></header>
<section><h2>The ${hours === 24 ? 'day' : 'run'}</h2>
<p class="note">One lane per radio: a bar for each satellite it had, two shades in turn. The session runs over the ${session.access === 'cheapest' ? 'cheapest' : 'nearest'} radio that carries; red: none does. Below: the rate of that radio.</p>
<figure>${whole}</figure></section>
${zoom === undefined ? '' : `<section><h2>Its two busiest hours</h2>\n<p class="note">Triangles: the session goes over to another satellite.</p>\n<figure>${zoomed}</figure></section>`}
${tables.join('\n')}
<section><h2>How to read this</h2>
<ul>
${listItems(caveats)}
</ul></section>`;
  return htmlPage({ title, style: PAGE_STYLE, main, command });
}

function findings(day: TerminalDay): string[] {
  const { figures } = day.all;
  const verdict = verdictOf(day);
  const longest =
    figures.interruptions === 0
      ? 'without an interruption'
      : `${figures.interruptions} interruptions, the longest ${lengthText(figures.longestInterruptionS)}`;
  const best = day.singles.find(({ radio }) => radio === verdict?.bestSingle);
  return [
    ...(verdict === undefined ? [] : [verdict.sentence]),
    `Up ${shareText(figures.continuityFrac)} of the time, ${longest}; ${figures.handoversWithin} handovers within a constellation and ${figures.handoversBetween} between two.`,
    `Mean rate ${rateText(figures.meanRateBps)}, ${figures.gigabytes.toFixed(1)} GB at ${priceText(figures.costPerGB)} per GB.`,
    ...(best === undefined
      ? []
      : [
          `Best radio alone: ${best.radio}, up ${shareText(best.figures.continuityFrac)} at ${priceText(best.figures.costPerGB)} per GB; deadlines met ${shareText(best.deadlineHitFrac)} instead of ${shareText(day.all.deadlineHitFrac)}.`,
        ]),
    ...day.unreachable.map(({ radio, reason }) => `${radio} alone is no day: ${reason}`),
  ];
}

function htmlOf({ caption, header, rows }: TextTable): string {
  return htmlTable({
    caption,
    header: header.map((text, c) => (c === 0 ? { text } : numberCell(text))),
    rows: rows.map((row) => row.map((text, c) => (c === 0 ? { text } : numberCell(text)))),
  });
}

/** Vega-Lite specifications to SVG text: the only file that knows the plotting library. Loaded on first use (0.3 s). */
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { escapeText } from './html.ts';

/**
 * A Vega-Lite specification with inline data. Typed loosely on purpose: the library's own type is a union so large that
 * it slows the compiler and explains no mistake; `compile` checks the content.
 */
export type PlotSpec = Readonly<Record<string, unknown>>;

export interface Plot {
  /** Unique on the page; becomes the prefix of element ids. */
  readonly id: string;
  readonly spec: PlotSpec;
  /** Short name, for readers who do not see the drawing. */
  readonly title: string;
  /** What the drawing shows, numbers included. */
  readonly description: string;
}

/** Longest label of a policy; the library ends a longer one with dots. */
export const LABEL_LIMIT_PX = 320;

const FONT = 'system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif';

const AXIS = {
  domainColor: 'var(--rule)',
  gridColor: 'var(--grid)',
  tickColor: 'var(--rule)',
  labelColor: 'var(--ink)',
  titleColor: 'var(--muted)',
  labelFontSize: 12,
  titleFontSize: 12,
  titleFontWeight: 'normal',
  labelLimit: LABEL_LIMIT_PX,
};

const CONFIG = {
  aria: false,
  background: 'transparent',
  font: FONT,
  view: { stroke: null },
  axis: AXIS,
  axisY: { domain: false, ticks: false, labelPadding: 8 },
  axisX: {
    tickCount: 4,
    labelPadding: 4,
    domain: false,
    labelFlush: false,
    labelOverlap: 'greedy',
    labelSeparation: 6,
  },
  legend: { labelColor: 'var(--ink)', labelFontSize: 12, labelLimit: LABEL_LIMIT_PX, symbolStrokeWidth: 2 },
  title: {
    anchor: 'start',
    frame: 'group',
    color: 'var(--ink)',
    fontSize: 13,
    fontWeight: 600,
    subtitleColor: 'var(--muted)',
    subtitleFontSize: 12,
    subtitlePadding: 4,
    offset: 8,
  },
};

/**
 * Draws one plot as an SVG element with a title and a description. Colours may be CSS variables (`var(--ink)`), which the
 * page defines for light and dark. `plot.id` must be unique on the page.
 */
export async function renderSvg(plot: Plot): Promise<string> {
  measureWithoutCanvas();
  const compiled = compile({ config: CONFIG, padding: 4, ...plot.spec } as unknown as TopLevelSpec).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Error });
  const svg = await view.toSVG();
  view.finalize();
  const size = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg);
  if (size === null) throw new Error(`The plotting library gave no sized SVG for '${plot.title}'.`);
  const open =
    `<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" aria-labelledby="${plot.id}-title ${plot.id}-desc"` +
    ` width="${size[1]}" height="${size[2]}" viewBox="0 0 ${size[1]} ${size[2]}">`;
  const title = `<title id="${plot.id}-title">${escapeText(plot.title)}</title>`;
  const description = `<desc id="${plot.id}-desc">${escapeText(plot.description)}</desc>`;
  return svg.replace(/^<svg[^>]*>/, () => open + title + description);
}

/** Width of a text, px, after the widest common sans-serif faces (DejaVu Sans, Verdana): never too narrow a margin. */
export function textWidthPx(text: string, fontSizePx: number): number {
  let em = 0;
  for (const char of text) {
    if (/[iljI.,:;|!'()[\] -]/.test(char)) em += 0.39;
    else if (/[tfr]/.test(char)) em += 0.42;
    else if (/[mwMW%@+=<>]/.test(char)) em += 0.9;
    else if (/[A-Z]/.test(char)) em += 0.72;
    else em += 0.63;
  }
  return em * fontSizePx;
}

/** Without a canvas the library takes 0.8 em for every letter, which would leave gaps beside every label. */
function measureWithoutCanvas(): void {
  const { textMetrics } = vega as unknown as {
    textMetrics: { width: (item: { fontSize?: number; text?: unknown }, text?: unknown) => number };
  };
  textMetrics.width = (item, text) => {
    const shown = text ?? item.text;
    return typeof shown === 'string' || typeof shown === 'number' ? textWidthPx(String(shown), item.fontSize ?? 11) : 0;
  };
}

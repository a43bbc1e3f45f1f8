import type { ServingStretch, TerminalSession } from '../../environment/index.ts';
import type { Plot, PlotSpec } from '../evaluation/report/svg.ts';
import { shareText } from './terminal-text.ts';
import type { TerminalRun } from './terminal-day.ts';

const S_PER_HOUR = 3600;
const WIDTH_PX = 930;
const SESSION_LANE = 'session';
/** Number of colours the page defines for parts. */
const PART_COLOURS = 8;

export interface TimelineWindow {
  /** s since scenario start. */
  readonly fromS: number;
  readonly toS: number;
}

/** Handovers are marked in windows up to this long, s: in longer ones they would hide each other. */
const MARKED_S = 3 * S_PER_HOUR;

interface Bar {
  readonly lane: string;
  readonly constellation: string;
  readonly from: number;
  readonly to: number;
  /** 0 and 1 in turn, so that one satellite can be told from the next. */
  readonly turn: number;
}

/** Which radio had a satellite of which constellation when, what the session ran over, and at which rate. */
export function timelineFigure(run: TerminalRun, window: TimelineWindow, id: string): Plot {
  const { session, uses } = run;
  const names = uses.map(({ name }) => name);
  const lanes = [SESSION_LANE, ...session.radios.map(({ radio }) => radio)];
  const bars = clip([...servingBars(run), ...radioBars(run)], window);
  const gaps = clip(
    session.interruptions.map((gap) => ({ lane: SESSION_LANE, from: gap.fromS, to: gap.toS })),
    window,
  );
  const x = {
    type: 'quantitative',
    scale: { domain: [window.fromS / S_PER_HOUR, window.toS / S_PER_HOUR], nice: false },
  };
  const axis = { title: 'hours since the start of the scenario', tickCount: 12, grid: false };
  const y = { field: 'lane', type: 'nominal', scale: { domain: lanes, paddingInner: 0.25 }, axis: { title: null } };
  const colour = {
    field: 'constellation',
    type: 'nominal',
    scale: { domain: names, range: names.map((_, c) => `var(--part-${(c % PART_COLOURS) + 1})`) },
    legend: { orient: 'top', title: null, symbolType: 'square', columns: 0 },
  };
  const lanesView: PlotSpec = {
    width: WIDTH_PX,
    height: { step: 40 },
    layer: [
      {
        data: { values: lanes.map((lane) => ({ lane, ...hours(window) })) },
        mark: { type: 'bar', color: 'var(--soft)', height: { band: 1 } },
        encoding: { y, x: { ...x, field: 'from', axis: null }, x2: { field: 'to' } },
      },
      {
        data: { values: bars },
        mark: { type: 'bar', height: { band: 1 } },
        encoding: {
          y,
          x: { ...x, field: 'from', axis: null },
          x2: { field: 'to' },
          color: colour,
          opacity: { condition: { test: 'datum.turn === 1', value: 0.6 }, value: 1 },
        },
      },
      {
        data: { values: gaps },
        mark: { type: 'bar', height: { band: 1 }, color: 'var(--bad)', stroke: 'var(--bad)', strokeWidth: 1 },
        encoding: { y, x: { ...x, field: 'from', axis: null }, x2: { field: 'to' } },
      },
      {
        data: { values: window.toS - window.fromS > MARKED_S ? [] : handoverMarks(session, window) },
        mark: {
          type: 'point',
          shape: 'triangle-down',
          filled: true,
          size: 46,
          opacity: 1,
          yOffset: -22,
          color: 'var(--ink)',
        },
        encoding: { y, x: { ...x, field: 'at', axis: null } },
      },
    ],
  };
  const rateView: PlotSpec = {
    width: WIDTH_PX,
    height: 110,
    data: { values: ratePoints(session, window) },
    mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1.25, color: 'var(--reference)' },
    encoding: {
      x: { ...x, field: 'at', axis },
      y: { field: 'rate', type: 'quantitative', axis: { title: 'rate [Mbit/s]', tickCount: 4 } },
    },
  };
  return {
    id,
    title: `Radios and session of ${session.terminal}`,
    description: describe(run, window),
    spec: { vconcat: [lanesView, rateView], spacing: 14 },
  };
}

/** The window of `lengthS` in which the session changed hands most often; windows start at its multiples. */
export function busiestWindow(session: TerminalSession, lengthS: number): TimelineWindow {
  const { fromS, toS } = session;
  const count = Math.max(1, Math.floor((toS - fromS) / lengthS));
  const changes = new Array<number>(count).fill(0);
  for (const { fromS: atS } of mergedServing(session)) {
    const w = Math.floor((atS - fromS) / lengthS);
    if (w < count) changes[w] = (changes[w] as number) + 1;
  }
  const busiest = changes.indexOf(Math.max(...changes));
  return { fromS: fromS + busiest * lengthS, toS: Math.min(toS, fromS + (busiest + 1) * lengthS) };
}

function servingBars({ session, uses, constellationOf }: TerminalRun): Bar[] {
  return mergedServing(session).map(({ fromS, toS, access }) => ({
    lane: SESSION_LANE,
    constellation: nameOf(uses, constellationOf(access.satellite)),
    from: fromS,
    to: toS,
    turn: 0,
  }));
}

function radioBars({ session, uses, constellationOf }: TerminalRun): Bar[] {
  const bars: Bar[] = [];
  let turn = 0;
  session.stretches.forEach((stretch, i) => {
    const before = session.stretches[i - 1];
    const continues =
      before?.antenna === stretch.antenna && before.satellite === stretch.satellite && before.toS === stretch.fromS;
    const last = bars.at(-1);
    if (continues && last !== undefined) {
      bars[bars.length - 1] = { ...last, to: stretch.toS };
      return;
    }
    bars.push({
      lane: session.radios[stretch.antenna]?.radio ?? '',
      constellation: nameOf(uses, constellationOf(stretch.satellite)),
      from: stretch.usableS,
      to: stretch.toS,
      turn: turn++ % 2,
    });
  });
  return bars;
}

/** Stretches of the session over one satellite, whatever the rate. */
function mergedServing({ serving }: TerminalSession): ServingStretch[] {
  const merged: ServingStretch[] = [];
  for (const stretch of serving) {
    const last = merged.at(-1);
    const continues =
      last?.toS === stretch.fromS &&
      last.access.antenna === stretch.access.antenna &&
      last.access.satellite === stretch.access.satellite;
    if (continues) merged[merged.length - 1] = { ...last, toS: stretch.toS };
    else merged.push(stretch);
  }
  return merged;
}

/** Where the session changes its satellite without an interruption longer than a handover. */
function handoverMarks(session: TerminalSession, { fromS, toS }: TimelineWindow): { lane: string; at: number }[] {
  const serving = mergedServing(session);
  return serving
    .filter(({ fromS: atS }, i) => i > 0 && atS - (serving[i - 1]?.toS ?? -Infinity) <= session.handoverS + 1e-6)
    .filter(({ fromS: atS }) => atS > fromS && atS < toS)
    .map(({ fromS: atS }) => ({ lane: SESSION_LANE, at: atS / S_PER_HOUR }));
}

/** Rate of the session where it changes, 0 in interruptions. */
function ratePoints({ serving }: TerminalSession, window: TimelineWindow): { at: number; rate: number }[] {
  const points: { at: number; rate: number }[] = [];
  let upToS = window.fromS;
  for (const { fromS, toS, access } of serving) {
    if (toS <= window.fromS || fromS >= window.toS) continue;
    if (fromS > upToS) points.push({ at: upToS / S_PER_HOUR, rate: 0 });
    points.push({ at: Math.max(fromS, window.fromS) / S_PER_HOUR, rate: access.rateBps / 1e6 });
    upToS = Math.min(toS, window.toS);
  }
  if (upToS < window.toS) points.push({ at: upToS / S_PER_HOUR, rate: 0 });
  const last = upToS < window.toS ? 0 : (points.at(-1)?.rate ?? 0);
  return [...points, { at: window.toS / S_PER_HOUR, rate: last }];
}

function clip<T extends { readonly from: number; readonly to: number }>(
  bars: readonly T[],
  { fromS, toS }: TimelineWindow,
): T[] {
  return bars
    .filter(({ from, to }) => to > fromS && from < toS)
    .map((bar) => ({
      ...bar,
      from: Math.max(bar.from, fromS) / S_PER_HOUR,
      to: Math.min(bar.to, toS) / S_PER_HOUR,
    }));
}

function hours({ fromS, toS }: TimelineWindow): { from: number; to: number } {
  return { from: fromS / S_PER_HOUR, to: toS / S_PER_HOUR };
}

function nameOf(uses: TerminalRun['uses'], constellation: number): string {
  return uses.find((use) => use.constellation === constellation)?.name ?? '';
}

function describe({ uses, figures, session }: TerminalRun, { fromS, toS }: TimelineWindow): string {
  const durationS = session.toS - session.fromS;
  const shares = uses.map(
    ({ name, usableS, servingS }) =>
      `${name} usable ${shareText(usableS / durationS)} and serving ${shareText(servingS / durationS)} of the whole run`,
  );
  return `Hours ${(fromS / S_PER_HOUR).toFixed(1)} to ${(toS / S_PER_HOUR).toFixed(1)}. ${shares.join('; ')}; session up ${shareText(figures.continuityFrac)}.`;
}

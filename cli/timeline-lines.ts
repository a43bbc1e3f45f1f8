import type { TimelineEvent, TimelineExtent } from './timeline.ts';

/** Modes that are shown unless all are asked for. */
const MOST_MODES = 40;
const TENTHS = { minimumFractionDigits: 1, maximumFractionDigits: 1 };

/** The timeline as text: faults, data sets and trust first, then modes, each in order of time. */
export function timelineLines(events: readonly TimelineEvent[], extent: TimelineExtent): string {
  const happened = events.filter(({ kind }) => kind !== 'mode');
  const modes = events.filter(({ kind }) => kind === 'mode');
  const shown = extent === 'all' ? modes : modes.slice(0, MOST_MODES);
  const rest = modes.length - shown.length;
  return [
    '',
    'Faults, data sets and trust, at times of the scenario:',
    ...rows(happened),
    '',
    extent === 'all' ? 'Modes that changed:' : 'Modes that changed, without radios (all: --events all):',
    ...rows(shown),
    ...(rest === 0 ? [] : [`  and ${rest} more; --events all or --json shows them`]),
    '',
  ].join('\n');
}

function rows(events: readonly TimelineEvent[]): string[] {
  if (events.length === 0) return ['  none'];
  const times = events.map(({ timeS }) => `${timeS.toLocaleString('en-US', TENTHS)} s`);
  const timeWidth = Math.max(...times.map((text) => text.length));
  const nodeWidth = Math.max(...events.map(({ node }) => node?.length ?? 0));
  return events.map(
    ({ node, what }, i) => `  ${(times[i] as string).padStart(timeWidth)}  ${(node ?? '').padEnd(nodeWidth)}  ${what}`,
  );
}

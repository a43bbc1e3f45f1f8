import type { World, WorldModel } from '../environment/index.ts';
import type { EpisodeOptions } from '../training/index.ts';
import { timeText } from './amounts.ts';

/** Something that happened in a run, as a user sees it: faults too that no agent is told of. */
export interface TimelineEvent {
  /** s since scenario start. */
  readonly timeS: number;
  readonly kind: 'fault' | 'backup' | 'trust' | 'mode';
  /** Name of the node; null where it is not one node's. */
  readonly node: string | null;
  readonly what: string;
}

/** `main`: without the modes of radios, and of service, which faults tell; `all`: with them. */
export type TimelineExtent = 'main' | 'all';

type ChangedModes = Parameters<NonNullable<EpisodeOptions['onModes']>>[0];
type ModeChange = ChangedModes['changes'][number] & { readonly timeS: number };
type FaultSource = WorldModel['faults']['sources'][number];

export interface TimelineRecorder {
  /** What the run calls. */
  readonly watch: Required<Pick<EpisodeOptions, 'onModes' | 'onEnd'>>;
  /** In order of time; complete after the run. */
  readonly events: readonly TimelineEvent[];
}

/** Writes down what happens in a run. */
export function recordTimeline(extent: TimelineExtent): TimelineRecorder {
  const changes: ModeChange[] = [];
  const events: TimelineEvent[] = [];
  return {
    events,
    watch: {
      onModes: ({ timeS, changes: group }) => {
        for (const change of group) if (extent === 'all' || isMain(change)) changes.push({ timeS, ...change });
      },
      onEnd: (world) => {
        events.push(
          ...faultEvents(world),
          ...backupEvents(world),
          ...changes.map((change) => modeEvent(world, change)),
        );
        events.sort((a, b) => a.timeS - b.timeS);
      },
    },
  };
}

function isMain({ region }: ModeChange | ChangedModes['changes'][number]): boolean {
  return region !== 'service' && region !== 'link' && !region.startsWith('radio-');
}

/** How a fault begins; `null` as its end: it is over as soon as it has struck. */
const FAULT_WORDS: Readonly<Record<FaultSource['kind'], readonly [begin: string, end: string | null]>> = {
  'satellite-loss': ['satellite lost', 'satellite loss over'],
  'gateway-loss': ['gateway lost', 'gateway loss over'],
  'data-centre-loss': ['data centre lost', 'data centre loss over'],
  'link-loss': ['laser terminals lost', 'laser terminals back'],
  jamming: ['jammed', 'jamming over'],
  'accelerator-reset': ['accelerator reset', null],
  'storage-failure': ['storage failed: cache and archive are lost', null],
  capture: ['captured', 'no longer captured'],
};

/** Faults that struck during the run, and those of them that ended in it. */
function faultEvents({ columns, model, nodeNames, timeS: nowS }: World): TimelineEvent[] {
  const { faults } = columns;
  return Array.from({ length: faults.n }, (_, i) => i).flatMap((i): TimelineEvent[] => {
    const source = model.faults.sources[faults.source[i] as number] as FaultSource;
    const [beginS, endS] = [faults.beginS[i] as number, faults.endS[i] as number];
    if (beginS > nowS) return [];
    const [begin, end] = FAULT_WORDS[source.kind];
    const event = { kind: 'fault' as const, node: nodeNames[source.node] ?? null };
    const extent = extentText(source, model, nodeNames);
    const until = end === null ? '' : endS === Infinity ? ', for good' : `, until ${timeText(endS)}`;
    const struck = { ...event, timeS: beginS, what: `${begin}${extent}${until}` };
    if (end === null || endS > nowS) return [struck];
    return [struck, { ...event, timeS: endS, what: `${end}${extent}` }];
  });
}

/** How many laser terminals of a satellite a fault takes; which ground nodes are jammed. */
function extentText(
  { kind, tracks, sites, fadeDb }: FaultSource,
  { geometry }: WorldModel,
  names: readonly string[],
): string {
  if (kind === 'link-loss') return ` (${tracks.length})`;
  if (kind !== 'jamming') return '';
  const jammed = [...new Set(sites.map((site) => names[geometry.siteNode[site] as number] as string))];
  const shown = jammed.length > 4 ? [...jammed.slice(0, 3), `${jammed.length - 3} more`] : jammed;
  return ` by ${fadeDb} dB: ${shown.join(', ') || 'no ground node within its radius'}`;
}

/** Data sets lost and brought back, counted; of one that was lost more than once, the last time. */
function backupEvents({ columns, nodeNames }: World): TimelineEvent[] {
  const { home, lostS, restoredS } = columns.backups;
  const lost = new Map<number, number>();
  const restored = new Map<string, { node: string; lostS: number; firstS: number; lastS: number; count: number }>();
  home.forEach((node, object) => {
    const [fromS, toS] = [lostS[object] as number, restoredS[object] as number];
    if (fromS < 0) return;
    lost.set(fromS, (lost.get(fromS) ?? 0) + 1);
    if (toS < 0) return;
    const name = nodeNames[node] as string;
    const before = restored.get(`${fromS} ${name}`) ?? { node: name, lostS: fromS, firstS: toS, lastS: toS, count: 0 };
    restored.set(`${fromS} ${name}`, {
      ...before,
      firstS: Math.min(before.firstS, toS),
      lastS: Math.max(before.lastS, toS),
      count: before.count + 1,
    });
  });
  return [
    ...[...lost].map(([timeS, count]): TimelineEvent => {
      return { timeS, kind: 'backup', node: null, what: `${dataSets(count)} lost` };
    }),
    ...[...restored.values()].map(({ node, lostS: fromS, firstS, lastS, count }): TimelineEvent => {
      const span = count === 1 ? '' : `, the first at ${timeText(firstS)}`;
      const what = `${count} of ${dataSets(lost.get(fromS) as number)} lost at ${timeText(fromS)} restored here${span}`;
      return { timeS: lastS, kind: 'backup', node, what };
    }),
  ];
}

function dataSets(count: number): string {
  return count === 1 ? '1 data set' : `${count} data sets`;
}

function modeEvent(world: World, { timeS, name, region, from, to, reason }: ModeChange): TimelineEvent {
  if (region !== 'trust') {
    const why = reason === null ? '' : ` (${reason})`;
    return { timeS, kind: 'mode', node: name, what: `${region}: ${from} -> ${to}${why}` };
  }
  const truth = isCaptured(world, name, timeS) ? 'captured' : 'honest';
  return { timeS, kind: 'trust', node: name, what: `${trustText(from, to)} (${truth})` };
}

function trustText(from: string, to: string): string {
  if (to === 'quarantined') return 'quarantined';
  if (to === 'trusted') return 'cleared';
  return from === 'quarantined' ? 'on probation' : 'suspected';
}

function isCaptured({ columns: { faults }, model, nodeNames }: World, name: string, timeS: number): boolean {
  return Array.from({ length: faults.n }, (_, i) => i).some((i) => {
    const { kind, node } = model.faults.sources[faults.source[i] as number] as FaultSource;
    const [beginS, endS] = [faults.beginS[i] as number, faults.endS[i] as number];
    return kind === 'capture' && nodeNames[node] === name && beginS <= timeS && timeS < endS;
  });
}

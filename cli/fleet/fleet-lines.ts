import type { RolloutResult } from '../../agents/fleet/index.ts';
import type { RunRecord } from '../../training/index.ts';
import { amountText } from '../amounts.ts';
import { kpiLines } from '../kpi-lines.ts';
import type { FleetResult } from './fleet-run.ts';
import { accountRows, leafRows, rolloutLines } from './ops/operations-lines.ts';

export interface FleetLinesOptions {
  readonly result: FleetResult & { readonly record: RunRecord };
  /** The same run in one process, where it was asked for. */
  readonly comparison: Comparison | undefined;
  readonly scheduledAtS: readonly number[];
}

export interface Comparison {
  readonly record: RunRecord;
  /** Of the roll-out, where there was one. */
  readonly result?: RolloutResult;
}

type NodeStatus = FleetResult['figures']['nodes'][number];

/** A count over all nodes, and the node with most of it. */
interface Folded {
  readonly sum: number;
  readonly most: { readonly satellite: string; readonly count: number } | undefined;
}

const COUNTS = [
  ['decisions', 'decisions by nodes'],
  ['fallbackDecisions', 'decisions in the place of a node'],
  ['abstained', 'of these left to the fallback by the node'],
  ['late', 'requests not answered in time'],
  ['illegal', 'answers that were not allowed'],
  ['corrupt', 'messages that did not arrive whole'],
  ['stale', 'messages too old'],
  ['rejoined', 'nodes that came back'],
  ['astray', 'answers of nodes in other modes'],
] as const satisfies readonly (readonly [keyof NodeStatus, string])[];

/** The result as one JSON-safe document. */
export function fleetDocument({ result, comparison }: FleetLinesOptions): object {
  const { record, figures, standing, busRestarts, startS, runS, accounts, leaves, rollout, decisionLogs } = result;
  const folded = COUNTS.map(([key]) => [key, fold(figures.nodes, key)]);
  return {
    ...record,
    fleet: {
      ...{ startS, runS, decisionsPerS: record.decisions / runS, busRestarts, ...standing },
      fallbackDecisions: figures.fallbackDecisions,
      counts: Object.fromEntries(folded) as Record<string, Folded>,
      nodes: figures.nodes,
    },
    ...(accounts === undefined ? {} : { ground: accounts }),
    ...(leaves === undefined ? {} : { leaves }),
    ...(rollout === undefined ? {} : { rollout }),
    ...(decisionLogs === undefined ? {} : { decisionLogs: decisionLogs.document }),
    ...(comparison === undefined ? {} : { inProcess: comparisonDocument(record, comparison) }),
  };
}

function comparisonDocument(record: RunRecord, { record: other, result }: Comparison): object {
  const rollout = result === undefined ? {} : { rolloutHash: result.logHash };
  return { trajectoryHash: other.trajectoryHash, isSame: isSame(record, other), ...rollout };
}

/** The key figures of the run, then what its nodes did, summed up, with the worst of them. */
export function fleetLines(options: FleetLinesOptions): string {
  const { record, figures, standing, busRestarts, startS, runS, accounts, leaves, rollout, decisionLogs } =
    options.result;
  const lines: (readonly [string, string])[] = [
    ['nodes', `${standing.nodes}, ${standing.joined} joined at the end`],
    ['started in', `${startS.toFixed(1)} s`],
    ['ran for', `${runS.toFixed(1)} s (${amountText(Math.round(record.decisions / runS))} decisions/s)`],
    ['started again', `${standing.restarts} nodes, ${busRestarts} times the bus`],
    ['decisions by a fallback', amountText(figures.fallbackDecisions)],
    ...COUNTS.map(([key, label]) => [label, foldedText(fold(figures.nodes, key))] as const),
    ...(accounts === undefined ? [] : accountRows(accounts)),
    ...(leaves === undefined ? [] : leafRows(leaves)),
  ];
  const width = Math.max(40, ...lines.map(([label]) => label.length));
  return [
    kpiLines(record, options.scheduledAtS).trimEnd(),
    'Fleet:',
    ...lines.map(([label, value]) => `  ${label.padEnd(width)} ${value}`),
    ...(rollout === undefined ? [] : [rolloutLines(rollout, options.comparison?.result).trimEnd()]),
    ...(decisionLogs?.lines ?? []),
    ...comparisonLines(options),
    '',
  ].join('\n');
}

function comparisonLines({ result: { record }, comparison }: FleetLinesOptions): readonly string[] {
  if (comparison === undefined) return [];
  if (isSame(record, comparison.record)) return ['Every decision is the same as in one process.'];
  return [`Not the same as in one process, which has trajectory hash ${comparison.record.trajectoryHash}.`];
}

function isSame(a: RunRecord, b: RunRecord): boolean {
  return a.trajectoryHash === b.trajectoryHash;
}

function fold(nodes: readonly NodeStatus[], key: (typeof COUNTS)[number][0]): Folded {
  let sum = 0;
  let most: Folded['most'];
  for (const node of nodes) {
    const count = node[key];
    sum += count;
    if (count > (most?.count ?? 0)) most = { satellite: node.satellite, count };
  }
  return { sum, most };
}

function foldedText({ sum, most }: Folded): string {
  return most === undefined ? '0' : `${amountText(sum)}, most by ${most.satellite}: ${amountText(most.count)}`;
}

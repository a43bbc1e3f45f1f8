import {
  type GateVerdict,
  type RolloutEntry,
  type RolloutKpis,
  type TimeSpread,
  outcomeText,
} from '../../agents/fleet/index.ts';
import type { RolloutRun } from './rollout-run.ts';

const SHOWN: ReadonlySet<RolloutEntry['event']> = new Set([
  'state',
  'ordered',
  'gate',
  'refused',
  'rolling back',
  'revocation ordered',
]);

/** A time span: seconds, from ten minutes on also as hours. */
export function spanText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(3)} s`;
  const text = `${seconds.toLocaleString('en-US', { maximumFractionDigits: 1 })} s`;
  return seconds < 600 ? text : `${text} (${(seconds / 3600).toFixed(2)} h)`;
}

/** The course of a roll-out, one line per entry; `all`: with what single satellites did. */
export function timelineText(log: readonly RolloutEntry[], all: boolean): string {
  const lines = log
    .filter(({ event }) => all || SHOWN.has(event))
    .map((entry) => `  ${entry.timeS.toFixed(3).padStart(12)} s  ${entryText(entry)}`);
  return `${lines.join('\n')}\n`;
}

function entryText({ event, stage, satellite, satellites, detail, verdict }: RolloutEntry): string {
  const stageText = stage === undefined ? '' : stage === 0 ? ' (canary)' : ` (wave ${stage})`;
  if (event === 'state') return `-> ${detail ?? ''}${stageText}`;
  if (event === 'gate' && verdict !== undefined) return `gate${stageText}: ${verdictText(verdict)}`;
  const whom = satellite ?? (satellites === undefined ? '' : `${satellites.length} satellites`);
  return [event + stageText, whom, detail].filter((part) => part !== undefined && part !== '').join(' ');
}

function verdictText({ verdict, reasons, figures: { decisions, outcome } }: GateVerdict): string {
  const compared =
    outcome === null ? '' : `; ${outcomeText(outcome)}, ${outcome.updated} satellites against ${outcome.rest}`;
  const why = reasons.length === 0 || (outcome !== null && verdict !== 'fail') ? '' : `: ${reasons.join('; ')}`;
  return `${verdict} after ${decisions} decisions${compared}${why}`;
}

/** The key figures of one roll-out. */
export function rolloutKpiText(kpis: RolloutKpis): string {
  const { sentBytes, neverReached } = kpis;
  const sent = Object.entries(sentBytes).map(([what, bytes]) => `${what} ${(bytes / 1e6).toFixed(3)} MB`);
  const rows: (readonly [string, string])[] = [
    ['ended as', kpis.reason === null ? kpis.state : `${kpis.state}: ${kpis.reason}`],
    ['first order until all canaries have it', kpis.timeToCanaryS === null ? 'never' : spanText(kpis.timeToCanaryS)],
    ['first order until a satellite has it', spreadText(kpis.timeToFleetS)],
    ...(kpis.rollBackS === null
      ? []
      : [['order to roll back until a satellite is back', spreadText(kpis.rollBackS)] as const]),
    ...(kpis.revocationLatencyS === null
      ? []
      : [['order to revoke until a satellite has heard', spreadText(kpis.revocationLatencyS)] as const]),
    ['meant to be reached, never reached', neverReached.length === 0 ? 'none' : namesText(neverReached)],
    ['sent over links of operations', sent.join(', ')],
    ['decisions by the new release', kpis.decisionsByRelease.toLocaleString('en-US')],
    ...(kpis.rollBackS === null
      ? []
      : [['of these after the decision to roll back', kpis.decisionsAfterRollBack.toLocaleString('en-US')] as const]),
    ...(kpis.revocationLatencyS === null
      ? []
      : [['of these after it was revoked', kpis.decisionsAfterRevocation.toLocaleString('en-US')] as const]),
  ];
  return `${rows.map(([label, value]) => `  ${label.padEnd(46)} ${value}`).join('\n')}\n`;
}

function namesText(names: readonly string[]): string {
  const rest = names.length - 5;
  return `${names.length}: ${names.slice(0, 5).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function spreadText({ p50, p90, max, never }: TimeSpread): string {
  if (p50 === null || p90 === null || max === null) return `${never} never`;
  return `p50 ${spanText(p50)}, p90 ${spanText(p90)}, max ${spanText(max)}, never ${never}`;
}

/** How many of several runs ended how, and what their gates said. */
export function repeatText(runs: readonly RolloutRun[]): string {
  const ends = new Map<string, number>();
  let compared = 0;
  let failed = 0;
  let looks = 0;
  for (const { result } of runs) {
    ends.set(result.kpis.state, (ends.get(result.kpis.state) ?? 0) + 1);
    const gates = gatesOf(result.log);
    compared += gates.compared;
    failed += gates.failed;
    looks += gates.looks;
  }
  const byEnd = [...ends].sort(([a], [b]) => (a < b ? -1 : 1)).map(([end, count]) => `${count} ${end}`);
  return `${runs.length} roll-outs: ${byEnd.join(', ')}\n${compared} gates with a comparison of outcomes, ${looks} looks; ${failed} of these gates were not passed\n`;
}

/** Gates that compared outcomes, how often they looked, and how many the roll-out did not pass. */
function gatesOf(log: readonly RolloutEntry[]): {
  readonly compared: number;
  readonly failed: number;
  readonly looks: number;
} {
  const byStage = new Map<number, RolloutEntry[]>();
  for (const entry of log) {
    if (entry.event !== 'gate' || entry.stage === undefined) continue;
    byStage.set(entry.stage, [...(byStage.get(entry.stage) ?? []), entry]);
  }
  const gates = [...byStage.values()].filter((list) => list.some(({ verdict }) => verdict?.figures.outcome !== null));
  const failed = gates.filter((list) => !list.some(({ verdict }) => verdict?.verdict === 'pass')).length;
  return { compared: gates.length, failed, looks: gates.reduce((sum, list) => sum + list.length, 0) };
}

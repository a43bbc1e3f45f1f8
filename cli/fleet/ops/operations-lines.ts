import type { RolloutResult } from '../../../agents/fleet/index.ts';
import { rolloutKpiText, timelineText } from '../../rollout/rollout-lines.ts';
import type { LeafAccounts } from '../leaves/leaf-gates.ts';
import type { GroundAccounts } from './ground.ts';

/** What the ground has of a fleet, summed up, one row each. */
export function accountRows({ telemetry, strange, modes }: GroundAccounts): readonly (readonly [string, string])[] {
  const sum = (key: 'documents' | 'gaps' | 'repeats' | 'disordered'): number =>
    telemetry.reduce((total, count) => total + count[key], 0);
  const odd = strange === 0 ? '' : `, ${strange} that are none`;
  const { same, other, silent } = modes;
  return [
    [
      'telemetry on the ground',
      `${sum('documents')} documents of ${telemetry.length} nodes, ${sum('gaps')} missing, ${sum('repeats')} twice, ${sum('disordered')} out of order${odd}`,
    ],
    [
      'modes as the nodes told them',
      `${same} the same as in the world, ${other.length} others${namesOf(other)}, ${silent.length} not told`,
    ],
  ];
}

/** What the links of servers beside satellites did, one row each. */
export function leafRows(accounts: LeafAccounts): readonly (readonly [string, string])[] {
  const { leaves, opened, closed, waitedS, late, held, takenOver, notTakenOver } = accounts;
  return [
    [
      'links of servers beside satellites',
      `${leaves} servers, opened ${opened} times, cut ${closed} times, waited for ${waitedS.toFixed(1)} s, ${late} times too late`,
    ],
    [
      'telemetry of these servers',
      `${takenOver} documents taken over, ${held} of them had waited for a link; ${notTakenOver} not taken over`,
    ],
  ];
}

/** The course of a roll-out, its key figures, and whether it went as in one process. */
export function rolloutLines(result: RolloutResult, comparison: RolloutResult | undefined): string {
  const lines = ['Roll-out:\n', timelineText(result.log, false), rolloutKpiText(result.kpis)];
  lines.push(`  ${'roll-out hash'.padEnd(46)} ${result.logHash}\n`);
  if (comparison === undefined) return lines.join('');
  const isSame = comparison.logHash === result.logHash;
  const other = `Not the roll-out of one process, which has hash ${comparison.logHash}.\n`;
  return [...lines, isSame ? 'The roll-out is the same as in one process.\n' : other].join('');
}

function namesOf(names: readonly string[]): string {
  if (names.length === 0) return '';
  return ` (${names.slice(0, 5).join(', ')}${names.length > 5 ? ', ...' : ''})`;
}

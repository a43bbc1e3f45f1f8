import type { NodeServer } from '../../agents/node/index.ts';
import type { ProcessPhase, ProcessState } from './supervisor.ts';

/** How the nodes of a fleet stand, counted. */
export interface FleetStanding {
  /** Satellites that have a node of their own. */
  readonly nodes: number;
  /** Nodes that are there, and those that are not (not yet, lost, given up). */
  readonly joined: number;
  readonly absent: number;
  /** Processes by phase. */
  readonly phases: Readonly<Partial<Record<ProcessPhase, number>>>;
  /** Node processes started again. */
  readonly restarts: number;
}

/** Counts nodes and processes. */
export function standingOf(
  nodes: number,
  statuses: NodeServer['nodes'],
  processes: readonly ProcessState[],
): FleetStanding {
  const joined = statuses.filter(({ isJoined }) => isJoined).length;
  const phases: Partial<Record<ProcessPhase, number>> = {};
  let restarts = 0;
  for (const state of processes) {
    phases[state.phase] = (phases[state.phase] ?? 0) + 1;
    restarts += state.restarts;
  }
  return { nodes, joined, absent: nodes - joined, phases, restarts };
}

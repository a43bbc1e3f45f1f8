import { sourceOf } from './fault-source.ts';
import type { WorldState } from './state.ts';
import { FREE, PAYLOAD_RAW, PAYLOAD_REPLICA, PROPAGATING } from './tasks.kernel.ts';

/** Faults that take nodes or lasers out of routing. Jamming and weather change rates only; nobody is told of a capture. */
const ROUTED = new Set(['satellite-loss', 'gateway-loss', 'data-centre-loss', 'link-loss']);

/** Counts a fault that strikes among those that traffic has still to get round. */
export function openConvergence(w: WorldState, fault: number): void {
  if (ROUTED.has(sourceOf(w, fault).kind)) w.usage.unconverged++;
}

/**
 * Notes of faults that have struck since when traffic avoids them. That is so once all satellites know (the flooded report that
 * tells of it has arrived everywhere) and no data head for what is gone: no input of work and no copy is on its way to, or
 * waits for, an executor or archive that is lost; at the latest when the fault ends. Called when a report arrives and at every
 * tick, so the second condition is seen to the tick.
 */
export function settleConvergence(w: WorldState): void {
  const { usage, faults, clock } = w;
  if (usage.unconverged === 0) return;
  for (let fault = 0; fault < faults.n; fault++) {
    if ((faults.beginS[fault] as number) > clock.timeS) break; // in order of their beginning
    if (!Number.isNaN(usage.convergedS[fault]) || !ROUTED.has(sourceOf(w, fault).kind)) continue;
    const endS = faults.endS[fault] as number;
    if (endS > clock.timeS && !isAvoided(w, fault)) continue;
    usage.convergedS[fault] = Math.min(endS, clock.timeS);
    usage.unconverged--;
  }
}

/**
 * Mean time from the strike of a fault of a node or a laser until traffic avoids it, s; a fault that traffic does not yet avoid
 * counts with the time so far. NaN without any.
 */
export function reconvergeS(w: WorldState): number {
  const { usage, faults, clock } = w;
  let sumS = 0;
  let count = 0;
  for (let fault = 0; fault < faults.n; fault++) {
    const beginS = faults.beginS[fault] as number;
    if (beginS > clock.timeS) break;
    if (!ROUTED.has(sourceOf(w, fault).kind)) continue;
    const convergedS = usage.convergedS[fault] as number;
    sumS += (Number.isNaN(convergedS) ? clock.timeS : convergedS) - beginS;
    count++;
  }
  return sumS / count;
}

function isAvoided(w: WorldState, fault: number): boolean {
  const { knownNodeDown, knownBlocked } = w.outages;
  const { kind, node, tracks } = sourceOf(w, fault);
  if (kind === 'link-loss') return tracks.every((track) => knownBlocked[track] !== 0);
  return knownNodeDown[node] !== 0 && !isHeadedFor(w, node);
}

function isHeadedFor({ tasks }: WorldState, node: number): boolean {
  for (let task = 0; task < tasks.capacity; task++) {
    const state = tasks.state[task];
    if (state === FREE || tasks.destination[task] !== node) continue;
    if (tasks.holder[task] === node && state !== PROPAGATING) continue; // it lies there already
    if (tasks.payload[task] === PAYLOAD_RAW || tasks.payload[task] === PAYLOAD_REPLICA) return true;
  }
  return false;
}

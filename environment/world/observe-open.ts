import { type DecisionBatch } from '../../core/index.ts';
import { closeCacheDecision, linkTaskDecision, timelyValue } from './credit.kernel.ts';
import { groundDelay } from './delays.kernel.ts';
import { observeForward } from './observe-forward.kernel.ts';
import { observePlace } from './observe-place.kernel.ts';
import type { WorldState } from './state.ts';
import { productLabelOf } from './tasks-lifecycle.ts';
import { COMPUTING, FREE, PAYLOAD_RAW, WAITING_COMPUTE } from './tasks.kernel.ts';

/** `next` of a transition whose successor is the final row appended for it. */
export const NEXT_FINAL = -2;
/** `next` of a transition truncated without a new observation: its own stands for the final one (cache chains). */
export const NEXT_OWN = -3;

/** Where `observeOpenChains` goes on. */
export interface OpenCursor {
  readonly task: number;
  readonly satellite: number;
}

export interface OpenRequest {
  readonly worldIndex: number;
  /** Chains whose last decision came before this one are left alone. */
  readonly fromDecision: number;
  readonly cursor: OpenCursor;
}

/**
 * Truncates the open chains. Where a satellite holds the task, the row is what it would see if it had to decide now (final
 * observation, its `decision` column names the open decision). Where the task has left the satellites for good, the
 * expected value of its arrival is credited and the chain terminates. Cache chains close with `NEXT_OWN`.
 */
export function observeOpenChains(w: WorldState, batch: DecisionBatch, request: OpenRequest): OpenCursor | undefined {
  const { tasks, satellites, model } = w;
  w.rows.first = batch.n;
  for (let task = request.cursor.task; task < tasks.capacity; task++) {
    const decision = tasks.chainDecision[task] as number;
    if (tasks.state[task] === FREE || decision < 0) continue;
    if (decision >= request.fromDecision) {
      if (batch.n === batch.capacity) return { task, satellite: 0 };
      truncateTask(w, batch, task, request.worldIndex);
    }
    w.statistics.unownedReward += tasks.chainReward[task] as number;
    tasks.chainDecision[task] = -1;
    tasks.chainReward[task] = 0;
  }
  for (let s = 0; s < model.satelliteCount; s++) {
    if ((satellites.cacheDecision[s] as number) >= request.fromDecision) closeCacheDecision(w, s, NEXT_OWN);
    satellites.cacheDecision[s] = -1;
    satellites.cacheReward[s] = 0;
  }
  return undefined;
}

function truncateTask(w: WorldState, batch: DecisionBatch, task: number, worldIndex: number): void {
  const { tasks, model } = w;
  const holder = tasks.holder[task] as number;
  const decision = tasks.chainDecision[task] as number;
  if (holder >= model.satelliteCount) {
    const remainingS = remainingOnGroundS(w, task, holder);
    // An estimate for the learner only: the run's reward counts the delivery itself.
    const expected = Math.max(0, timelyValue(w, task) - remainingS * (tasks.slopePerS[task] as number));
    tasks.chainReward[task] = (tasks.chainReward[task] as number) + expected;
    linkTaskDecision(w, task, -1);
    return;
  }
  const row = batch.n++;
  // Rows of this call are never applied, so the remembered candidates of row 0 are scratch.
  w.rows.first = row;
  const processing = tasks.state[task] === WAITING_COMPUTE || tasks.state[task] === COMPUTING;
  const destination = tasks.destination[task] as number;
  const undecided = destination < 0 || (tasks.payload[task] === PAYLOAD_RAW && destination === holder);
  if (processing || undecided) observePlace(w, batch, row, task, holder);
  else observeForward(w, batch, row, task, holder);
  batch.world[row] = worldIndex;
  batch.decision[row] = decision;
  linkTaskDecision(w, task, NEXT_FINAL);
}

function remainingOnGroundS(w: WorldState, task: number, holder: number): number {
  const { tasks, model } = w;
  const consumer = tasks.consumer[task] as number;
  if (holder === consumer) return 0;
  const workS =
    tasks.payload[task] === PAYLOAD_RAW
      ? (tasks.workTflop[task] as number) / (w.compute.tflops[model.satelliteCount] as number)
      : 0;
  const outBits =
    tasks.payload[task] === PAYLOAD_RAW ? (tasks.outputBits[task] as number) : (tasks.sizeBits[task] as number);
  const label =
    tasks.payload[task] === PAYLOAD_RAW
      ? productLabelOf(w, tasks.trafficClass[task] as number)
      : (tasks.label[task] as number);
  return workS + groundDelay(w, w.snapshot, holder, consumer, outBits, label);
}

import type { WorldState } from './state.ts';

/** Successor of a transition that ends its chain. */
const TERMINATED = -1;

/** Adds reward to the last decision of a task (none yet: the reward belongs to no agent). */
export function creditTask(w: WorldState, task: number, reward: number): void {
  w.statistics.reward += reward;
  w.tasks.chainReward[task] = (w.tasks.chainReward[task] as number) + reward;
}

/** Closes the transition from the task's last decision to `decision`, which becomes its last. */
export function linkTaskDecision(w: WorldState, task: number, decision: number): void {
  const { tasks } = w;
  const last = tasks.chainDecision[task] as number;
  if (last >= 0) {
    const elapsedS = w.clock.timeS - (tasks.chainTimeS[task] as number);
    recordTransition(w, last, decision, tasks.chainReward[task] as number, elapsedS);
  } else {
    w.statistics.unownedReward += tasks.chainReward[task] as number;
  }
  tasks.chainDecision[task] = decision;
  tasks.chainReward[task] = 0;
  tasks.chainTimeS[task] = w.clock.timeS;
}

/** Ends the task's chain. */
export function endTaskChain(w: WorldState, task: number): void {
  linkTaskDecision(w, task, TERMINATED);
}

/** Opens the transition of a cache decision about an object; its reward is known already. */
export function openCacheDecision(
  w: WorldState,
  satellite: number,
  { decision, object, reward }: { readonly decision: number; readonly object: number; readonly reward: number },
): void {
  const { satellites } = w;
  satellites.cacheDecision[satellite] = decision;
  satellites.cacheObject[satellite] = object;
  satellites.cacheReward[satellite] = reward;
  satellites.cacheTimeS[satellite] = w.clock.timeS;
}

/** Closes the open transition of a satellite's cache: to `next`, or ended (the default). */
export function closeCacheDecision(w: WorldState, satellite: number, next = TERMINATED): void {
  const { satellites } = w;
  const last = satellites.cacheDecision[satellite] as number;
  if (last < 0) return;
  const elapsedS = w.clock.timeS - (satellites.cacheTimeS[satellite] as number);
  recordTransition(w, last, next, satellites.cacheReward[satellite] as number, elapsedS);
  satellites.cacheDecision[satellite] = -1;
  satellites.cacheReward[satellite] = 0;
}

function recordTransition(w: WorldState, decision: number, next: number, reward: number, elapsedS: number): void {
  const columns = w.transitions;
  if (columns.n === columns.capacity) growTransitions(w);
  const i = columns.n++;
  columns.decision[i] = decision;
  columns.next[i] = next;
  columns.reward[i] = reward;
  columns.elapsedS[i] = elapsedS;
}

function growTransitions(w: WorldState): void {
  const columns = w.transitions as { -readonly [K in keyof WorldState['transitions']]: WorldState['transitions'][K] };
  columns.capacity *= 2;
  columns.decision = resize(columns.decision, new Int32Array(columns.capacity));
  columns.next = resize(columns.next, new Int32Array(columns.capacity));
  columns.reward = resize(columns.reward, new Float64Array(columns.capacity));
  columns.elapsedS = resize(columns.elapsedS, new Float64Array(columns.capacity));
}

function resize<T extends Int32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

/** Utility of delivering now: the value, falling linearly to 0 at the deadline. */
export function timelyValue(w: WorldState, task: number): number {
  const leftS = (w.tasks.deadlineS[task] as number) - w.clock.timeS;
  return leftS <= 0 ? 0 : leftS * (w.tasks.slopePerS[task] as number);
}

/** Books what a task earned or cost as utility of its family; what a decision earned as reward. */
export function earn(w: WorldState, task: number, amount: number): void {
  const family = w.tasks.family[task] as number;
  w.statistics.utility[family] = (w.statistics.utility[family] as number) + amount;
  creditTask(w, task, amount);
}

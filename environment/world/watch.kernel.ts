import { C_KM_S } from '../../core/index.ts';
import { beaconGeneration, beaconRow } from './beacons.kernel.ts';
import { columnAround } from './delays.kernel.ts';
import { ACCUSATION, RECEIPT_DUE, pushEvent } from './event-queue.kernel.ts';
import { BEACON_DOWNLINK_QUEUE_S, type WorldState } from './state.ts';
import { QUARANTINED } from './trust.ts';
import { freeRow, takeRow } from './watch-columns.ts';

/**
 * Satellites watch what becomes of bundles they hand to a neighbour for others. The neighbour owes them a receipt that the
 * next node has signed, so that it cannot forge one; what it says itself of bundles it dropped or keeps counts for nothing,
 * since a hostile one would say the same. Honest failures are what the test's `honestFailureFrac` allows for.
 *
 * Called when a bundle has left over `link`; it reaches the other end at `reachS`. The node there signs the receipt of the
 * hand-over before, if one is owed, and for a new one over a laser the time is set by which it must be here.
 */
export function watchHandOver(w: WorldState, task: number, link: number, reachS: number): void {
  const { tasks, links, watch, model, clock } = w;
  const lightS = reachS - clock.timeS;
  const owed = tasks.receipt[task]!;
  if (owed >= 0) {
    watch.receivedS[owed] = reachS + lightS + watch.lightS[owed]!;
    tasks.receipt[task] = -1;
  }
  const neighbour = links.to[link]!;
  if (link >= model.firstUplink || tasks.destination[task] === neighbour) return;
  if (tasks.hops[task]! >= model.scenario.maxHops) return;
  const promisedS = promiseS(w, task, link, neighbour, lightS);
  if (promisedS < 0) return;
  const dueS = reachS + promisedS + lightS + model.scenario.security.watch.toleranceS;
  if (tasks.deadlineS[task]! < dueS) return; // It may have ended by then, and rightly.
  const row = takeRow(watch);
  watch.link[row] = link;
  watch.observer[row] = links.from[link]!;
  watch.neighbour[row] = neighbour;
  watch.task[row] = task;
  watch.lightS[row] = lightS;
  watch.receivedS[row] = Infinity;
  tasks.receipt[task] = row;
  pushEvent(w.events, dueS, RECEIPT_DUE, row);
}

/**
 * Time from the bundle's arrival at a neighbour until the node after it has signed and the neighbour has the receipt, s: the
 * longest queue that the neighbour's beacon claims, then sending and twice the light time of the next link, which the contact
 * plan tells. -1 = nothing can be expected: by the plan it has no way, or must wait for a contact itself.
 */
function promiseS(w: WorldState, task: number, link: number, neighbour: number, lightS: number): number {
  const { tasks, report, view, beacons, model } = w;
  const base = columnAround(w, report, neighbour, tasks.destination[task]!, tasks.label[task]!);
  const onward = report.firstLink[base + neighbour]!;
  if (onward < 0 || onward === w.reverse[link]!) return -1;
  const D = model.islSlots;
  const beacon = beaconRow(w, beaconGeneration(w, lightS * C_KM_S), neighbour);
  let claimedS = beacons.values[beacon + D + BEACON_DOWNLINK_QUEUE_S]!;
  for (let d = 0; d < D; d++) if (beacons.values[beacon + d]! > claimedS) claimedS = beacons.values[beacon + d]!;
  const sendingS = tasks.sizeBits[task]! / view.links.rateBps[onward]!;
  return claimedS + sendingS + (2 * view.links.rangeStartKm[onward]!) / C_KM_S;
}

/** The time for a receipt is over: the observer judges, and accuses its neighbour when its test says hostile. */
export function judgeHandOver(w: WorldState, row: number): void {
  const { watch, tasks, links, outages, clock, model } = w;
  const task = watch.task[row]!;
  const observer = watch.observer[row]!;
  const neighbour = watch.neighbour[row]!;
  const confirmed = watch.receivedS[row]! <= clock.timeS;
  if (tasks.receipt[task] === row) tasks.receipt[task] = -1;
  const connected = links.to[watch.link[row]!] === neighbour;
  freeRow(watch, row);
  // Without the link no receipt can come; and who is down does not judge.
  if (!connected || outages.nodeDown[observer] !== 0 || watch.standing[neighbour] === QUARANTINED) return;
  const { failureStep, successStep, honestBound, hostileBound } = model.watch!;
  const at = slotOf(w, observer, neighbour);
  const score = watch.score[at]! + (confirmed ? successStep : failureStep);
  watch.judgedS[at] = clock.timeS;
  watch.score[at] = score <= honestBound || score >= hostileBound ? 0 : score;
  watch.judgements++;
  if (!confirmed) watch.unconfirmed++;
  if (score >= hostileBound) {
    pushEvent(w.events, clock.timeS + model.scenario.knowledge.floodS, ACCUSATION, observer, neighbour);
  }
}

/** Where an observer keeps its score of a neighbour; a new one takes the place of the one judged longest ago. */
function slotOf(w: WorldState, observer: number, neighbour: number): number {
  const { judged, judgedS, score, slots } = w.watch;
  const first = observer * slots;
  let oldest = first;
  for (let at = first; at < first + slots; at++) {
    if (judged[at] === neighbour) return at;
    if (judgedS[at]! < judgedS[oldest]!) oldest = at;
  }
  judged[oldest] = neighbour;
  score[oldest] = 0;
  return oldest;
}

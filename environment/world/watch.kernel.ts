import { C_KM_S } from '../../core/index.ts';
import { beaconGeneration, beaconRow } from './beacons.kernel.ts';
import { columnAround, wayOf } from './delays.kernel.ts';
import { ACCUSATION, RECEIPT_DUE, pushEvent } from './event-queue.kernel.ts';
import { BEACON_DOWNLINK_QUEUE_S, type WorldState } from './state.ts';
import { QUARANTINED } from './trust.ts';
import { freeRow, takeRow } from './watch-columns.ts';

/** Terms of a receipt: the first, and the one after the neighbour has claimed new queues. */
const FIRST = 0;
const LAST = 1;

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
  const onward = onwardLink(w, task, link, neighbour);
  if (onward < 0) return;
  const sentOnS =
    reachS + claimedS(w, neighbour, onward, lightS) + tasks.sizeBits[task]! / w.view.links.rateBps[onward]!;
  const backS = (2 * w.view.links.rangeStartKm[onward]!) / C_KM_S + lightS;
  const dueS = sentOnS + backS + model.scenario.security.watch.toleranceS;
  // It may have ended by its deadline, and rightly; and the neighbour must wait if its own contact ends before.
  if (tasks.deadlineS[task]! < dueS || sentOnS >= links.untilS[onward]!) return;
  const row = takeRow(watch);
  watch.link[row] = link;
  watch.onward[row] = onward;
  watch.observer[row] = links.from[link]!;
  watch.neighbour[row] = neighbour;
  watch.task[row] = task;
  watch.lightS[row] = lightS;
  watch.receivedS[row] = Infinity;
  watch.deadlineS[row] = tasks.deadlineS[task]!;
  tasks.receipt[task] = row;
  pushEvent(w.events, dueS, RECEIPT_DUE, row, FIRST);
}

/** The neighbour's next link by contact plan and flooded report; -1 = none: it has no way, must wait for a contact, or would send back. */
function onwardLink(w: WorldState, task: number, link: number, neighbour: number): number {
  const { tasks, report } = w;
  const base = columnAround(w, report, neighbour, wayOf(w, task), tasks.label[task]!);
  const onward = report.firstLink[base + neighbour]!;
  return onward === w.reverse[link]! ? -1 : onward;
}

/**
 * Longest wait that a neighbour claims, s: of its queues by its last beacon, and of its next link by the flooded report, which
 * is older. The beacon tells the mean over the antennas it serves; all of it may wait for one.
 */
function claimedS(w: WorldState, neighbour: number, onward: number, lightS: number): number {
  const { beacons, satellites, model } = w;
  const D = model.islSlots;
  const beacon = beaconRow(w, beaconGeneration(w, lightS * C_KM_S), neighbour);
  let served = 0;
  for (let q = satellites.firstServed[neighbour]!; q >= 0; q = satellites.nextServed[q]!) served++;
  let longestS = beacons.values[beacon + D + BEACON_DOWNLINK_QUEUE_S]! * served;
  for (let d = 0; d < D; d++) if (beacons.values[beacon + d]! > longestS) longestS = beacons.values[beacon + d]!;
  return w.reportQueueS[onward]! > longestS ? w.reportQueueS[onward]! : longestS;
}

/**
 * The time for a receipt is over: the observer judges, and accuses its neighbour when its test says hostile. Where the
 * neighbour claims queues by now, the receipt has that much more time, once.
 */
export function judgeHandOver(w: WorldState, row: number, term: number): void {
  const { watch, tasks, links, outages, clock, model } = w;
  const task = watch.task[row]!;
  const observer = watch.observer[row]!;
  const neighbour = watch.neighbour[row]!;
  const confirmed = watch.receivedS[row]! <= clock.timeS;
  // Without the link no receipt can come; and who is down does not judge.
  const connected = links.to[watch.link[row]!] === neighbour && outages.nodeDown[observer] === 0;
  const onward = watch.onward[row]!;
  // That its next link is down the node at the other end of that link says, be it satellite or ground.
  let expected = confirmed || (links.to[onward]! >= 0 && links.from[onward] === neighbour);
  if (connected && expected && !confirmed && term === FIRST) {
    const moreS = claimedS(w, neighbour, onward, watch.lightS[row]!);
    const dueS = clock.timeS + moreS + model.scenario.security.watch.toleranceS;
    expected = moreS === 0 || dueS <= watch.deadlineS[row]!;
    if (moreS > 0 && expected) {
      pushEvent(w.events, dueS, RECEIPT_DUE, row, LAST);
      return;
    }
  }
  if (tasks.receipt[task] === row) tasks.receipt[task] = -1;
  freeRow(watch, row);
  if (!connected || !expected || watch.standing[neighbour] === QUARANTINED) return;
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

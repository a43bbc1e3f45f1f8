import { MODE_EVENTS } from '../../core/index.ts';
import { TRUST_REVIEW, pushEvent } from './event-queue.kernel.ts';
import { reportMode } from './mode-events.ts';
import type { WorldState } from './state.ts';
import { MOST_ACCUSERS } from './watch-columns.ts';

const TRUSTED = 0;
const SUSPECT = 1;
export const QUARANTINED = 2;
const PROBATION = 3;

const TRUST_SUSPECTED = MODE_EVENTS.indexOf('trust.suspected');
const TRUST_QUARANTINED = MODE_EVENTS.indexOf('trust.quarantined');
const TRUST_CLEARED = MODE_EVENTS.indexOf('trust.cleared');

/**
 * An accusation has spread to all satellites. One accuser makes a suspect, `quorum` different ones a quarantine; on probation
 * one is enough. The satellite's machine is told; what it answers (`World.setCapabilities`) is what counts.
 */
export function hearAccusation(w: WorldState, accuser: number, accused: number): void {
  const { watch } = w;
  const standing = watch.standing[accused] as number;
  if (standing === QUARANTINED || !isNewAccuser(w, accuser, accused)) return;
  if (standing === PROBATION || (watch.accusers[accused] as number) >= w.model.scenario.security.watch.quorum) {
    watch.standing[accused] = QUARANTINED;
    reportMode(w, TRUST_QUARANTINED, accused);
    countQuarantine(w, accused);
  } else if (standing === TRUSTED) {
    watch.standing[accused] = SUSPECT;
    reportMode(w, TRUST_SUSPECTED, accused);
  }
  scheduleReview(w, accused);
}

/**
 * `quarantineS` after the last change: a suspect that nobody else has accused is trusted again; a quarantined satellite is
 * tried on probation; one that has kept its probation is trusted.
 */
export function reviewTrust(w: WorldState, satellite: number, review: number): void {
  const { watch } = w;
  if (watch.review[satellite] !== review) return;
  const wasQuarantined = watch.standing[satellite] === QUARANTINED;
  watch.standing[satellite] = wasQuarantined ? PROBATION : TRUSTED;
  watch.accusers[satellite] = 0;
  reportMode(w, TRUST_CLEARED, satellite);
  if (wasQuarantined) scheduleReview(w, satellite);
}

function scheduleReview(w: WorldState, satellite: number): void {
  const review = (w.watch.review[satellite] as number) + 1;
  w.watch.review[satellite] = review;
  pushEvent(w.events, w.clock.timeS + w.model.scenario.security.watch.quarantineS, TRUST_REVIEW, satellite, review);
}

/** Notes an accuser; whether it had not accused this satellite before. */
function isNewAccuser({ watch }: WorldState, accuser: number, accused: number): boolean {
  const first = accused * MOST_ACCUSERS;
  const n = watch.accusers[accused] as number;
  for (let i = 0; i < n; i++) if (watch.accuser[first + i] === accuser) return false;
  watch.accuser[first + n] = accuser;
  watch.accusers[accused] = n + 1;
  return true;
}

function countQuarantine(w: WorldState, satellite: number): void {
  const { watch, outages, faults, clock } = w;
  const fault = outages.capturedBy[satellite] as number;
  if (fault < 0) {
    watch.falseAlarms++;
  } else if (watch.detectedFault[satellite] !== fault) {
    watch.detectedFault[satellite] = fault;
    watch.detections++;
    watch.detectionS += clock.timeS - (faults.beginS[fault] as number);
  }
}

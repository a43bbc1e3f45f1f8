import { hashJson } from './hash.ts';

/** The three decisions of a satellite, in column order. */
export const DECISION_KINDS = ['forward', 'place', 'cache'] as const;
export type DecisionKind = (typeof DECISION_KINDS)[number];
export const FORWARD = 0;
export const PLACE = 1;
export const CACHE = 2;

/** One number an agent sees. `unit` is physical; normalisation belongs to the policy. */
export interface Feature {
  readonly name: string;
  readonly unit: string;
}

/** What the rows of one decision kind mean. */
export interface KindSpec {
  /** A `DecisionKind` in the space cloud; environments of users name their own. */
  readonly kind: string;
  /** Features of the agent and its task, in column order. */
  readonly context: readonly Feature[];
  /** Features of each candidate, in column order; the last is always `prior`. */
  readonly candidate: readonly Feature[];
}

/**
 * The contract between world and policies. A policy made for another specification is refused, so any change to names,
 * units, order or bounds changes `decisionSpecHash`.
 */
export interface DecisionSpec {
  readonly version: number;
  /** Candidate rows per decision, padded with masked rows. */
  readonly maxCandidates: number;
  /** One entry per decision kind, in the space cloud in the order of `DECISION_KINDS`. */
  readonly kinds: readonly KindSpec[];
}

const f = (name: string, unit: string): Feature => ({ name, unit });

/**
 * The specification of the space cloud. Times in s, sizes in Mbit, work in TFLOP, fractions 0..1, flags 0 or 1.
 * `archiveFreeFrac` is told where a replica is to be placed (`isReplica`), else 0.
 */
export const SPACE_CLOUD_SPEC: DecisionSpec = {
  version: 3,
  maxCandidates: 16,
  kinds: [
    {
      kind: 'forward',
      context: [
        f('timeToDeadlineS', 's'),
        f('sizeMbit', 'Mbit'),
        f('value', '1'),
        f('ageS', 's'),
        f('hops', '1'),
        f('priority', '1'),
        f('bufferFrac', '1'),
        f('batteryFrac', '1'),
        f('sunlitFrac', '1'),
        f('temperatureC', 'degC'),
        f('bestSnapshotS', 's'),
        f('bestLoadAwareS', 's'),
        f('isMessage', '1'),
        f('isContent', '1'),
        f('isRaw', '1'),
        f('isGroundBound', '1'),
      ],
      candidate: [
        f('isHold', '1'),
        f('isGroundLink', '1'),
        f('isDestination', '1'),
        f('ownQueueS', 's'),
        f('transmitS', 's'),
        f('propagationS', 's'),
        f('snapshotRemainingS', 's'),
        f('loadAwareRemainingS', 's'),
        f('neighbourNextQueueS', 's'),
        f('neighbourMeanQueueS', 's'),
        f('neighbourBufferFrac', '1'),
        f('beaconAgeS', 's'),
        f('contactRemainingS', 's'),
        f('isReturn', '1'),
        f('snapshotExcessS', 's'),
        f('sentSinceBeaconS', 's'),
        f('prior', 'logit'),
      ],
    },
    {
      kind: 'place',
      context: [
        f('timeToDeadlineS', 's'),
        f('inputMbit', 'Mbit'),
        f('outputMbit', 'Mbit'),
        f('workTflop', 'TFLOP'),
        f('value', '1'),
        f('ageS', 's'),
        f('priority', '1'),
        f('ownBacklogS', 's'),
        f('batteryFrac', '1'),
        f('sunlitFrac', '1'),
        f('temperatureC', 'degC'),
        f('bestFinishS', 's'),
        f('isObservation', '1'),
        f('isGroundConsumer', '1'),
        f('isReplica', '1'),
      ],
      candidate: [
        f('isSelf', '1'),
        f('isGround', '1'),
        f('inputSnapshotS', 's'),
        f('inputLoadAwareS', 's'),
        f('backlogS', 's'),
        f('serviceS', 's'),
        f('outputSnapshotS', 's'),
        f('outputLoadAwareS', 's'),
        f('finishS', 's'),
        f('beaconAgeS', 's'),
        f('batteryFrac', '1'),
        f('temperatureC', 'degC'),
        f('downlinkMbit', 'Mbit'),
        f('archiveFreeFrac', '1'),
        f('placedSinceBeaconS', 's'),
        f('hopsAway', '1'),
        f('prior', 'logit'),
      ],
    },
    {
      kind: 'cache',
      context: [
        f('sizeMbit', 'Mbit'),
        f('freeFrac', '1'),
        f('requestsSeen', '1'),
        f('sinceLastRequestS', 's'),
        f('fetchDelayS', 's'),
        f('freshForS', 's'),
        f('attachedForS', 's'),
        f('hitFrac', '1'),
        f('objects', '1'),
        f('requestRateHz', 'Hz'),
      ],
      candidate: [
        f('isBypass', '1'),
        f('isAdmit', '1'),
        f('sizeMbit', 'Mbit'),
        f('idleS', 's'),
        f('hits', '1'),
        f('ageS', 's'),
        f('freshForS', 's'),
        f('gdsfPriority', '1'),
        f('isLruVictim', '1'),
        f('isLfuVictim', '1'),
        f('isGdsfVictim', '1'),
        f('isSieveVictim', '1'),
        f('isS3FifoVictim', '1'),
        f('requestRateHz', 'Hz'),
        f('refetchS', 's'),
        f('neighbourHasFrac', '1'),
        f('prior', 'logit'),
      ],
    },
  ],
};

/** 32 hex digits that name a specification; bundles and checkpoints carry it. */
export function decisionSpecHash(spec: DecisionSpec): string {
  return hashJson(spec);
}

/** Widest context row over the kinds. */
export function contextWidth(spec: DecisionSpec): number {
  return Math.max(...spec.kinds.map((kind) => kind.context.length));
}

/** Widest candidate row over the kinds. */
export function candidateWidth(spec: DecisionSpec): number {
  return Math.max(...spec.kinds.map((kind) => kind.candidate.length));
}

/** Column of a candidate feature; throws a RangeError for an unknown name. */
export function candidateColumn(spec: DecisionSpec, kindIndex: number, name: string): number {
  const column = spec.kinds[kindIndex]?.candidate.findIndex((feature) => feature.name === name) ?? -1;
  if (column < 0) throw new RangeError(`Decision kind ${kindIndex} has no candidate feature '${name}'.`);
  return column;
}

/** Column of a context feature; throws a RangeError for an unknown name. */
export function contextColumn(spec: DecisionSpec, kindIndex: number, name: string): number {
  const column = spec.kinds[kindIndex]?.context.findIndex((feature) => feature.name === name) ?? -1;
  if (column < 0) throw new RangeError(`Decision kind ${kindIndex} has no context feature '${name}'.`);
  return column;
}

import type { DecisionBatch } from '../../core/index.ts';
import { FORWARD, candidateColumn } from '../../core/index.ts';
import { leadsOn } from './damped.kernel.ts';
import { dampedColumns } from './damped-rule.ts';
import { type KindRule, type RuleOptions, knowledgeOf } from './kind-rule.ts';
import { firstAllowed } from './pick.kernel.ts';
import { Runs } from './runs.ts';
import { SentBundles } from './sent-bundles.ts';

/** A bundle in a queue: its place in `bits`, and its size. */
interface Waiting {
  readonly at: number;
  readonly sizeBits: number;
}

interface Backlogs {
  readonly sent: SentBundles<Waiting>;
  readonly nodeCount: number;
  readonly periodS: number;
  /** [S * N] bits that wait at a satellite for a destination; and as its last two beacons say. */
  readonly bits: Float64Array;
  readonly beacons: readonly [Float64Array, Float64Array];
  latest: 0 | 1;
  /** When the next beacons are due; of the latest ones, when they were sent, s. */
  dueS: number;
  sentS: number;
}

/**
 * Back-pressure: each satellite counts the bits that wait with it per destination, its beacons carry the counts, and bundles go
 * where there are fewest (Tassiulas and Ephremides, IEEE Trans. Automatic Control 37(12), 1992). In the form for satellites of
 * DHBP (Han, Xiong, Yu, Sensors 23(24) 9789, 2023): only neighbours nearer to the destination may be chosen, weighed by what
 * remains from there.
 *
 * Choice per bundle instead of per slot: least delay over the neighbour plus its backlog for the destination less the own one, in
 * s at the link's rate, with the own queue of the link (drift plus penalty: Neely, "Stochastic network optimization", 2010, with the
 * delay as the penalty). Back-pressure proper would also wait where no neighbour has less; with deadlines nothing is gained by it.
 * Parameter: `weight` of the difference of backlogs.
 */
export function backpressureForward({ spec, parameters }: RuleOptions): KindRule {
  const columns = dampedColumns(spec);
  const beaconAgeS = candidateColumn(spec, FORWARD, 'beaconAgeS');
  const { weight = 0 } = parameters;
  const runs = new Runs<Backlogs>((batch, world) => {
    const nodeCount = knowledgeOf(batch, world, 'nodeCount');
    const size = knowledgeOf(batch, world, 'satelliteCount') * nodeCount;
    const startS = knowledgeOf(batch, world, 'startS');
    const periodS = knowledgeOf(batch, world, 'beaconPeriodS');
    return {
      sent: new SentBundles(batch, world),
      nodeCount,
      periodS,
      bits: new Float64Array(size),
      beacons: [new Float64Array(size), new Float64Array(size)],
      latest: 0,
      dueS: startS + periodS,
      sentS: startS,
    };
  });
  return {
    pick(batch, row) {
      const backlogs = runs.of(batch, row);
      catchUp(backlogs, batch.timeS[row] as number);
      const { actionMask, candidateCount, candidateNode, candidates: f, candidateStride, maxCandidates } = batch;
      const own = (batch.agent[row] as number) * backlogs.nodeCount + (batch.destination[row] as number);
      const bits = batch.sizeBits[row] as number;
      let best = -1;
      let bestS = Infinity;
      let isOnward = false;
      for (let k = 0; k < (candidateCount[row] as number); k++) {
        const slot = row * maxCandidates + k;
        if (actionMask[slot] !== 1) continue;
        const c = slot * candidateStride;
        const onward = leadsOn(batch, row, k, columns);
        if (isOnward && !onward) continue;
        const transmitS = f[c + columns.transmitS] as number;
        const linkS = (f[c + columns.ownQueueS] as number) + transmitS + (f[c + columns.propagationS] as number);
        let costS = linkS + (f[c + columns.snapshotRemainingS] as number);
        if ((f[c + columns.isHold] as number) < 0.5 && (f[c + columns.isGroundLink] as number) < 0.5) {
          const sentS = (batch.timeS[row] as number) - (f[c + beaconAgeS] as number);
          const beacon =
            backlogs.beacons[sentS > backlogs.sentS - backlogs.periodS / 2 ? backlogs.latest : other(backlogs)];
          const at = (candidateNode[slot] as number) * backlogs.nodeCount + (batch.destination[row] as number);
          const difference = (beacon[at] as number) - (backlogs.bits[own] as number);
          costS += (weight * difference * transmitS) / bits;
        }
        if (costS >= bestS && isOnward === onward) continue;
        if (Number.isNaN(costS) || costS === Infinity) continue;
        bestS = costS;
        best = k;
        isOnward = onward;
      }
      if (best < 0) return firstAllowed(batch, row);
      const c = (row * maxCandidates + best) * candidateStride;
      if ((f[c + columns.isHold] as number) < 0.5) note(backlogs, batch, row);
      return best;
    },
  };
}

function other({ latest }: Backlogs): 0 | 1 {
  return latest === 0 ? 1 : 0;
}

/** The bundle waits here for its destination from now on. */
function note(backlogs: Backlogs, batch: DecisionBatch, row: number): void {
  const sizeBits = batch.sizeBits[row] as number;
  const at = (batch.agent[row] as number) * backlogs.nodeCount + (batch.destination[row] as number);
  backlogs.bits[at] = (backlogs.bits[at] as number) + sizeBits;
  backlogs.sent.add(batch.decision[row] as number, { at, sizeBits });
}

/** Takes out what has left, and makes the beacons that were due meanwhile, in order of time. */
function catchUp(backlogs: Backlogs, nowS: number): void {
  const { bits } = backlogs;
  backlogs.sent.drain(({ note: { at, sizeBits }, timeS }) => {
    sendDueBeacons(backlogs, timeS);
    bits[at] = Math.max(0, (bits[at] as number) - sizeBits);
  });
  sendDueBeacons(backlogs, nowS);
}

function sendDueBeacons(backlogs: Backlogs, nowS: number): void {
  while (backlogs.dueS <= nowS) {
    backlogs.latest = other(backlogs);
    backlogs.beacons[backlogs.latest].set(backlogs.bits);
    backlogs.sentS = backlogs.dueS;
    backlogs.dueS += backlogs.periodS;
  }
}

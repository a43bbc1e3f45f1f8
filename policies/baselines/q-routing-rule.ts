import type { DecisionBatch } from '../../core/index.ts';
import { type DampedColumns, leadsOn } from './damped.kernel.ts';
import { dampedColumns } from './damped-rule.ts';
import { type KindRule, type RuleOptions, knowledgeOf } from './kind-rule.ts';
import { firstAllowed } from './pick.kernel.ts';
import { QTable } from './q-table.ts';
import { Runs } from './runs.ts';
import { SentBundles } from './sent-bundles.ts';

/** A bundle that a satellite has put into the queue of a link. */
interface QueuedBundle {
  readonly task: number;
  readonly from: number;
  readonly to: number;
  readonly destination: number;
  /** Light time to the neighbour, s. */
  readonly propagationS: number;
  /** Snapshot delay from the neighbour on, as the sender saw it, s. */
  readonly remainingS: number;
}

/** An estimate on its way back to the satellite that sent the bundle. */
interface Reply {
  readonly bundle: QueuedBundle;
  /** The receiver's own estimate of what remains, s. */
  readonly estimateS: number;
  readonly heardS: number;
}

interface Learners {
  /** Per satellite, made when it first decides. */
  readonly tables: (QTable | undefined)[];
  readonly sent: SentBundles<QueuedBundle>;
  /** Bundles between two satellites, by task. */
  readonly underWay: Map<number, { readonly bundle: QueuedBundle; readonly reachS: number }>;
  /** In order of `heardS`. */
  readonly replies: Reply[];
  readonly nodeCount: number;
}

/**
 * Q-routing (Boyan and Littman, "Packet routing in dynamically changing networks: a reinforcement learning approach", NIPS 6,
 * 1994), tabular and online, one table per satellite: whoever receives a bundle replies at once with its own least estimate of
 * the time that remains, and the sender moves its entry for that destination and neighbour towards it by the learning rate. The
 * reply takes the light time back; lost bundles bring none.
 *
 * Made for moving satellites: an entry is the excess over the snapshot delay of now, and starts at 0, so tables stay good while
 * the constellation turns; waiting in the own queue is seen, not learned, as in Soret, Leyva-Mayorga, Lozano-Cuadra, Thorsager
 * ("Q-learning for distributed routing in LEO satellite constellations", 2023). Estimates fade (the recovery of Choi and Yeung,
 * "Predictive Q-routing", NIPS 8, 1995), else a way once found full is never tried again. It is also
 * granted the hop rule of `leastDamped`: from `detourHops` hops on, no detours.
 *
 * Tables begin empty with every run. Parameters: `rate` (0.5 in the paper), `recoveryS`, `detourHops`.
 */
export function qRoutingForward({ spec, parameters }: RuleOptions): KindRule {
  const columns = dampedColumns(spec);
  const { rate = 0, recoveryS = 0, detourHops = 0 } = parameters;
  const runs = new Runs<Learners>((batch, world) => ({
    tables: [],
    sent: new SentBundles(batch, world),
    underWay: new Map(),
    replies: [],
    nodeCount: knowledgeOf(batch, world, 'nodeCount'),
  }));
  const tableOf = (learners: Learners, satellite: number): QTable =>
    (learners.tables[satellite] ??= new QTable(learners.nodeCount, rate, recoveryS));
  return {
    pick(batch, row) {
      const learners = runs.of(batch, row);
      const nowS = batch.timeS[row] as number;
      const here = batch.agent[row] as number;
      const destination = batch.destination[row] as number;
      learners.sent.drain(({ note: bundle, sent, reachS }) => {
        if (sent) learners.underWay.set(bundle.task, { bundle, reachS });
      });
      hearReplies(learners, nowS, ({ bundle, estimateS, heardS }) => {
        const sampleS = estimateS - bundle.remainingS;
        tableOf(learners, bundle.from).learn(bundle.to, bundle.destination, sampleS, heardS);
      });
      const { best, leastS } = leastEstimate(batch, row, { columns, table: tableOf(learners, here), detourHops });
      reply(learners, batch, row, leastS);
      if (best < 0) return firstAllowed(batch, row);
      const slot = row * batch.maxCandidates + best;
      const c = slot * batch.candidateStride;
      if ((batch.candidates[c + columns.isHold] as number) < 0.5) {
        learners.sent.add(batch.decision[row] as number, {
          task: batch.task[row] as number,
          from: here,
          to: batch.candidateNode[slot] as number,
          destination,
          propagationS: batch.candidates[c + columns.propagationS] as number,
          remainingS: batch.candidates[c + columns.snapshotRemainingS] as number,
        });
      }
      return best;
    },
  };
}

/** The receiver of a bundle tells its sender what it reckons with, if this row is about one that has just come. */
function reply(learners: Learners, batch: DecisionBatch, row: number, estimateS: number): void {
  const task = batch.task[row] as number;
  const found = learners.underWay.get(task);
  if (found === undefined) return;
  learners.underWay.delete(task);
  const { bundle, reachS } = found;
  const nowS = batch.timeS[row] as number;
  const isIt = bundle.to === batch.agent[row] && bundle.destination === batch.destination[row] && nowS === reachS;
  if (!isIt || estimateS === Infinity) return;
  const heardS = nowS + bundle.propagationS;
  const { replies } = learners;
  let at = replies.length;
  while (at > 0 && (replies[at - 1] as Reply).heardS > heardS) at--;
  replies.splice(at, 0, { bundle, estimateS, heardS });
}

function hearReplies(learners: Learners, nowS: number, learn: (reply: Reply) => void): void {
  const { replies } = learners;
  let heard = 0;
  while (heard < replies.length && (replies[heard] as Reply).heardS <= nowS) learn(replies[heard++] as Reply);
  if (heard > 0) replies.splice(0, heard);
}

interface Estimator {
  readonly columns: DampedColumns;
  readonly table: QTable;
  readonly detourHops: number;
}

/** Allowed candidate of the least estimate, and that estimate, s; -1 and Infinity if none is finite. */
function leastEstimate(batch: DecisionBatch, row: number, { columns, table, detourHops }: Estimator) {
  const { actionMask, candidateCount, candidateNode, candidates: f, candidateStride, maxCandidates } = batch;
  const nowS = batch.timeS[row] as number;
  const destination = batch.destination[row] as number;
  const strict = (batch.context[row * batch.contextStride + columns.hops] as number) >= detourHops;
  let best = -1;
  let leastS = Infinity;
  let onward = -1;
  let onwardS = Infinity;
  for (let k = 0; k < (candidateCount[row] as number); k++) {
    const slot = row * maxCandidates + k;
    if (actionMask[slot] !== 1) continue;
    const c = slot * candidateStride;
    const learns = (f[c + columns.isHold] as number) < 0.5 && (f[c + columns.isGroundLink] as number) < 0.5;
    const excessS = learns ? table.excess(candidateNode[slot] as number, destination, nowS) : 0;
    const remainingS = Math.max(0, (f[c + columns.snapshotRemainingS] as number) + excessS);
    const linkS = (f[c + columns.transmitS] as number) + (f[c + columns.propagationS] as number);
    const costS = (f[c + columns.ownQueueS] as number) + linkS + remainingS;
    if (costS < leastS) {
      leastS = costS;
      best = k;
    }
    if (strict && costS < onwardS && leadsOn(batch, row, k, columns)) {
      onwardS = costS;
      onward = k;
    }
  }
  return onward >= 0 ? { best: onward, leastS: onwardS } : { best, leastS };
}

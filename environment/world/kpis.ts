import { BREACHES, DROP_REASONS, type Kpis, TASK_FAMILIES } from '../../core/index.ts';
import type { FaultSource } from '../faults/catalogue.ts';
import { backupKpis } from '../backup/backup-kpis.ts';
import { ledgerErrors } from './conservation.ts';
import { reconvergeS } from './convergence.ts';
import { latencyKpis, nearestRank } from './kpis-latency.ts';
import { linkUseKpis } from './kpis-link-use.ts';
import { satelliteKpis } from './kpis-satellites.ts';
import type { WorldState } from './state.ts';
import { accessKpis } from './terminal-sessions.ts';

const BITS_PER_GB = 8e9;
const J_PER_MJ = 1e6;

/** Key figures of a run by the names of `KPI_SPECS`, and per family (`utility.message`), drop reason and breach. */
export function worldKpis(w: WorldState): Kpis {
  const { statistics: s } = w;
  const created = sum(s.created);
  const delivered = sum(s.delivered);
  const kpis: Record<string, number> = {
    utility: sum(s.utility) / created,
    deliveredFrac: delivered / created,
    deadlineHitFrac: sum(s.inTime) / created,
    carriedFrac: s.deliveredMessageBits / s.messageBits,
    endedDelayMeanS: s.endedDelayS / s.ended,
    ...latencyKpis(s, -1, ''),
    queueingMeanS: s.queueingS / delivered,
    queueingP95S: nearestRank(s.latencyQueueingS.slice(0, s.latencies).sort(), 0.95),
    endedQueueingMeanS: s.endedQueueingS / s.ended,
    hopsMean: s.hops / delivered,
    downlinkGB: s.downlinkBits / BITS_PER_GB,
    islGB: s.islBits / BITS_PER_GB,
    energyMJ: (s.transmitJ + s.computeJ) / J_PER_MJ,
    cacheHitFrac: s.cacheHits / s.cacheLookups,
    cacheByteHitFrac: s.cacheHitBits / s.cacheLookupBits,
    cacheMissFrac: 1 - s.servingHits / s.cacheLookups,
    cacheByteMissFrac: 1 - s.servingHitBits / s.cacheLookupBits,
    originGB: s.originBits / BITS_PER_GB,
    ...linkUseKpis(w),
    ...satelliteKpis(w),
    ...balanceKpis(w),
    breaches: sum(s.breaches),
    tasks: created,
    decisions: w.clock.decision,
    reward: s.reward,
  };
  if (w.model.canFail) {
    kpis['faults'] = s.faults;
    kpis['reconvergeS'] = reconvergeS(w);
  }
  if (w.model.labels.count > 1) Object.assign(kpis, labelKpis(w));
  if (w.model.watch !== undefined || w.model.faults.sources.some(isCapture)) Object.assign(kpis, trustKpis(w));
  if (w.backups.home.length > 0) {
    const { archiveBytes } = w.model.scenario.satellite;
    const plan = w.model.traffic.backups;
    Object.assign(kpis, backupKpis(w.backups, { nowS: w.clock.timeS, archiveBytes, plan }));
  }
  Object.assign(kpis, accessKpis(w));
  if (s.urgentEnded > 0) {
    kpis['urgentObservationS'] = s.urgentDelayS / s.urgentEnded;
    kpis['urgentObservationFrac'] = s.urgentDelivered / s.urgentEnded;
  }
  TASK_FAMILIES.forEach((family, i) => {
    if (s.created[i] === 0) return;
    kpis[`utility.${family}`] = (s.utility[i] as number) / (s.created[i] as number);
    kpis[`deliveredFrac.${family}`] = (s.delivered[i] as number) / (s.created[i] as number);
    kpis[`deadlineHitFrac.${family}`] = (s.inTime[i] as number) / (s.created[i] as number);
    Object.assign(kpis, latencyKpis(s, i, `.${family}`));
  });
  DROP_REASONS.forEach((reason, r) => {
    if (r === 0) return;
    let count = 0;
    for (let family = 0; family < TASK_FAMILIES.length; family++)
      count += s.dropped[family * DROP_REASONS.length + r] as number;
    kpis[`drop.${reason}`] = count;
  });
  BREACHES.forEach((breach, i) => {
    kpis[`breach.${breach}`] = s.breaches[i] as number;
  });
  return kpis;
}

/** Worst relative errors of the ledgers: energy and heat of any tick, and bits: created, in buffers, in archives, on fibres. */
function balanceKpis(w: WorldState): Record<string, number> {
  const { energyError, bitsError, bufferError, archiveError, mirrorError } = ledgerErrors(w);
  return {
    energyBalanceError: energyError,
    heatBalanceError: w.power.worstHeat,
    storageBalanceError: Math.max(bitsError, bufferError, archiveError, mirrorError),
  };
}

/** What labels cost: candidates masked by them alone, delay they add to the shortest way, share of ways they cut. */
function labelKpis({ statistics: s }: WorldState): Record<string, number> {
  return {
    labelDenials: s.labelDenials,
    labelDelayS: s.labelDelayS / (s.labelledWays - s.labelCutWays),
    labelCutFrac: s.labelCutWays / s.labelledWays,
  };
}

/** Who was captured, found out, or wrongly accused; what captured satellites got to see. */
function trustKpis(w: WorldState): Record<string, number> {
  const { watch, faults, model, clock } = w;
  let captures = 0;
  for (let fault = 0; fault < faults.n; fault++) {
    const begun = (faults.beginS[fault] as number) <= clock.timeS;
    if (begun && isCapture(model.faults.sources[faults.source[fault] as number])) captures++;
  }
  return {
    captures,
    detections: watch.detections,
    falseAlarms: watch.falseAlarms,
    detectionMeanS: watch.detectionS / watch.detections,
    exposedGB: watch.exposedBits / BITS_PER_GB,
  };
}

function isCapture(source: FaultSource | undefined): boolean {
  return source?.kind === 'capture';
}

function sum(values: Int32Array | Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/**
 * What became of decisions and tasks, as columns; the worlds append, the collector empties.
 *
 * A decision's reward follows its task: `reward` is all that was earned between this decision and the next of the same
 * chain (a task for `forward` and `place`, a satellite's cache for `cache`), `elapsedS` the time between them. `next` names
 * the successor.
 */
export interface TransitionColumns {
  n: number;
  /** [capacity] sequence number of the decision in its world. */
  readonly decision: Int32Array;
  /** [capacity] sequence number of the next decision of the chain; -1 = the chain ended here (terminated). */
  readonly next: Int32Array;
  /** [capacity] reward between the two. */
  readonly reward: Float64Array;
  /** [capacity] simulated time between the two, s. */
  readonly elapsedS: Float64Array;
}

/** Key figures of one run in physical units: flat, so tables, JSON and plots read the same names. */
export type Kpis = Readonly<Record<string, number>>;

/** One KPI's meaning, for tables and plots. */
export interface KpiSpec {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  /** Which direction is better; `none` for a description. */
  readonly better: 'higher' | 'lower' | 'none';
}

/**
 * The KPIs that evaluations print, in order; those of labels, of captured satellites, of backups and of priced radios only
 * where a scenario has such. `drop.<reason>` and `breach.<name>` follow from core/task.ts.
 */
export const KPI_SPECS: readonly KpiSpec[] = [
  { key: 'utility', label: 'utility per task', unit: '1', better: 'higher' },
  { key: 'deliveredFrac', label: 'tasks delivered', unit: '1', better: 'higher' },
  { key: 'deadlineHitFrac', label: 'deadlines met', unit: '1', better: 'higher' },
  { key: 'carriedFrac', label: 'bits of messages delivered of those offered', unit: '1', better: 'higher' },
  { key: 'latencyMeanS', label: 'latency, mean', unit: 's', better: 'lower' },
  {
    key: 'endedDelayMeanS',
    label: 'delay of all tasks, lost ones at their deadline, mean',
    unit: 's',
    better: 'lower',
  },
  { key: 'latencyP50S', label: 'latency p50', unit: 's', better: 'lower' },
  { key: 'latencyP90S', label: 'latency p90', unit: 's', better: 'lower' },
  { key: 'latencyP95S', label: 'latency p95', unit: 's', better: 'lower' },
  { key: 'latencyP99S', label: 'latency p99', unit: 's', better: 'lower' },
  { key: 'queueingMeanS', label: 'queueing delay, mean', unit: 's', better: 'lower' },
  { key: 'queueingP95S', label: 'queueing delay, p95', unit: 's', better: 'lower' },
  {
    key: 'endedQueueingMeanS',
    label: 'queueing delay of all tasks, lost ones included, mean',
    unit: 's',
    better: 'lower',
  },
  { key: 'hopsMean', label: 'hops per delivered bundle', unit: '1', better: 'none' },
  { key: 'downlinkGB', label: 'bytes down', unit: 'GB', better: 'lower' },
  { key: 'uplinkGB', label: 'bytes up', unit: 'GB', better: 'lower' },
  {
    key: 'downlinkUsedFrac',
    label: "load on gateways' downlinks (above 1: they cannot keep up)",
    unit: '1',
    better: 'lower',
  },
  { key: 'valuePerDownlinkGB', label: 'value delivered per GB sent down', unit: '1/GB', better: 'higher' },
  { key: 'islGB', label: 'bytes over ISLs', unit: 'GB', better: 'none' },
  { key: 'falseAlertGB', label: 'bytes of false alerts down', unit: 'GB', better: 'lower' },
  { key: 'islGini', label: 'unevenness of ISL use (Gini)', unit: '1', better: 'lower' },
  { key: 'energyMJ', label: 'energy of transmission and compute', unit: 'MJ', better: 'lower' },
  { key: 'usefulTflopH', label: 'work delivered in time, per satellite and hour', unit: 'TFLOPS h', better: 'higher' },
  { key: 'productsPerDay', label: 'products of observations delivered', unit: '1/day', better: 'higher' },
  { key: 'throttledFrac', label: 'satellite time throttled by heat', unit: '1', better: 'lower' },
  { key: 'darkComputeFrac', label: 'computing done in eclipse', unit: '1', better: 'none' },
  { key: 'deepestDischargeFrac', label: 'deepest discharge of any battery', unit: '1', better: 'lower' },
  { key: 'hottestC', label: 'highest temperature of any satellite', unit: 'C', better: 'lower' },
  { key: 'energyBalanceError', label: 'energy balance, worst relative error', unit: '1', better: 'lower' },
  { key: 'heatBalanceError', label: 'heat balance, worst relative error', unit: '1', better: 'lower' },
  { key: 'storageBalanceError', label: 'storage balance, worst relative error', unit: '1', better: 'lower' },
  { key: 'batteryCycles', label: 'equivalent full battery cycles', unit: '1/day', better: 'lower' },
  { key: 'fallbackFrac', label: 'satellite time in fallback', unit: '1', better: 'lower' },
  { key: 'cacheHitFrac', label: 'cache hits', unit: '1', better: 'higher' },
  { key: 'cacheByteHitFrac', label: 'cache byte hits', unit: '1', better: 'higher' },
  { key: 'cacheMissFrac', label: 'object misses at serving satellites', unit: '1', better: 'lower' },
  { key: 'cacheByteMissFrac', label: 'byte misses at serving satellites', unit: '1', better: 'lower' },
  { key: 'originGB', label: 'bytes of content from data centres', unit: 'GB', better: 'lower' },
  {
    key: 'urgentObservationS',
    label: 'delay of urgent observations, lost ones at their deadline',
    unit: 's',
    better: 'lower',
  },
  { key: 'urgentObservationFrac', label: 'urgent observations delivered', unit: '1', better: 'higher' },
  { key: 'continuityFrac', label: 'time with a radio that carries, per terminal', unit: '1', better: 'higher' },
  { key: 'handoversPerHour', label: 'handovers of the session, per terminal', unit: '1/h', better: 'lower' },
  { key: 'longestInterruptionS', label: 'longest interruption of any terminal', unit: 's', better: 'lower' },
  { key: 'costPerGB', label: 'price of data of terminals, per GB', unit: '1/GB', better: 'lower' },
  { key: 'breaches', label: 'constraint breaches', unit: '1', better: 'lower' },
  { key: 'faults', label: 'faults that struck', unit: '1', better: 'none' },
  { key: 'reconvergeS', label: 'strike of a fault until traffic avoids it, mean', unit: 's', better: 'lower' },
  { key: 'labelDenials', label: 'candidates masked by the label alone', unit: '1', better: 'none' },
  { key: 'labelDelayS', label: 'delay added by labels to shortest ways', unit: 's', better: 'none' },
  { key: 'labelCutFrac', label: 'ways cut by labels', unit: '1', better: 'none' },
  { key: 'captures', label: 'satellites captured', unit: '1', better: 'none' },
  { key: 'detections', label: 'captured satellites found out', unit: '1', better: 'higher' },
  { key: 'falseAlarms', label: 'honest satellites quarantined', unit: '1', better: 'lower' },
  { key: 'detectionMeanS', label: 'capture to quarantine, mean', unit: 's', better: 'lower' },
  { key: 'exposedGB', label: 'bytes that reached captured satellites', unit: 'GB', better: 'lower' },
  { key: 'rpoMeanS', label: 'recovery point (age of restored data), mean', unit: 's', better: 'lower' },
  { key: 'rpoMaxS', label: 'recovery point, worst data set', unit: 's', better: 'lower' },
  { key: 'rtoS', label: 'recovery time, last data set', unit: 's', better: 'lower' },
  { key: 'rtoMedianS', label: 'recovery time, median', unit: 's', better: 'lower' },
  { key: 'lostDataDelayMeanS', label: 'recovery time, mean, with deadline if never', unit: 's', better: 'lower' },
  { key: 'restoredFrac', label: 'share of lost data sets brought back', unit: '1', better: 'higher' },
  { key: 'unrestored', label: 'lost data sets not brought back', unit: '1', better: 'lower' },
  { key: 'durabilityFrac', label: 'share of stored versions not lost', unit: '1', better: 'higher' },
  { key: 'underReplicatedS', label: 'time below wanted replicas, mean', unit: 's', better: 'lower' },
  { key: 'rereplicationMeanS', label: 'loss of a copy until all are there again, mean', unit: 's', better: 'lower' },
  { key: 'rereplicationMaxS', label: 'loss of a copy until all are there again, longest', unit: 's', better: 'lower' },
  { key: 'repairGB', label: 'bytes of repairs', unit: 'GB', better: 'none' },
  { key: 'restoreGB', label: 'bytes of restores', unit: 'GB', better: 'none' },
  { key: 'mirrorGB', label: 'bytes copied to mirrors', unit: 'GB', better: 'none' },
  { key: 'archiveFrac', label: 'archives in use', unit: '1', better: 'none' },
];

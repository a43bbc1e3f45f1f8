import { BACKUP } from '../../core/index.ts';
import type { LabelConfig, Scenario } from '../scenario/index.ts';
import { wanDelayS } from '../network/ground-site.ts';
import { BITS_PER_BYTE } from './bits.ts';
import type { TrafficClass } from '../traffic/traffic-class.ts';

/** A backup class of the scenario in base units. Data centres count from 0. */
export interface BackupClass {
  readonly name: string;
  readonly dataCentre: number;
  /** Data centre that takes the data over, -1 = any other. */
  readonly restoreTo: number;
  readonly firstObject: number;
  readonly objects: number;
  readonly bits: number;
  readonly periodS: number;
  readonly replicas: number;
  readonly deadlineS: number;
  readonly restoreDeadlineS: number;
  /** Data centre with a copy of every version, -1 = none; rate of the fibre to it. */
  readonly mirror: number;
  readonly mirrorBps: number;
  /** [data centres] one way over fibre from the mirror, s; to the data centre itself it is that of every new version. */
  readonly mirrorDelayS: readonly number[];
  /** Traffic classes of its replicas and repairs, and of its restores. */
  readonly storeClass: number;
  readonly restoreClass: number;
}

/** Every data set ("object") that is backed up, class after class. */
export interface BackupPlan {
  readonly classes: readonly BackupClass[];
  readonly objectCount: number;
  /** [objects] */
  readonly classOf: Int32Array;
}

/** What `TrafficClass` says of labels, which backups share with all families. */
type ClassOf = (label: LabelConfig | undefined) => number;

/**
 * Numbers the data sets of a scenario. `firstClass` is the index that its first traffic class will have: each backup has two,
 * as in `backupTraffic`.
 */
export function createBackupPlan(scenario: Scenario, firstClass: number): BackupPlan {
  const { dataCentres, wan } = scenario;
  const centre = (name: string | undefined): number => dataCentres.findIndex((c) => c.name === name);
  let objectCount = 0;
  const classes = scenario.traffic.backups.map((backup, i): BackupClass => {
    const firstObject = objectCount;
    objectCount += backup.objects;
    const mirror = centre(backup.mirror?.dataCentre);
    const site = dataCentres[mirror];
    return {
      name: backup.name,
      dataCentre: centre(backup.dataCentre),
      restoreTo: centre(backup.restoreTo),
      firstObject,
      objects: backup.objects,
      bits: backup.objectBytes * BITS_PER_BYTE,
      periodS: backup.periodS,
      replicas: backup.replicas,
      deadlineS: backup.deadlineS,
      restoreDeadlineS: backup.restoreDeadlineS,
      mirror,
      mirrorBps: backup.mirror?.rateBps ?? Infinity,
      mirrorDelayS: site === undefined ? [] : dataCentres.map((to) => wanDelayS(site, to, wan)),
      storeClass: firstClass + 2 * i,
      restoreClass: firstClass + 2 * i + 1,
    };
  });
  const classOf = new Int32Array(objectCount);
  classes.forEach(({ firstObject, objects }, c) => classOf.fill(c, firstObject, firstObject + objects));
  return { classes, objectCount, classOf };
}

/**
 * Two traffic classes per backup: its replicas, which also repairs belong to, and its restores. A restore is worth what all
 * replicas of the data set together are, and of one at least. The load of the scenario does not change how often versions are made.
 */
export function backupTraffic(scenario: Scenario, classOf: ClassOf): TrafficClass[] {
  return scenario.traffic.backups.flatMap((backup): TrafficClass[] => {
    const label = classOf(backup.label);
    const store: TrafficClass = {
      name: backup.name,
      family: BACKUP,
      ratePerS: (backup.objects * backup.replicas) / backup.periodS,
      priority: backup.priority,
      value: backup.value,
      deadlineS: backup.deadlineS,
      sizeBits: backup.objectBytes * BITS_PER_BYTE,
      sizeSpread: 0,
      workTflop: 0,
      outputBits: 0,
      firstObject: 0,
      objects: 0,
      freshnessS: Infinity,
      falseAlertFrac: 0,
      consumerIsDataCentre: false,
      label,
      productLabel: label,
    };
    const restore: TrafficClass = {
      ...store,
      name: `${backup.name}-restore`,
      ratePerS: 0,
      value: backup.value * Math.max(1, backup.replicas),
      deadlineS: backup.restoreDeadlineS,
      consumerIsDataCentre: true,
    };
    return [store, restore];
  });
}

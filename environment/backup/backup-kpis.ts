import type { BackupColumns } from './backup-columns.ts';
import type { BackupPlan } from './backup-plan.ts';
import { BITS_PER_BYTE } from './bits.ts';

const BITS_PER_GB = 1e9 * BITS_PER_BYTE;

/**
 * Key figures of backups at `nowS`, by the names of `KPI_SPECS`. Recovery point: age, when the data centre was lost, of what came
 * back; recovery time: from then until it was back; both over the data sets whose last loss was followed by a restore.
 * `unrestored` counts those that did not come back; `lostDataDelayMeanS` counts their deadline as their time. NaN where nothing of the kind has happened.
 */
export function backupKpis(
  b: BackupColumns,
  { nowS, archiveBytes, plan }: { nowS: number; archiveBytes: number; plan: BackupPlan },
): Record<string, number> {
  const rpoS: number[] = [];
  const rtoS: number[] = [];
  let unrestored = 0;
  let delayS = 0;
  let shortS = 0;
  let onceComplete = 0;
  let closedS = 0;
  let spells = 0;
  let longestS = 0;
  for (let object = 0; object < b.home.length; object++) {
    if ((b.complete[object] as number) > 0) {
      onceComplete++;
      closedS += b.shortS[object] as number;
      spells += b.shortSpells[object] as number;
      longestS = Math.max(longestS, b.longestShortS[object] as number);
      const sinceS = b.shortSinceS[object] as number;
      shortS += (b.shortS[object] as number) + (sinceS < 0 ? 0 : nowS - sinceS);
    }
    const lostS = b.lostS[object] as number;
    if (lostS < 0) continue;
    const restoredS = b.restoredS[object] as number;
    if (restoredS < 0) {
      unrestored++;
      delayS += plan.classes[plan.classOf[object] as number]?.restoreDeadlineS ?? NaN;
      continue;
    }
    delayS += restoredS - lostS;
    rpoS.push(b.rpoS[object] as number);
    rtoS.push(restoredS - lostS);
  }
  rtoS.sort((x, y) => x - y);
  const lost = rtoS.length + unrestored;
  const room = b.archiveBits.length * archiveBytes * BITS_PER_BYTE;
  return {
    rpoMeanS: rpoS.reduce((sum, s) => sum + s, 0) / rpoS.length,
    rpoMaxS: rpoS.length === 0 ? NaN : rpoS.reduce((a, s) => Math.max(a, s), 0),
    rtoS: rtoS[rtoS.length - 1] ?? NaN,
    rtoMedianS: rtoS[Math.ceil(rtoS.length / 2) - 1] ?? NaN,
    lostDataDelayMeanS: delayS / lost,
    restoredFrac: rtoS.length / lost,
    unrestored,
    durabilityFrac: 1 - b.lostVersions / b.completeVersions,
    underReplicatedS: shortS / onceComplete,
    rereplicationMeanS: closedS / spells,
    rereplicationMaxS: spells === 0 ? NaN : longestS,
    repairGB: b.repairBits / BITS_PER_GB,
    restoreGB: b.restoreBits / BITS_PER_GB,
    mirrorGB: b.mirroredBits / BITS_PER_GB,
    archiveFrac: b.archiveBits.reduce((sum, bits) => sum + bits, 0) / room,
  };
}

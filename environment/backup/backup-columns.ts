import type { BackupPlan } from './backup-plan.ts';

/** Why a copy of a data set is under way. */
export const REPLICA = 0; // from its data centre to a satellite
export const REPAIR = 1; // from one satellite to another
export const RESTORE = 2; // from a satellite, or the mirror, to a data centre
export const MIRROR = 3; // from its data centre to the mirror, over fibre; no task

/** `awaySinceS` of a satellite that is at hand, and of one that has copies to delete as soon as it is. */
export const AT_HAND = -1;
export const TO_TIDY = -2;

const INITIAL_COPIES = 1024;
const INITIAL_ATTEMPTS = 256;

/**
 * The state of all backups. Objects (O) are data sets, versions count from 1, copies are replicas that satellites hold,
 * attempts are copies under way. Times in s since scenario start; -1 = never, or none.
 */
export interface BackupColumns {
  /** [O] newest version made and when; newest version of which all copies have once been there. */
  version: Int32Array;
  madeS: Float64Array;
  complete: Int32Array;
  /** [O] data centre (node) that has the data set, -1 = lost. When it was lost, and brought back; age of what came back then, s. */
  home: Int32Array;
  lostS: Float64Array;
  restoredS: Float64Array;
  rpoS: Float64Array;
  /** [O] no new attempt to store a copy before then. */
  notBeforeS: Float64Array;
  /** [O] satellite of the last restore attempt. */
  lastSource: Int32Array;
  /** [O] newest version that has arrived at the mirror and is still there, 0 = none; when it was made. */
  mirrorVersion: Int32Array;
  mirrorMadeS: Float64Array;
  /** [O] heads of its lists of copies and of attempts; attempts that are not restores. */
  firstCopy: Int32Array;
  firstAttempt: Int32Array;
  storing: Uint8Array;
  /** [O] since when fewer copies exist than wanted; closed spells of that, s. */
  shortSinceS: Float64Array;
  shortS: Float64Array;
  /** [O] how many spells that were, and the longest, s. */
  shortSpells: Int32Array;
  longestShortS: Float64Array;
  /** [O] objects that the next round looks at, first in first out, and whether an object is among them. */
  due: Int32Array;
  isDue: Uint8Array;
  dueCount: number;

  copyCapacity: number;
  /** Head of the list of free copies, chained through `copyNext`; -1 = none. */
  freeCopy: number;
  copyObject: Int32Array;
  copyVersion: Int32Array;
  copySatellite: Int32Array;
  /** Satellite that gave it to its holder, which knows that before the catalogue does; -1 = the holder itself. */
  copyBy: Int32Array;
  copyMadeS: Float64Array;
  copyStoredS: Float64Array;
  /** When it ceased to exist, which is noticed later; Infinity = it exists. */
  copyLostS: Float64Array;
  /** 1 = the catalogue does not count on it any more. */
  copyWrittenOff: Uint8Array;
  /** Next copy of the object; neighbours in the list of its satellite. */
  copyNext: Int32Array;
  copyBefore: Int32Array;
  copyAfter: Int32Array;

  attemptCapacity: number;
  freeAttempt: number;
  attemptKind: Uint8Array;
  attemptObject: Int32Array;
  attemptVersion: Int32Array;
  attemptMadeS: Float64Array;
  /** When it set out; of a `MIRROR`: when its last bit has left, Infinity where that will not be. */
  attemptBeganS: Float64Array;
  /** Node it set out from. */
  attemptSource: Int32Array;
  /** Satellite it was given to by the last `place` decision, and the satellite that decided. */
  attemptTo: Int32Array;
  attemptBy: Int32Array;
  attemptNext: Int32Array;

  /** [S] bits in the archive; head of the list of copies there, lost ones that are not noticed included, and how many of these. */
  archiveBits: Float64Array;
  firstHeld: Int32Array;
  unnoticed: Int32Array;
  /** [S] bits of repairs and restores under way that set out from here. */
  sentBits: Float64Array;
  /** [S] since when it is known to be out of reach, or AT_HAND, or TO_TIDY. */
  awaySinceS: Float64Array;
  /** [classes * S] 1 = its copies of the class are written off. */
  isWrittenOff: Uint8Array;
  /** [classes] versions due so far; latest deadline given to a restore. */
  made: Float64Array;
  latestRestoreS: Float64Array;

  /** [classes] until when the fibre is busy with new versions, and with restores. */
  mirrorBusyS: Float64Array;
  returnBusyS: Float64Array;

  /** Ledger of the mirrors, bits: given to the fibre, arrived, cut off with either site. */
  mirrorSentBits: number;
  mirroredBits: number;
  mirrorCutBits: number;
  /** Ledger of the archives, bits: put in, deleted on purpose, lost. */
  storedBits: number;
  deletedBits: number;
  lostBits: number;
  repairBits: number;
  restoreBits: number;
  /** Versions that were complete once; those of them whose last copy was lost before a newer one was complete. */
  completeVersions: number;
  lostVersions: number;
  /** Data sets lost with a data centre, and brought back. */
  lostObjects: number;
  restoredObjects: number;
}

/** Names of the columns that grow with copies, and with attempts. */
const COPY_COLUMNS = [
  'copyObject',
  'copyVersion',
  'copySatellite',
  'copyBy',
  'copyMadeS',
  'copyStoredS',
  'copyLostS',
  'copyWrittenOff',
  'copyNext',
  'copyBefore',
  'copyAfter',
] as const;
const ATTEMPT_COLUMNS = [
  'attemptKind',
  'attemptObject',
  'attemptVersion',
  'attemptMadeS',
  'attemptBeganS',
  'attemptSource',
  'attemptTo',
  'attemptBy',
  'attemptNext',
] as const;

/** Columns before the first version. Without backups they are empty. */
export function createBackups(plan: BackupPlan, satelliteCount: number, firstDataCentre: number): BackupColumns {
  const O = plan.objectCount;
  const B = plan.classes.length;
  const S = B === 0 ? 0 : satelliteCount;
  const f64 = (n: number, value: number): Float64Array => new Float64Array(n).fill(value);
  const i32 = (n: number, value: number): Int32Array => new Int32Array(n).fill(value);
  const columns: BackupColumns = {
    version: i32(O, 0),
    madeS: f64(O, -1),
    complete: i32(O, 0),
    home: i32(O, -1),
    lostS: f64(O, -1),
    restoredS: f64(O, -1),
    rpoS: f64(O, -1),
    notBeforeS: f64(O, -1),
    lastSource: i32(O, -1),
    mirrorVersion: i32(O, 0),
    mirrorMadeS: f64(O, -1),
    firstCopy: i32(O, -1),
    firstAttempt: i32(O, -1),
    storing: new Uint8Array(O),
    shortSinceS: f64(O, -1),
    shortS: f64(O, 0),
    shortSpells: i32(O, 0),
    longestShortS: f64(O, 0),
    due: i32(O, -1),
    isDue: new Uint8Array(O),
    dueCount: 0,
    ...copyColumns(0),
    copyCapacity: 0,
    freeCopy: -1,
    ...attemptColumns(0),
    attemptCapacity: 0,
    freeAttempt: -1,
    archiveBits: f64(S, 0),
    firstHeld: i32(S, -1),
    unnoticed: i32(S, 0),
    sentBits: f64(S, 0),
    awaySinceS: f64(S, AT_HAND),
    isWrittenOff: new Uint8Array(B * S),
    made: f64(B, 0),
    latestRestoreS: f64(B, -1),
    mirrorBusyS: f64(B, -1),
    returnBusyS: f64(B, -1),
    mirrorSentBits: 0,
    mirroredBits: 0,
    mirrorCutBits: 0,
    storedBits: 0,
    deletedBits: 0,
    lostBits: 0,
    repairBits: 0,
    restoreBits: 0,
    completeVersions: 0,
    lostVersions: 0,
    lostObjects: 0,
    restoredObjects: 0,
  };
  for (const { dataCentre, firstObject, objects } of plan.classes) {
    columns.home.fill(firstDataCentre + dataCentre, firstObject, firstObject + objects);
  }
  return columns;
}

type CopyColumns = Pick<BackupColumns, (typeof COPY_COLUMNS)[number]>;
type AttemptColumns = Pick<BackupColumns, (typeof ATTEMPT_COLUMNS)[number]>;

function copyColumns(n: number): CopyColumns {
  return {
    copyObject: new Int32Array(n),
    copyVersion: new Int32Array(n),
    copySatellite: new Int32Array(n),
    copyBy: new Int32Array(n),
    copyMadeS: new Float64Array(n),
    copyStoredS: new Float64Array(n),
    copyLostS: new Float64Array(n),
    copyWrittenOff: new Uint8Array(n),
    copyNext: new Int32Array(n),
    copyBefore: new Int32Array(n),
    copyAfter: new Int32Array(n),
  };
}

function attemptColumns(n: number): AttemptColumns {
  return {
    attemptKind: new Uint8Array(n),
    attemptObject: new Int32Array(n),
    attemptVersion: new Int32Array(n),
    attemptMadeS: new Float64Array(n),
    attemptBeganS: new Float64Array(n),
    attemptSource: new Int32Array(n),
    attemptTo: new Int32Array(n),
    attemptBy: new Int32Array(n),
    attemptNext: new Int32Array(n),
  };
}

/** Makes room for more copies; all new ones are free. */
export function growCopies(b: BackupColumns): void {
  const from = b.copyCapacity;
  const n = Math.max(INITIAL_COPIES, 2 * from);
  const larger = copyColumns(n);
  for (const name of COPY_COLUMNS) larger[name].set(b[name]);
  Object.assign(b, larger);
  for (let i = from; i < n; i++) b.copyNext[i] = i + 1 < n ? i + 1 : b.freeCopy;
  b.freeCopy = from;
  b.copyCapacity = n;
}

/** Makes room for more attempts; all new ones are free. */
export function growAttempts(b: BackupColumns): void {
  const from = b.attemptCapacity;
  const n = Math.max(INITIAL_ATTEMPTS, 2 * from);
  const larger = attemptColumns(n);
  for (const name of ATTEMPT_COLUMNS) larger[name].set(b[name]);
  Object.assign(b, larger);
  for (let i = from; i < n; i++) b.attemptNext[i] = i + 1 < n ? i + 1 : b.freeAttempt;
  b.freeAttempt = from;
  b.attemptCapacity = n;
}

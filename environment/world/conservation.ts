import { DROP_REASONS, SpaceCloudError, TASK_FAMILIES } from '../../core/index.ts';
import { MIRROR } from '../backup/backup-columns.ts';
import { backupClassOf } from './backup-ledger.ts';
import type { WorldState } from './state.ts';
import { FREE, ON_GROUND_NETWORK, PROPAGATING } from './tasks.kernel.ts';

/** Largest relative error of the energy balance of a tick: rounding of a dozen float64 operations stays far below. */
const ENERGY_TOLERANCE = 1e-9;
/** Rounding of sums of bits over a run, relative to what was created. */
const BITS_TOLERANCE = 1e-9;

export interface Conservation {
  /** Worst relative error of any satellite's energy balance in any tick. */
  readonly energyError: number;
  /** |created - delivered - dropped - consumed - present| / created. */
  readonly bitsError: number;
  /** Worst |buffer column - sum of what stands there| over satellites / created bits. */
  readonly bufferError: number;
  /** Worst |archive column - sum of replicas there|, and |stored - deleted - lost - in archives|, over bits stored. */
  readonly archiveError: number;
  /** |given to the fibres of mirrors - arrived - cut off - under way| over bits given. */
  readonly mirrorError: number;
  /** created - delivered - dropped - live tasks. */
  readonly tasksMissing: number;
}

/** Errors of the ledgers, with the live tasks that were found. */
interface LedgerErrors extends Conservation {
  readonly live: number;
}

/** Compares the ledgers of a world with what is really there: energy of every tick, every bit created, every task with one end. */
export function ledgerErrors(w: WorldState): LedgerErrors {
  const { tasks, statistics: s, satellites, model } = w;
  let presentBits = 0;
  let live = 0;
  const standing = new Float64Array(model.satelliteCount);
  for (let task = 0; task < tasks.capacity; task++) {
    const state = tasks.state[task] as number;
    if (state === FREE) continue;
    live++;
    const bits = tasks.sizeBits[task] as number;
    presentBits += bits;
    const holder = tasks.holder[task] as number;
    if (holder < model.satelliteCount && state !== PROPAGATING && state !== ON_GROUND_NETWORK) {
      standing[holder] = (standing[holder] as number) + bits;
    }
  }
  const scaleBits = Math.max(1, s.createdBits);
  let bufferError = 0;
  standing.forEach((bits, i) => {
    bufferError = Math.max(bufferError, Math.abs(bits - (satellites.bufferBits[i] as number)) / scaleBits);
  });
  let ended = 0;
  for (let family = 0; family < TASK_FAMILIES.length; family++) {
    ended += s.delivered[family] as number;
    for (let r = 1; r < DROP_REASONS.length; r++) ended += s.dropped[family * DROP_REASONS.length + r] as number;
  }
  return {
    energyError: w.power.worstBalance,
    bitsError: Math.abs(s.createdBits - s.deliveredBits - s.droppedBits - s.consumedBits - presentBits) / scaleBits,
    bufferError,
    archiveError: archiveError(w),
    mirrorError: mirrorError(w),
    tasksMissing: s.created.reduce((sum, n) => sum + n, 0) - ended - live,
    live,
  };
}

/**
 * Checks the ledgers of a world against what is really there. Throws CONSERVATION with the figures when one does not close.
 */
export function checkConservation(w: WorldState): Conservation {
  const { live, ...result } = ledgerErrors(w);
  const closed =
    result.energyError <= ENERGY_TOLERANCE &&
    result.bitsError <= BITS_TOLERANCE &&
    result.bufferError <= BITS_TOLERANCE &&
    result.archiveError <= BITS_TOLERANCE &&
    result.mirrorError <= BITS_TOLERANCE &&
    result.tasksMissing === 0 &&
    live === w.tasks.live;
  if (!closed) {
    throw new SpaceCloudError(
      'CONSERVATION',
      `Expected closed ledgers at ${w.clock.timeS} s, got ${JSON.stringify(result)} with ${live} live tasks of ${w.tasks.live}.`,
      {
        hint: 'This is a defect of the world: please report it with scenario, policy and seed.',
      },
    );
  }
  return result;
}

function archiveError(w: WorldState): number {
  const { backups: b } = w;
  const scaleBits = Math.max(1, b.storedBits);
  let heldBits = 0;
  let worst = 0;
  for (let satellite = 0; satellite < b.firstHeld.length; satellite++) {
    let bits = 0;
    for (let copy = b.firstHeld[satellite] as number; copy >= 0; copy = b.copyAfter[copy] as number) {
      if (b.copyLostS[copy] === Infinity) bits += backupClassOf(w, b.copyObject[copy] as number).bits;
    }
    heldBits += bits;
    worst = Math.max(worst, Math.abs(bits - (b.archiveBits[satellite] as number)) / scaleBits);
  }
  return Math.max(worst, Math.abs(b.storedBits - b.deletedBits - b.lostBits - heldBits) / scaleBits);
}

function mirrorError(w: WorldState): number {
  const { backups: b } = w;
  let underWayBits = 0;
  for (let object = 0; object < b.home.length; object++) {
    const { bits } = backupClassOf(w, object);
    for (let a = b.firstAttempt[object] as number; a >= 0; a = b.attemptNext[a] as number) {
      if (b.attemptKind[a] === MIRROR && b.attemptBeganS[a] !== Infinity) underWayBits += bits;
    }
  }
  const errorBits = Math.abs(b.mirrorSentBits - b.mirroredBits - b.mirrorCutBits - underWayBits);
  return errorBits / Math.max(1, b.mirrorSentBits);
}

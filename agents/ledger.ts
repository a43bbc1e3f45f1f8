import { type Draft, type Patch, enablePatches, freeze, produce, produceWithPatches } from 'immer';
import { type Observable, Subject } from 'rxjs';
import type { ModeChange } from './mode-change.ts';

enablePatches();

/** Mode changes the ledger keeps verbatim; older ones survive in `counts` only. */
const RECENT = 64;

/** Modes that are faults: they are counted and kept apart from ordinary changes. */
const FAULTS: ReadonlySet<string> = new Set([
  'service.down',
  'trust.suspect',
  'trust.quarantined',
  'autonomy.fallback',
]);

interface LedgerEntry extends ModeChange {
  readonly timeS: number;
}

/** Modes and faults of one world, JSON-safe and deeply frozen. */
export interface LedgerState {
  /** Node name -> region -> mode; nodes that never changed are left out. */
  readonly modes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** `region.mode` -> times entered. */
  readonly counts: Readonly<Record<string, number>>;
  /** Changes ever seen, and faults among them. */
  readonly changes: number;
  readonly faults: number;
  /** The last changes: number `i` at `i % 64`. */
  readonly recent: readonly LedgerEntry[];
}

/** The patches of one drained group: applied in order to the state before, they give the state after. */
export interface LedgerPatches {
  readonly timeS: number;
  readonly patches: readonly Patch[];
}

const EMPTY: LedgerState = freeze({ modes: {}, counts: {}, changes: 0, faults: 0, recent: [] }, true);

/**
 * The ledger of modes and faults of one world: one immer edit per drained group of mode events. `patches$` feeds recordings
 * and viewers.
 */
export class ModeLedger {
  readonly patches$: Observable<LedgerPatches>;
  private current: LedgerState = EMPTY;
  private readonly patches = new Subject<LedgerPatches>();

  constructor() {
    this.patches$ = this.patches.asObservable();
  }

  get state(): LedgerState {
    return this.current;
  }

  /** Enters one drained group; `changes` may be reused by the caller afterwards. */
  record(timeS: number, changes: readonly ModeChange[]): void {
    if (changes.length === 0) return;
    const enter = (draft: Draft<LedgerState>): void => {
      for (const change of changes) {
        const { name, region, to } = change;
        (draft.modes[name] ??= {})[region] = to;
        const key = `${region}.${to}`;
        draft.counts[key] = (draft.counts[key] ?? 0) + 1;
        if (FAULTS.has(key)) draft.faults++;
        draft.recent[draft.changes++ % RECENT] = { timeS, ...change };
      }
    };
    if (!this.patches.observed) {
      this.current = produce(this.current, enter);
      return;
    }
    const [next, patches] = produceWithPatches(this.current, enter);
    this.current = next;
    this.patches.next({ timeS, patches });
  }

  /** Takes over the state of a checkpoint; no patches are emitted. */
  restore(state: LedgerState): void {
    this.current = freeze(state, true);
  }

  /** Starts anew, for a new world; one patch replaces the whole state. */
  clear(timeS: number): void {
    this.current = EMPTY;
    this.patches.next({ timeS, patches: [{ op: 'replace', path: [], value: EMPTY }] });
  }

  close(): void {
    this.patches.complete();
  }
}

import { SpaceCloudError } from '../core/index.ts';
import type { LedgerState } from './ledger.ts';
import type { SavedWorldAgents } from './world-agents.ts';
import type { WorldPort } from './world-port.ts';

/** JSON-safe modes of all agents and their ledgers; part of checkpoints. */
export interface SavedModes {
  readonly version: 2;
  /** [worlds] */
  readonly worlds: readonly { readonly agents: SavedWorldAgents; readonly ledger: LedgerState }[];
}

/** Refuses saved modes that another version wrote, or that do not fit the worlds, before anything is changed. */
export function checkSavedModes(saved: SavedModes, worlds: readonly WorldPort[]): void {
  const { version } = saved as { version: unknown };
  if (version !== 2)
    throw new SpaceCloudError('CHECKPOINT_VERSION', `Expected saved modes of version 2, got ${String(version)}.`);
  if (saved.worlds.length !== worlds.length) {
    throw new SpaceCloudError(
      'CHECKPOINT_SCENARIO',
      `Expected saved modes of ${worlds.length} worlds, got ${saved.worlds.length}.`,
      { hint: 'Resume with the number of worlds the checkpoint was written with.' },
    );
  }
  saved.worlds.forEach(({ agents }, w) => {
    const nodeCount = worlds[w]?.nodeCount ?? 0;
    for (const key of Object.keys(agents.snapshots)) {
      const node = Number(key);
      if (!Number.isInteger(node) || node < 0 || node >= nodeCount) {
        throw new SpaceCloudError(
          'CHECKPOINT_SCENARIO',
          `Expected nodes below ${nodeCount} in world ${w}, got '${key}'.`,
        );
      }
    }
  });
}

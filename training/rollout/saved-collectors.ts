import type { SavedModes } from '../../agents/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import type { SavedWorld } from '../../environment/index.ts';
import type { CheckpointSections } from '../checkpoint/format.ts';
import type { SavedCollector } from './collector.ts';

/** The part of saved collectors that is JSON; columns go to sections of the checkpoint. */
export interface CollectorsState {
  readonly collectors: readonly {
    readonly nextSeed: number;
    readonly worldSeeds: readonly number[];
    readonly worldStages: readonly number[];
    readonly modes: SavedModes;
    readonly numbers: readonly Readonly<Record<string, number | string>>[];
  }[];
}

/** Splits collectors into JSON and sections `collector.<i>.world.<w>.<column>`, `.rng` and `.memory.*`. Infinity becomes text: JSON has none. */
export function packCollectors(saved: readonly SavedCollector[]): {
  state: CollectorsState;
  sections: CheckpointSections;
} {
  const sections: Record<string, CheckpointSections[string]> = {};
  const collectors = saved.map((collector, i) => {
    sections[`collector.${i}.rng`] = collector.rng;
    if (collector.memory !== undefined) {
      sections[`collector.${i}.memory.owners`] = collector.memory.owners;
      sections[`collector.${i}.memory.states`] = collector.memory.states;
    }
    collector.worlds.forEach((world, w) => {
      for (const [name, column] of Object.entries(world.columns)) {
        sections[`collector.${i}.world.${w}.${name}`] = column;
      }
    });
    return {
      nextSeed: collector.nextSeed,
      worldSeeds: collector.worldSeeds,
      worldStages: collector.worldStages,
      modes: collector.modes,
      numbers: collector.worlds.map(({ numbers }) =>
        Object.fromEntries(
          Object.entries(numbers).map(([key, value]) => [key, Number.isFinite(value) ? value : String(value)]),
        ),
      ),
    };
  });
  return { state: { collectors }, sections };
}

/** The inverse of `packCollectors`. */
export function unpackCollectors(state: CollectorsState, sections: CheckpointSections): SavedCollector[] {
  return state.collectors.map((collector, i) => {
    const worlds: SavedWorld[] = collector.numbers.map((numbers, w) => {
      const prefix = `collector.${i}.world.${w}.`;
      return {
        numbers: Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, Number(value)])),
        columns: Object.fromEntries(
          Object.entries(sections)
            .filter(([name]) => name.startsWith(prefix))
            .map(([name, column]) => [name.slice(prefix.length), column]),
        ),
      };
    });
    const rng = sections[`collector.${i}.rng`];
    if (!(rng instanceof Uint32Array))
      throw new SpaceCloudError('CHECKPOINT_CORRUPT', `Expected section 'collector.${i}.rng', got none.`);
    const { nextSeed, worldSeeds, worldStages, modes } = collector;
    const owners = sections[`collector.${i}.memory.owners`];
    const states = sections[`collector.${i}.memory.states`];
    const remembers = owners instanceof Int32Array && states instanceof Float32Array;
    return {
      nextSeed,
      worldSeeds,
      worldStages,
      modes,
      rng,
      worlds,
      ...(remembers ? { memory: { owners, states } } : {}),
    };
  });
}

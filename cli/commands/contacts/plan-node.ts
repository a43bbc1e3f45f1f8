import { SpaceCloudError } from '../../../core/index.ts';

/** Nodes of a contact plan. */
interface PlanNodes {
  readonly known: readonly string[];
  /** Names of numbered nodes, with the node of each. */
  readonly nodeNames: ReadonlyMap<string, string>;
  readonly nearestWord: (word: string, known: readonly string[]) => string | undefined;
}

/** The node that an option asks for, as the plan calls it, or by its name in the plan. Throws USAGE when there is none. */
export function planNode(option: string, asked: string, { known, nodeNames, nearestWord }: PlanNodes): string {
  if (known.includes(asked)) return asked;
  const node = nodeNames.get(asked);
  if (node !== undefined) return node;
  if ([...nodeNames.values()].includes(asked)) return asked;
  const words = [...nodeNames.keys(), ...known];
  const nearest = nearestWord(asked, words);
  const shown = words.slice(0, SHOWN).join(', ');
  const list =
    words.length === 0 ? 'The plan has no nodes.' : `The plan has ${shown}${words.length > SHOWN ? ', ...' : ''}.`;
  throw new SpaceCloudError('USAGE', `Expected a node of the plan for ${option}, got '${asked}'.`, {
    hint: nearest === undefined ? list : `Did you mean '${nearest}'?`,
  });
}

/** Enough nodes to see how they are named. */
const SHOWN = 8;

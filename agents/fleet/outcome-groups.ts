import { type DecisionBatch, type DecisionSpec, CACHE, FORWARD, PLACE } from '../../core/index.ts';

/** Groups of decisions whose outcomes are alike: what is decided, about which traffic, as far as the satellite itself sees it. */
export const OUTCOME_GROUPS = [
  'forward: messages',
  'forward: content',
  'forward: raw data',
  'forward: results',
  'place: observations',
  'place: replicas',
  'place: jobs',
  'cache',
] as const;

/** Column in the context of a kind -> group, in order of precedence; a row with none of these flags has the last group of its kind. */
const FLAGS = {
  [FORWARD]: { flags: ['isMessage', 'isContent', 'isRaw'], first: 0 },
  [PLACE]: { flags: ['isObservation', 'isReplica'], first: 4 },
  [CACHE]: { flags: [], first: 7 },
} as const;

interface KindColumns {
  readonly first: number;
  readonly flags: readonly number[];
  readonly value: number;
}

/** Reads from the rows of batches to which group they belong and what is at stake. */
export class OutcomeGroups {
  private readonly kinds: readonly KindColumns[];

  constructor(spec: DecisionSpec) {
    this.kinds = ([FORWARD, PLACE, CACHE] as const).map((kind) => {
      const columns = (spec.kinds[kind]?.context ?? []).map(({ name }) => name);
      const { first, flags } = FLAGS[kind];
      return { first, flags: flags.map((flag) => columns.indexOf(flag)), value: columns.indexOf('value') };
    });
  }

  /** Index into `OUTCOME_GROUPS`. */
  groupOf({ kind, context, contextStride }: DecisionBatch, row: number): number {
    const { first, flags } = this.kinds[kind[row] as number] as KindColumns;
    const at = row * contextStride;
    const flag = flags.findIndex((column) => column >= 0 && context[at + column] === 1);
    return first + (flag < 0 ? flags.length : flag);
  }

  /** Value of the task that is decided about; 1 where the decision has none (caches, tasks without value). */
  valueOf({ kind, context, contextStride }: DecisionBatch, row: number): number {
    const { value } = this.kinds[kind[row] as number] as KindColumns;
    const atStake = value < 0 ? 0 : (context[row * contextStride + value] as number);
    return atStake > 0 ? atStake : 1;
  }
}

import { type DecisionBatch, type LocalKnowledge, type OracleView, SpaceCloudError } from '../../core/index.ts';

/** How one kind of decision is made by a baseline; a composite policy has one per kind. */
export interface KindRule {
  /**
   * Candidate index for row `row` of the batch, always an allowed one. Allocates nothing. Throws MISUSE if the row allows
   * none.
   */
  pick(batch: DecisionBatch, row: number): number;
  /** Present on oracles only: the truth per world index. */
  attachOracle?(views: readonly OracleView[]): void;
}

/** What a rule is built from. */
export interface RuleOptions {
  readonly spec: DecisionBatch['spec'];
  /** Seed of rules that draw; each rule has its own stream. */
  readonly seed: number;
  /** Parameters of the rule: its defaults, and what the baseline's name says otherwise (`ground-table:periodS=60`). */
  readonly parameters: Readonly<Record<string, number>>;
}

/** The error of a row without an allowed candidate: the world must drop such a task instead of asking. */
export function nothingAllowed(batch: DecisionBatch, row: number): SpaceCloudError {
  const kind = batch.spec.kinds[batch.kind[row] as number]?.kind ?? `kind ${batch.kind[row]}`;
  return new SpaceCloudError(
    'MISUSE',
    `Expected the actionMask of satellite ${batch.agent[row]}, decision ${batch.decision[row]} (${kind}), to allow at least ` +
      `one of ${batch.candidateCount[row]} candidates, got all zeros at ${batch.timeS[row]} s.`,
    { hint: 'A task without an allowed candidate is dropped with its reason; it is never put to a policy.' },
  );
}

/** The error of an oracle that was asked before it was given the truth. */
export function truthMissing(world: number): SpaceCloudError {
  return new SpaceCloudError('MISUSE', `Expected an OracleView for world ${world}, got none.`, {
    hint: 'Call attachOracle(views) before the first batch; only evaluation hands the truth out.',
  });
}

/** Part of what satellites know, for a rule that cannot do without. Throws MISUSE where the world does not offer it. */
export function knowledgeOf<K extends keyof LocalKnowledge>(
  batch: DecisionBatch,
  world: number,
  part: K,
): NonNullable<LocalKnowledge[K]> {
  const found = batch.knowledge[world]?.[part];
  if (found !== undefined && found !== null) return found;
  throw new SpaceCloudError('MISUSE', `Expected world ${world} to offer LocalKnowledge.${part}, got none.`, {
    hint: 'Baselines that plan or remember need a world of their own process; on a node of its own use another baseline.',
  });
}

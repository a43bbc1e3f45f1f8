import type { Variation } from './variation.ts';

/** A stretch of training with a variation of its own. */
export interface Stage {
  /** The stage ends after so many decisions. */
  readonly decisions: number;
  /** It ends earlier once the mean utility of the episodes that ended in one iteration reaches this; null = never. */
  readonly utility: number | null;
  /** In place of the run's own, quantity by quantity. */
  readonly variation: Variation;
}

export interface CurriculumState {
  /** Index of the stage; the number of stages when all are over. */
  readonly stage: number;
  /** Decisions of the run when the stage began. */
  readonly sinceDecisions: number;
}

export const CURRICULUM_START: CurriculumState = { stage: 0, sinceDecisions: 0 };

/** The state after an iteration: at most one stage further. `utility`: of the episodes that ended in it, if any did. */
export function advanceCurriculum(
  stages: readonly Stage[],
  state: CurriculumState,
  { decisions, utility }: { readonly decisions: number; readonly utility: number | undefined },
): CurriculumState {
  const stage = stages[state.stage];
  if (stage === undefined) return state;
  const isOver = decisions - state.sinceDecisions >= stage.decisions;
  const isMastered = stage.utility !== null && utility !== undefined && utility >= stage.utility;
  return isOver || isMastered ? { stage: state.stage + 1, sinceDecisions: decisions } : state;
}

/** What varies in a stage; after the last, the run's own variation. */
export function variationOf(base: Variation, stages: readonly Stage[], stage: number): Variation {
  return { ...base, ...stages[stage]?.variation };
}

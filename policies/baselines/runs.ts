import type { DecisionBatch } from '../../core/index.ts';

/**
 * What a rule remembers, per world, begun anew with every run: a run's decisions are numbered from 0, so a number that does not
 * follow the last one seen belongs to another run. Nothing is drawn, so the same run gives the same memory.
 */
export class Runs<State> {
  private readonly states: (State | undefined)[] = [];
  private readonly lastDecision: number[] = [];
  private readonly create: (batch: DecisionBatch, world: number) => State;

  constructor(create: (batch: DecisionBatch, world: number) => State) {
    this.create = create;
  }

  /** The state of the world that row `row` comes from. */
  of(batch: DecisionBatch, row: number): State {
    const world = batch.world[row] as number;
    const decision = batch.decision[row] as number;
    let state = this.states[world];
    if (state === undefined || decision < (this.lastDecision[world] as number)) {
      state = this.create(batch, world);
      this.states[world] = state;
    }
    this.lastDecision[world] = decision;
    return state;
  }
}

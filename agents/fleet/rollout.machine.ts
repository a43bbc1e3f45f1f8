import { type SnapshotFrom, assign, setup } from 'xstate';

/** What the ground may learn, or decide by the clock. */
export type RolloutEvent =
  | { readonly type: 'baseline.heard' }
  | { readonly type: 'baseline.silent'; readonly reason: string }
  | { readonly type: 'stage.acknowledged' }
  | { readonly type: 'stage.late'; readonly reason: string }
  | { readonly type: 'install.refused'; readonly reason: string }
  | { readonly type: 'gate.passed' }
  | { readonly type: 'gate.failed'; readonly reason: string }
  | { readonly type: 'gate.unclear'; readonly reason: string }
  | { readonly type: 'rollback.acknowledged' }
  | { readonly type: 'rollback.late' }
  | { readonly type: 'release.revoked' };

export interface RolloutContext {
  /** Stage under way, 0 = canary. */
  readonly stage: number;
  readonly stages: number;
  /** Why it was rolled back; null while there is no reason. */
  readonly reason: string | null;
}

/**
 * The course of a roll-out as the ground sees it. `delivering` sends a stage and waits for acknowledgements, `observing` hears how the
 * satellites do; a gate that does not pass, a refused installation and a deadline lead to `rollingBack`, whatever the stage. A release that
 * is revoked ends it in `revoked`: satellites that hear of it fall back by themselves. `held`: a gate could not tell, and the plan leaves it to
 * a person; limits are still watched.
 */
export const rolloutMachine = setup({
  types: {
    context: {} as RolloutContext,
    events: {} as RolloutEvent,
    input: {} as { readonly stages: number },
  },
  guards: { isLastStage: ({ context }) => context.stage + 1 >= context.stages },
  actions: {
    nextStage: assign(({ context }) => ({ stage: context.stage + 1 })),
    noteReason: assign(({ event }) => ('reason' in event ? { reason: event.reason } : {})),
  },
}).createMachine({
  id: 'rollout',
  context: ({ input }) => ({ stage: 0, stages: input.stages, reason: null }),
  initial: 'baseline',
  states: {
    baseline: {
      on: {
        'baseline.heard': 'delivering',
        'baseline.silent': { target: 'notStarted', actions: 'noteReason' },
        'release.revoked': 'revoked',
      },
    },
    delivering: {
      on: {
        'stage.acknowledged': 'observing',
        'stage.late': { target: 'rollingBack', actions: 'noteReason' },
        'gate.failed': { target: 'rollingBack', actions: 'noteReason' },
        'install.refused': { target: 'rollingBack', actions: 'noteReason' },
        'release.revoked': 'revoked',
      },
    },
    observing: {
      on: {
        'gate.passed': [
          { guard: 'isLastStage', target: 'done' },
          { target: 'delivering', actions: 'nextStage' },
        ],
        'gate.failed': { target: 'rollingBack', actions: 'noteReason' },
        'gate.unclear': { target: 'held', actions: 'noteReason' },
        'install.refused': { target: 'rollingBack', actions: 'noteReason' },
        'release.revoked': 'revoked',
      },
    },
    held: {
      on: {
        'gate.failed': { target: 'rollingBack', actions: 'noteReason' },
        'install.refused': { target: 'rollingBack', actions: 'noteReason' },
        'release.revoked': 'revoked',
      },
    },
    done: { on: { 'release.revoked': 'revoked' } },
    rollingBack: {
      on: {
        'rollback.acknowledged': 'rolledBack',
        'rollback.late': 'rollBackIncomplete',
        'release.revoked': 'revoked',
      },
    },
    rolledBack: { on: { 'release.revoked': 'revoked' } },
    rollBackIncomplete: { on: { 'rollback.acknowledged': 'rolledBack', 'release.revoked': 'revoked' } },
    revoked: {},
    notStarted: { on: { 'release.revoked': 'revoked' } },
  },
});

export type RolloutState = SnapshotFrom<typeof rolloutMachine>['value'];

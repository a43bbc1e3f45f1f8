import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { type RolloutEvent, rolloutMachine } from '../../../agents/fleet/rollout.machine.ts';

function after(events: readonly RolloutEvent[], stages = 2) {
  let [snapshot] = initialTransition(rolloutMachine, { stages });
  for (const event of events) [snapshot] = transition(rolloutMachine, snapshot, event);
  return { state: snapshot.value, stage: snapshot.context.stage, reason: snapshot.context.reason };
}

const CANARY: RolloutEvent[] = [{ type: 'baseline.heard' }, { type: 'stage.acknowledged' }];

describe('the course of a roll-out', () => {
  it('goes through its stages', () => {
    expect(after([])).toMatchObject({ state: 'baseline', stage: 0 });
    expect(after(CANARY)).toMatchObject({ state: 'observing', stage: 0 });
    expect(after([...CANARY, { type: 'gate.passed' }])).toMatchObject({ state: 'delivering', stage: 1 });
    const wave: RolloutEvent[] = [{ type: 'gate.passed' }, { type: 'stage.acknowledged' }, { type: 'gate.passed' }];
    expect(after([...CANARY, ...wave])).toMatchObject({ state: 'done', stage: 1, reason: null });
  });

  it.each<RolloutEvent>([
    { type: 'gate.failed', reason: 'why' },
    { type: 'install.refused', reason: 'why' },
  ])('goes back in any stage: $type', (event) => {
    const back = { state: 'rollingBack', reason: 'why' };
    expect(after([...CANARY, event])).toMatchObject(back);
    expect(after([...CANARY, { type: 'gate.passed' }, event])).toMatchObject({ ...back, stage: 1 });
    expect(after([...CANARY, event, { type: 'rollback.acknowledged' }]).state).toBe('rolledBack');
    const late: RolloutEvent[] = [...CANARY, event, { type: 'rollback.late' }];
    expect(after(late).state).toBe('rollBackIncomplete');
    expect(after([...late, { type: 'rollback.acknowledged' }]).state).toBe('rolledBack');
  });

  it('stays where it is when it is held, until a limit is exceeded or the release revoked', () => {
    const held: RolloutEvent[] = [...CANARY, { type: 'gate.unclear', reason: 'who knows' }];
    expect(after(held)).toMatchObject({ state: 'held', stage: 0, reason: 'who knows' });
    expect(after([...held, { type: 'gate.passed' }]).state).toBe('held');
    expect(after([...held, { type: 'gate.failed', reason: 'late' }])).toMatchObject({
      state: 'rollingBack',
      reason: 'late',
    });
    expect(after([...held, { type: 'release.revoked' }]).state).toBe('revoked');
  });

  it('does not go on when nobody answers', () => {
    const late: RolloutEvent = { type: 'stage.late', reason: 'nobody' };
    expect(after([{ type: 'baseline.heard' }, late])).toMatchObject({ state: 'rollingBack', reason: 'nobody' });
    expect(after([{ type: 'baseline.silent', reason: 'nobody' }])).toMatchObject({
      state: 'notStarted',
      reason: 'nobody',
    });
  });

  it('ends when the release is revoked, and passes no gate after that', () => {
    const done: RolloutEvent[] = [...CANARY, { type: 'gate.passed' }];
    for (const events of [[], CANARY, done])
      expect(after([...events, { type: 'release.revoked' }]).state).toBe('revoked');
    expect(after([...CANARY, { type: 'release.revoked' }, { type: 'gate.passed' }]).state).toBe('revoked');
  });

  it('takes no verdict while it is delivering, and no acknowledgement while it observes', () => {
    expect(after([{ type: 'baseline.heard' }, { type: 'gate.passed' }]).state).toBe('delivering');
    expect(after([...CANARY, { type: 'stage.acknowledged' }])).toMatchObject({ state: 'observing', stage: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import type { RolloutResult, WhenUnclear } from '../../../agents/fleet/index.ts';
import { NEXT, QUICK, modelOf, network, plainRun, rollOut } from './fleet-on-test-12.ts';

const model = modelOf();
const events = ({ log }: RolloutResult, event: string) => log.filter((entry) => entry.event === event);
const states = (result: RolloutResult) => events(result, 'state').map(({ detail }) => detail?.split(':')[0]);

describe('a roll-out', () => {
  it('of the same network changes no decision, reaches all satellites and comes out the same again', async () => {
    const plain = await plainRun(model, network());
    const first = await rollOut(model);
    const again = await rollOut(model);
    expect(first.record.trajectoryHash).toBe(plain.trajectoryHash);
    expect(first.result.kpis).toMatchObject({ state: 'done', reason: null });
    expect(states(first.result)).toEqual([
      'delivering',
      'observing',
      'delivering',
      'observing',
      'delivering',
      'observing',
      'done',
    ]);
    expect(events(first.result, 'installed')).toHaveLength(12);
    expect(first.result.kpis.timeToFleetS.never).toBe(0);
    expect(first.result.kpis.decisionsByRelease).toBeGreaterThan(0);
    expect(again.result.log).toEqual(first.result.log);
    expect(again.result.logHash).toBe(first.result.logHash);
    expect(again.record.trajectoryHash).toBe(first.record.trajectoryHash);
  });

  it('installs nothing before it could have come, and decides by what it has heard', async () => {
    const { result } = await rollOut(model);
    const [ordered] = events(result, 'ordered');
    expect(ordered?.timeS).toBe(QUICK.baselineS);
    for (const installed of events(result, 'installed')) {
      const heard = events(result, 'acknowledged').find(({ satellite }) => satellite === installed.satellite);
      // 300 kB over 1 % of a link takes a while, and an acknowledgement at least light time from 1,200 km: 4 ms.
      expect(installed.timeS).toBeGreaterThan(QUICK.baselineS);
      expect(heard?.timeS).toBeGreaterThan(installed.timeS + 0.004);
    }
    const [observing] = events(result, 'observing');
    const canaries = events(result, 'acknowledged').filter(({ timeS }) => timeS <= (observing?.timeS as number));
    // 80 % of four canaries: all four.
    expect(canaries).toHaveLength(4);
  });

  it.each([
    ['late', 'answered too late'],
    ['abstains', 'not answered'],
  ] as const)('goes back by itself from a release that is or does: %s', async (answers, reason) => {
    const { result, policies } = await rollOut(model, { next: { policy: network(), answers } });
    expect(result.kpis.state).toBe('rolledBack');
    expect(result.kpis.reason).toContain(reason);
    expect(events(result, 'installed')).toHaveLength(4);
    expect(events(result, 'rolled back')).toHaveLength(4);
    expect(result.kpis.rollBackS).toMatchObject({ never: 0 });
    expect(new Set(Array.from({ length: 12 }, (_, s) => policies.flownBy(s))).size).toBe(1);
  });

  it('stops at a satellite that refuses, and says who and why', async () => {
    const { result } = await rollOut(model, { next: { refused: 'signature' } });
    expect(result.kpis.state).toBe('rolledBack');
    expect(result.kpis.reason).toMatch(/polar-p\d-s\d refused the release: signature/);
    expect(result.kpis.decisionsByRelease).toBe(0);
    const older = await rollOut(model, { release: { ...NEXT, version: 0 } });
    expect(older.result.kpis.reason).toContain('rollback');
  });

  it('fails closed when a gate has no verdict by its deadline', async () => {
    const { result } = await rollOut(model, { plan: { gate: { ...QUICK.gate, leastDecisions: 1_000_000 } } });
    expect(result.kpis.state).toBe('rolledBack');
    expect(result.kpis.reason).toContain('no verdict within 80 s');
  });

  it('does what the plan says when the last look cannot tell, but never goes on unheard', async () => {
    // Tolerates nothing: the same network is neither proven harmful nor proven harmless.
    const unclear = async (whenUnclear: WhenUnclear, limits = {}): Promise<RolloutResult> =>
      (await rollOut(model, { plan: { gate: { ...QUICK.gate, outcomeLossFrac: 0, whenUnclear, ...limits } } })).result;
    const back = await unclear('rollBack');
    expect(back.kpis).toMatchObject({ state: 'rolledBack' });
    expect(back.kpis.reason).toMatch(/no verdict within 80 s: .*cannot tell yet/);
    const held = await unclear('hold');
    expect(held.kpis.state).toBe('held');
    expect(events(held, 'installed')).toHaveLength(4);
    expect(events(held, 'rolled back')).toHaveLength(0);
    expect((await unclear('proceed')).kpis.state).toBe('done');
    expect((await unclear('proceed', { leastDecisions: 1_000_000 })).kpis.state).toBe('rolledBack');
  });

  it('never reaches a satellite that is lost, and does not start when no gateway is left', async () => {
    const lost = modelOf([{ kind: 'satellite-loss', target: 'polar-p1-s3', atS: 10 }]);
    const { result } = await rollOut(lost);
    // It was not heard of before the first order, so it comes in the last wave of six, of which five are enough.
    expect(events(result, 'ordered').map(({ satellites }) => satellites?.includes('polar-p1-s3'))).toEqual([
      false,
      false,
      true,
    ]);
    expect(result.kpis.state).toBe('done');
    expect(result.kpis.timeToFleetS.never).toBe(1);
    expect(result.kpis.neverReached).toEqual(['polar-p1-s3']);
    const dark = modelOf(
      ['svalbard', 'hartebeesthoek'].map((target) => ({ kind: 'gateway-loss' as const, target, atS: 0 })),
    );
    const none = await rollOut(dark, { plan: { stageDeadlineS: 100 } });
    expect(none.result.kpis).toMatchObject({ state: 'notStarted', timeToCanaryS: null });
    expect(none.result.kpis.reason).toContain('reports of 0 satellites');
  });

  it('holds a stage back when its acknowledgements cannot come', async () => {
    // Both gateways fail as the canaries are ordered, before anything could have been sent.
    const cut = modelOf(
      ['svalbard', 'hartebeesthoek'].map((target) => ({ kind: 'gateway-loss' as const, target, atS: 60 })),
    );
    const { result } = await rollOut(cut, { plan: { stageDeadlineS: 50, rollBackDeadlineS: 50 } });
    expect(result.kpis.state).toBe('rollBackIncomplete');
    expect(result.kpis.reason).toContain('0 of 4 satellites acknowledged within 50 s');
    expect(result.kpis.neverReached).toHaveLength(4);
  });

  it('revoked: satellites fall back when they hear of it, and not before', async () => {
    const { result } = await rollOut(model, { plan: { revokeAtS: 300 } });
    expect(result.kpis.state).toBe('revoked');
    const heard = events(result, 'revocation heard');
    expect(heard).toHaveLength(12);
    for (const { timeS } of heard) expect(timeS).toBeGreaterThan(300 + 0.004);
    expect(result.kpis.revocationLatencyS?.never).toBe(0);
    // Tasks arrive until 400 s: about 10 a second are decided on, by the fallback from then on.
    expect(result.kpis.decisionsAfterRevocation).toBeLessThan(100);
    const { record } = await rollOut(model);
    const revoked = await rollOut(model, { plan: { revokeAtS: 300 } });
    expect(revoked.record.kpis['fallbackFrac']).toBeGreaterThan(0.2); // 100 s and the drain of 430 s
    expect(record.kpis['fallbackFrac']).toBe(0);
  });

  it('over the ground alone takes longer than relayed', async () => {
    const relayed = await rollOut(model);
    const ground = await rollOut(model, { operations: { via: 'ground' }, plan: { stageDeadlineS: 300 } });
    const [first] = events(relayed.result, 'ordered');
    const [later] = events(ground.result, 'ordered');
    expect(first?.timeS).toBe(QUICK.baselineS);
    expect(later?.timeS ?? Infinity).toBeGreaterThanOrEqual(first?.timeS as number);
    expect(ground.result.kpis.timeToFleetS.never).toBeGreaterThan(relayed.result.kpis.timeToFleetS.never);
  });
});

import { describe, expect, it } from 'vitest';
import { InProcessExecutor, SatellitePolicies } from '../../../agents/fleet/index.ts';
import type { DecisionBatch, Policy } from '../../../core/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { runEpisode } from '../../../training/index.ts';
import { BASE, NEXT, PREVIOUS, modelOf, network, plainRun } from './fleet-on-test-12.ts';

const model = modelOf();

/** Tells which rows it was given. */
class Noting implements Policy {
  readonly name = 'noting';
  readonly batches: DecisionBatch[] = [];
  readonly agents = new Set<number>();
  rows = 0;
  private readonly policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  choose(batch: DecisionBatch, out: Uint8Array): void {
    if (!this.batches.includes(batch)) this.batches.push(batch);
    for (let row = 0; row < batch.n; row++) this.agents.add(batch.agent[row] as number);
    this.rows += batch.n;
    this.policy.choose(batch, out);
  }
}

describe('policies per satellite', () => {
  it('that are all the same network decide as the network does, to the bit', async () => {
    const plain = await plainRun(model, network());
    const even = new Noting(network());
    const odd = new Noting(network());
    const policies = new SatellitePolicies(12, { policy: even }, createBaseline(BASE, 1));
    const other = { policy: odd };
    for (let s = 1; s < 12; s += 2) policies.fly(s, other);
    const split = await plainRun(model, policies);
    expect(split.trajectoryHash).toBe(plain.trajectoryHash);
    expect([...even.agents].every((s) => s % 2 === 0)).toBe(true);
    expect([...odd.agents].every((s) => s % 2 === 1)).toBe(true);
    expect(even.rows + odd.rows).toBe(plain.decisions);
    expect(odd.rows).toBeGreaterThan(100);
    // One room per policy, used again and again.
    expect(even.batches).toHaveLength(1);
    expect(odd.batches).toHaveLength(1);
  });

  it('counts what is late or not answered, and lets the fallback decide it', async () => {
    const policies = new SatellitePolicies(12, { policy: network() }, createBaseline(BASE, 1));
    const [late, abstaining] = [
      { policy: network(), answers: 'late' } as const,
      { policy: network(), answers: 'abstains' } as const,
    ];
    for (let s = 4; s < 12; s++) policies.fly(s, s < 8 ? late : abstaining);
    const asked = new Float64Array(12);
    await runEpisode(model, policies, {
      ...{ seed: 1, arrivalsS: 60, drainS: 30, startS: 0, fallback: BASE, role: 'baseline' },
      onBatch: ({ batch }) => {
        for (let row = 0; row < batch.n; row++) {
          const s = batch.agent[row] as number;
          asked[s] = (asked[s] as number) + 1;
        }
      },
    });
    expect(asked.subarray(4, 8).some((rows) => rows > 0)).toBe(true);
    expect(asked.subarray(8, 12).some((rows) => rows > 0)).toBe(true);
    asked.forEach((rows, s) => {
      expect([policies.late[s], policies.abstained[s]]).toEqual(s < 4 ? [0, 0] : s < 8 ? [rows, 0] : [0, rows]);
    });
  });

  it('refuses satellites that there are not, and oracles', () => {
    const policies = new SatellitePolicies(12, { policy: network() }, createBaseline(BASE, 1));
    expect(() => policies.fly(12, { policy: network() })).toThrow(/one of 12 satellites, got 12/);
    const oracle = createBaseline('oracle+oracle+gdsf', 1);
    expect(() => policies.fly(1, { policy: oracle })).toThrow(/a satellite can fly/);
  });
});

describe('installations in this process', () => {
  function setUp() {
    const first = { policy: network() };
    const second = { policy: network() };
    const policies = new SatellitePolicies(2, first, createBaseline(BASE, 1));
    const executor = new InProcessExecutor({
      ...{ policies, installed: PREVIOUS, open: ({ version }) => (version === 1 ? first : second) },
    });
    const reports: string[] = [];
    executor.reports$.subscribe(({ satellite, event }) => reports.push(`${satellite} ${event.type}`));
    return { policies, executor, first, second, reports };
  }

  it('fly the release on the satellites named, and go back on order only', () => {
    const { policies, executor, first, second } = setUp();
    expect(executor.install([1], NEXT, { rollback: false })).toEqual([{ satellite: 1, outcome: 'installed' }]);
    expect([policies.flownBy(0), policies.flownBy(1)]).toEqual([first, second]);
    const older = { satellite: 1, outcome: 'refused', reason: 'rollback' };
    expect(executor.install([1], PREVIOUS, { rollback: false })).toEqual([older]);
    expect(policies.flownBy(1)).toBe(second);
    expect(executor.install([1], PREVIOUS, { rollback: true })).toEqual([{ satellite: 1, outcome: 'installed' }]);
    expect(policies.flownBy(1)).toBe(first);
    // It has seen release 2: without an order it takes nothing older.
    expect(executor.install([1], PREVIOUS, { rollback: false })).toEqual([older]);
  });

  it('revoked on satellites that have heard: those that fly it fall back, none takes it again', () => {
    const { executor, reports } = setUp();
    executor.install([1], NEXT, { rollback: false });
    executor.revoke([0, 1], NEXT);
    expect(reports).toEqual(['1 bundle.accepted', '1 bundle.refused']);
    expect(executor.install([0], NEXT, { rollback: false })).toEqual([
      { satellite: 0, outcome: 'refused', reason: 'revoked' },
    ]);
  });
});

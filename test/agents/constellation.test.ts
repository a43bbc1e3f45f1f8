import { applyPatches, enablePatches } from 'immer';
import type { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { Constellation, type ConstellationOptions, type SavedModes } from '../../agents/index.ts';
import { satelliteMachine } from '../../agents/satellite.machine.ts';
import type { ModeFrame } from '../../agents/streams/frames.ts';
import {
  ALL_CAPABILITIES,
  CAPABILITIES,
  type DecisionBatch,
  type Policy,
  SPACE_CLOUD_SPEC,
  type TransitionColumns,
} from '../../core/index.ts';
import { createBaseline } from '../../policies/index.ts';
import { ScriptedWorld, type ScriptedWorldOptions } from './scripted-world.ts';

enablePatches();

const loadAware = (): Policy => createBaseline('load-aware+greedy-finish+gdsf', 1);
const shortest = (): Policy => createBaseline('shortest-delay+greedy-finish+gdsf', 1);
const later = (policy: Policy) => async (batch: DecisionBatch, out: Uint8Array) => {
  await new Promise((resolve) => setImmediate(resolve));
  policy.choose(batch, out);
};

function setUp(worlds: readonly ScriptedWorldOptions[], options: Partial<ConstellationOptions> = {}) {
  const scripted = worlds.map((world) => new ScriptedWorld(world));
  const constellation = new Constellation({ worlds: scripted, policy: loadAware(), fallback: shortest(), ...options });
  return { worlds: scripted, constellation };
}

describe('lock-step', () => {
  it('decides all worlds in one batch and applies per world', () => {
    const { worlds, constellation } = setUp([
      { seed: 1, burst: 3 },
      { seed: 2, burst: 5 },
    ]);
    const seen: { n: number; worlds: number[] }[] = [];
    constellation.decisions$.subscribe(({ n, world }) => seen.push({ n, worlds: [...world.subarray(0, n)] }));
    const result = constellation.runSync({ untilS: 4 });
    // Bursts at 1, 2, 3, 4 s: 4 x (3 + 5) decisions in 4 batches of 8.
    expect(result).toEqual({ decisions: 32, fallbackDecisions: 0, batches: 4, timeS: [4, 4], endedBy: 'untilS' });
    expect(seen).toEqual(Array.from({ length: 4 }, () => ({ n: 8, worlds: [0, 0, 0, 1, 1, 1, 1, 1] })));
    expect(worlds.map(({ decisions }) => decisions)).toEqual([12, 20]);
  });

  it('gives a world its share of rows and the rest in the next round', () => {
    const { worlds, constellation } = setUp(
      [
        { seed: 1, burst: 10 },
        { seed: 2, burst: 2 },
      ],
      { rowsPerWorld: 4 },
    );
    const rows: number[] = [];
    constellation.decisions$.subscribe(({ n }) => rows.push(n));
    constellation.runSync({ untilS: 1 });
    // World 0: 10 = 4 + 4 + 2; world 1: 2, then at its end.
    expect(rows).toEqual([6, 4, 2]);
    expect(worlds[0]?.widestAdvance).toBe(4);
  });

  it('gives each world the trajectory it has alone', () => {
    const alone = [1, 2, 3].map((seed) => {
      const { worlds, constellation } = setUp([{ seed, burst: seed }]);
      constellation.runSync({ untilS: 20 });
      return worlds[0]?.trajectory();
    });
    const { worlds, constellation } = setUp([1, 2, 3].map((seed) => ({ seed, burst: seed })));
    constellation.runSync({ untilS: 20 });
    expect(worlds.map((world) => world.trajectory())).toEqual(alone);
    expect(new Set(alone).size).toBe(3);
  });

  it('gives the same trajectory with a policy that answers later', async () => {
    const now = setUp([{ seed: 5 }, { seed: 6 }]);
    now.constellation.runSync({ untilS: 10 });
    const late = setUp([{ seed: 5 }, { seed: 6 }], { policy: later(loadAware()) });
    const result = await late.constellation.run({ untilS: 10 });
    expect(result.decisions).toBe(60);
    expect(late.worlds.map((world) => world.trajectory())).toEqual(now.worlds.map((world) => world.trajectory()));
  });

  it('stops each world at its own time, after maxDecisions, or on stop, and carries on', () => {
    const { worlds, constellation } = setUp([{ seed: 1 }, { seed: 2 }]);
    expect(constellation.runSync({ untilS: [2, 3] }).timeS).toEqual([2, 3]);
    expect(constellation.runSync({ maxDecisions: 7 })).toMatchObject({
      decisions: 12,
      batches: 2,
      endedBy: 'maxDecisions',
    });
    const stopping = constellation.runSync({ onBatch: () => constellation.stop() });
    expect(stopping).toMatchObject({ batches: 1, endedBy: 'stop' });
    const unbroken = setUp([{ seed: 1 }]);
    unbroken.constellation.runSync({ untilS: 5 });
    expect(worlds[0]?.trajectory()).toBe(unbroken.worlds[0]?.trajectory());
  });

  it('carries on with a new world where one ended', () => {
    const { constellation } = setUp([{ seed: 1 }, { seed: 2, burst: 1 }]);
    const made: ScriptedWorld[] = [];
    const result = constellation.runSync({
      untilS: 2,
      maxDecisions: 18,
      onWorldEnd: (index) => {
        const world = new ScriptedWorld({ seed: 10 + index });
        made.push(world);
        return world;
      },
    });
    // Rounds 1 and 2: 3 + 1 rows; then new worlds with 3 + 3: 4 + 4 + 6 + 6 = 20.
    expect(result).toMatchObject({ decisions: 20, batches: 4, endedBy: 'maxDecisions' });
    const alone = setUp([{ seed: 10 }]);
    alone.constellation.runSync({ untilS: 2 });
    expect(made[0]?.trajectory()).toBe(alone.worlds[0]?.trajectory());
  });

  it('refuses new worlds that never decide', () => {
    const { constellation } = setUp([{ seed: 1 }]);
    const onWorldEnd = (): ScriptedWorld => new ScriptedWorld({ seed: 1, periodS: 10 });
    expect(() => constellation.runSync({ untilS: 2, onWorldEnd })).toThrow(/new worlds/);
  });
});

describe('modes', () => {
  const modes = [
    { timeS: 2, event: 'power.critical', node: 1 },
    { timeS: 2, event: 'antenna.attach', node: 4 },
    { timeS: 3, event: 'antenna.handover', node: 4 },
    { timeS: 4, event: 'power.nominal', node: 1 },
  ] as const;

  it('write capabilities back before the decisions of that advance are chosen', () => {
    const { worlds, constellation } = setUp([{ seed: 1, burst: 4, modes }]);
    const bits: number[] = [];
    constellation.decided$.subscribe(() => bits.push(worlds[0]?.capabilities[1] as number));
    constellation.runSync({ untilS: 4 });
    // Safe: nothing for others, no new work, slowed down. It still decides by its policy and is given what is its own.
    const safe = CAPABILITIES.LEARNED | CAPABILITIES.TRUSTED;
    expect(bits).toEqual([ALL_CAPABILITIES, safe, safe, ALL_CAPABILITIES]);
  });

  /** Links that each row of satellite 1 allows, batch by batch. */
  function linksOfSatellite1(constellation: Constellation, untilS: number): number[] {
    const links: number[] = [];
    const subscription = constellation.decisions$.subscribe(({ n, agent, actionMask, maxCandidates }) => {
      for (let row = 0; row < n; row++) {
        const first = row * maxCandidates;
        if (agent[row] === 1) links.push(actionMask.subarray(first, first + 3).reduce((sum, bit) => sum + bit, 0));
      }
    });
    constellation.runSync({ untilS });
    subscription.unsubscribe();
    return links;
  }

  it('that change in the middle of an advance mask the decisions the same advance hands out', () => {
    // Each burst of 4 asks satellite 1 once. It is safe from 2 s, before the burst of 2 s, to 4 s, before that of 4 s.
    const { constellation } = setUp([{ seed: 1, burst: 4, modes }]);
    expect(linksOfSatellite1(constellation, 5)).toEqual([3, 0, 0, 3, 3]);
  });

  it('of a world that does not call are drained after its advance: its masks lag by one', () => {
    const { constellation } = setUp([{ seed: 1, burst: 4, modes, callsBack: false }]);
    expect(linksOfSatellite1(constellation, 5)).toEqual([3, 3, 0, 0, 3]);
  });

  it('are entered at the time they happened, not that of the decisions that follow', () => {
    const late = [
      { timeS: 1.25, event: 'power.low', node: 1 } as const,
      { timeS: 1.5, event: 'power.nominal', node: 1 } as const,
    ];
    const times = (callsBack: boolean): number[] => {
      const { constellation } = setUp([{ seed: 1, modes: late, callsBack }]);
      const frames: ModeFrame[] = [];
      constellation.events$.subscribe((frame) => frames.push(frame));
      constellation.runSync({ untilS: 2 });
      return frames.map(({ timeS }) => timeS);
    };
    expect(times(true)).toEqual([1.25, 1.5]);
    expect(times(false)).toEqual([2]);
  });

  it('of a new world reach its machines, and those of the old one nobody any more', () => {
    const { worlds, constellation } = setUp([{ seed: 1, burst: 4 }]);
    const next = new ScriptedWorld({ seed: 2, burst: 4, modes });
    constellation.runSync({ untilS: 1 });
    const made = [next];
    constellation.runSync({ untilS: 1, onWorldEnd: () => made.pop() ?? null });
    expect(linksOfSatellite1(constellation, 3)).toEqual([0, 0]);
    expect(worlds[0]?.onModeEvents).toBeUndefined();
    expect(next.onModeEvents).toBeTypeOf('function');
    constellation.close();
    expect(next.onModeEvents).toBeUndefined();
  });

  it('go on reaching the constellation made last when an earlier one of the same world is closed', () => {
    const { worlds, constellation } = setUp([{ seed: 1, burst: 4, modes }]);
    const second = new Constellation({ worlds, policy: loadAware(), fallback: shortest() });
    constellation.close();
    expect(linksOfSatellite1(second, 3)).toEqual([3, 0, 0]);
  });

  it('are emitted one frame per drained group, entered into the ledger, and told by patches', () => {
    const { constellation } = setUp([{ seed: 1, modes }], { handoverS: 0.5 });
    const frames: ModeFrame[] = [];
    constellation.events$.subscribe((frame) => frames.push(frame));
    const ledger = constellation.ledgers[0];
    let replayed = ledger?.state as object;
    ledger?.patches$.subscribe(({ patches }) => (replayed = applyPatches(replayed, [...patches])));
    constellation.runSync({ untilS: 4 });
    const told = frames.map(({ timeS, changes }) => [
      timeS,
      ...changes.map((c) => `${c.name} ${c.region} ${c.from}>${c.to}`),
    ]);
    // The radio changes, and with it what the terminal has of a link: its only radio.
    expect(told).toEqual([
      [2, 'sat-1 power nominal>safe', 'ground-0 radio-0 detached>attached', 'ground-0 link detached>attached'],
      [3, 'ground-0 radio-0 attached>handingOver', 'ground-0 link attached>handingOver'],
      [4, 'ground-0 radio-0 handingOver>attached', 'ground-0 link handingOver>attached', 'sat-1 power safe>nominal'],
    ]);
    expect(ledger?.state.modes).toEqual({
      'sat-1': { power: 'nominal' },
      'ground-0': { 'radio-0': 'attached', link: 'attached' },
    });
    expect(ledger?.state.counts).toEqual({
      'power.safe': 1,
      'power.nominal': 1,
      'radio-0.attached': 2,
      'radio-0.handingOver': 1,
      'link.attached': 2,
      'link.handingOver': 1,
    });
    expect(ledger?.state.changes).toBe(8);
    expect(replayed).toEqual(ledger?.state);
  });

  it('route the rows of a satellite in fallback, and those only, to the fallback', () => {
    const { constellation } = setUp([{ seed: 1, burst: 4 }]);
    constellation.report({ world: 0, satellite: 2, event: { type: 'bundle.refused', reason: 'signature' } });
    const routed = new Set<string>();
    constellation.decided$.subscribe(({ batch, byFallback }) => {
      for (let row = 0; row < batch.n; row++) routed.add(`${batch.agent[row]}:${byFallback[row]}`);
    });
    expect(constellation.runSync({ untilS: 3 })).toMatchObject({ decisions: 12, fallbackDecisions: 3 });
    expect(routed).toEqual(new Set(['0:0', '1:0', '2:1', '3:0']));
    expect(constellation.ledgers[0]?.state.recent[0]).toMatchObject({ to: 'fallback', reason: 'signature' });
    expect(constellation.ledgers[0]?.state.faults).toBe(1);
    constellation.report({ world: 'all', satellite: 'all', event: { type: 'bundle.accepted' } });
    expect(constellation.runSync({ untilS: 6 }).fallbackDecisions).toBe(0);
  });

  it('without a bundle everything is decided by the fallback', () => {
    const refused = setUp([{ seed: 1 }], { refusal: 'missing' });
    expect(refused.constellation.runSync({ untilS: 5 }).fallbackDecisions).toBe(15);
    const fallback = setUp([{ seed: 1 }], { policy: shortest() });
    fallback.constellation.runSync({ untilS: 5 });
    const learned = setUp([{ seed: 1 }]);
    learned.constellation.runSync({ untilS: 5 });
    expect(refused.worlds[0]?.trajectory()).toBe(fallback.worlds[0]?.trajectory());
    expect(refused.worlds[0]?.trajectory()).not.toBe(learned.worlds[0]?.trajectory());
  });

  it('survive a checkpoint: a resumed run has the trajectory of the unbroken one', () => {
    const late = [...modes, { timeS: 7, event: 'power.recovered', node: 2 } as const];
    const script = [{ timeS: 1, event: 'power.critical', node: 2 } as const, ...late];
    const unbroken = setUp([{ seed: 1, modes: script }]);
    unbroken.constellation.report({ world: 0, satellite: 3, event: { type: 'policy.slow' } });
    unbroken.constellation.runSync({ untilS: 3 });
    const json = JSON.stringify(unbroken.constellation.saveModes());

    // The same world under a new constellation whose machines know nothing but the checkpoint.
    const resumed = new Constellation({ worlds: unbroken.worlds, policy: loadAware(), fallback: shortest() });
    expect(unbroken.worlds[0]?.capabilities[2]).toBe(ALL_CAPABILITIES);
    resumed.restoreModes(JSON.parse(json) as SavedModes);
    expect(unbroken.worlds[0]?.capabilities[2]).toBe(CAPABILITIES.LEARNED | CAPABILITIES.TRUSTED);
    expect(resumed.runSync({ untilS: 8 }).fallbackDecisions).toBeGreaterThan(0);

    const reference = setUp([{ seed: 1, modes: script }]);
    reference.constellation.report({ world: 0, satellite: 3, event: { type: 'policy.slow' } });
    reference.constellation.runSync({ untilS: 3 });
    reference.constellation.runSync({ untilS: 8 });
    expect(unbroken.worlds[0]?.trajectory()).toBe(reference.worlds[0]?.trajectory());
    expect(resumed.saveModes()).toEqual(reference.constellation.saveModes());
  });

  it('of another version or other worlds are refused', () => {
    const { constellation } = setUp([{ seed: 1 }]);
    const saved = constellation.saveModes();
    const refuse = (value: unknown): void => constellation.restoreModes(value as SavedModes);
    expect(() => refuse({ ...saved, version: 1 })).toThrow(expect.objectContaining({ code: 'CHECKPOINT_VERSION' }));
    expect(() => refuse({ ...saved, worlds: [] })).toThrow(expect.objectContaining({ code: 'CHECKPOINT_SCENARIO' }));
    const [world] = saved.worlds;
    const strange = { ...saved, worlds: [{ ...world, agents: { snapshots: { 99: {} }, handovers: [] } }] };
    expect(() => refuse(strange)).toThrow(expect.objectContaining({ code: 'CHECKPOINT_SCENARIO' }));
  });
});

describe('streams', () => {
  it('telemetry counts decisions and fallbacks per world after they were applied', () => {
    const { constellation } = setUp([{ seed: 1, burst: 2 }, { seed: 2 }]);
    constellation.report({ world: 1, satellite: 0, event: { type: 'policy.lost' } });
    const frames: unknown[] = [];
    constellation.telemetry$.subscribe(({ round, timeS, decisions, fallbackDecisions }) =>
      frames.push([round, ...timeS, ...decisions, ...fallbackDecisions]),
    );
    constellation.runSync({ untilS: 2 });
    // World 1 asks satellites 0, 1, 2 and then 3, 0, 1.
    expect(frames).toEqual([
      [1, 1, 1, 2, 3, 0, 1],
      [2, 2, 2, 4, 6, 0, 2],
    ]);
  });

  it('outcomes are emitted once and emptied', () => {
    const transitions: TransitionColumns = {
      n: 0,
      decision: new Int32Array(64),
      next: new Int32Array(64),
      reward: new Float64Array(64),
      elapsedS: new Float64Array(64),
    };
    const { worlds, constellation } = setUp([{ seed: 1 }], { outcomes: [transitions] });
    const [world] = worlds;
    const apply = world?.apply.bind(world);
    // A world that reports the end of each task when its choice is applied.
    (world as ScriptedWorld).apply = (batch, from, to, choices) => {
      apply?.(batch, from, to, choices);
      for (let row = from; row < to; row++) transitions.decision[transitions.n++] = batch.decision[row] as number;
    };
    const decisions: number[] = [];
    constellation.outcomes$.subscribe(({ transitions: t }) => decisions.push(...t.decision.subarray(0, t.n)));
    constellation.runSync({ untilS: 2 });
    expect(decisions).toEqual([0, 1, 2, 3, 4, 5]);
    expect(transitions.n).toBe(0);
  });

  it('end when the constellation is closed', () => {
    const { constellation } = setUp([{ seed: 1 }]);
    const ended: string[] = [];
    for (const name of ['decisions$', 'decided$', 'events$', 'telemetry$', 'outcomes$'] as const) {
      (constellation[name] as Observable<unknown>).subscribe({ complete: () => ended.push(name) });
    }
    constellation.close();
    expect(ended).toHaveLength(5);
    expect(() => constellation.runSync()).toThrow(/closed/);
  });
});

describe('misuse', () => {
  it('a masked choice is an error of the run, and later runs are refused', async () => {
    const cheat: Policy = { name: 'cheat', choose: (batch, out) => void out.fill(7, 0, batch.n) };
    const { constellation } = setUp([{ seed: 1 }], { policy: cheat });
    await expect(constellation.run({ untilS: 5 })).rejects.toMatchObject({ code: 'ILLEGAL_CHOICE' });
    await expect(constellation.run({ untilS: 5 })).rejects.toThrow(/failed/);
  });

  it('the error of a policy, now or later, comes out of run', async () => {
    const failing: Policy = {
      name: 'failing',
      choose() {
        throw new RangeError('weights');
      },
    };
    const now = setUp([{ seed: 1 }], { policy: failing });
    expect(() => now.constellation.runSync({ untilS: 5 })).toThrow(RangeError);
    const late = setUp([{ seed: 1 }], { policy: later(failing) });
    await expect(late.constellation.run({ untilS: 5 })).rejects.toThrow(RangeError);
  });

  it('runSync refuses a policy that answers later; two runs at once are refused', async () => {
    const late = setUp([{ seed: 1 }], { policy: later(loadAware()) });
    expect(() => late.constellation.runSync({ untilS: 5 })).toThrow(/answers at once/);
    const twice = setUp([{ seed: 1 }], { policy: later(loadAware()) });
    const first = twice.constellation.run({ untilS: 2 });
    await expect(twice.constellation.run({ untilS: 2 })).rejects.toThrow(/running/);
    expect((await first).decisions).toBe(6);
  });

  it('an oracle needs to be granted the truth, and is never a fallback', () => {
    const oracle = createBaseline('oracle+oracle+gdsf', 1);
    expect(() => setUp([{ seed: 1 }], { policy: oracle })).toThrow(/grantOracle/);
    expect(() => setUp([{ seed: 1 }], { fallback: oracle, grantOracle: true })).toThrow(/fallback/);
    const granted = setUp([{ seed: 1 }], { policy: oracle, grantOracle: true });
    expect(granted.constellation.runSync({ untilS: 2 }).decisions).toBe(6);
  });

  it('a world that fills in more or fewer rows than it says is named', () => {
    const { worlds, constellation } = setUp([{ seed: 1 }]);
    const [world] = worlds;
    const advance = world?.advance.bind(world);
    (world as ScriptedWorld).advance = (batch, index, untilS) => (advance?.(batch, index, untilS) ?? 0) + 1;
    expect(() => constellation.runSync({ untilS: 2 })).toThrow(/world 0/);
  });

  it('an event for a node without such a machine names the node', () => {
    const stray = setUp([{ seed: 1, modes: [{ timeS: 1, event: 'power.low', node: 5 }] }]);
    expect(() => stray.constellation.runSync({ untilS: 2 })).toThrow(/Expected a satellite, got ground-1 \(5\)/);
  });
});

describe('observations that the policy was not trained on', () => {
  /** Its first context feature leaves what is known between 5 s and 10 s. */
  class StrangeWorld extends ScriptedWorld {
    override advance(batch: DecisionBatch, worldIndex: number, untilS: number): number {
      const from = batch.n;
      const rows = super.advance(batch, worldIndex, untilS);
      const isStrange = this.timeS > 5 && this.timeS <= 10;
      for (let row = from; isStrange && row < batch.n; row++) batch.context[row * batch.contextStride] = 1e6;
      return rows;
    }
  }

  const normaliser = {
    kinds: SPACE_CLOUD_SPEC.kinds.map(({ context, candidate }) => ({
      contextMean: new Float32Array(context.length),
      contextStd: new Float32Array(context.length).fill(1000),
      candidateMean: new Float32Array(candidate.length),
      candidateStd: new Float32Array(candidate.length).fill(1),
    })),
  };

  it('hand the satellite to its fallback, and back when they are known again', () => {
    const world = new StrangeWorld({ seed: 1, satellites: 1, burst: 1 });
    const watch = { normaliser, limit: 10, strikes: 2 };
    const constellation = new Constellation({ worlds: [world], policy: loadAware(), fallback: shortest(), watch });
    const byFallback: number[] = [];
    constellation.decided$.subscribe(({ fallbackRows }) => byFallback.push(fallbackRows));
    constellation.runSync({ untilS: 14 });
    // One decision a second. Strange from 6 s: two strikes are complete with the decision of 7 s, so that of 8 s is the first of the
    // fallback; known from 11 s: complete with that of 12 s, the fallback's last.
    expect(byFallback).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0]);
    expect(constellation.ledgers[0]?.state.recent.map(({ region, to, reason }) => [region, to, reason])).toEqual([
      ['autonomy', 'fallback', 'out-of-distribution'],
      ['autonomy', 'learned', null],
    ]);
  });
});

describe('work before a round', () => {
  it('is waited for, and what it reports counts from that round on', async () => {
    const seen: string[] = [];
    const twice = new Constellation({
      worlds: [new ScriptedWorld({ seed: 1, satellites: 2, burst: 2 })],
      policy: loadAware(),
      fallback: shortest(),
      beforeRound: async (timeS) => {
        seen.push(`work at ${timeS}`);
        await new Promise((resolve) => setImmediate(resolve));
        if (timeS === 2)
          twice.report({ world: 'all', satellite: 0, event: { type: 'bundle.refused', reason: 'revoked' } });
      },
    });
    twice.decided$.subscribe(({ fallbackRows }) => seen.push(`${fallbackRows} by fallback`));
    await twice.run({ untilS: 4 });
    // Bursts at 1, 2, 3, 4 s. Before a round the time is that of the burst before; before the first it is 0, and at the end nothing is left.
    expect(seen).toEqual([
      ...['work at 0', '0 by fallback', 'work at 1', '0 by fallback', 'work at 2', '1 by fallback'],
      ...['work at 3', '1 by fallback', 'work at 4'],
    ]);
  });

  it('that ends later is no work for runSync', () => {
    const { constellation } = setUp([{ seed: 1 }], { beforeRound: () => Promise.resolve() });
    expect(() => constellation.runSync({ untilS: 1 })).toThrow(expect.objectContaining({ code: 'MISUSE' }));
  });
});

describe('what machines hear', () => {
  it('is told in order, and a machine that begins with the snapshot and hears it stands in the same modes', () => {
    const { constellation } = setUp([
      {
        seed: 1,
        satellites: 2,
        modes: [
          { timeS: 1, event: 'power.low', node: 1 },
          { timeS: 3, event: 'thermal.hot', node: 1 },
          { timeS: 3, event: 'power.critical', node: 1 },
        ],
      },
    ]);
    constellation.runSync({ untilS: 2 });
    const mirror = createActor(satelliteMachine, {
      input: { node: 1, refusal: null },
      snapshot: constellation.snapshotOf(0, 1),
    }).start();
    const heard: string[] = [];
    constellation.satelliteEvents$.subscribe(({ satellite, event }) => {
      heard.push(`${satellite} ${event.type}`);
      if (satellite === 1) mirror.send(event);
    });
    constellation.runSync({ untilS: 4 });
    expect(heard).toEqual(['1 thermal.hot', '1 power.critical']);
    expect(mirror.getSnapshot().value).toMatchObject({ power: 'safe', thermal: 'throttled' });
    expect(mirror.getPersistedSnapshot()).toEqual(constellation.snapshotOf(0, 1));
  });
});

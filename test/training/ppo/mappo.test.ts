import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { CRITIC_SPEC, CRITIC_WIDTH, PLACE, Rng, SPACE_CLOUD_SPEC, createDecisionBatch } from '../../../core/index.ts';
import { World, buildGeometry, createWorldModel, loadScenario } from '../../../environment/index.ts';
import { Scorer } from '../../../policies/index.ts';
import { type Engine, loadEngine } from '../../../policies/networks/index.ts';
import { Learner } from '../../../training/ppo/learner.ts';
import { mergeRollouts } from '../../../training/ppo/merge-rollouts.ts';
import type { RolloutBuffer } from '../../../training/rollout/buffer.ts';
import { bufferOf, measuredNetwork, testCollector } from './collected.ts';
import { randomRollout, testPolicy } from './random-rollout.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine('wasm');
});

const COLUMNS = ['kind', 'candidateCount', 'context', 'candidates', 'actionMask', 'action', 'logProb'] as const;
const LINKS = ['reward', 'elapsed', 'next'] as const;

function used(buffer: RolloutBuffer, name: (typeof COLUMNS)[number] | (typeof LINKS)[number] | 'global'): Buffer {
  const column = buffer[name];
  const rows = buffer.n + buffer.finals;
  const width = column.length / buffer.capacity;
  const decided = name === 'action' || name === 'logProb' || (LINKS as readonly string[]).includes(name);
  const part = column.slice(0, (decided ? buffer.n : rows) * width);
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength);
}

describe('rollouts with a central critic', () => {
  const central = measuredNetwork({ global: CRITIC_WIDTH });
  const plain = measuredNetwork({});
  const withTruth = testCollector(central, { rows: 1500 });
  const without = testCollector(plain, { rows: 1500 });

  it('are those without it but for the column of global state, which the others do not have', () => {
    for (let rollout = 0; rollout < 2; rollout++) {
      withTruth.collect();
      without.collect();
      const [a, b] = [bufferOf(withTruth), bufferOf(without)];
      expect([a.n, a.finals]).toEqual([b.n, b.finals]);
      for (const name of [...COLUMNS, ...LINKS])
        expect({ name, same: used(a, name).equals(used(b, name)) }).toEqual({ name, same: true });
      expect(b.global.length).toBe(0);
    }
  });

  it('tell the truth of every row, finals included: finite, not negative, every feature at work', () => {
    const buffer = bufferOf(withTruth);
    expect(buffer.finals).toBeGreaterThan(0);
    CRITIC_SPEC.forEach(({ kind, features }, k) => {
      const rows = [...Array(buffer.n + buffer.finals).keys()].filter((row) => buffer.kind[row] === k);
      expect(rows.length).toBeGreaterThan(20);
      for (let g = 0; g < CRITIC_WIDTH; g++) {
        const values = rows.map((row) => buffer.global[row * CRITIC_WIDTH + g] as number);
        expect(values.every((value) => value >= 0 && value <= 120)).toBe(true);
        const name = `${kind} ${features[g]?.name}`;
        // Accelerators and servers of this small scenario are never all busy.
        const silent = g >= features.length || name.includes('Backlog');
        expect({ name, silent: new Set(values).size === 1 }).toEqual({ name, silent });
      }
    });
    // Finals are of the moment after the last decisions, not copies of it.
    const decided = new Set(Array.from({ length: buffer.n }, (_, row) => rowHash(buffer, row)));
    const fresh = [...Array(buffer.finals).keys()].filter((f) => !decided.has(rowHash(buffer, buffer.n + f)));
    expect(fresh.length).toBeGreaterThan(0.5 * buffer.finals);
  });

  it('survive merging and saving: the same global state after a restart', () => {
    const merged = mergeRollouts([bufferOf(withTruth), bufferOf(withTruth)]);
    const one = bufferOf(withTruth);
    expect(merged.global.slice(one.n * CRITIC_WIDTH, 2 * one.n * CRITIC_WIDTH)).toEqual(
      one.global.slice(0, one.n * CRITIC_WIDTH),
    );
    const saved = withTruth.save();
    withTruth.collect();
    const first = used(bufferOf(withTruth), 'global');
    const again = testCollector(central, { rows: 1500 });
    again.restore(saved);
    again.collect();
    expect(used(bufferOf(again), 'global').equals(first)).toBe(true);
    again.close();
  });
});

function rowHash(buffer: RolloutBuffer, row: number): string {
  return createHash('sha256')
    .update(buffer.global.slice(row * CRITIC_WIDTH, (row + 1) * CRITIC_WIDTH))
    .digest('hex');
}

describe('what another satellite alone knows', () => {
  const scenario = loadScenario('scenarios/test-12.yaml', { load: 2 });
  const model = createWorldModel(scenario, buildGeometry(scenario));
  const network = measuredNetwork({ global: CRITIC_WIDTH });
  const rng = new Rng(1, 'critic-weights');
  const weights = network.weights.map((weight) => weight + 0.05 * rng.normal());
  const scorer = new Scorer(SPACE_CLOUD_SPEC, network.architecture, weights, network.normaliser);

  /** The decisions after 300 batches; before the last advance, `upset` changes the world. */
  function decisions(upset: (world: World) => void) {
    const world = new World(model, { seed: 5, runS: 10 });
    const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 64, [world.knowledge]);
    const choices = new Uint8Array(64);
    for (let i = 0; i < 300; i++) {
      batch.n = 0;
      world.advance(batch, 0, Infinity);
      for (let row = 0; row < batch.n; row++) {
        choices[row] = batch.actionMask.subarray(row * batch.maxCandidates, (row + 1) * batch.maxCandidates).indexOf(1);
      }
      world.apply(batch, 0, batch.n, choices);
    }
    upset(world);
    batch.n = 0;
    world.advance(batch, 0, Infinity);
    const global = new Float32Array(batch.n * CRITIC_WIDTH);
    for (let row = 0; row < batch.n; row++) world.observeGlobal(batch, row, global, row * CRITIC_WIDTH);
    const logits = new Float32Array(batch.n * batch.maxCandidates);
    const values = new Float32Array(batch.n);
    const columns = { ...batch, global };
    scorer.logitsInto(columns, logits);
    scorer.valuesInto(columns, values);
    return { agents: [...batch.agent.subarray(0, batch.n)], logits, values, global };
  }

  it('moves the critic and leaves the actor’s logits as they were, bit for bit', () => {
    const calm = decisions(() => undefined);
    expect(calm.agents.length).toBeGreaterThan(0);
    const { islSlots: D, satelliteCount } = model;
    const others = Array.from({ length: satelliteCount }, (_, s) => s).filter((s) => !calm.agents.includes(s));
    let moved = 0;
    for (const other of others) {
      const upset = decisions((world) => {
        const { links } = world.columns;
        // A backlog of 1 Gbit that only this satellite and, after a beacon, its neighbours can know of.
        for (let link = other * D; link < (other + 1) * D; link++) {
          const list = (link + 1) * (links.waitingBits.length / links.count) - 1;
          links.waitingBits[list] = (links.waitingBits[list] as number) + 1e9;
        }
      });
      expect(upset.agents).toEqual(calm.agents);
      expect(Buffer.from(upset.logits.buffer).equals(Buffer.from(calm.logits.buffer))).toBe(true);
      upset.values.forEach((value, row) => {
        expect(value).not.toBe(calm.values[row]);
        moved++;
      });
    }
    expect(moved).toBeGreaterThan(5);
  });
});

describe('backlogs', () => {
  it('of satellites far away and of data centres reach the global state of a placement', () => {
    const scenario = loadScenario('scenarios/test-12.yaml', { load: 2 });
    const world = new World(createWorldModel(scenario, buildGeometry(scenario)), { seed: 5, runS: 10 });
    const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 64, [world.knowledge]);
    const choices = new Uint8Array(64);
    for (;;) {
      batch.n = 0;
      expect(world.advance(batch, 0, Infinity)).toBeGreaterThan(0);
      if (batch.kind[0] === PLACE) break;
      for (let row = 0; row < batch.n; row++) {
        choices[row] = batch.actionMask.subarray(row * batch.maxCandidates, (row + 1) * batch.maxCandidates).indexOf(1);
      }
      world.apply(batch, 0, batch.n, choices);
    }
    const { compute, model } = world.columns;
    const { satelliteCount: S } = model;
    const other = ((batch.agent[0] as number) + 1) % S;
    // 30 s of work for one accelerator of a satellite, 8 s for one server of each data centre.
    const accelerators = (compute.firstServer[1] as number) - (compute.firstServer[0] as number);
    compute.waitingTflop[other] = 30 * (compute.tflops[other] as number);
    const servers: number[] = [];
    for (let e = S; e < compute.executorCount; e++) {
      compute.waitingTflop[e] = 8 * (compute.tflops[e] as number);
      servers.push((compute.firstServer[e + 1] as number) - (compute.firstServer[e] as number));
    }
    const global = new Float32Array(CRITIC_WIDTH);
    world.observeGlobal(batch, 0, global, 0);
    const names = CRITIC_SPEC[PLACE]?.features.map(({ name }) => name) ?? [];
    const valueOf = (name: string): number => global[names.indexOf(name)] as number;
    expect(valueOf('largestBacklogS')).toBeCloseTo(30 / accelerators, 4);
    expect(valueOf('meanBacklogS')).toBeCloseTo(30 / accelerators / S, 4);
    expect(valueOf('centreBacklogS')).toBeCloseTo(8 / Math.max(...servers), 4);
    expect(valueOf('trueFinishS')).toBeLessThanOrEqual(valueOf('trueFinishOfPriorS'));
  });
});

describe('a learner with a central critic', () => {
  const central = testPolicy(5, SPACE_CLOUD_SPEC, 8, { global: 4 });
  const INFO = { iteration: 1, iterations: 20 };

  /** Explained variance of returns that hang on the global state alone, after some updates. */
  function explained(global: number): number {
    const policy = testPolicy(5, SPACE_CLOUD_SPEC, 8, { global });
    const learner = Learner.create(engine, policy, { minibatchRows: 128, learningRate: 1e-2, maxRatioDeviation: null });
    let last = 0;
    for (let i = 1; i <= 8; i++) {
      const rollout = randomRollout(central, 512, i);
      for (let row = 0; row < rollout.n; row++) {
        rollout.reward[row] = 3 * (rollout.global[row * 4] as number);
        rollout.next[row] = -1;
      }
      const seen = global > 0 ? rollout : { ...rollout, globalStride: 0, global: new Float32Array() };
      last = learner.update([seen], new Rng(i, 's'), { ...INFO, iteration: i }).explainedVariance;
    }
    learner.dispose();
    return last;
  }

  it('explains what hangs on the global state; one without it cannot', () => {
    const [central, plain] = [explained(4), explained(0)];
    // Measured: 0.83 and -0.03.
    expect(central).toBeGreaterThan(0.5);
    expect(plain).toBeLessThan(0.2);
  });

  it('refuses rollouts whose global state is not finite', () => {
    const learner = Learner.create(engine, central, {});
    const rollout = randomRollout(central, 64, 1);
    rollout.global[7] = NaN;
    expect(() => learner.update([rollout], new Rng(1, 's'), INFO)).toThrow(/global/);
    learner.dispose();
  });
});

import { describe, expect, it } from 'vitest';
import { CACHE, type DecisionBatch, TASK_FAMILIES } from '../../../core/index.ts';
import {
  NEXT_FINAL,
  NEXT_OWN,
  World,
  buildGeometry,
  createWorldModel,
  loadScenario,
} from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { batchFor, drive } from './small-world.ts';

const scenario = loadScenario('scenarios/test-12.yaml', { load: 2 });
const model = createWorldModel(scenario, buildGeometry(scenario));
const RUN_S = 90;

/** Runs a world and remembers the kind and task of every decision. */
function play(policy: string, seed: number) {
  const world = new World(model, { seed, runS: RUN_S });
  const kind: number[] = [];
  const timeS: number[] = [];
  const seen = (batch: DecisionBatch): void => {
    for (let row = 0; row < batch.n; row++) {
      kind[batch.decision[row] as number] = batch.kind[row] as number;
      timeS[batch.decision[row] as number] = batch.timeS[row] as number;
    }
  };
  const run = (untilS: number): void => void drive(world, createBaseline(policy, seed), untilS, seen);
  return { world, kind, timeS, run };
}

function transitionsOf(world: World) {
  const { n, decision, next, reward, elapsedS } = world.transitions;
  return Array.from({ length: n }, (_, i) => ({
    decision: decision[i] as number,
    next: next[i] as number,
    reward: reward[i] as number,
    elapsedS: elapsedS[i] as number,
  }));
}

const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0);

describe.each(['random+random+random', 'load-aware+greedy-finish+gdsf'])('reward under %s', (policy) => {
  it('ENV-100 every decision has one transition; its successor is later, of the same chain, and follows in time', () => {
    const { world, kind, timeS, run } = play(policy, 4);
    run(Infinity);
    world.finish();
    const transitions = transitionsOf(world);
    const closed = new Set(transitions.map(({ decision }) => decision));
    expect(closed.size).toBe(transitions.length);
    // Task chains end with their tasks, those of caches with the object's admission or refusal.
    expect([...world.columns.satellites.cacheDecision].every((decision) => decision < 0)).toBe(true);
    expect(closed.size).toBe(world.decisionCount);
    expect(kind.length).toBe(world.decisionCount);
    const successors = transitions.map(({ next }) => next).filter((next) => next >= 0);
    expect(new Set(successors).size).toBe(successors.length);
    const wrong = transitions.filter(({ decision, next, elapsedS }) => {
      if (next === -1) return elapsedS < 0;
      const betweenS = (timeS[next] as number) - (timeS[decision] as number);
      const sameChain = (kind[next] === CACHE) === (kind[decision] === CACHE);
      return next <= decision || !sameChain || Math.abs(betweenS - elapsedS) > 1e-9;
    });
    expect(wrong).toEqual([]);
  });

  it('ENV-101 rewards of all transitions of tasks, and what no decision preceded, add up to the reward of the run', () => {
    const { world, kind, run } = play(policy, 4);
    run(Infinity);
    world.finish();
    const ofTasks = transitionsOf(world).filter(({ decision }) => kind[decision] !== CACHE);
    const { reward, unownedReward, utility } = world.columns.statistics;
    expect(unownedReward).toBeLessThan(0);
    expect(sum(ofTasks.map((t) => t.reward)) + unownedReward).toBeCloseTo(reward, 6);
    // Reward is utility less the delay imposed on others, so it is never more.
    expect(reward).toBeLessThan(sum([...utility]));
  });

  it('ENV-102 utility is what deliveries were worth less what drops and use of resources cost', () => {
    const { world, run } = play(policy, 4);
    run(Infinity);
    const kpis = world.finish();
    const { utility, latencyS, latencyFamily, latencies, delivered, dropped, downlinkBits } = world.columns.statistics;
    const { dropCost, downlinkCostPerGB } = scenario.reward;
    // Messages: one class, worth 1 - latency / 30 s; they use no compute, so energy is that of downlinks alone.
    let worth = 0;
    for (let i = 0; i < latencies; i++) if (latencyFamily[i] === 0) worth += 1 - (latencyS[i] as number) / 30;
    const drops = sum([...dropped.subarray(0, dropped.length / TASK_FAMILIES.length)]);
    expect(delivered[0]).toBeGreaterThan(0);
    const costs = worth - drops * dropCost - (utility[0] as number);
    const mostGB = downlinkBits / 8e9;
    expect(costs).toBeGreaterThan(0);
    // At most all gigabytes sent down, and the energy of radios on top: 50 W at the lowest rate in use.
    expect(costs).toBeLessThan(
      mostGB * downlinkCostPerGB + (kpis['energyMJ'] as number) * scenario.reward.energyCostPerMJ,
    );
  });

  it('ENV-103 truncation closes every open chain once, with a final row for those a satellite holds', () => {
    const { world, kind, run } = play(policy, 4);
    run(world.startS + 40);
    const before = transitionsOf(world).length;
    const fromDecision = 0;
    const batch = batchFor(world, 16);
    const finals: number[] = [];
    const reward = world.columns.statistics.reward;
    for (let cursor = world.observeOpen(batch, 0, fromDecision); ;) {
      for (let row = 0; row < batch.n; row++) {
        finals.push(batch.decision[row] as number);
        expect(batch.kind[row]).not.toBe(CACHE);
        const first = row * batch.maxCandidates;
        expect(batch.candidateCount[row]).toBeGreaterThan(0);
        expect(batch.actionMask.subarray(first, first + batch.maxCandidates)).toContain(1);
      }
      batch.n = 0;
      if (cursor === undefined) break;
      cursor = world.observeOpen(batch, 0, fromDecision, cursor);
    }
    // Estimates are for the learner; the reward of the run does not change.
    expect(world.columns.statistics.reward).toBe(reward);
    const transitions = transitionsOf(world);
    expect(transitions.length).toBe(world.decisionCount);
    expect(new Set(transitions.map(({ decision }) => decision)).size).toBe(transitions.length);
    const truncated = transitions.slice(before);
    const withFinal = truncated.filter(({ next }) => next === NEXT_FINAL).map(({ decision }) => decision);
    expect(withFinal.length).toBeGreaterThan(10);
    expect(finals).toEqual(withFinal);
    for (const { decision, next } of truncated) expect(next === NEXT_OWN).toBe(kind[decision] === CACHE);
    // A second truncation finds nothing, and the run goes on with closed ledgers.
    expect(world.observeOpen(batch, 0, fromDecision)).toBeUndefined();
    expect(batch.n).toBe(0);
    world.transitions.n = 0;
    run(Infinity);
    const old = transitionsOf(world).filter(({ decision }) => decision < transitions.length);
    expect(old).toEqual([]);
  });
});

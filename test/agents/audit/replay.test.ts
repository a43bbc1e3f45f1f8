import { describe, expect, it } from 'vitest';
import { DecisionLog, auditedPolicy, readDecision, replayLog } from '../../../agents/audit/index.ts';
import { Rng, SPACE_CLOUD_SPEC, SpaceCloudError } from '../../../core/index.ts';
import { LearnedPolicy, Scorer } from '../../../policies/index.ts';
import { SESSION, allDecisions, freshLog } from './logs.ts';
import { drawnNetwork, logDecisions } from './networks.ts';
import { firstAllowed, randomBatch } from './random-batches.ts';

const VARIANTS = { default: {}, attention: { attention: 8 }, memory: { memory: 6 }, both: { attention: 4, memory: 3 } };

function replayError(work: () => unknown): SpaceCloudError {
  try {
    work();
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
  throw new Error('Expected a refusal, got none.');
}

describe('replayLog', () => {
  for (const [name, options] of Object.entries(VARIANTS)) {
    it(`makes all decisions of a ${name} network again, to the bit, all and one at a time`, () => {
      const file = freshLog();
      const network = drawnNetwork(options);
      logDecisions(file, network).close();
      expect(replayLog(file, network)).toMatchObject({ replayed: 200, sampled: 0, passedOver: {}, torn: undefined });
      for (const decision of [0, 77, 199]) expect(replayLog(file, network, { decision }).replayed).toBe(1);
      // The log is worth replaying: choices are not all that of the prior, and memory is not all zeros.
      const decisions = allDecisions(file);
      expect(
        decisions.some(({ logits, candidates, count }) => logits?.[0] !== candidates[candidates.length / count - 1]),
      ).toBe(true);
      const remembered = decisions.filter(({ memory }) => memory?.some((value) => value !== 0));
      if ('memory' in options) expect(remembered.length).toBeGreaterThan(50);
      else expect(remembered.length).toBe(0);
    });
  }

  it('names the first decision that other weights, or another memory, do not make again', () => {
    const file = freshLog();
    const network = drawnNetwork({ memory: 6 });
    logDecisions(file, network).close();
    const weights = network.weights.slice();
    weights[0] = (weights[0] as number) + 1;
    const error = replayError(() => replayLog(file, { ...network, weights }));
    expect(error).toMatchObject({ code: 'AUDIT_REPLAY', exitStatus: 11 });
    // The first weight is one of the kind 'forward': the first decision of that kind whose logits move.
    const first = error.details['decision'] as number;
    expect(readDecision(file, first).kind).toBe(0);
    expect(error.message).toMatch(
      new RegExp(`logit .* for decision ${first} \\(forward of satellite \\d at .* s\\), got`),
    );
  });

  it('refuses a number that the log does not have, with those that it has', () => {
    const file = freshLog();
    const network = drawnNetwork();
    logDecisions(file, network).close();
    expect(replayError(() => replayLog(file, network, { decision: 200 }))).toMatchObject({
      code: 'USAGE',
      message: 'Expected a decision of the log, got number 200.',
      hint: 'The log holds decisions 0 to 199.',
    });
  });

  it('finds a choice that the logits do not give, in a log whose chain holds', () => {
    const file = freshLog();
    const { spec, architecture, weights, normaliser, rootDigest } = drawnNetwork();
    const policy = new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), {
      name: 'n',
      mode: 'greedy',
    });
    const log = new DecisionLog(file, { ...SESSION, spec }, { flush: 'call' });
    const liar = {
      network: { mode: 'greedy', kernel: policy.scorer.kernel, memory: 0 } as const,
      identity: { name: 'n', kind: 'bundle', rootDigest } as const,
    };
    const number = log.policy(liar.identity, liar.network);
    const batch = randomBatch(spec, 30, 9);
    const choices = new Uint8Array(30);
    policy.choose(batch, choices);
    const changed = choices.slice();
    const row = choices.findIndex((choice, i) => choice !== firstAllowed(batch)[i]);
    changed[row] = firstAllowed(batch)[row] as number;
    log.append({ policy: number, by: 'policy', logits: policy.logits }, { batch, choices: changed, first: 0, end: 30 });
    log.close();
    const error = replayError(() => replayLog(file, drawnNetwork()));
    expect(error).toMatchObject({
      code: 'AUDIT_REPLAY',
      details: { decision: row, logged: changed[row], again: choices[row] },
    });
  });

  it('follows the memory from decision to decision', () => {
    const file = freshLog();
    const network = drawnNetwork({ memory: 6 });
    const { spec, architecture, weights, normaliser, rootDigest } = network;
    const policy = new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), {
      name: 'n',
      mode: 'greedy',
    });
    const log = new DecisionLog(file, { ...SESSION, spec }, { flush: 'call' });
    const audited = auditedPolicy(policy, log, { name: 'n', kind: 'bundle', rootDigest });
    const batch = randomBatch(spec, 1, 5);
    audited.choose(batch, new Uint8Array(1));
    // A decision that nobody logged moves the memory on: the next does not follow from the one before.
    policy.choose(batch, new Uint8Array(1));
    audited.choose(batch, new Uint8Array(1));
    log.close();
    const error = replayError(() => replayLog(file, network));
    expect(error).toMatchObject({ code: 'AUDIT_REPLAY', details: { decision: 1 } });
    expect(error.message).toContain('memory that the decision before left');
    // By itself it is as its network makes it.
    expect(replayLog(file, network, { decision: 1 }).replayed).toBe(1);
  });

  it('compares the logits of sampled decisions, passes baselines over, and refuses where nothing is of the bundle', () => {
    const file = freshLog();
    const network = drawnNetwork();
    const { spec, architecture, weights, normaliser, rootDigest } = network;
    const scorer = new Scorer(spec, architecture, weights, normaliser);
    const policy = new LearnedPolicy(scorer, { name: 'n', mode: 'sample', rng: new Rng(1, 'audit') });
    const log = new DecisionLog(file, { ...SESSION, spec: SPACE_CLOUD_SPEC }, { flush: 'call' });
    const audited = auditedPolicy(policy, log, { name: 'n', kind: 'bundle', rootDigest });
    const baseline = {
      name: 'first',
      choose: (batch: ReturnType<typeof randomBatch>, out: Uint8Array) => out.set(firstAllowed(batch)),
    };
    const fallback = auditedPolicy(baseline, log, { name: 'first', kind: 'baseline' }, 'fallback');
    audited.choose(randomBatch(spec, 40, 1), new Uint8Array(40));
    fallback.choose(randomBatch(spec, 7, 2), new Uint8Array(7));
    log.close();
    expect(replayLog(file, network)).toMatchObject({ replayed: 40, sampled: 40, passedOver: { first: 7 } });
    expect(allDecisions(file)[40]).toMatchObject({ by: 'fallback', logits: undefined, policy: { name: 'first' } });
    const other = replayError(() => replayLog(file, { ...network, rootDigest: 'cd' }));
    expect(other).toMatchObject({ code: 'AUDIT_REPLAY' });
    expect(other.message).toContain('got 40 by n, 7 by first');
    expect(replayError(() => readDecision(file, 47)).hint).toBe('The log holds decisions 0 to 46.');
  });
});

import { describe, expect, it } from 'vitest';
import { DecisionLog, explainDecision, readDecision } from '../../../agents/audit/index.ts';
import { type DecisionSpec, SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import { SESSION, allDecisions, freshLog } from './logs.ts';
import { drawnNetwork, logDecisions } from './networks.ts';
import { randomBatch } from './random-batches.ts';

describe('explainDecision', () => {
  it('gives margin, shares and effects that a hand count gives again', () => {
    const file = freshLog();
    const network = drawnNetwork();
    logDecisions(file, network, 2).close();
    const decision = allDecisions(file).find(
      ({ actionMask }) => actionMask.filter((allowed) => allowed === 1).length > 2,
    );
    if (decision?.logits === undefined) throw new Error('Expected a decision with logits.');
    const { logits, actionMask, choice, count, candidates } = decision;
    const allowed = [...logits].map((logit, k) => ({ logit, k })).filter(({ k }) => actionMask[k] === 1);
    const [first, second] = allowed.sort((a, b) => b.logit - a.logit);
    const explained = explainDecision(decision, network);
    expect(first?.k).toBe(choice);
    expect(explained.runnerUp).toBe(second?.k);
    expect(explained.margin).toBe((first?.logit ?? 0) - (second?.logit ?? 0));
    const total = allowed.reduce((sum, { logit }) => sum + Math.exp(logit), 0);
    const width = candidates.length / count;
    for (const candidate of explained.candidates) {
      const { candidate: k, probability, prior, residual, isAllowed } = candidate;
      expect(prior).toBe(candidates[k * width + width - 1]);
      if (!isAllowed) expect([probability, residual]).toEqual([null, null]);
      // Two ways to the same softmax; float64 rounding.
      else expect(probability).toBeCloseTo(Math.exp(logits[k] as number) / total, 12);
    }
    // The normaliser has mean 0. With the prior at 0 for all, the margin is the difference of the residuals alone.
    const residual = (k: number): number => (logits[k] as number) - (candidates[(k + 1) * width - 1] as number);
    const others = allowed.filter(({ k }) => k !== choice).map(({ k }) => residual(k));
    const prior = explained.features?.find(({ feature }) => feature === 'prior');
    const lost = (explained.margin ?? 0) - (residual(choice) - Math.max(...others));
    // The prior is also an input of the network, whose part in the residual is lost too: it is small beside the prior itself.
    expect(Math.abs((prior?.effect ?? 0) - lost)).toBeLessThan(1);
    const sizes = explained.features?.map(({ effect }) => Math.abs(effect)) ?? [];
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(explainDecision(decision).features).toBeNull();
  });

  it('says why a candidate was masked where what was observed tells, and nothing where it does not', () => {
    const file = freshLog();
    const batch = randomBatch(SPACE_CLOUD_SPEC, 1, 1);
    const { candidate } = SPACE_CLOUD_SPEC.kinds[0] as DecisionSpec['kinds'][number];
    const column = candidate.findIndex(({ name }) => name === 'neighbourBufferFrac');
    batch.kind[0] = 0;
    batch.candidateCount[0] = 3;
    batch.actionMask.set([1, 0, 0]);
    batch.candidateNode.set([4, 5, 6]);
    [1, 1, 0.99].forEach((frac, k) => (batch.candidates[k * batch.candidateStride + column] = frac));
    for (let k = 0; k < 3; k++) batch.candidates[k * batch.candidateStride] = 0; // isHold
    const log = new DecisionLog(file, { ...SESSION, spec: SPACE_CLOUD_SPEC }, { flush: 'call' });
    const policy = log.policy({ name: 'p', kind: 'baseline' });
    log.append({ policy, by: 'policy' }, { batch, choices: new Uint8Array(1), first: 0, end: 1 });
    log.close();
    const { candidates } = explainDecision(readDecision(file, 0));
    expect(candidates.map(({ name, isAllowed, whyMasked }) => ({ name, isAllowed, whyMasked }))).toEqual([
      { name: 'node 4', isAllowed: true, whyMasked: null },
      { name: 'node 5', isAllowed: false, whyMasked: 'its buffer is full' },
      { name: 'node 6', isAllowed: false, whyMasked: null },
    ]);
  });
});

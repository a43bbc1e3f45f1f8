import { describe, expect, it } from 'vitest';
import { explainDecision } from '../../../agents/audit/index.ts';
import { allDecisions, freshLog } from './logs.ts';
import { drawnNetwork, logDecisions } from './networks.ts';

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
});

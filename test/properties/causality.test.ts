import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy } from '../../core/index.ts';
import type { World } from '../../environment/index.ts';
import { changeFuture } from './other-future.ts';
import { LIMIT_MS, PARAMETERS, RUNS, timeInRun } from './parameters.ts';
import { RUN_S, modelOf, randomScenario } from './random-scenario.ts';
import { type Flight, aBusyScenario, flight } from './run-parts.ts';

type Content = Record<string, unknown>;
/** How much later all comes that comes from outside; no round number. */
const DELAY_S = Math.PI;
const AFTERWARDS_S = 7;

/** The scenario without scheduled faults from `atS` on. */
function withoutLaterFaults(content: Content, atS: number): Content {
  const faults = content['faults'] as { scheduled: readonly { atS: number }[] };
  return { ...content, faults: { ...faults, scheduled: faults.scheduled.filter((fault) => fault.atS < atS) } };
}

describe('causality', () => {
  it(
    'ENV-83 other tasks, weather, faults and captures later leave all that was seen and chosen before as it was',
    () => {
      let [cases, differing] = [0, 0];
      const causal = fc.property(randomScenario, timeInRun, ({ content, policy, seed }, atS) => {
        const plain = flight(modelOf(content), policy, { seed });
        const other = flight(modelOf(content), policy, { seed });
        changeFuture(other.world, atS, DELAY_S);
        // As a scenario file says it: no faults at all later, and no tasks.
        const poorer = flight(modelOf(withoutLaterFaults(content, atS)), policy, { seed, arrivalsS: atS });
        for (const { runTo } of [plain, other, poorer]) runTo(atS);
        expect(other.seen()).toBe(plain.seen());
        expect(poorer.seen()).toBe(plain.seen());
        for (const { runTo } of [plain, other]) runTo(Math.min(RUN_S, atS + AFTERWARDS_S));
        cases++;
        if (other.seen() !== plain.seen()) differing++;
      });
      fc.assert(causal, PARAMETERS);
      expect(differing).toBeGreaterThan(0.9 * cases);
      expect(cases).toBe(RUNS);
    },
    LIMIT_MS,
  );
});

describe('the check of causality can fail', () => {
  const content = aBusyScenario();
  const atS = 20.0001;

  /** Chooses by what is still to come: the first allowed candidate or the last. */
  const clairvoyant =
    (world: World): Policy['choose'] =>
    (batch, out) => {
      const { events, faults } = world.columns;
      let futureS = 0;
      for (let i = 0; i < events.n; i++) futureS += events.timeS[i] as number;
      for (let f = 0; f < faults.n; f++) futureS += faults.beginS[f] as number;
      for (let row = 0; row < batch.n; row++) {
        const first = row * batch.maxCandidates;
        const mask = batch.actionMask.subarray(first, first + batch.maxCandidates);
        out[row] = Math.floor(1000 * futureS) % 2 === 0 ? mask.indexOf(1) : mask.lastIndexOf(1);
      }
    };

  const differs = (one: Flight, other: Flight): boolean => {
    for (const { runTo } of [one, other]) runTo(atS);
    return one.seen() !== other.seen();
  };

  it('for a policy that knows what will come', () => {
    const [plain, other] = [0, 1].map(() =>
      flight(modelOf(content), 'clairvoyant', { seed: 1, decideBy: clairvoyant }),
    );
    changeFuture((other as Flight).world, atS, DELAY_S);
    expect(differs(plain as Flight, other as Flight)).toBe(true);
  });

  it('for a past that is another one', () => {
    const [plain, other] = [0, 1].map(() => flight(modelOf(content), 'random+random+random', { seed: 1 }));
    changeFuture((other as Flight).world, atS - 2, DELAY_S);
    expect(differs(plain as Flight, other as Flight)).toBe(true);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMIT_MS, PARAMETERS, timeInRun } from './parameters.ts';
import { RUN_S, modelOf, randomScenario } from './random-scenario.ts';
import regressions from './regressions/restore.ts';
import { type Flight, type SavedFlight, aBusyScenario, flight } from './run-parts.ts';

/** How often to stop between two batches of one instant rather than between two instants. */
const extraDecisions = fc.integer({ min: 0, max: 9 });

/** All that a run shows: what was seen and chosen, every end, the key figures, the modes of all agents. */
function restOf(one: Flight): object {
  one.runTo(RUN_S);
  const modes = one.modes();
  const kpis = one.world.finish();
  return { seen: one.seen(), decisions: one.decisions(), modes, kpis };
}

describe('saved worlds', () => {
  const exact = fc.property(
    fc.record({ scenario: randomScenario, atS: timeInRun, extra: extraDecisions }),
    ({ scenario: { content, policy, seed }, atS, extra }) => {
      const model = modelOf(content);
      const rowsPerWorld = extra % 2 === 0 ? 64 : 2;
      const unbroken = flight(model, policy, { seed, rowsPerWorld });
      unbroken.runTo(atS);
      unbroken.decide(extra);
      const saved = structuredClone(unbroken.save());
      unbroken.takePolicy(policy);
      const rest = restOf(unbroken);
      // A fresh world of another seed, one that has flown for a while, and the one that was saved.
      const fresh = flight(model, policy, { seed: seed + 1, rowsPerWorld });
      const flown = flight(model, policy, { seed: seed + 2, startS: 5, runS: RUN_S - 5, rowsPerWorld });
      flown.runTo(21);
      for (const [into, other] of Object.entries({ fresh, flown, unbroken })) {
        other.restore(saved);
        other.takePolicy(policy);
        expect({ into, ...restOf(other) }).toEqual({ into, ...rest });
      }
    },
  );

  it(
    'ENV-04 a world saved at any time, with its agents, goes on as if it had not been, in any world of its model',
    () => {
      fc.assert(exact, { ...PARAMETERS, examples: regressions.map((one) => [one]) });
    },
    LIMIT_MS,
  );
});

describe('the check of saved worlds can fail', () => {
  const model = modelOf(aBusyScenario());
  const policy = 'random+random+random';

  /** Whether a run goes on otherwise after a restore from a state with which something has been done. */
  function differs(tamper: (saved: SavedFlight) => void): boolean {
    const unbroken = flight(model, policy, { seed: 1 });
    unbroken.runTo(20);
    const saved = structuredClone(unbroken.save());
    unbroken.takePolicy(policy);
    const rest = restOf(unbroken);
    tamper(saved);
    const other = flight(model, policy, { seed: 2 });
    other.restore(saved);
    other.takePolicy(policy);
    return JSON.stringify(restOf(other)) !== JSON.stringify(rest);
  }

  it('for queues of the report that are lost, or other draws', () => {
    expect(differs(() => undefined)).toBe(false);
    expect(differs(({ world }) => world.columns['reportQueueS']?.fill(0.5))).toBe(true);
    expect(differs(({ world }) => world.columns['rng.arrivals']?.fill(7))).toBe(true);
    expect(differs(({ world }) => world.columns['beacons.values']?.fill(0))).toBe(true);
  });
});

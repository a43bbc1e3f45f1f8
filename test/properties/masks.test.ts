import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecisionBatch, SPACE_CLOUD_SPEC, SpaceCloudError, createDecisionBatch } from '../../core/index.ts';
import { type SavedWorld, World, checkConservation } from '../../environment/index.ts';
import { checkStates } from '../environment/world/check-states.ts';
import { LIMIT_MS, PARAMETERS, RUNS, timeInRun } from './parameters.ts';
import { RUN_S, modelOf, randomScenario } from './random-scenario.ts';
import { aBusyScenario, checkUse, flight, rowText } from './run-parts.ts';

const MAX_CANDIDATES = SPACE_CLOUD_SPEC.maxCandidates;
const ILLEGAL_CHOICES = 'statistics.breaches';

/** The next decision of a world, by itself; undefined at the end of the run. */
function nextRow(world: World): DecisionBatch | undefined {
  const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 1, [world.knowledge]);
  return world.advance(batch, 0, RUN_S) === 0 ? undefined : batch;
}

/** Whether two states differ in nothing but the count of illegal choices. */
function isUnchanged(before: SavedWorld, after: SavedWorld): boolean {
  const bytes = (column: ArrayBufferView): Buffer => Buffer.from(column.buffer, column.byteOffset, column.byteLength);
  const columns = Object.entries(before.columns).every(
    ([name, column]) => name === ILLEGAL_CHOICES || bytes(column).equals(bytes(after.columns[name] as typeof column)),
  );
  return columns && JSON.stringify(before.numbers) === JSON.stringify(after.numbers);
}

/** Throws unless a candidate is refused and leaves world and row as they were. */
function expectRefusal(world: World, batch: DecisionBatch, choice: number): void {
  const [before, row, hash] = [world.save(), rowText(batch, 0), world.trajectoryHash];
  let refusal: unknown;
  try {
    world.apply(batch, 0, 1, Uint8Array.of(choice));
  } catch (error) {
    refusal = error;
  }
  if (!(refusal instanceof SpaceCloudError) || refusal.code !== 'ILLEGAL_CHOICE')
    throw new Error(`Expected a refusal of candidate ${choice}, got ${String(refusal)}.`);
  expect(rowText(batch, 0)).toBe(row);
  expect(world.trajectoryHash).toBe(hash);
  expect(isUnchanged(before, world.save())).toBe(true);
}

/** Carries a candidate out and goes on for a while. Throws when anything is then where it cannot be. */
function expectCarriedOut(world: World, batch: DecisionBatch, choice: number): void {
  world.apply(batch, 0, 1, Uint8Array.of(choice));
  const check = (): void => {
    checkConservation(world.columns);
    checkStates(world);
    checkUse(world);
  };
  check();
  const next = nextRow(world);
  if (next !== undefined) world.apply(next, 0, 1, Uint8Array.of(next.actionMask.indexOf(1)));
  check();
}

describe('masks', () => {
  it(
    'ENV-94 masked candidates are refused and change nothing, and every allowed one can be carried out',
    () => {
      let [refused, tried] = [0, 0];
      const masks = fc.property(randomScenario, timeInRun, ({ content, policy, seed }, atS) => {
        const model = modelOf(content);
        const { world, runTo } = flight(model, policy, { seed });
        runTo(atS);
        const saved = world.save();
        const copy = new World(model, { seed, runS: RUN_S, startS: 0 });
        for (let k = 0; k < MAX_CANDIDATES; k++) {
          copy.restore(saved);
          const batch = nextRow(copy);
          if (batch === undefined) return;
          if (batch.actionMask[k] === 1) {
            expectCarriedOut(copy, batch, k);
            tried++;
          } else {
            expectRefusal(copy, batch, k);
            refused++;
          }
        }
      });
      fc.assert(masks, PARAMETERS);
      expect(Math.min(refused, tried)).toBeGreaterThan(RUNS);
    },
    LIMIT_MS,
  );

  it(
    'ENV-94 whatever is allowed is chosen somewhere, in whole runs with all machines, without an exception',
    () => {
      let decisions = 0;
      const runs = fc.property(randomScenario, ({ content, seed }) => {
        const one = flight(modelOf(content), 'random+random+random', { seed });
        one.runTo(RUN_S);
        checkStates(one.world);
        checkUse(one.world);
        expect(one.world.finish()['breach.illegalChoice']).toBe(0);
        decisions += one.decisions();
      });
      fc.assert(runs, PARAMETERS);
      expect(decisions).toBeGreaterThan(100 * RUNS);
    },
    LIMIT_MS,
  );
});

describe('the checks of masks can fail', () => {
  const standing = (): [World, DecisionBatch] => {
    const model = modelOf(aBusyScenario());
    const { world, runTo } = flight(model, 'random+random+random', { seed: 1 });
    runTo(12);
    return [world, nextRow(world) as DecisionBatch];
  };

  it('for a masked candidate that is let through', () => {
    const [world, batch] = standing();
    const masked = batch.actionMask.indexOf(0);
    expectRefusal(world, batch, masked);
    batch.actionMask[masked] = 1;
    expect(() => {
      expectRefusal(world, batch, masked);
    }).toThrow(/Expected a refusal/);
  });

  it('for a refusal that leaves a trace', () => {
    const [world, batch] = standing();
    const { geometry } = world.model;
    const names = [...geometry.nodeNames];
    // Refusals name the agent: a name that, when it is read, changes the world.
    Object.defineProperty(names, String(batch.agent[0]), {
      get: () => {
        world.columns.satellites.bufferBits[0] = 1;
        return 'x';
      },
    });
    Object.defineProperty(geometry, 'nodeNames', { value: names });
    expect(() => {
      expectRefusal(world, batch, batch.actionMask.indexOf(0));
    }).toThrow();
  });

  it('for an allowed candidate that cannot be carried out', () => {
    const [world, batch] = standing();
    // It is carried out, and the satellite's buffer then holds what no task has brought.
    const { bufferBits } = world.columns.satellites;
    const agent = batch.agent[0] as number;
    bufferBits[agent] = (bufferBits[agent] as number) + 1e6;
    expect(() => {
      expectCarriedOut(world, batch, batch.actionMask.indexOf(1));
    }).toThrow();
  });
});

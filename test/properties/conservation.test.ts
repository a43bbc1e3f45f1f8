import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkConservation } from '../../environment/index.ts';
import { freeTask } from '../../environment/world/tasks.kernel.ts';
import { drop } from '../../environment/world/tasks-lifecycle.ts';
import { checkStates } from '../environment/world/check-states.ts';
import { recordEnds } from './ends.ts';
import { LIMIT_MS, PARAMETERS } from './parameters.ts';
import { RUN_S, modelOf, randomScenario } from './random-scenario.ts';
import regressions from './regressions/cases.ts';
import { aBusyScenario, checkUse, flight } from './run-parts.ts';

describe('conservation', () => {
  const conserved = fc.property(randomScenario, ({ content, policy, seed }) => {
    const { world, runTo } = flight(modelOf(content), policy, { seed });
    const ends = recordEnds(world);
    for (let untilS = 4; untilS <= RUN_S; untilS += 4) {
      runTo(untilS);
      checkConservation(world.columns);
      checkStates(world);
      checkUse(world);
    }
    const { statistics } = world.columns;
    world.finish();
    checkConservation(world.columns);
    expect(world.liveTasks).toBe(0);
    ends.check();
    const created = statistics.created.reduce((sum, n) => sum + n, 0);
    expect(ends.tasks).toBe(created);
  });

  it(
    'ENV-60 bits, tasks and energy close, each task has one end, nothing is used twice',
    () => {
      fc.assert(conserved, { ...PARAMETERS, examples: regressions.map((one) => [one]) });
    },
    LIMIT_MS,
  );
});

describe('the checks of conservation can fail', () => {
  const started = () => {
    const one = flight(modelOf(aBusyScenario()), 'random+random+random', { seed: 1 });
    const ends = recordEnds(one.world);
    one.runTo(20);
    return { world: one.world, ends };
  };

  it('a bit too many, a task too few', () => {
    const { world } = started();
    world.columns.statistics.deliveredBits += 1e6;
    expect(() => checkConservation(world.columns)).toThrow(/closed ledgers/);
    const other = started().world;
    other.columns.statistics.created[0] = (other.columns.statistics.created[0] as number) + 1;
    expect(() => checkConservation(other.columns)).toThrow(/closed ledgers/);
  });

  it('a task that ends twice, one that ends without a reason, one booked for another reason', () => {
    const live = ({ columns: { tasks } }: ReturnType<typeof started>['world']): number =>
      tasks.state.findIndex((state) => state !== 0);
    const twice = started();
    const task = live(twice.world);
    drop(twice.world.columns, task, 'deadline');
    drop(twice.world.columns, task, 'deadline');
    twice.world.finish();
    expect(() => twice.ends.check()).toThrow(/ends, got/);
    const silent = started();
    freeTask(silent.world.columns.tasks, live(silent.world));
    silent.world.finish();
    expect(() => silent.ends.check()).toThrow(/ends, got/);
    const booked = started();
    booked.world.finish();
    booked.ends.check();
    const { dropped } = booked.world.columns.statistics;
    const cell = dropped.findIndex((n) => n > 0);
    dropped[cell] = (dropped[cell] as number) - 1;
    dropped[cell + 1] = (dropped[cell + 1] as number) + 1;
    expect(() => booked.ends.check()).toThrow(/ends of family/);
  });

  it('an antenna that two satellites serve, a terminal with two partners', () => {
    const { world } = started();
    const { satellites } = world.columns;
    const server = satellites.firstServed.findIndex((q) => q >= 0);
    const antenna = satellites.firstServed[server] as number;
    expect(antenna).toBeGreaterThanOrEqual(0);
    satellites.nextServed[antenna] = antenna; // the list comes back to it
    expect(() => checkUse(world)).toThrow(/twice/);
    const other = started().world;
    const { reverse } = other.columns;
    const track = reverse.findIndex((peer) => peer >= 0);
    expect(track).toBeGreaterThanOrEqual(0);
    reverse[track] = track === 0 ? 1 : 0;
    expect(() => checkUse(other)).toThrow(/twice/);
  });
});

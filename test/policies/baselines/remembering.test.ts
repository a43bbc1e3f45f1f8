import { describe, expect, it } from 'vitest';
import {
  type DecisionBatch,
  type Departures,
  type KnownOutages,
  type LocalKnowledge,
  type PlannedRoute,
  SENT,
  SPACE_CLOUD_SPEC,
  createDecisionBatch,
} from '../../../core/index.ts';
import { createBaseline } from '../../../policies/baselines/index.ts';
import { QTable } from '../../../policies/baselines/q-table.ts';
import { knowledgeWith } from './knowledge.ts';
import { type TestRow, addRow, forwardRow, hold, link } from './rows.ts';

interface Asked extends TestRow {
  readonly atS: number;
  readonly decision: number;
  readonly task?: number;
}

/** Puts rows to a policy one at a time, as a world would. */
function asker(name: string, knowledge: Partial<LocalKnowledge>) {
  const policy = createBaseline(`${name}+at-source+lru`, 1);
  const full = knowledgeWith(knowledge);
  const out = new Uint8Array(1);
  return (row: Asked): number => {
    const batch: DecisionBatch = createDecisionBatch(SPACE_CLOUD_SPEC, 1, [full]);
    addRow(batch, row);
    batch.timeS[0] = row.atS;
    batch.decision[0] = row.decision;
    batch.task[0] = row.task ?? 0;
    policy.choose(batch, out);
    return out[0] as number;
  };
}

/** Departures that a test writes itself. */
function scripted(): Departures & { sent(decision: number, timeS: number, reachS: number): void } {
  const departures = {
    ...{ n: 0, decision: new Int32Array(8), fate: new Uint8Array(8), timeS: new Float64Array(8) },
    reachS: new Float64Array(8),
    watch: () => undefined,
    sent(decision: number, timeS: number, reachS: number) {
      const i = departures.n++;
      departures.decision[i] = decision;
      departures.fate[i] = SENT;
      departures.timeS[i] = timeS;
      departures.reachS[i] = reachS;
    },
  };
  return departures;
}

const of = (decision: number, atS: number, row: TestRow, task = decision): Asked => ({ ...row, decision, atS, task });

describe('ground-table', () => {
  // Before the first report nothing is known to be out, and the way leads over 1; after it over 2.
  let report = -Infinity;
  const planned = {
    knownOutages: (): KnownOutages => ({ sampledS: report }),
    nextNode: (_from: number, _to: number, outages: KnownOutages) => (outages.sampledS > 0 ? 2 : 1),
    earliestRoute: () => undefined,
  };
  const both = forwardRow([link(1, [9, 1, 0, 9, 9]), link(2, [0, 0, 0, 0, 0]), hold()]);

  it('goes by tables made a period ago, whatever is known since, and takes new ones up after the delay', () => {
    report = -Infinity;
    const ask = asker('ground-table:periodS=10:delayS=4', { planned });
    expect(ask(of(0, 1, both))).toBe(0);
    report = 5;
    // Tables are made anew at 10 s and hold from 14 s on.
    expect([ask(of(1, 9, both)), ask(of(2, 10, both)), ask(of(3, 13.9, both)), ask(of(4, 14, both))]).toEqual([
      0, 0, 0, 1,
    ]);
  });

  it('waits where the next hop is not there or may not be taken', () => {
    report = -Infinity;
    const ask = asker('ground-table', { planned });
    expect(ask(of(0, 1, forwardRow([link(2, [0, 0, 0, 0, 0]), hold()])))).toBe(1);
    expect(ask(of(1, 1, forwardRow([link(1, [0, 0, 0, 0, 0], false), link(2, [0, 0, 0, 0, 0]), hold()])))).toBe(2);
  });

  it('begins anew with a new run', () => {
    report = -Infinity;
    const ask = asker('ground-table:periodS=10:delayS=0', { planned });
    ask(of(0, 1, both));
    report = 5;
    expect(ask(of(1, 20, both))).toBe(1);
    report = -Infinity;
    expect(ask(of(0, 1, both))).toBe(0);
  });

  it('says what it lacks in a world without a plan', () => {
    expect(() => asker('ground-table', {})(of(0, 1, both))).toThrow(/LocalKnowledge.planned/);
  });
});

describe('contact-graph', () => {
  const routes: Record<number, PlannedRoute> = {
    0: { delayS: 2, hops: 2, fromNode: [0, 1], toNode: [1, 9], beginS: [0, 1], sendS: [1, 1] },
    1: { delayS: 1, hops: 1, fromNode: [1], toNode: [9], beginS: [0], sendS: [1] },
    2: { delayS: 1.5, hops: 1, fromNode: [2], toNode: [9], beginS: [0], sendS: [1.5] },
  };
  const planned = {
    knownOutages: (): KnownOutages => ({ sampledS: 0 }),
    nextNode: () => -1,
    earliestRoute: (from: number) => routes[from],
  };
  const row = forwardRow([link(1, [0, 0.1, 0, 5, 5]), link(2, [0, 0.1, 0, 5, 5]), hold()]);

  it('reckons with what it has sent over the same contacts before', () => {
    const ask = asker('contact-graph', { planned });
    // Empty: 0.1 + 1 = 1.1 s by 1, 0.1 + 1.5 = 1.6 s by 2. The first bundle keeps 1 -> 9 busy until 0.1 + 1 = 1.1 s, so the
    // second would wait there from 0.1 to 1.1 s: 2.1 s by 1, more than 1.6 s by 2. The third waits as long by 2: 3.1 s, and by 1 2.1 s.
    expect([ask(of(0, 0, row)), ask(of(1, 0, row)), ask(of(2, 0, row))]).toEqual([0, 1, 0]);
    // At 10 s all of that has been sent.
    expect(ask(of(3, 10, row))).toBe(0);
  });

  it('waits for an own contact to come if nothing open is earlier', () => {
    const early: PlannedRoute = { delayS: 0.9, hops: 1, fromNode: [0], toNode: [9], beginS: [0.8], sendS: [0.1] };
    const ask = asker('contact-graph', {
      planned: { ...planned, earliestRoute: (from) => (from === 0 ? early : routes[from]) },
    });
    expect(ask(of(0, 0, row))).toBe(2);
  });
});

describe('backpressure', () => {
  it('avoids a neighbour whose last beacon tells of a backlog for the destination', () => {
    const departures = scripted();
    const ask = asker('backpressure', { departures });
    const bits = { sizeBits: 1e9 };
    // Satellite 1 queues two bundles of 1 Gbit (1 s each at its rate) for node 9.
    const down = link(9, [0, 1, 0, 0, 0]);
    const candidates = [{ ...down, features: { ...down.features, isGroundLink: 1, isDestination: 1 } }, hold()];
    const there = forwardRow(candidates, { ...bits, agent: 1 });
    ask(of(0, 0.1, there));
    ask(of(1, 0.1, there));
    const withAge = (beaconAgeS: number): TestRow => {
      const toward = (node: number, remainingS: number) => {
        const one = link(node, [0, 1, 0, remainingS, remainingS]);
        return { ...one, features: { ...one.features, beaconAgeS } };
      };
      return forwardRow([toward(1, 1), toward(2, 1.5), hold()], { ...bits, context: { bestSnapshotS: 2 } });
    };
    // The beacons of 0 s know nothing of it: 1 + 1 s by 1 is less than 1 + 1.5 s by 2.
    expect(ask(of(2, 0.4, withAge(0.4)))).toBe(0);
    // Those of 0.5 s tell of 2 Gbit there against 1 Gbit here: 1 + 1 + 1 s by 1, and 1 + 1.5 - 1 s by 2.
    expect(ask(of(3, 0.6, withAge(0.1)))).toBe(1);
    // Sent before the beacons of 1 s: nothing is left.
    departures.sent(0, 0.7, 0.8);
    departures.sent(1, 0.8, 0.9);
    expect(ask(of(4, 1.1, withAge(0.1)))).toBe(0);
  });
});

describe('elb', () => {
  const row = (waitS: number): TestRow => {
    const busy = link(1, [0, 0, 0, 1, 1]);
    return forwardRow(
      [{ ...busy, features: { ...busy.features, neighbourNextQueueS: waitS } }, link(2, [0, 0, 0, 1.5, 1.5]), hold()],
      {
        context: { bestSnapshotS: 2 },
      },
    );
  };
  const choices = (waitS: number): number[] => {
    const ask = asker('elb:lowS=0.1:highS=0.3', {});
    return Array.from({ length: 8 }, (_, i) => ask(of(i, i, row(waitS))));
  };

  it('turns the share of the way between the thresholds away, evenly', () => {
    expect(choices(0.1)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    // (0.15 - 0.1) / (0.3 - 0.1) = 1/4; (0.2 - 0.1) / 0.2 = 1/2.
    expect(choices(0.15).filter((k) => k === 1)).toHaveLength(2);
    expect(choices(0.2).filter((k) => k === 1)).toHaveLength(4);
    expect(choices(0.3)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });
});

describe('q-routing', () => {
  it('moves an entry towards a sample by the rate, and forgets with time', () => {
    const table = new QTable(10, 0.5, 4);
    table.learn(3, 9, 2, 0);
    table.learn(3, 9, 2, 0);
    // 0 -> 1 -> 1.5; after 4 s 1.5 / e.
    expect(table.excess(3, 9, 0)).toBe(1.5);
    expect(table.excess(3, 9, 4)).toBeCloseTo(1.5 / Math.E, 6);
    expect(table.excess(4, 9, 0)).toBe(0);
  });

  it('learns from the reply of the neighbour, not before the reply can be there', () => {
    const departures = scripted();
    const ask = asker('q-routing:rate=1:recoveryS=1e9', { departures });
    // By 1: 0.1 + 0.05 + 1 = 1.15 s; by 2: 0.1 + 0.05 + 1.5 = 1.65 s.
    const here = forwardRow([link(1, [0, 0.1, 0.05, 1, 1]), link(2, [0, 0.1, 0.05, 1.5, 1.5]), hold()]);
    expect(ask(of(0, 0, here))).toBe(0);
    departures.sent(0, 0.1, 0.15);
    // Satellite 1 receives it at 0.15 s and reckons with 3 s, 2 s more than the sender thought.
    ask(of(1, 0.15, forwardRow([link(9, [2.9, 0.1, 0, 0, 0])], { agent: 1 }), 0));
    // The reply is back at 0.15 + 0.05 s; features are of single precision, so a little later at most.
    expect(ask(of(2, 0.19, here))).toBe(0);
    expect(ask(of(3, 0.2001, here))).toBe(1);
  });

  it('learns nothing from another task under the same number', () => {
    const departures = scripted();
    const ask = asker('q-routing:rate=1:recoveryS=1e9', { departures });
    const here = forwardRow([link(1, [0, 0.1, 0.05, 1, 1]), link(2, [0, 0.1, 0.05, 1.5, 1.5]), hold()]);
    ask(of(0, 0, here));
    departures.sent(0, 0.1, 0.15);
    // Lost on the way; a new task has its number and is decided at satellite 1 at another time.
    ask(of(1, 0.17, forwardRow([link(9, [2.9, 0.1, 0, 0, 0])], { agent: 1 }), 0));
    expect(ask(of(2, 1, here))).toBe(0);
  });
});

describe('damped', () => {
  const choose = (row: TestRow): number => asker('damped', {})(of(0, 0, row));

  it('counts a quarter of reported queues', () => {
    // By 1: 1 + (3 - 1) / 4 = 1.5 s; by 2: 1.6 s in both. Load-aware would take 2.
    const row = forwardRow([link(1, [0, 0, 0, 1, 3]), link(2, [0, 0, 0, 1.6, 1.6])], { context: { bestSnapshotS: 2 } });
    expect(choose(row)).toBe(0);
    expect(choose(forwardRow([link(1, [0.2, 0, 0, 1, 3]), link(2, [0, 0, 0, 1.6, 1.6])]))).toBe(1);
  });

  it('takes detours up to 15 hops, and from 16 on only ways that come nearer', () => {
    // 1 is farther from the destination (2.2 s) than here (2 s), but 2 has a queue of 1 s.
    const candidates = [link(1, [0, 0, 0, 2.2, 2.2]), link(2, [1, 0, 0, 1.5, 1.5]), hold([2.4, 2.4])];
    const after = (hops: number): number => choose(forwardRow(candidates, { context: { bestSnapshotS: 2, hops } }));
    expect([after(15), after(16)]).toEqual([0, 1]);
  });

  it('refuses parameters it does not have', () => {
    expect(() => createBaseline('damped:weight=1+at-source+lru', 1)).toThrow(/it has none.*weight=1/);
    expect(() => createBaseline('q-routing:rate=-1+at-source+lru', 1)).toThrow(/rate=0.5/);
  });
});

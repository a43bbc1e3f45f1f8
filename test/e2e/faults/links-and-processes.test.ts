import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { itWithNats } from '../../nats.ts';
import { sharedFleet } from './books.ts';
import { Bystanders, DEADLINE_MS, PATIENCE_MS, SATELLITES } from './fleet.ts';

const shared = sharedFleet();
const { strike, strikeAll } = shared;

describe('a node', { timeout: 3 * PATIENCE_MS }, () => {
  itWithNats('that is killed is stood in for, lost, and taken again when it is started again', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(2);
    const { rejoined } = fleet.flight.status(ship.satellite);
    await strike(
      ship,
      () => ship.node.kill(),
      () => ship.node.start(),
      { untilLost: true },
    );
    expect(fleet.flight.status(ship.satellite).rejoined).toBe(rejoined + 1);
  });

  itWithNats('that is stopped and goes on is stood in for meanwhile, and needs no new start', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(0);
    const { starts } = ship.node;
    const { late } = fleet.flight.status(ship.satellite);
    const [stop, go] = [() => ship.node.signal('SIGSTOP'), () => ship.node.signal('SIGCONT')];
    await strike(ship, stop, go, { untilLost: true });
    expect(ship.node.starts).toBe(starts);
    // Only the question that it had been asked took the whole deadline: who owes an answer is not asked.
    expect(fleet.flight.status(ship.satellite).late).toBeLessThanOrEqual(late + 1);
  });

  itWithNats('that gets a tenth of the processor decides what it can in time', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(1);
    const bystanders = new Bystanders(fleet, [ship.satellite]);
    const before = fleet.flight.decisions(ship.satellite);
    for (let slice = 0; slice < 25; slice++) {
      ship.node.signal('SIGSTOP');
      await sleep(180);
      ship.node.signal('SIGCONT');
      await sleep(20);
    }
    await fleet.converge();
    const after = fleet.flight.decisions(ship.satellite);
    expect(after.byNode).toBeGreaterThan(before.byNode);
    expect(bystanders.since).toEqual({ byOthers: 0, allDecided: true });
  });
});

describe('the link of a node', { timeout: 3 * PATIENCE_MS }, () => {
  itWithNats('that is slower than the deadline leaves its decisions to the fallback', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(3);
    const delayMs = DEADLINE_MS;
    const [slow, fast] = [() => ship.gate.set({ kind: 'delay', delayMs }), () => ship.gate.set({ kind: 'open' })];
    const notInTime = (): number => fleet.flight.outcomes.late + fleet.flight.outcomes.lost;
    const before = notInTime();
    await strike(ship, slow, fast);
    // Its signs of life are as late as its answers: the world may take it for lost first.
    expect(notInTime()).toBeGreaterThan(before);
  });

  itWithNats('that is slow, and faster than the deadline, costs time and no decision', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(3);
    const bystanders = new Bystanders(fleet, []);
    ship.gate.set({ kind: 'delay', delayMs: 100 });
    await sleep(2000);
    await fleet.until('decisions', () => bystanders.since.allDecided);
    expect(bystanders.since.byOthers).toBe(0);
    // There and back.
    expect(fleet.flight.longestRoundMs).toBeGreaterThanOrEqual(190);
    ship.gate.set({ kind: 'open' });
    await fleet.converge();
  });

  itWithNats('that is cut is made anew', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(2);
    const { starts } = ship.node;
    const [cut, mend] = [() => ship.gate.set({ kind: 'closed' }), () => ship.gate.set({ kind: 'open' })];
    await strike(ship, cut, mend, { untilLost: true });
    expect(ship.node.starts).toBe(starts);
  });

  itWithNats('that lets nothing through, and does not say so, goes on later', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(0);
    const [hold, go] = [() => ship.gate.set({ kind: 'silent' }), () => ship.gate.set({ kind: 'open' })];
    await strike(ship, hold, go, { untilLost: true });
  });

  itWithNats('that damages bytes both ways has no wrong choice believed', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(1);
    const bystanders = new Bystanders(fleet, [ship.satellite]);
    const before = fleet.flight.status(ship.satellite);
    // A request of one row has 1.5 kB, so that about every third is damaged.
    ship.gate.set({ kind: 'corrupt', byteFrac: 1 / 4000, rng: new Rng(1, 'gate') });
    await sleep(6000);
    ship.gate.set({ kind: 'open' });
    if (!ship.node.isRunning) ship.node.startAgain();
    await fleet.converge();
    const after = fleet.flight.status(ship.satellite);
    expect(after.illegal).toBe(before.illegal);
    expect(after.late + after.corrupt + after.rejoined).toBeGreaterThan(before.late + before.corrupt + before.rejoined);
    expect(bystanders.since).toEqual({ byOthers: 0, allDecided: true });
  });
});

describe('the link of the world', { timeout: 3 * PATIENCE_MS }, () => {
  itWithNats('that is cut leaves all to the fallbacks, and is made anew', async () => {
    const { fleet } = shared;
    await strikeAll(
      () => fleet.worldGate.set({ kind: 'closed' }),
      () => fleet.worldGate.set({ kind: 'open' }),
    );
  });

  itWithNats('that lets nothing through, and does not say so, goes on later', async () => {
    const { fleet } = shared;
    await strikeAll(
      () => fleet.worldGate.set({ kind: 'silent' }),
      () => fleet.worldGate.set({ kind: 'open' }),
    );
  });

  itWithNats('that damages bytes both ways has no wrong choice believed', async () => {
    const { fleet } = shared;
    const illegal = (): number => fleet.flight.server.nodes.reduce((sum, node) => sum + node.illegal, 0);
    const before = illegal();
    fleet.worldGate.set({ kind: 'corrupt', byteFrac: 1 / 8000, rng: new Rng(2, 'gate') });
    await sleep(5000);
    fleet.worldGate.set({ kind: 'open' });
    await fleet.converge();
    expect(illegal()).toBe(before);
  });
});

describe('the message server', { timeout: 3 * PATIENCE_MS }, () => {
  itWithNats('that is killed and started again finds all its clients again', async () => {
    const { fleet } = shared;
    const starts = fleet.ships.map(({ node }) => node.starts);
    await strikeAll(
      () => fleet.server.kill(),
      () => fleet.server.restart(),
    );
    expect(fleet.ships.map(({ node }) => node.starts)).toEqual(starts);
    expect(fleet.ships.map(({ node }) => node.isRunning)).toEqual(SATELLITES.map(() => true));
  });

  itWithNats('that is stopped and goes on loses no client', async () => {
    const { fleet } = shared;
    await strikeAll(
      () => process.kill(fleet.server.pid, 'SIGSTOP'),
      () => process.kill(fleet.server.pid, 'SIGCONT'),
    );
  });
});

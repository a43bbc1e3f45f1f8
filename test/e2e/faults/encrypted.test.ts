import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { itWithNats } from '../../nats.ts';
import { sharedFleet } from './books.ts';
import { Bystanders, PATIENCE_MS } from './fleet.ts';

const shared = sharedFleet({ tls: true });

/** Messages that arrived otherwise than they were sent, so far. */
function corrupt(): number {
  const { server } = shared.fleet.flight;
  return server.nodes.reduce((sum, node) => sum + node.corrupt + node.illegal, server.strays);
}

describe('with TLS, damaged bytes', { timeout: 3 * PATIENCE_MS }, () => {
  itWithNats('on the link of a node cost the connection, and no damaged message gets through', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(2);
    const before = corrupt();
    await shared.strike(
      ship,
      () => ship.gate.set({ kind: 'corrupt', byteFrac: 1 / 1000, rng: new Rng(3, 'gate') }),
      () => {
        ship.gate.set({ kind: 'open' });
        if (!ship.node.isRunning) ship.node.startAgain();
      },
    );
    expect(corrupt()).toBe(before);
  });

  itWithNats('on the link of the world cost the connection, and no damaged message gets through', async () => {
    const { fleet } = shared;
    const before = corrupt();
    await shared.strikeAll(
      () => fleet.worldGate.set({ kind: 'corrupt', byteFrac: 1 / 2000, rng: new Rng(4, 'gate') }),
      () => fleet.worldGate.set({ kind: 'open' }),
    );
    expect(corrupt()).toBe(before);
  });

  itWithNats('of a killed server are none: it is found again with its certificate', async () => {
    const { fleet } = shared;
    await shared.strikeAll(
      () => fleet.server.kill(),
      () => fleet.server.restart(),
    );
    const bystanders = new Bystanders(fleet, []);
    await sleep(500);
    await fleet.converge();
    expect(bystanders.since.byOthers).toBe(0);
  });
});

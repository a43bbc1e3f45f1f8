import { execFileSync } from 'node:child_process';
import { type AddressInfo, type Server, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { itWithNats } from '../../nats.ts';
import { sharedFleet } from './books.ts';
import { PATIENCE_MS } from './fleet.ts';

/** One name for namespace and both ends of the cable, short enough for the kernel (15 characters). */
const NAME = `sc${process.pid % 100_000}`;
/** From 198.18.0.0/15, which is reserved for tests of networks (RFC 2544). */
const SUBNET = `198.18.${process.pid % 250}`;
const HERE = `${SUBNET}.1`;
const THERE = `${SUBNET}.2`;

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** A network of its own with one cable to this one. */
function layCable(): void {
  ip('netns', 'add', NAME);
  ip('link', 'add', `${NAME}a`, 'type', 'veth', 'peer', 'name', `${NAME}b`, 'netns', NAME);
  ip('addr', 'add', `${HERE}/30`, 'dev', `${NAME}a`);
  ip('link', 'set', `${NAME}a`, 'up');
  ip('-n', NAME, 'addr', 'add', `${THERE}/30`, 'dev', `${NAME}b`);
  ip('-n', NAME, 'link', 'set', `${NAME}b`, 'up');
  ip('-n', NAME, 'link', 'set', 'lo', 'up');
}

function removeCable(): void {
  try {
    ip('netns', 'del', NAME);
  } catch {
    // It was not made.
  }
}

/** Whether this user may make networks. */
function mayLayCables(): boolean {
  try {
    layCable();
    return true;
  } catch (error) {
    console.warn(`skipped: what needs network namespaces, which this user or system does not allow. ${String(error)}`);
    return false;
  } finally {
    removeCable();
  }
}

/** Servers listen on loopback; this carries a port of it to the cable's end. */
function carry(port: number): Promise<Server> {
  const server = createServer((near) => {
    const far = connect({ port, host: '127.0.0.1' });
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HERE, () => resolve(server));
  });
}

const itWithCables = mayLayCables() ? itWithNats : it.skip;
const shared = sharedFleet();
afterEach(removeCable);

describe('a node in a network of its own', { timeout: 3 * PATIENCE_MS }, () => {
  itWithCables('whose cable is pulled hears nothing, not even an end, and goes on when it is back', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(2);
    layCable();
    const carrier = await carry(fleet.server.port);
    const { port } = carrier.address() as AddressInfo;
    try {
      await fleet.replace(ship, { within: ['ip', 'netns', 'exec', NAME], bus: `nats://${HERE}:${port}` });
      await fleet.converge();
      const { starts } = ship.node;
      await shared.strike(
        ship,
        () => ip('link', 'set', `${NAME}a`, 'down'),
        () => ip('link', 'set', `${NAME}a`, 'up'),
        { untilLost: true },
      );
      expect(ship.node.starts).toBe(starts);
      expect(ship.node.isRunning).toBe(true);
    } finally {
      await fleet.replace(ship);
      carrier.close();
    }
    await fleet.converge();
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { subjectsOf } from '../../../agents/bus/index.ts';
import { itWithNats } from '../../nats.ts';
import { sharedFleet } from './books.ts';
import { Bystanders, FLEET, type Heard, PATIENCE_MS, type Ship } from './fleet.ts';

const shared = sharedFleet();
const subjects = subjectsOf(FLEET);

describe('messages of an earlier session', { timeout: 3 * PATIENCE_MS }, () => {
  /** All that was said so far on a subject; then the node of the ship is started anew, in a new session. */
  async function recorded(ship: Ship, subject: string): Promise<readonly Heard[]> {
    const { fleet } = shared;
    const heard = (): readonly Heard[] => fleet.heard.filter((message) => message.subject === subject);
    await fleet.until('enough to say again', () => heard().length > 30);
    const said = heard();
    await fleet.replace(ship);
    await fleet.converge();
    return said;
  }

  /** Says them again, each once; nothing may come of it. */
  async function sayAgain(who: string, said: readonly Heard[]): Promise<void> {
    const { fleet } = shared;
    const bystanders = new Bystanders(fleet, []);
    const illegal = fleet.flight.server.nodes.map((node) => node.illegal);
    const bus = await fleet.connectAs(who);
    for (const { subject, data } of said) bus.publish(subject, data);
    await bus.flush();
    await fleet.until('decisions of all', () => bystanders.since.allDecided);
    await fleet.converge();
    expect(bystanders.since.byOthers).toBe(0);
    expect(fleet.flight.server.nodes.map((node) => node.illegal)).toEqual(illegal);
  }

  itWithNats('said again with the rights of the node are counted and count for nothing', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(0);
    const said = await recorded(ship, subjects.satelliteOut(ship.satellite));
    const { stale, rejoined } = fleet.flight.status(ship.satellite);
    await sayAgain(ship.satellite, said);
    const after = fleet.flight.status(ship.satellite);
    // All but hellos, which are answered by a refusal: there is a node.
    expect(after.stale - stale).toBeGreaterThanOrEqual(said.length - 10);
    expect(after.rejoined).toBe(rejoined);
  });

  itWithNats('said again with the rights of the world are counted by the node and count for nothing', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(1);
    const { rejoined } = fleet.flight.status(ship.satellite);
    const said = await recorded(ship, subjects.satelliteIn(ship.satellite));
    await sayAgain('world', said);
    expect(fleet.flight.status(ship.satellite).rejoined).toBe(rejoined + 1);
    expect(ship.node.isRunning).toBe(true);
    // The old questions were not answered: what the node decided is what it was asked now.
    const { toNode, byNode, inItsPlace } = fleet.flight.decisions(ship.satellite);
    expect(byNode + inItsPlace).toBe(toNode);
  });

  itWithNats('of the present session said again are heard once', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(2);
    const { stale } = fleet.flight.status(ship.satellite);
    const of = subjects.satelliteOut(ship.satellite);
    await fleet.until('enough to say again', () => fleet.heard.filter(({ subject }) => subject === of).length > 30);
    const said = fleet.heard.filter(({ subject }) => subject === of).slice(-50);
    await sayAgain(ship.satellite, said);
    expect(fleet.flight.status(ship.satellite).stale - stale).toBeGreaterThanOrEqual(said.length - 10);
  });
});

describe('a node that lies', { timeout: 3 * PATIENCE_MS }, () => {
  itWithNats('about its machine is found out each time, and decides what is allowed', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(3);
    const bystanders = new Bystanders(fleet, [ship.satellite]);
    const { astray, illegal } = fleet.flight.status(ship.satellite);
    await fleet.replace(ship, { lie: 'capability' });
    await fleet.until('its lies', () => fleet.flight.status(ship.satellite).astray >= astray + 5);
    expect(fleet.flight.status(ship.satellite).illegal).toBe(illegal);
    await fleet.replace(ship);
    await fleet.converge();
    expect(bystanders.since).toEqual({ byOthers: 0, allDecided: true });
  });

  itWithNats('about the session it is in is not heard', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(3);
    await shared.strike(
      ship,
      async () => {
        await fleet.replace(ship, { lie: 'session' });
        const { stale } = fleet.flight.status(ship.satellite);
        await fleet.until('a lie', () => fleet.flight.status(ship.satellite).stale > stale);
      },
      () => fleet.replace(ship),
    );
  });

  itWithNats('by saying nothing, and living, costs one deadline at a time', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(3);
    const { late } = fleet.flight.status(ship.satellite);
    await shared.strike(
      ship,
      async () => {
        await fleet.replace(ship, { lie: 'silence' });
        await fleet.until('silence', () => fleet.flight.status(ship.satellite).late > late);
      },
      () => fleet.replace(ship),
    );
  });

  itWithNats('in the name of another satellite is not let through by the server', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(3);
    const bystanders = new Bystanders(fleet, [ship.satellite]);
    const other = subjects.satelliteOut('polar-p1-s3');
    await fleet.replace(ship, { lie: 'name' });
    await fleet.converge();
    expect(fleet.heard.filter(({ subject }) => subject === other)).toEqual([]);
    expect(bystanders.since).toEqual({ byOthers: 0, allDecided: true });
    await fleet.replace(ship);
    await fleet.converge();
  });

  // Last, as none of these satellites gets a node again in this world.
  const barred: string[] = [];
  for (const [index, lie, what] of [
    [0, 'masked', 'by choosing what is masked'],
    [1, 'range', 'by choosing what there is not'],
    [2, 'length', 'by answering what it was not asked'],
  ] as const) {
    itWithNats(`${what} is not believed, and after three times not asked any more`, async () => {
      const { fleet } = shared;
      const ship = fleet.ship(index);
      barred.push(ship.satellite);
      const bystanders = new Bystanders(fleet, barred);
      await fleet.replace(ship, { lie });
      await fleet.until('its end', () => {
        const { illegal, isJoined } = fleet.flight.status(ship.satellite);
        return illegal === 3 && !isJoined && !ship.node.isRunning;
      });
      expect(ship.node.lastWords).toContain('3 answers that were not');
      // Nor is an honest one in its place.
      const before = shared.byOthers(ship);
      const { byNode } = fleet.flight.decisions(ship.satellite);
      ship.node.start();
      await fleet.until('its refusal', () => !ship.node.isRunning);
      await fleet.until('the fallback', () => shared.byOthers(ship) > before + 3);
      await fleet.converge(barred);
      await sleep(200);
      expect(fleet.flight.decisions(ship.satellite).byNode).toBe(byNode);
      expect(bystanders.since).toEqual({ byOthers: 0, allDecided: true });
    });
  }
});

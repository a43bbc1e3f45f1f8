import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { NATS_VERSION } from '../../nats.ts';
import { Bystanders, FaultFleet, type FaultFleetOptions, PATIENCE_MS, SLACK_MS, type Ship } from './fleet.ts';

/** The fleet of a test file, and what is asked of it in every test. */
export interface SharedFleet {
  readonly fleet: FaultFleet;
  /** Decisions of others in the place of the ship's node, so far. */
  byOthers(ship: Ship): number;
  /**
   * Lets a fault begin, waits until the fallback decides in the ship's place (and, where asked, until its node is lost), ends the
   * fault, and waits until the fleet decides as before. The nodes of the other ships decide all the while.
   */
  strike(
    ship: Ship,
    begin: () => unknown,
    end: () => unknown,
    options?: { readonly untilLost?: boolean },
  ): Promise<void>;
  /** Lets a fault of all nodes at once begin and end. */
  strikeAll(begin: () => unknown, end: () => unknown): Promise<void>;
}

/**
 * Starts a fleet before the tests of this file and ends it after them. After each test, whatever happened in it: every round ended
 * within the deadline and the slack, and the books on decisions and tasks close.
 */
export function sharedFleet(options: FaultFleetOptions = {}): SharedFleet {
  let present: FaultFleet | undefined;
  const shared: SharedFleet = {
    get fleet() {
      if (present === undefined) throw new Error('Expected a fleet, got none.');
      return present;
    },
    byOthers({ satellite }) {
      const { inItsPlace, unasked, byMachine } = shared.fleet.flight.decisions(satellite);
      return inItsPlace + unasked + byMachine;
    },
    async strike(ship, begin, end, { untilLost = false } = {}) {
      const { fleet, byOthers } = shared;
      const bystanders = new Bystanders(fleet, [ship.satellite]);
      const before = byOthers(ship);
      await begin();
      await fleet.until('the fallback', () => byOthers(ship) > before + 3);
      if (untilLost) await fleet.until('its loss', () => !fleet.flight.status(ship.satellite).isJoined);
      await fleet.until('decisions of the others', () => bystanders.since.allDecided);
      expect(bystanders.since.byOthers).toBe(0);
      await end();
      await fleet.converge();
      expect(bystanders.since.byOthers).toBe(0);
    },
    async strikeAll(begin, end) {
      const { fleet, byOthers } = shared;
      const before = fleet.ships.map(byOthers);
      await begin();
      await fleet.until('the fallback of all', () =>
        fleet.ships.every((ship, i) => byOthers(ship) > (before[i] ?? 0) + 2),
      );
      await end();
      await fleet.converge();
    },
  };
  const prints = vi.spyOn(console, 'log');
  beforeAll(async () => {
    if (NATS_VERSION !== undefined) present = await FaultFleet.start(options);
  }, 2 * PATIENCE_MS);
  beforeEach(() => {
    // The client of the bus prints what its reader gave up on.
    prints.mockImplementation(() => undefined);
    if (present !== undefined) present.flight.longestRoundMs = 0;
  });
  afterEach(async () => {
    if (present === undefined) return;
    await present.flight.check();
    expect(present.flight.longestRoundMs).toBeLessThanOrEqual(present.deadlineMs + SLACK_MS);
    expect(present.flight.tasks.unaccounted).toBe(0);
  });
  afterAll(async () => {
    await present?.end();
    prints.mockRestore();
  }, PATIENCE_MS);
  return shared;
}

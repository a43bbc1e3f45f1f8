import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { at } from '../../present.ts';
import { itWithNats, temporaryFolder } from '../../nats.ts';
import { type TestBundle, writeTestBundle } from '../fleet-bundle.ts';
import { FaultFleet, SATELLITES, SLACK_MS } from './fleet.ts';
import { FAULTS, drawGroup, inject } from './injections.ts';

/** `npm run test:faults` sets it: a thousand injections instead of some dozens. */
const FULL = process.env['SPACECLOUD_FAULTS'] === 'full';
const INJECTIONS = Number(process.env['SPACECLOUD_FAULT_COUNT'] ?? (FULL ? 1000 : 20));
/** With the same seed the same faults come in the same order; what they meet depends on the machine. */
const SEED = Number(process.env['SPACECLOUD_FAULT_SEED'] ?? 1);
/** Injections of one world: then the next one begins with new nodes. */
const PER_FLIGHT = 60;
/** Worlds at the same time; nearly all of a fault's time is spent waiting. */
const AT_ONCE = FULL ? 3 : 1;
const DEADLINE_MS = 1000;
const LOG =
  process.env['SPACECLOUD_FAULT_LOG'] ?? join(mkdtempSync(join(tmpdir(), 'spacecloud-faults-')), 'faults.ndjson');
/** Longest that the whole may take, ms per injection and altogether. */
const PATIENCE_MS = 120_000 + INJECTIONS * 20_000;

/** A node may end by itself when it cannot reach its bus at the start, or when its bundle was refused (told at the goodbye). */
const EXPECTED_ENDS: readonly string[] = ['8'];

interface Sums {
  injections: number;
  readonly perFault: Record<string, number>;
  readonly convergeMs: number[];
  longestRoundMs: number;
  restarted: number;
  rounds: number;
  asked: number;
  byNode: number;
  byFallback: number;
  readonly counters: Record<string, number>;
  readonly tasks: Record<string, number>;
}

/** What all worlds have in common. */
interface Common {
  readonly sums: Sums;
  readonly flown: TestBundle;
  /** Signed by another key. */
  readonly forged: string;
}

function note(line: object): void {
  appendFileSync(LOG, `${JSON.stringify(line)}\n`);
}

function add(into: Record<string, number>, what: Readonly<Record<string, number>>): void {
  for (const [key, n] of Object.entries(what)) into[key] = (into[key] ?? 0) + n;
}

/** Counters of all nodes together. */
function countersOf({ flight }: FaultFleet): Record<string, number> {
  const sums: Record<string, number> = { strays: flight.server.strays };
  for (const { late, corrupt, stale, illegal, astray, rejoined, abstained } of flight.server.nodes) {
    add(sums, { late, corrupt, stale, illegal, astray, rejoined, abstained });
  }
  return { ...sums, ...Object.fromEntries(Object.entries(flight.outcomes).map(([key, n]) => [`answers.${key}`, n])) };
}

/** One world with its faults. */
async function fly(seed: number, injections: number, { sums, flown, forged }: Common): Promise<void> {
  const rng = new Rng(seed, 'faults');
  const fleet = await FaultFleet.start({ deadlineMs: DEADLINE_MS, pingMs: 500, seed, flown });
  try {
    await Promise.all([...SATELLITES, 'world'].map((who) => fleet.intruder(who)));
    const { flight } = fleet;
    flight.longestRoundMs = 0;
    for (let done = 0; done < injections;) {
      const group = drawGroup(rng, injections - done);
      const before = countersOf(fleet);
      const told = await Promise.all(group.map((injection) => inject(fleet, injection, forged)));
      let restarted = 0;
      let look = 0;
      const convergeMs = await fleet.converge([], () => {
        if (++look % 20 === 0) restarted += fleet.restartEnded();
      });
      expect(flight.longestRoundMs, `seed ${seed}`).toBeLessThanOrEqual(DEADLINE_MS + SLACK_MS);
      const after = countersOf(fleet);
      const changed = Object.entries(after).map(([key, n]) => [key, n - (before[key] ?? 0)] as const);
      note({
        ...{ seed, injections: group.map((injection, i) => ({ ...injection, did: told[i] })) },
        ...{ convergeMs: Math.round(convergeMs), longestRoundMs: Math.round(flight.longestRoundMs) },
        ...{ longestWithStallsMs: Math.round(flight.longestWithStallsMs), restarted },
        ...{ changed: Object.fromEntries(changed.filter(([, n]) => n > 0)), tasks: flight.tasks },
      });
      sums.longestRoundMs = Math.max(sums.longestRoundMs, flight.longestRoundMs);
      flight.longestRoundMs = 0;
      flight.longestWithStallsMs = 0;
      sums.convergeMs.push(convergeMs);
      sums.restarted += restarted;
      sums.injections += group.length;
      done += group.length;
      for (const { fault } of group) add(sums.perFault, { [fault]: 1 });
    }
    await flight.check();
    for (const satellite of SATELLITES) {
      const { asked, byNode, inItsPlace, unasked, byMachine } = flight.decisions(satellite);
      sums.asked += asked;
      sums.byNode += byNode;
      sums.byFallback += inItsPlace + unasked + byMachine;
    }
    const { arrived, delivered, dropped, underWay, unaccounted } = flight.tasks;
    add(sums.tasks, { arrived, delivered, underWay, unaccounted, ...dropped });
    add(sums.counters, countersOf(fleet));
    sums.rounds += flight.rounds;
    for (const { satellite, node } of fleet.ships) {
      for (const end of node.unasked) {
        add(sums.counters, { [`ended.${end}`]: 1 });
        expect(EXPECTED_ENDS, `${satellite}: ${node.lastWords}`).toContain(end);
      }
    }
  } finally {
    await fleet.end();
  }
}

describe('random faults', () => {
  itWithNats(
    `${INJECTIONS} of them, seed ${SEED}: every decision is made in time, no task is lost without a reason, and the fleet converges`,
    async () => {
      const prints = vi.spyOn(console, 'log').mockImplementation(() => undefined);
      mkdirSync(dirname(LOG), { recursive: true });
      const sums: Sums = {
        ...{ injections: 0, perFault: {}, convergeMs: [], longestRoundMs: 0, restarted: 0, rounds: 0 },
        ...{ asked: 0, byNode: 0, byFallback: 0, counters: {}, tasks: {} },
      };
      const folder = temporaryFolder();
      try {
        const flown = writeTestBundle(folder);
        mkdirSync(join(folder, 'forged'));
        const common = { sums, flown, forged: writeTestBundle(join(folder, 'forged')).bundle };
        const sizes: number[] = [];
        for (let left = INJECTIONS; left > 0; left -= PER_FLIGHT) sizes.push(Math.min(left, PER_FLIGHT));
        let next = 0;
        const lane = async (): Promise<void> => {
          for (let flight = next++; flight < sizes.length; flight = next++)
            await fly(SEED + flight, at(sizes, flight), common);
        };
        await Promise.all(Array.from({ length: AT_ONCE }, lane));
      } finally {
        prints.mockRestore();
        rmSync(folder, { recursive: true, force: true });
        const sorted = sums.convergeMs.sort((a, b) => a - b);
        const converge = { groups: sorted.length, p50Ms: sorted[sorted.length >> 1], maxMs: sorted.at(-1) };
        console.info(`faults, seed ${SEED}: ${JSON.stringify({ ...sums, convergeMs: converge })}; log ${LOG}`);
      }
      expect(sums.injections).toBe(INJECTIONS);
      expect(sums.byNode + sums.byFallback).toBe(sums.asked);
      expect(sums.byNode).toBeGreaterThan(0);
      expect(sums.byFallback).toBeGreaterThan(0);
      expect(sums.tasks['unaccounted']).toBe(0);
      expect(at([sums.counters['illegal'] ?? 0], 0)).toBe(0);
      if (INJECTIONS >= 1000) expect(Object.keys(sums.perFault).sort()).toEqual([...FAULTS].sort());
    },
    PATIENCE_MS,
  );
});

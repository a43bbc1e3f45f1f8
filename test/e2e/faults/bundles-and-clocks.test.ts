import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { itWithNats } from '../../nats.ts';
import { writeTestBundle } from '../fleet-bundle.ts';
import { sharedFleet } from './books.ts';
import { Bystanders, PATIENCE_MS } from './fleet.ts';

const shared = sharedFleet();
const { strike } = shared;
const DAY_MS = 86_400_000;
/** The bundle is valid from a day before it was written until so long after. */
const VALID_MS = 30 * DAY_MS;

/** A ship whose node is replaced by a changed one, which says why it may not decide; then by the right one again. */
async function refused(index: number, change: Parameters<typeof shared.fleet.replace>[1]): Promise<void> {
  const { fleet } = shared;
  const ship = fleet.ship(index);
  const { late, illegal } = fleet.flight.status(ship.satellite);
  await strike(
    ship,
    async () => {
      await fleet.replace(ship, change);
      // It joins, and is not asked.
      await fleet.until('its refusal', () => {
        const { isJoined, isReady, bundleVersion } = fleet.flight.status(ship.satellite);
        return isJoined && !isReady && bundleVersion === '';
      });
      expect(ship.node.lastWords).toContain('bundle refused');
    },
    () => fleet.replace(ship),
  );
  // One question may have been on its way when the node was replaced.
  expect(fleet.flight.status(ship.satellite).late).toBeLessThanOrEqual(late + 1);
  expect(fleet.flight.status(ship.satellite).illegal).toBe(illegal);
}

describe('a node with a bundle', { timeout: 3 * PATIENCE_MS }, () => {
  itWithNats('that another key signed does not decide', async () => {
    const folder = join(shared.fleet.folder, 'other-key');
    mkdirSync(folder);
    await refused(0, { bundle: writeTestBundle(folder).bundle });
  });

  itWithNats('with one bit of a weight changed does not decide', async () => {
    const { folder, flown } = shared.fleet;
    const bundle = join(folder, 'changed');
    cpSync(flown.bundle, bundle, { recursive: true });
    const file = join(bundle, 'weights.bin');
    const bytes = readFileSync(file);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await refused(1, { bundle });
  });
});

describe('a node whose clock', { timeout: 3 * PATIENCE_MS }, () => {
  itWithNats('is so far ahead that its bundle has expired does not decide', () =>
    refused(2, { clockMs: VALID_MS + DAY_MS }),
  );

  itWithNats('is so far behind that its bundle is not valid yet does not decide', () =>
    refused(3, { clockMs: -2 * DAY_MS }),
  );

  itWithNats('is wrong, and within the bundle, decides as all others', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(0);
    for (const clockMs of [VALID_MS - DAY_MS, -DAY_MS / 2]) {
      const bystanders = new Bystanders(fleet, [ship.satellite]);
      await fleet.replace(ship, { clockMs });
      await fleet.converge();
      expect(bystanders.since).toEqual({ byOthers: 0, allDecided: true });
    }
    await fleet.replace(ship);
    await fleet.converge();
  });

  itWithNats('comes to the end of its bundle while it flies leaves the rest to the fallback', async () => {
    const { fleet } = shared;
    const ship = fleet.ship(1);
    const { abstained } = fleet.flight.status(ship.satellite);
    const endMs = Date.parse(validUntil(fleet.flown.bundle));
    await strike(
      ship,
      async () => {
        // Twelve seconds to start and to decide; where that is not enough, the bundle is refused from the start.
        await fleet.replace(ship, { clockMs: endMs - Date.now() - 12_000 });
        await fleet.until('the end of its bundle', () => {
          const { isJoined, isReady } = fleet.flight.status(ship.satellite);
          const wasRefused = ship.node.lastWords.includes('bundle refused');
          const flew = fleet.flight.status(ship.satellite).abstained > abstained;
          return isJoined && !isReady && (wasRefused || flew);
        });
      },
      () => fleet.replace(ship),
    );
  });
});

function validUntil(bundle: string): string {
  const manifest = JSON.parse(readFileSync(join(bundle, 'policy.json'), 'utf8')) as {
    readonly validity: { readonly notAfter: string };
  };
  return manifest.validity.notAfter;
}

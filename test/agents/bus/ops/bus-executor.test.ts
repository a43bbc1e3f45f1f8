import { Subject } from 'rxjs';
import { afterEach, describe, expect, vi } from 'vitest';
import { Bus, type BusUser, busIdentity, groundPermissions, nodePermissions } from '../../../../agents/bus/index.ts';
import { makeFleetStores } from '../../../../agents/bus/fleet-stores.ts';
import { BusExecutor } from '../../../../agents/bus/ops/bus-executor.ts';
import { fetchBundle, storeBundle } from '../../../../agents/bus/ops/bundle-transfer.ts';
import { serveGround } from '../../../../agents/bus/ops/node-operations.ts';
import { OnBoard } from '../../../../agents/bus/ops/on-board.ts';
import { packFiles } from '../../../../agents/bus/ops/pack.ts';
import { subjectsOf } from '../../../../agents/bus/subjects.ts';
import type { Release } from '../../../../agents/fleet/index.ts';
import type { NodeControl } from '../../../../agents/node/index.ts';
import { temporaryFolder } from '../../../policies/bundle/fixture.ts';
import { itWithNats, natsServer } from '../../../nats.ts';
import { TestGround, type TestRelease, now } from './releases.ts';

const FLEET = 'test';
const SATELLITES = ['alpha', 'beta 2'] as const;
const ground = new TestGround(temporaryFolder());
const [three, four] = [ground.release(3), ground.release(4)];
const timer = {
  set: (callback: () => void, ms: number) => setTimeout(callback, ms),
  clear: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout),
};
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function releaseOf({ version, rootDigest, files }: TestRelease): Release {
  const sizeBytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  return { name: 'test-router', version, rootDigest, sizeBytes };
}

/** A server with a ground and two nodes, each with its own rights only. */
async function fleet(): Promise<{ executor: BusExecutor; groundBus: Bus; nodeBuses: Bus[]; flown: string[] }> {
  const operator = busIdentity();
  const nodes = SATELLITES.map((name) => ({ name, identity: busIdentity() }));
  const users: BusUser[] = [
    { publicKey: operator.publicKey, permissions: groundPermissions(FLEET) },
    ...nodes.map(({ name, identity }) => ({
      publicKey: identity.publicKey,
      permissions: nodePermissions(FLEET, name),
    })),
  ];
  const nats = await natsServer({ users });
  ends.push(nats.end);
  const connect = async (name: string, seed: Uint8Array): Promise<Bus> => {
    const bus = await Bus.connect({ servers: nats.url, name, seed });
    ends.push(() => bus.close());
    return bus;
  };
  const groundBus = await connect('ground', operator.seed);
  await makeFleetStores(groundBus, FLEET);
  for (const release of [three, four])
    await storeBundle(groundBus, FLEET, release.rootDigest, packFiles(release.files));
  const flown = SATELLITES.map(() => '3');
  const standings = new Subject<void>();
  const nodeBuses: Bus[] = [];
  for (const [index, { name, identity }] of nodes.entries()) {
    const bus = await connect(name, identity.seed);
    nodeBuses.push(bus);
    const onBoard = new OnBoard({
      stateFolder: temporaryFolder(),
      trust: { trust: ground.trust, now },
      specHash: ground.specHash,
    });
    onBoard.begin(three.folder);
    const tell = (version: string): void => {
      flown[index] = version;
      // The world hears of it after the ground has heard the report.
      setTimeout(() => standings.next(), 20);
    };
    const control: Pick<NodeControl, 'install' | 'refuse'> = {
      install: (_policy, bundleVersion) => tell(bundleVersion),
      refuse: (reason) => tell(reason),
    };
    ends.push(serveGround({ bus, fleet: FLEET, satellite: name, onBoard, control }));
    await bus.flush();
  }
  const executor = new BusExecutor({
    bus: groundBus,
    fleet: FLEET,
    satelliteNames: SATELLITES,
    deadlineMs: 2000,
    timer,
    orderRollback: ({ rootDigest }) => ground.rollbackTo(rootDigest === three.rootDigest ? three : four),
    revocationListWith: ({ rootDigest }) => ground.revoking(rootDigest === three.rootDigest ? three : four),
    fliesVersion: (satellite, version) => flown[satellite] === version,
    isRefused: (satellite) => flown[satellite] === 'revoked',
    standings$: standings,
  });
  ends.push(() => executor.close());
  await groundBus.flush();
  return { executor, groundBus, nodeBuses, flown };
}

describe('updates over a bus', () => {
  itWithNats(
    'install, go back by order, and revoke, with the rights of each alone',
    async () => {
      const { executor, flown } = await fleet();
      expect(await executor.install([0, 1], releaseOf(four), { rollback: false })).toEqual([
        { satellite: 0, outcome: 'installed' },
        { satellite: 1, outcome: 'installed' },
      ]);
      expect(flown).toEqual(['4', '4']);
      expect(await executor.install([1], releaseOf(three), { rollback: false })).toEqual([
        { satellite: 1, outcome: 'refused', reason: 'rollback' },
      ]);
      expect(await executor.install([1], releaseOf(three), { rollback: true })).toEqual([
        { satellite: 1, outcome: 'installed' },
      ]);
      expect(flown).toEqual(['4', '3']);
      await executor.revoke([0, 1], releaseOf(four));
      expect(flown).toEqual(['revoked', '3']);
    },
    60_000,
  );

  itWithNats(
    'are silent for a node that does not answer, and go on when it comes back',
    async () => {
      const { executor, nodeBuses, flown } = await fleet();
      await (nodeBuses[0] as Bus).close();
      const results = await executor.install([0, 1], releaseOf(four), { rollback: false });
      expect(results).toEqual([
        { satellite: 0, outcome: 'silent' },
        { satellite: 1, outcome: 'installed' },
      ]);
      expect(flown).toEqual(['3', '4']);
    },
    60_000,
  );

  itWithNats(
    'are silent while the store has no such bundle',
    async () => {
      const { executor, nodeBuses } = await fleet();
      const missing = { ...releaseOf(four), rootDigest: 'e'.repeat(64) };
      expect(await executor.install([0], missing, { rollback: false })).toEqual([{ satellite: 0, outcome: 'silent' }]);
      await expect(fetchBundle(nodeBuses[0] as Bus, FLEET, missing.rootDigest)).rejects.toMatchObject({
        code: 'BUS_CONNECT',
      });
    },
    60_000,
  );

  itWithNats(
    'cannot be ordered by a node, and a node cannot report for another',
    async () => {
      const { nodeBuses, groundBus, flown } = await fleet();
      const [alpha] = nodeBuses as [Bus, Bus];
      const refused = vi.fn();
      const listening = alpha.refusals$.subscribe(refused);
      const heard = vi.fn();
      const reports = groundBus.messages$(subjectsOf(FLEET).every.opsOut).subscribe(heard);
      await groundBus.flush();
      const order = Buffer.from(JSON.stringify({ type: 'update', order: 1, rootDigest: four.rootDigest }));
      alpha.publish(subjectsOf(FLEET).opsIn(SATELLITES[1]), order);
      alpha.publish(subjectsOf(FLEET).opsOut(SATELLITES[1]), order);
      await alpha.flush();
      await vi.waitFor(() => expect(refused).toHaveBeenCalledTimes(2), { timeout: 5000 });
      await groundBus.flush();
      expect(heard).not.toHaveBeenCalled();
      expect(flown).toEqual(['3', '3']);
      listening.unsubscribe();
      reports.unsubscribe();
    },
    60_000,
  );
});

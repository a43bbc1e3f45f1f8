import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { Objm } from '@nats-io/obj';
import { firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  Bus,
  type BusIdentity,
  busIdentity,
  groundPermissions,
  makeFleetStores,
  nodePermissions,
  subjectsOf,
  worldPermissions,
} from '../../../agents/bus/index.ts';
import { NATS_VERSION, type TestServer, itWithNats, natsServer } from '../../nats.ts';
import { must } from '../../present.ts';

const FLEET = 'demo';
const subjects = subjectsOf(FLEET);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ids = { world: busIdentity(), ground: busIdentity(), alpha: busIdentity(), beta: busIdentity() };

let nats: TestServer | undefined;
const open: Bus[] = [];

beforeAll(async () => {
  if (NATS_VERSION === undefined) return;
  nats = await natsServer({
    domain: 'hub',
    users: [
      { publicKey: ids.world.publicKey, permissions: worldPermissions(FLEET) },
      { publicKey: ids.ground.publicKey, permissions: groundPermissions(FLEET) },
      { publicKey: ids.alpha.publicKey, permissions: nodePermissions(FLEET, 'alpha') },
      { publicKey: ids.beta.publicKey, permissions: nodePermissions(FLEET, 'beta') },
    ],
  });
  await makeFleetStores(await join('ground'), FLEET);
});

afterAll(async () => {
  await Promise.all(open.map((bus) => bus.close()));
  await nats?.end();
});

async function join(who: keyof typeof ids): Promise<Bus> {
  const bus = await Bus.connect({ servers: must(nats).url, name: who, seed: ids[who].seed });
  open.push(bus);
  return bus;
}

/** Publishes, and resolves to the subject that was refused. */
async function refusedPublication(bus: Bus, subject: string): Promise<unknown> {
  const refusal = firstValueFrom(bus.refusals$);
  bus.publish(subject, bytes('{}'));
  const error = await refusal;
  expect(error.code).toBe('BUS_DENIED');
  expect(error.details['operation']).toBe('publish');
  return error.details['subject'];
}

async function refusedSubscription(bus: Bus, subject: string): Promise<unknown> {
  const refusal = firstValueFrom(bus.refusals$);
  let ended = false;
  const ear = bus.messages$(subject).subscribe({ complete: () => (ended = true) });
  const error = await refusal;
  expect(error.code).toBe('BUS_DENIED');
  expect(error.details['operation']).toBe('subscription');
  await bus.flush();
  expect(ended).toBe(true);
  ear.unsubscribe();
  return error.details['subject'];
}

/** Everything that arrives on the subject until `stop`. */
async function listen(bus: Bus, subject: string): Promise<{ readonly heard: string[]; stop(): void }> {
  const heard: string[] = [];
  const ear = bus.messages$(subject).subscribe(({ data }) => heard.push(new TextDecoder().decode(data)));
  await bus.flush();
  return { heard, stop: () => ear.unsubscribe() };
}

describe('identities', () => {
  const connectAs = (identity: BusIdentity | undefined): Promise<Bus> =>
    Bus.connect({ servers: must(nats).url, name: 'guest', ...(identity === undefined ? {} : { seed: identity.seed }) });

  itWithNats('anonymous clients are refused', async () => {
    await expect(connectAs(undefined)).rejects.toMatchObject({ code: 'BUS_DENIED' });
  });

  itWithNats('keys that the server does not know are refused', async () => {
    await expect(connectAs(busIdentity())).rejects.toMatchObject({ code: 'BUS_DENIED' });
  });

  itWithNats('seeds that are none are refused, and not shown', async () => {
    const error: unknown = await connectAs({ seed: bytes('SUNONSENSE'), publicKey: '' }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'BUS_DENIED' });
    expect(String(error)).not.toContain('NONSENSE');
  });
});

describe('a node', () => {
  itWithNats('speaks on its own subjects', async () => {
    const [world, ground, alpha] = [await join('world'), await join('ground'), await join('alpha')];
    const answers = await listen(world, subjects.every.satelliteOut);
    const reports = await listen(ground, subjects.every.opsOut);
    alpha.publish(subjects.satelliteOut('alpha'), bytes('answer'));
    alpha.publish(subjects.opsOut('alpha'), bytes('report'));
    await alpha.flush();
    await Promise.all([world.flush(), ground.flush()]);
    expect([answers.heard, reports.heard]).toEqual([['answer'], ['report']]);
    answers.stop();
    reports.stop();
  });

  itWithNats('that speaks for another is refused: nothing arrives, and its connection goes on', async () => {
    const [world, alpha] = [await join('world'), await join('alpha')];
    const answers = await listen(world, subjects.every.satelliteOut);
    const forged = subjects.satelliteOut('beta');
    expect(await refusedPublication(alpha, forged)).toBe(forged);
    alpha.publish(subjects.satelliteOut('alpha'), bytes('mine'));
    await alpha.flush();
    await world.flush();
    expect(answers.heard).toEqual(['mine']);
    answers.stop();
  });

  itWithNats(
    'that listens to another, or to all, is refused: it hears nothing, and goes on hearing its own',
    async () => {
      const [world, alpha] = [await join('world'), await join('alpha')];
      const own = await listen(alpha, subjects.satelliteIn('alpha'));
      for (const subject of [
        subjects.satelliteIn('beta'),
        subjects.every.satelliteIn,
        subjects.satelliteOut('beta'),
        subjects.opsIn('beta'),
        '_INBOX.>',
        '>',
      ]) {
        expect(await refusedSubscription(alpha, subject)).toBe(subject);
      }
      world.publish(subjects.satelliteIn('beta'), bytes('for beta'));
      world.publish(subjects.satelliteIn('alpha'), bytes('for alpha'));
      await world.flush();
      await alpha.flush();
      expect(own.heard).toEqual(['for alpha']);
      own.stop();
    },
  );

  itWithNats('gives no orders, as world or as ground', async () => {
    const alpha = await join('alpha');
    for (const subject of [subjects.satelliteIn('beta'), subjects.opsIn('beta'), subjects.satelliteIn('alpha')]) {
      expect(await refusedPublication(alpha, subject)).toBe(subject);
    }
  });

  itWithNats('writes its own mode only', async () => {
    const [ground, alpha] = [await join('ground'), await join('alpha')];
    const modes = await new Kvm(alpha.connection).open(subjects.modeBucket);
    await modes.put(subjects.modeKey('alpha'), 'learned');
    const refusal = firstValueFrom(alpha.refusals$);
    await expect(modes.put(subjects.modeKey('beta'), 'forged')).rejects.toThrow();
    expect((await refusal).details['subject']).toBe(`$KV.${subjects.modeBucket}.beta`);
    const read = await new Kvm(ground.connection).open(subjects.modeBucket);
    expect((await read.get('alpha'))?.string()).toBe('learned');
    expect(await read.get('beta')).toBeNull();
  });

  itWithNats('adds its own telemetry to the stream, and cannot read or empty it', async () => {
    const [ground, alpha] = [await join('ground'), await join('alpha')];
    const ack = await jetstream(alpha.connection).publish(subjects.telemetry('alpha'), 'first');
    expect(ack.stream).toBe(subjects.telemetryStream);
    const manager = await jetstreamManager(alpha.connection, { checkAPI: false, timeout: 1000 });
    const stream = subjects.telemetryStream;
    await expect(manager.streams.info(stream)).rejects.toThrow();
    await expect(manager.streams.purge(stream)).rejects.toThrow();
    await expect(manager.streams.delete(stream)).rejects.toThrow();
    await expect(manager.consumers.add(stream, { durable_name: 'thief' })).rejects.toThrow();
    await expect(manager.direct.getMessage(stream, { seq: 1 })).rejects.toThrow();
    const info = await (await jetstreamManager(ground.connection)).streams.info(stream);
    expect([info.state.messages, info.state.consumer_count]).toEqual([1, 0]);
  });

  itWithNats('reads bundles, and can neither add, change nor remove one', async () => {
    const [ground, alpha] = [await join('ground'), await join('alpha')];
    const bundles = await new Objm(ground.connection).open(subjects.bundleBucket);
    await bundles.putBlob({ name: 'policy' }, bytes('weights'));
    const stream = `OBJ_${subjects.bundleBucket}`;
    const manager = await jetstreamManager(alpha.connection, { checkAPI: false, timeout: 1000 });
    const chunk = await manager.direct.getMessage(stream, { seq: 1, next_by_subj: `$O.${subjects.bundleBucket}.C.>` });
    expect(new TextDecoder().decode(must(chunk).data)).toBe('weights');
    expect(await refusedPublication(alpha, `$O.${subjects.bundleBucket}.C.forged`)).toContain('forged');
    await expect(manager.streams.purge(stream)).rejects.toThrow();
    await expect(manager.streams.deleteMessage(stream, 1)).rejects.toThrow();
    await expect(manager.consumers.add(stream, { durable_name: 'thief' })).rejects.toThrow();
    expect((await bundles.status()).streamInfo.state).toMatchObject({ messages: 2, consumer_count: 0 });
  });
});

describe('world and ground', () => {
  itWithNats('the ground gives the telemetry stream other options; what it holds stays', async () => {
    const [ground, alpha] = [await join('ground'), await join('alpha')];
    await jetstream(alpha.connection).publish(subjects.telemetry('alpha'), 'kept');
    const manager = await jetstreamManager(ground.connection);
    const before = await manager.streams.info(subjects.telemetryStream);
    await makeFleetStores(ground, FLEET, { telemetryBytes: 1_000_000 });
    const after = await manager.streams.info(subjects.telemetryStream);
    expect(before.config.max_bytes).not.toBe(1_000_000);
    expect(after.config.max_bytes).toBe(1_000_000);
    expect(after.state).toEqual(before.state);
    await expect(makeFleetStores(alpha, FLEET)).rejects.toMatchObject({ code: 'BUS_CONNECT' });
  });

  itWithNats('the world asks and hears nodes, and has no part in operations', async () => {
    const world = await join('world');
    for (const subject of [subjects.opsIn('alpha'), subjects.satelliteOut('alpha'), subjects.telemetry('alpha')]) {
      expect(await refusedPublication(world, subject)).toBe(subject);
    }
    for (const subject of [subjects.every.opsOut, subjects.every.telemetry, subjects.every.satelliteIn]) {
      expect(await refusedSubscription(world, subject)).toBe(subject);
    }
    const manager = await jetstreamManager(world.connection, { checkAPI: false, timeout: 1000 });
    await expect(manager.streams.info(`OBJ_${subjects.bundleBucket}`)).rejects.toThrow();
  });

  itWithNats('the ground orders and hears reports, and cannot speak as world or node', async () => {
    const [ground, alpha] = [await join('ground'), await join('alpha')];
    const orders = await listen(alpha, subjects.opsIn('alpha'));
    ground.publish(subjects.opsIn('alpha'), bytes('update'));
    await ground.flush();
    await alpha.flush();
    expect(orders.heard).toEqual(['update']);
    orders.stop();
    const modeOfAlpha = `$KV.${subjects.modeBucket}.alpha`;
    for (const subject of [
      subjects.satelliteIn('alpha'),
      subjects.satelliteOut('alpha'),
      subjects.opsOut('alpha'),
      subjects.telemetry('alpha'),
      modeOfAlpha,
      subjectsOf('other').opsIn('alpha'),
    ]) {
      expect(await refusedPublication(ground, subject)).toBe(subject);
    }
    expect(await refusedSubscription(ground, subjects.every.satelliteOut)).toBe(subjects.every.satelliteOut);
    const manager = await jetstreamManager(ground.connection, { timeout: 1000 });
    await expect(manager.streams.add({ name: 'EVERYTHING', subjects: ['>'] })).rejects.toThrow();
  });
});

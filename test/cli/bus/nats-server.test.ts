import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bus, RECOMMENDED_SERVER, compareVersions } from '../../../agents/bus/index.ts';
import { findNatsServer, startNatsServer, versionNote } from '../../../cli/bus/index.ts';
import { freePort, portTaken } from '../../../cli/bus/ports.ts';
import { NATS_VERSION, itWithNats, natsServer, temporaryFolder } from '../../nats.ts';
import { must } from '../../present.ts';

let folder = '';
const { PATH, XDG_CACHE_HOME, SPACECLOUD_NATS_SERVER } = process.env;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, value] of Object.entries({ PATH, XDG_CACHE_HOME, SPACECLOUD_NATS_SERVER })) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

/** A program that says this when asked for its version, and ends when asked for more. */
function program(name: string, says: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho '${says}'\n[ "$1" = --version ]\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('finding a nats-server', () => {
  it('none: says how to install it', () => {
    process.env['PATH'] = folder;
    process.env['XDG_CACHE_HOME'] = folder;
    Reflect.deleteProperty(process.env, 'SPACECLOUD_NATS_SERVER');
    // Debian's package puts it into /usr/sbin, which is looked into even when it is not on the path.
    if (['/usr/sbin', '/usr/local/sbin'].some((place) => existsSync(join(place, 'nats-server')))) {
      expect(findNatsServer().binary).toMatch(/^\/usr\/(local\/)?sbin\/nats-server$/);
      expect(() => findNatsServer(join(folder, 'absent'))).toThrow(/Expected a nats-server at .*absent, got ENOENT/);
      return;
    }
    expect(() => findNatsServer()).toThrow('Expected a nats-server, found none.');
  });

  it('a file that is none: says so, and how to install it', () => {
    const failure = failureOf(() => findNatsServer(program('other', 'hello')));
    expect(failure).toMatchObject({ code: 'BUS_SERVER', exitStatus: 8 });
    expect(String(failure)).toContain("got 'hello' for its version");
    for (const way of ['apt-get install nats-server', 'npm run setup:bus', 'nats.io', 'SPACECLOUD_NATS_SERVER']) {
      expect(String(failure)).toContain(way);
    }
  });

  it('one that is too old is refused', () => {
    const failure = failureOf(() => findNatsServer(program('old', 'nats-server: v2.8.4')));
    expect(failure).toMatchObject({ code: 'BUS_SERVER' });
    expect(String(failure)).toContain('Expected nats-server 2.9.0 or newer, got 2.8.4');
  });

  it('the one that is named comes first, then the one that was fetched, then the path', () => {
    Reflect.deleteProperty(process.env, 'SPACECLOUD_NATS_SERVER');
    process.env['PATH'] = join(folder, 'path');
    process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
    program('path/nats-server', 'nats-server: v2.9.1');
    expect(findNatsServer().version).toBe('2.9.1');
    program('cache/spacecloud/nats-server/nats-server', 'nats-server: v2.9.2');
    expect(findNatsServer().version).toBe('2.9.2');
    process.env['SPACECLOUD_NATS_SERVER'] = program('named', 'nats-server: v2.9.3');
    expect(findNatsServer().version).toBe('2.9.3');
  });

  it('one older than recommended is noted', () => {
    expect(versionNote('2.9.10')).toContain('2.12.6 or newer is recommended');
    expect(versionNote('2.12.5')).toBeDefined();
    expect(versionNote('2.12.6')).toBeUndefined();
    expect(versionNote('2.15.1')).toBeUndefined();
    expect(versionNote('v3.0.0-RC.1')).toBeUndefined();
  });
});

function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('Expected a failure, got none.');
}

describe('a nats-server', () => {
  itWithNats('starts on a port of loopback, and is gone after its end', async () => {
    const server = await startNatsServer({ config: {}, folder, onNote: () => undefined });
    expect(server.version).toBe(NATS_VERSION);
    expect(await portTaken(server.port)).toBe(true);
    process.kill(server.pid, 0);
    const { pid } = server;
    await server.stop();
    expect(await portTaken(server.port)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await server.ended;
    await server.stop();
    // Passwords of links stand in its configuration.
    expect(statSync(join(folder, 'nats-server.conf')).mode & 0o777).toBe(0o600);
  });

  itWithNats('older than recommended: a note, said once', async () => {
    const notes: string[] = [];
    const onNote = (text: string): void => void notes.push(text);
    const old = compareVersions(must(NATS_VERSION), RECOMMENDED_SERVER) < 0;
    for (const name of ['a', 'b']) {
      const server = await startNatsServer({ config: {}, folder: join(folder, name), onNote });
      await server.kill();
    }
    // Other tests of this process may have heard it before; never twice.
    expect(notes.length).toBeLessThanOrEqual(old ? 1 : 0);
  });

  itWithNats('finds its port taken', async () => {
    await using other = await natsServer();
    const { port } = other.server;
    const failure: unknown = await startNatsServer({ config: {}, folder, port, onNote: () => undefined }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'BUS_SERVER' });
    expect(String(failure)).toContain(`Expected port ${port} of 127.0.0.1 to be free`);
    // The server that has it goes on.
    const bus = await Bus.connect({ servers: other.url, name: 'client' });
    await bus.close();
  });

  itWithNats('that cannot start says why, and leaves nothing behind', async () => {
    const tls = { certFile: join(folder, 'none.pem'), keyFile: join(folder, 'none.pem'), caFile: '' };
    const port = await freePort();
    const failure: unknown = await startNatsServer({ config: { tls }, folder, port, onNote: () => undefined }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'BUS_SERVER' });
    expect(String(failure)).toMatch(/to start, got '.*none\.pem/);
    expect(await portTaken(port)).toBe(false);
  });

  itWithNats('keeps what JetStream stored when it is killed and started again', async () => {
    await using nats = await natsServer();
    const bus = await Bus.connect({ servers: nats.url, name: 'client' });
    const manager = await jetstreamManager(bus.connection);
    await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
    const ack = await jetstream(bus.connection).publish('kept', 'before');
    expect(ack.seq).toBe(1);
    await nats.server.restart();
    const after = await Bus.connect({ servers: nats.url, name: 'after' });
    const later = await jetstreamManager(after.connection);
    expect((await later.streams.getMessage('KEPT', { seq: 1 }))?.string()).toBe('before');
    expect((await jetstream(after.connection).publish('kept', 'after')).seq).toBe(2);
    await Promise.all([bus.close(), after.close()]);
  });

  itWithNats('that is not there: BUS_CONNECT', async () => {
    const port = await freePort();
    await expect(Bus.connect({ servers: `nats://127.0.0.1:${port}`, name: 'client' })).rejects.toMatchObject({
      code: 'BUS_CONNECT',
    });
  });

  itWithNats('older than a client asks for: BUS_SERVER', async () => {
    await using nats = await natsServer();
    const failure: unknown = await Bus.connect({ servers: nats.url, name: 'client', leastVersion: '99.0.0' }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'BUS_SERVER' });
    expect(String(failure)).toContain(`Expected nats-server 99.0.0 or newer at ${nats.url}, got ${NATS_VERSION}`);
  });
});

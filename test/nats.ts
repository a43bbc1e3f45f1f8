import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import type { ServerConfig } from '../agents/bus/index.ts';
import { findNatsServer } from '../cli/bus/find-server.ts';
import { type NatsServer, startNatsServer } from '../cli/bus/nats-server.ts';
import { SpaceCloudError } from '../core/index.ts';

/** Version of the nats-server that tests use, or undefined where there is none. */
export const NATS_VERSION = found();

/**
 * `it` for tests that need a nats-server. Where there is none they are skipped, and said so; with SPACECLOUD_REQUIRE_NATS=1
 * that is a failure.
 */
export const itWithNats = NATS_VERSION === undefined ? it.skip : it;

function found(): string | undefined {
  try {
    return findNatsServer().version;
  } catch (error) {
    if (process.env['SPACECLOUD_REQUIRE_NATS'] === '1' || !(error instanceof SpaceCloudError)) throw error;
    console.warn(`skipped: what needs a nats-server. ${error.message} ${error.hint ?? ''}`);
    return undefined;
  }
}

/** A server of a test's own, in a temporary folder; `end` ends it and leaves nothing behind. */
export interface TestServer extends AsyncDisposable {
  readonly server: NatsServer;
  readonly folder: string;
  readonly url: string;
  end(): Promise<void>;
}

/**
 * Starts a server with this configuration.
 *
 * @example
 * await using nats = await natsServer();
 * const bus = await Bus.connect({ servers: nats.url, name: 'test' });
 */
export async function natsServer(config: ServerConfig = {}, folder: string = temporaryFolder()): Promise<TestServer> {
  const server = await startNatsServer({ config, folder, onNote: () => undefined });
  const end = async (): Promise<void> => {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { server, folder, url: server.url, end, [Symbol.asyncDispose]: end };
}

/** A folder for one test; whoever makes it removes it. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'spacecloud-nats-'));
}

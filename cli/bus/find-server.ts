import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { LEAST_SERVER, RECOMMENDED_SERVER, compareVersions } from '../../agents/bus/index.ts';
import { SpaceCloudError } from '../../core/index.ts';

/** A nats-server that can be started. */
export interface FoundServer {
  readonly binary: string;
  readonly version: string;
}

const INSTALL =
  'Install it: `apt-get install nats-server` on Debian, `npm run setup:bus` in a clone of this project, or from nats.io; ' +
  'SPACECLOUD_NATS_SERVER names one elsewhere.';

/** Where `npm run setup:bus` keeps the recommended server, for all clones of this user. */
function cachedServer(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'spacecloud', 'nats-server', 'nats-server');
}

/**
 * The server to use: that of SPACECLOUD_NATS_SERVER, else the one that `npm run setup:bus` fetched, else that on the path.
 * Errors: BUS_SERVER (none, too old, or one that does not start).
 */
export function findNatsServer(binary: string | undefined = process.env['SPACECLOUD_NATS_SERVER']): FoundServer {
  const path = binary === undefined || binary === '' ? (executable(cachedServer()) ?? onPath()) : binary;
  if (path === undefined) {
    throw new SpaceCloudError('BUS_SERVER', 'Expected a nats-server, found none.', { hint: INSTALL });
  }
  const { stdout, error } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  const version = /v(\d+\.\d+\.\d+\S*)/.exec(stdout ?? '')?.[1];
  if (version === undefined) {
    const got =
      error === undefined ? `'${(stdout ?? '').trim()}' for its version` : (error as NodeJS.ErrnoException).code;
    throw new SpaceCloudError('BUS_SERVER', `Expected a nats-server at ${path}, got ${got}.`, { hint: INSTALL });
  }
  if (compareVersions(version, LEAST_SERVER) < 0) {
    const message = `Expected nats-server ${LEAST_SERVER} or newer, got ${version} at ${path}.`;
    throw new SpaceCloudError('BUS_SERVER', message, { hint: INSTALL });
  }
  return { binary: path, version };
}

/** What to tell users of a server that works but misses security fixes, or undefined. */
export function versionNote(version: string): string | undefined {
  if (compareVersions(version, RECOMMENDED_SERVER) >= 0) return undefined;
  return `note: nats-server ${version} works; ${RECOMMENDED_SERVER} or newer is recommended (npm run setup:bus)\n`;
}

function onPath(): string | undefined {
  const name = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...folders, '/usr/sbin', '/usr/local/sbin']) {
    const found = executable(join(folder, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}

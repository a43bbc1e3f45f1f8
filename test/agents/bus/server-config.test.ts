import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type ServerConfig,
  busIdentity,
  groundPermissions,
  identityOf,
  leafPermissions,
  nodePermissions,
  serverConfig,
  worldPermissions,
} from '../../../agents/bus/index.ts';
import { findNatsServer } from '../../../cli/bus/index.ts';
import { itWithNats, temporaryFolder } from '../../nats.ts';

const PLACE = { port: 4222, leafPort: 7422, storeFolder: '/tmp/a "quoted" \\ folder' };

describe('the configuration of a server', () => {
  itWithNats('of every kind is one that nats-server takes (-t)', () => {
    const { publicKey } = busIdentity();
    const login = { name: 'station "1"', password: 'a\\b"c d' };
    const users = [worldPermissions('f'), groundPermissions('f'), nodePermissions('f', 'ISS (ZARYA)')].map(
      (permissions) => ({ publicKey: busIdentity().publicKey, permissions }),
    );
    const permissions = leafPermissions('f', { domain: 'd', nodes: [{ satellite: 'a.b', publicKey }] });
    const configs: readonly ServerConfig[] = [
      {},
      { name: 'with "quotes"', domain: 'd', maxPayloadBytes: 1000, maxStoreBytes: 2000, maxConnections: 3 },
      { users, domain: 'hub', leaf: { kind: 'listener', users: [{ ...login, permissions }] } },
      { users, domain: 'd', leaf: { kind: 'remote', url: 'nats-leaf://127.0.0.1:7422', user: login } },
      { domain: 'd', leaf: { kind: 'listener' } },
    ];
    const folder = temporaryFolder();
    const file = join(folder, 'test.conf');
    for (const config of configs) {
      writeFileSync(file, serverConfig(config, PLACE));
      const { status, stderr, stdout } = spawnSync(findNatsServer().binary, ['-t', '-c', file], { encoding: 'utf8' });
      expect(status, `${stderr}${stdout}${serverConfig(config, PLACE)}`).toBe(0);
    }
    rmSync(folder, { recursive: true });
  });

  it('listens on loopback only', () => {
    const text = serverConfig({ leaf: { kind: 'listener' } }, PLACE);
    expect(text).toContain('listen: "127.0.0.1:4222"');
    expect(text).toContain('listen: "127.0.0.1:7422"');
    expect(text).not.toContain('0.0.0.0');
  });

  it('takes no text that could add lines, and no links without a port', () => {
    const withLine = (): string => serverConfig({ name: 'a"\nusers: []' }, PLACE);
    expect(withLine).toThrow(/Expected a text without control characters/);
    const { port, storeFolder } = PLACE;
    expect(() => serverConfig({ leaf: { kind: 'listener' } }, { port, storeFolder })).toThrow(
      /Expected a port for links/,
    );
  });
});

describe('identities', () => {
  it('come back from their seed, with white space around it', () => {
    const { seed, publicKey } = busIdentity();
    expect(publicKey).toMatch(/^U[A-Z2-7]{55}$/);
    expect(identityOf(new TextEncoder().encode(`${new TextDecoder().decode(seed)}\n`)).publicKey).toBe(publicKey);
    expect(busIdentity().publicKey).not.toBe(publicKey);
  });
});

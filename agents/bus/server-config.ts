import { SpaceCloudError } from '../../core/index.ts';
import { type BusUser, subscriptionsOf } from './permissions.ts';

/** What a nats-server of ours is told. */
export interface ServerConfig {
  /** Name in its reports. */
  readonly name?: string;
  /** Who may connect; without users everyone may, and do everything. */
  readonly users?: readonly BusUser[];
  /** Certificate and key of the server, PEM files; with them every client must speak TLS. */
  readonly tls?: ServerTls;
  /** JetStream domain; needed where servers are linked. */
  readonly domain?: string;
  /** Takes links of other servers, or links to one. */
  readonly leaf?: LeafListener | LeafRemote;
  /** Largest message, bytes. */
  readonly maxPayloadBytes?: number;
  /** Largest store on disk, bytes. */
  readonly maxStoreBytes?: number;
  /** Most clients at once. */
  readonly maxConnections?: number;
}

export interface ServerTls {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

/** Links from other servers arrive at a port of their own. */
export interface LeafListener {
  readonly kind: 'listener';
  /** Who may link; without users every server may. */
  readonly users?: readonly LeafUser[];
}

/** A link to another server. */
export interface LeafRemote {
  readonly kind: 'remote';
  /** `nats-leaf://` or `tls://` address. */
  readonly url: string;
  readonly user?: LeafUser;
  /** Authority of the other server's certificate; with it the link is TLS. */
  readonly caFile?: string;
}

export interface LeafUser {
  readonly name: string;
  readonly password: string;
}

/** Where a server listens and keeps its streams. */
export interface ServerPlace {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Port for links of other servers, where it takes them. */
  readonly leafPort?: number;
  readonly storeFolder: string;
}

const MIB = 1024 * 1024;
/** Clients and links that do not answer two of these are given up, s. */
const PING_S = 5;
/** Handshakes of many clients that start at once take their time, s. */
const HANDSHAKE_S = 20;

/**
 * Text of a nats-server's configuration: loopback only, JetStream on disk, one account, limits, and where asked TLS, users
 * with their permissions, and links. Errors: BUS_SERVER where a text cannot stand in the file.
 */
export function serverConfig(config: ServerConfig, place: ServerPlace): string {
  const lines = [
    `server_name: ${quoted(config.name ?? 'spacecloud')}`,
    `listen: "127.0.0.1:${place.port}"`,
    `max_payload: ${config.maxPayloadBytes ?? MIB}`,
    `max_connections: ${config.maxConnections ?? 1024}`,
    `ping_interval: "${PING_S}s"`,
    'ping_max: 2',
    `jetstream { store_dir: ${quoted(place.storeFolder)}, max_memory_store: ${64 * MIB}, max_file_store: ${config.maxStoreBytes ?? 1024 * MIB}${config.domain === undefined ? '' : `, domain: ${quoted(config.domain)}`} }`,
  ];
  if (config.tls !== undefined) lines.push(`tls { ${tlsText(config.tls)} }`);
  if (config.users !== undefined) lines.push(...accountLines(config.users));
  if (config.leaf !== undefined) lines.push(...leafLines(config.leaf, config, place));
  return `${lines.join('\n')}\n`;
}

function tlsText(tls: ServerTls): string {
  return `cert_file: ${quoted(tls.certFile)}, key_file: ${quoted(tls.keyFile)}, timeout: ${HANDSHAKE_S}`;
}

const ACCOUNT = 'FLEET';

function accountLines(users: readonly BusUser[]): readonly string[] {
  return [
    `authorization { timeout: ${HANDSHAKE_S} }`,
    'accounts {',
    `  ${ACCOUNT} {`,
    '    jetstream: enabled',
    '    users: [',
    ...users.map((user) => {
      const publish = user.permissions.publish.map(quoted).join(', ');
      const subscribe = subscriptionsOf(user).map(quoted).join(', ');
      const permissions = `{ publish: { allow: [${publish}] }, subscribe: { allow: [${subscribe}] } }`;
      return `      { nkey: ${quoted(user.publicKey)}, permissions: ${permissions} }`;
    }),
    '    ]',
    '  }',
    '}',
  ];
}

function leafLines(leaf: LeafListener | LeafRemote, config: ServerConfig, place: ServerPlace): readonly string[] {
  const account = config.users === undefined ? '' : `, account: ${ACCOUNT}`;
  if (leaf.kind === 'remote') {
    const tls = leaf.caFile === undefined ? '' : `, tls { ca_file: ${quoted(leaf.caFile)}, timeout: ${HANDSHAKE_S} }`;
    const url = new URL(leaf.url);
    if (leaf.user !== undefined) {
      url.username = leaf.user.name;
      url.password = leaf.user.password;
    }
    return ['leafnodes {', '  reconnect: 1', `  remotes: [ { url: ${quoted(url.href)}${account}${tls} } ]`, '}'];
  }
  const port = place.leafPort;
  if (port === undefined)
    throw new SpaceCloudError('BUS_SERVER', 'Expected a port for links of other servers, got none.');
  const users = leaf.users?.map(
    (user) => `{ user: ${quoted(user.name)}, password: ${quoted(user.password)}${account} }`,
  );
  return [
    'leafnodes {',
    `  listen: "127.0.0.1:${port}"`,
    ...(config.tls === undefined ? [] : [`  tls { ${tlsText(config.tls)} }`]),
    ...(users === undefined ? [] : [`  authorization { timeout: ${HANDSHAKE_S}, users: [ ${users.join(', ')} ] }`]),
    '}',
  ];
}

/** A string of the configuration's language; control characters have no place in one. */
function quoted(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= 0x20) continue;
    throw new SpaceCloudError(
      'BUS_SERVER',
      `Expected a text without control characters, got ${JSON.stringify(text)}.`,
      {
        hint: 'Use another folder or name.',
      },
    );
  }
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

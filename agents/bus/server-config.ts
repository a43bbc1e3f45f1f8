import { SpaceCloudError } from '../../core/index.ts';
import { type BusPermissions, type BusUser, subscriptionsOf } from './permissions.ts';

/** What a nats-server of ours is told. */
export interface ServerConfig {
  /** Name in its reports; spaces become underscores. */
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
  /** Who may link; needed where the server has users, as nobody else is let in then. */
  readonly users?: readonly LeafUser[];
}

/** A link to another server. */
export interface LeafRemote {
  readonly kind: 'remote';
  /** `nats-leaf://` or `tls://` address. */
  readonly url: string;
  readonly user?: LeafLogin;
  /** Authority of the other server's certificate; with it the link is TLS. */
  readonly caFile?: string;
}

/** How a server beside satellites shows who it is. nats-server 2.9 knows no NKEY for links, so it is a long random password. */
export interface LeafLogin {
  readonly name: string;
  readonly password: string;
}

/** A server that may link, and all that may cross its link: `publish` towards the server that takes it, `subscribe` away from it. */
export interface LeafUser extends LeafLogin {
  readonly permissions: BusPermissions;
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
    `server_name: ${quoted((config.name ?? 'spacecloud').replaceAll(' ', '_'))}`,
    `listen: "127.0.0.1:${place.port}"`,
    `max_payload: ${config.maxPayloadBytes ?? 2 * MIB}`,
    `max_connections: ${config.maxConnections ?? 1024}`,
    `ping_interval: "${PING_S}s"`,
    'ping_max: 2',
    `jetstream { store_dir: ${quoted(place.storeFolder)}, max_memory_store: ${64 * MIB}, max_file_store: ${config.maxStoreBytes ?? 1024 * MIB}${config.domain === undefined ? '' : `, domain: ${quoted(config.domain)}`} }`,
  ];
  if (config.tls !== undefined) lines.push(`tls { ${tlsText(config.tls)} }`);
  const leafUsers = config.leaf?.kind === 'listener' ? config.leaf.users : undefined;
  const secured = config.users !== undefined || leafUsers !== undefined;
  if (secured) lines.push(...accountLines(config.users ?? [], leafUsers ?? []));
  if (config.leaf?.kind === 'remote') lines.push(...remoteLines(config.leaf, secured));
  if (config.leaf?.kind === 'listener') lines.push(...listenerLines(place.leafPort, config.tls));
  return `${lines.join('\n')}\n`;
}

function tlsText(tls: ServerTls): string {
  return `cert_file: ${quoted(tls.certFile)}, key_file: ${quoted(tls.keyFile)}, timeout: ${HANDSHAKE_S}`;
}

const ACCOUNT = 'FLEET';

function accountLines(users: readonly BusUser[], leafUsers: readonly LeafUser[]): readonly string[] {
  return [
    `authorization { timeout: ${HANDSHAKE_S} }`,
    'accounts {',
    `  ${ACCOUNT} {`,
    '    jetstream: enabled',
    '    users: [',
    ...users.map((user) => {
      const { publish } = user.permissions;
      return `      { nkey: ${quoted(user.publicKey)}, ${permissionsText({ publish, subscribe: subscriptionsOf(user) })} }`;
    }),
    ...leafUsers.map(({ name, password, permissions }) => {
      const login = `user: ${quoted(name)}, password: ${quoted(password)}, allowed_connection_types: ["LEAFNODE"]`;
      return `      { ${login}, ${permissionsText(permissions)} }`;
    }),
    '    ]',
    '  }',
    '}',
  ];
}

function permissionsText({ publish, subscribe }: BusPermissions): string {
  const list = (subjects: readonly string[]): string => subjects.map(quoted).join(', ');
  return `permissions: { publish: { allow: [${list(publish)}] }, subscribe: { allow: [${list(subscribe)}] } }`;
}

function remoteLines(leaf: LeafRemote, secured: boolean): readonly string[] {
  const account = secured ? `, account: ${ACCOUNT}` : '';
  const tls = leaf.caFile === undefined ? '' : `, tls { ca_file: ${quoted(leaf.caFile)}, timeout: ${HANDSHAKE_S} }`;
  const url = new URL(leaf.url);
  if (leaf.user !== undefined) {
    url.username = encodeURIComponent(leaf.user.name);
    url.password = encodeURIComponent(leaf.user.password);
  }
  return ['leafnodes {', `  remotes: [ { url: ${quoted(url.href)}${account}${tls} } ]`, '}'];
}

function listenerLines(port: number | undefined, tls: ServerTls | undefined): readonly string[] {
  if (port === undefined)
    throw new SpaceCloudError('BUS_SERVER', 'Expected a port for links of other servers, got none.');
  return [
    'leafnodes {',
    `  listen: "127.0.0.1:${port}"`,
    // Else servers beside satellites learn this address, and go around the gate that stands for their radio link.
    // nats-server 2.9 tells it all the same, so it is given one that leads nowhere (the discard port).
    '  no_advertise: true',
    '  advertise: "127.0.0.1:9"',
    ...(tls === undefined ? [] : [`  tls { ${tlsText(tls)} }`]),
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

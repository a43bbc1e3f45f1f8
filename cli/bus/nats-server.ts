import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServerConfig, serverConfig } from '../../agents/bus/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { findNatsServer, versionNote } from './find-server.ts';
import { freePort, portTaken } from './ports.ts';

export interface NatsServerOptions {
  readonly config: ServerConfig;
  /** Configuration, log and streams; made where it is missing. It holds public keys and, for links, passwords. */
  readonly folder: string;
  /** Port of 127.0.0.1; a free one without it. */
  readonly port?: number;
  /** Port for links of other servers, where `config.leaf` takes them; a free one without it. */
  readonly leafPort?: number;
  readonly binary?: string;
  /** Told once, where the server is older than recommended. */
  readonly onNote?: (text: string) => void;
}

/** A running nats-server; it ends with this process. */
export interface NatsServer {
  readonly port: number;
  readonly leafPort: number | undefined;
  /** `nats://127.0.0.1:<port>`. */
  readonly url: string;
  readonly version: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the server has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Ends it in order, and waits for its end. */
  stop(): Promise<void>;
  /** Ends it at once (SIGKILL), and waits for its end. */
  kill(): Promise<void>;
  /** Starts it again, on the same ports and store; kills it before where it runs. */
  restart(): Promise<void>;
}

const START_MS = 20_000;
const POLL_MS = 20;
const STOP_MS = 5000;
/** A free port can be taken by another process before the server takes it. */
const ATTEMPTS = 3;

/** Starts a nats-server and waits until it takes clients. Errors: BUS_SERVER. */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const { binary, version } = findNatsServer(options.binary);
  const note = versionNote(version);
  if (note !== undefined) tellOnce(note, options.onNote ?? ((text) => process.stderr.write(text)));
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const leafPort = options.config.leaf?.kind === 'listener' ? (options.leafPort ?? (await freePort())) : undefined;
    try {
      const server = new RunningServer({ binary, version, folder, port, leafPort });
      server.write(options.config);
      await server.restart();
      return server;
    } catch (error) {
      const chosen = options.port !== undefined || options.leafPort !== undefined;
      if (chosen || attempt === ATTEMPTS || !(error instanceof PortTaken)) throw error;
    }
  }
}

const told = new Set<string>();

function tellOnce(text: string, tell: (text: string) => void): void {
  if (told.has(text)) return;
  told.add(text);
  tell(text);
}

class PortTaken extends SpaceCloudError {
  constructor(port: number) {
    super('BUS_SERVER', `Expected port ${port} of 127.0.0.1 to be free for nats-server, found it taken.`, {
      hint: 'Choose another port, or stop what listens there.',
    });
  }
}

interface RunningServerOptions {
  readonly binary: string;
  readonly version: string;
  readonly folder: string;
  readonly port: number;
  readonly leafPort: number | undefined;
}

class RunningServer implements NatsServer {
  readonly port: number;
  readonly leafPort: number | undefined;
  readonly url: string;
  readonly version: string;
  readonly logFile: string;
  private readonly binary: string;
  private readonly folder: string;
  private child: ChildProcess | undefined;
  private end: Promise<void> = Promise.resolve();
  private readonly killAtExit = (): void => void this.child?.kill('SIGKILL');

  constructor(options: RunningServerOptions) {
    this.port = options.port;
    this.leafPort = options.leafPort;
    this.url = `nats://127.0.0.1:${options.port}`;
    this.version = options.version;
    this.binary = options.binary;
    this.folder = options.folder;
    this.logFile = join(options.folder, 'nats-server.log');
  }

  get pid(): number {
    return this.child?.pid ?? -1;
  }

  get ended(): Promise<void> {
    return this.end;
  }

  private get configFile(): string {
    return join(this.folder, 'nats-server.conf');
  }

  write(config: ServerConfig): void {
    const { port, leafPort } = this;
    const storeFolder = join(this.folder, 'store');
    const place = { port, storeFolder, ...(leafPort === undefined ? {} : { leafPort }) };
    writeFileSync(this.configFile, serverConfig(config, place), { mode: 0o600 });
  }

  async restart(): Promise<void> {
    await this.kill();
    for (const port of [this.port, this.leafPort]) {
      if (port !== undefined && (await portTaken(port))) throw new PortTaken(port);
    }
    // The log goes through a file: a pipe would stop the server when nobody reads it.
    const log = openSync(this.logFile, 'a', 0o600);
    // In a group of its own: a terminal's Ctrl-C goes to the whole group, and clients want to say goodbye before the server ends.
    const child = spawn(this.binary, ['-c', this.configFile], { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    this.child = child;
    process.on('exit', this.killAtExit);
    this.end = new Promise<void>((done) => {
      child.once('error', () => done());
      child.once('exit', () => done());
    }).then(() => {
      process.off('exit', this.killAtExit);
      this.child = undefined;
    });
    try {
      await this.ready();
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (this.child === undefined) return;
    this.child.kill('SIGTERM');
    const limit = new AbortController();
    const patience = sleep(STOP_MS, 'late', { signal: limit.signal }).catch(() => undefined);
    if ((await Promise.race([this.end, patience])) === 'late') await this.kill();
    limit.abort();
  }

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.end;
  }

  /** Waits for the server's greeting. */
  private async ready(): Promise<void> {
    const patience = performance.now() + START_MS;
    while (!(await greets(this.port))) {
      if (this.child === undefined || performance.now() > patience) throw this.startFailure();
      await sleep(POLL_MS);
    }
  }

  private startFailure(): SpaceCloudError {
    const log = readFileSync(this.logFile, 'utf8').trim().split('\n');
    const last = log.findLast((line) => line.includes('[FTL]') || line.startsWith('nats-server:')) ?? log.at(-1) ?? '';
    if (last.includes('address already in use')) return new PortTaken(this.port);
    const message = `Expected nats-server ${this.version} to start, got '${last.replace(/^.*\[FTL\] /, '')}'.`;
    return new SpaceCloudError('BUS_SERVER', message, { hint: `Its log is ${this.logFile}.` });
  }
}

/** True when a nats-server answers at the port. */
function greets(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (answer: boolean): void => {
      socket.destroy();
      done(answer);
    };
    socket.once('data', (bytes) => finish(bytes.toString('latin1').startsWith('INFO ')));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}

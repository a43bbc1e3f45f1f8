import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../spacecloud.ts';

/** The compiled command line; it ends with this process, however that ends. */
const CHILD = join(ROOT, 'dist', 'cli', 'fleet', 'child-main.js');
const LIAR = fileURLToPath(new URL('liar.ts', import.meta.url));
const SKEW = new URL('skewed-clock.mjs', import.meta.url).href;

/** What a satellite's process is told about bundle and bus. */
export interface NodeWords {
  readonly satellite: string;
  readonly bundle: string;
  readonly key: string;
  readonly bus: string;
  readonly fleet: string;
  readonly identity: string;
}

export interface NodeChange {
  /** Another bundle than the fleet's. */
  readonly bundle?: string;
  /** Its clock shows so much more, ms. */
  readonly clockMs?: number;
  /** In its place, a program that lies in this way. */
  readonly lie?: string;
  /** Words before the command, such as those that start it in another network. */
  readonly within?: readonly string[];
  /** Another address of the bus. */
  readonly bus?: string;
}

/** The process that a satellite's node is, one after the other. */
export class NodeProcess {
  /** Ends that nobody asked for, as exit status or signal. */
  readonly unasked: string[] = [];
  starts = 0;
  private readonly words: NodeWords;
  private child: ChildProcess | undefined;
  private change: NodeChange = {};
  private log = '';
  private isStopping = false;

  constructor(words: NodeWords) {
    this.words = words;
  }

  get isRunning(): boolean {
    return this.child !== undefined;
  }

  /** The last words of the present process, or of the last one. */
  get lastWords(): string {
    return this.log.slice(-2000);
  }

  start(change: NodeChange = {}): void {
    if (this.child !== undefined) throw new Error(`Expected '${this.words.satellite}' to have no process, got one.`);
    this.change = change;
    this.starts++;
    this.isStopping = false;
    this.log = '';
    const { within = [] } = change;
    const [program = process.execPath, ...args] = [...within, process.execPath, ...this.argumentsOf(change)];
    const child = spawn(program, args, {
      cwd: ROOT,
      env: this.environmentOf(change),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => (this.log = (this.log + bytes.toString()).slice(-4000)));
    }
    this.child = child;
    child.once('exit', (status, signal) => {
      this.child = undefined;
      if (!this.isStopping) this.unasked.push(String(signal ?? status));
    });
  }

  /** The same again, where it ended. */
  startAgain(): void {
    this.start(this.change);
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.isStopping = true;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  private argumentsOf({
    bundle = this.words.bundle,
    bus = this.words.bus,
    clockMs,
    lie,
  }: NodeChange): readonly string[] {
    const { satellite, key, fleet, identity } = this.words;
    const way = ['--bus', bus, '--fleet', fleet, '--identity', identity];
    if (lie !== undefined) return ['--import', 'tsx', LIAR, lie, satellite, bus, fleet, identity];
    const skew = clockMs === undefined ? [] : ['--import', SKEW];
    return [...skew, CHILD, 'node', '--bundle', bundle, '--key', key, '--satellite', satellite, ...way];
  }

  private environmentOf({ clockMs = 0 }: NodeChange): NodeJS.ProcessEnv {
    return { ...process.env, SPACECLOUD_TEST_CLOCK_MS: String(clockMs) };
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts Node on `args`, with the output kept. */
export function startNode(args: readonly string[], { env = {}, cwd = ROOT }: StartOptions = {}): Running {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env } });
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (status, signal) => resolve({ status, signal, out, err }));
  });
  return { child, ended };
}

/** A folder of a test file, with the compiled command line run in it; its geometry cache is in there too. */
export class Workplace {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'spacecloud-e2e-'));

  constructor() {
    if (!existsSync(MAIN)) throw new Error('dist/ is missing: these tests run the compiled program; npm run build.');
  }

  at(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** Starts a command line of the compiled program. */
  start(args: readonly string[], { env = {}, cwd = ROOT }: StartOptions = {}): Running {
    return startNode([MAIN, ...args], { cwd, env: { XDG_CACHE_HOME: this.at('cache'), ...env } });
  }

  run(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** Runs a command with `--json` that must succeed, and returns its document. */
  async json<T>(args: readonly string[], options: StartOptions = {}): Promise<T> {
    const { status, out, err } = await this.run([...args, '--json'], options);
    if (status !== 0) throw new Error(`spacecloud ${args.join(' ')} ended with ${status}: ${out}${err}`);
    return JSON.parse(out) as T;
  }

  /** Runs a command that must fail, and returns what it says. */
  async refusal(args: readonly string[], options: StartOptions = {}): Promise<Refusal> {
    const { status, out, err } = await this.run([...args, '--json'], options);
    if (status === 0) throw new Error(`spacecloud ${args.join(' ')} was expected to fail: ${out}`);
    const { error } = JSON.parse(out) as { readonly error: Refusal };
    return { ...error, status, err };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** `error` of a command's JSON, with the exit status of the process and its standard error. */
export interface Refusal {
  readonly code: string;
  readonly exitStatus: number;
  readonly message: string;
  readonly hint?: string;
  readonly place?: { readonly file: string; readonly line?: number; readonly column?: number };
  readonly status: number | null;
  readonly err: string;
}

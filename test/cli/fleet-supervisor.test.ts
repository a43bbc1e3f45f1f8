import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type ProcessState, Supervisor, type SupervisorOptions } from '../../cli/fleet/supervisor.ts';
import { must } from '../present.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Longest that anything here may take. */
const PATIENCE_MS = 20_000;
const WAITS = 'setInterval(() => {}, 1000)';
const UP = `process.stderr.write('up\\n'); ${WAITS}`;
const STUBBORN = `process.on('SIGTERM', () => {}); process.stderr.write('deaf\\n'); ${WAITS}`;

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-supervisor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const made: Supervisor[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((supervisor) => supervisor.stop()));
});

/** A supervisor, everything it told, and a way to wait for what it tells. */
function supervise(options: Partial<SupervisorOptions>) {
  const told: ProcessState[] = [];
  const waiters: (() => void)[] = [];
  const supervisor = new Supervisor({
    pauseMs: 10,
    graceMs: 300,
    ...options,
    onChange: (state) => {
      told.push(state);
      options.onChange?.(state);
      waiters.forEach((wake) => wake());
    },
  });
  made.push(supervisor);
  const until = (met: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`Not met: ${JSON.stringify(told.slice(-3))}`)), PATIENCE_MS);
      const check = (): void => {
        if (!met()) return;
        clearTimeout(late);
        resolve();
      };
      waiters.push(check);
      check();
    });
  const phases = (name: string): string[] => told.filter((state) => state.name === name).map(({ phase }) => phase);
  const stateOf = (name: string): ProcessState => must(supervisor.states.find((state) => state.name === name));
  return { supervisor, told, until, phases, stateOf };
}

const script = (name: string, code: string) => ({ name, args: ['-e', code] });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  const startMs = performance.now();
  while (isAlive(pid)) {
    if (performance.now() - startMs > PATIENCE_MS) throw new Error(`Process ${pid} is still there.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a supervisor', () => {
  it('starts the next process only when one of those that start is ready, or has ended', async () => {
    const { supervisor, until, stateOf } = supervise({ startsAtOnce: 2, restarts: 0 });
    supervisor.start([script('a', WAITS), script('b', 'process.exit(0)'), script('c', WAITS), script('d', WAITS)]);
    const phases = (): string[] => supervisor.states.map(({ phase }) => phase);
    expect(phases()).toEqual(['starting', 'starting', 'waiting', 'waiting']);
    await until(() => stateOf('b').phase === 'ended'); // makes room for c, not for d
    expect(phases()).toEqual(['starting', 'ended', 'starting', 'waiting']);
    supervisor.ready('a');
    expect(phases()).toEqual(['ready', 'ended', 'starting', 'starting']);
    supervisor.ready('b'); // has ended: being ready is nothing that it can become
    expect(stateOf('b').phase).toBe('ended');
  });

  it('starts one again that ends badly, with growing pauses, and gives it up after the last restart', async () => {
    const times: number[] = [];
    const { supervisor, until, phases, stateOf } = supervise({
      ...{ startsAtOnce: 1, restarts: 3, pauseMs: 40, longestPauseMs: 80 },
      onChange: ({ phase }) => {
        if (phase === 'restarting' || phase === 'starting') times.push(performance.now());
      },
    });
    supervisor.start([script('a', "process.stderr.write('no fuel\\n'); process.exit(3)")]);
    await until(() => stateOf('a').phase === 'failed');
    const round = ['restarting', 'waiting', 'starting'];
    expect(phases('a')).toEqual(['starting', ...round, ...round, ...round, 'failed']);
    expect(stateOf('a')).toMatchObject({ restarts: 3, lastEnd: 'exit status 3', pid: undefined });
    expect(stateOf('a').log).toBe('no fuel\nno fuel\nno fuel\nno fuel'); // one line of each of the four
    expect(supervisor.restarts).toBe(3);
    // times: starting, then restarting and starting in turn: 40, 80 and, at most, 80 ms; a timer may fire 1 ms early.
    const pauses = [1, 3, 5].map((i) => must(times[i + 1]) - must(times[i]));
    expect(pauses[0]).toBeGreaterThan(38);
    expect(pauses[1]).toBeGreaterThan(78);
    expect(pauses[2]).toBeGreaterThan(78);
  });

  it('starts one again that was killed, in turn with the others', async () => {
    const { supervisor, until, stateOf } = supervise({ startsAtOnce: 1, restarts: 1 });
    supervisor.start([script('a', WAITS)]);
    const first = must(stateOf('a').pid);
    supervisor.ready('a');
    process.kill(first, 'SIGKILL');
    await until(() => stateOf('a').restarts === 1 && stateOf('a').phase === 'starting');
    expect(stateOf('a').lastEnd).toBe('SIGKILL');
    expect(must(stateOf('a').pid)).not.toBe(first);
  });

  it('does not try again what must end the same way', async () => {
    const { supervisor, until, phases, stateOf } = supervise({ restarts: 3, hopeless: new Set([7]) });
    supervisor.start([script('a', "process.stderr.write('BUNDLE_KEY\\n'); process.exit(7)")]);
    await until(() => stateOf('a').phase === 'failed');
    expect(phases('a')).toEqual(['starting', 'failed']);
    expect(stateOf('a').log).toBe('BUNDLE_KEY');
  });

  it('keeps the end of a long log, in whole lines', async () => {
    const { supervisor, until, stateOf } = supervise({ restarts: 0 });
    supervisor.start([script('a', 'for (let i = 1; i <= 1000; i++) process.stderr.write(`line ${i}\\n`)')]);
    await until(() => stateOf('a').phase === 'ended');
    const lines = stateOf('a').log.split('\n');
    expect(lines.at(-1)).toBe('line 1000');
    expect(lines.at(0)).toMatch(/^line \d+$/);
    expect(lines.length).toBeLessThan(1000);
    expect(lines).toEqual(lines.map((_, i) => `line ${1001 - lines.length + i}`));
  });

  it('ends all when told to: with SIGTERM, and by force who does not listen', async () => {
    const { supervisor, stateOf } = supervise({ startsAtOnce: 3 });
    supervisor.start([script('a', UP), script('b', STUBBORN), script('c', UP)]);
    const says = async (name: string, text: string): Promise<void> => {
      while (stateOf(name).log !== text) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    await Promise.all([says('a', 'up'), says('b', 'deaf'), says('c', 'up')]); // only then has Node its own handlers
    const pids = supervisor.states.map(({ pid }) => must(pid));
    process.kill(must(stateOf('c').pid), 'SIGSTOP');
    await supervisor.stop();
    expect(supervisor.states.map(({ phase }) => phase)).toEqual(['ended', 'ended', 'ended']);
    expect(['a', 'b', 'c'].map((name) => stateOf(name).lastEnd)).toEqual(['SIGTERM', 'SIGKILL', 'SIGKILL']);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('starts nothing again, and nothing more, once told to end', async () => {
    const { supervisor, told } = supervise({ startsAtOnce: 1, restarts: 5 });
    supervisor.start([script('a', WAITS), script('b', WAITS)]);
    await supervisor.stop();
    expect(supervisor.states.map(({ phase }) => phase)).toEqual(['ended', 'waiting']);
    const before = told.length;
    supervisor.start([script('c', WAITS)]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(told).toHaveLength(before);
  });

  it('lets those finish that end by themselves', async () => {
    const { supervisor, stateOf } = supervise({ startsAtOnce: 2, graceMs: 5000 });
    supervisor.start([script('a', 'setTimeout(() => process.exit(0), 100)'), script('b', 'process.exit(0)')]);
    await supervisor.finish();
    expect([stateOf('a').lastEnd, stateOf('b').lastEnd]).toEqual(['exit status 0', 'exit status 0']);
  });
});

describe('processes under a supervisor', () => {
  /** A process that supervises a command line which waits for ever, and prints its process id once it does. */
  const PARENT = `
    import { Supervisor } from './cli/fleet/supervisor.ts';
    const supervisor = new Supervisor();
    const words = process.argv.slice(1);
    supervisor.start([{ name: 'a', args: ['--import', 'tsx', 'cli/fleet/child-main.ts', ...words] }]);
    const looking = setInterval(() => {
      const [{ pid, log, restarts }] = supervisor.states;
      if (restarts > 0) throw new Error(log);
      if (!log.includes('Waiting at')) return;
      clearInterval(looking);
      console.log(pid);
    }, 20);
  `;

  it('end when their parent is killed', async () => {
    const socket = join(folder, 'world.sock');
    const words = ['simulate', 'test-12', '--no-cache', '--nodes', 'polar-p1-s1', '--serve', socket];
    const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PARENT, '--', ...words], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const pid = await new Promise<number>((resolve, reject) => {
        parent.stdout.on('data', (bytes: Buffer) => resolve(Number(bytes.toString().trim())));
        parent.on('close', () => reject(new Error('The parent ended before its child waited.')));
      });
      expect(isAlive(pid)).toBe(true);
      parent.kill('SIGKILL');
      await untilGone(pid);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

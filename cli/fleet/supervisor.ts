import { type ChildProcess, spawn } from 'node:child_process';
import { SpaceCloudError } from '../../core/index.ts';
import { LogTail } from './log-tail.ts';

/** A process to keep running. */
export interface ProcessPlan {
  readonly name: string;
  /** What Node is started with. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export type ProcessPhase =
  /** Has not been started yet. */
  | 'waiting'
  /** Runs, and has not said that it is ready. */
  | 'starting'
  | 'ready'
  /** Ended badly, and is started again after a pause. */
  | 'restarting'
  /** Has done its work. */
  | 'ended'
  /** Ended badly and is not started again. */
  | 'failed';

export interface ProcessState {
  readonly name: string;
  readonly phase: ProcessPhase;
  /** Of the process that runs; undefined when none does. */
  readonly pid: number | undefined;
  readonly restarts: number;
  /** How the last one ended: exit status or signal. */
  readonly lastEnd: string | undefined;
  /** The last lines it wrote to standard error. */
  readonly log: string;
}

export interface SupervisorOptions {
  /** Processes that start at the same time: the next begins when one of them is ready or ends. */
  readonly startsAtOnce: number;
  /** How often each may be started again. */
  readonly restarts: number;
  /** Pause before the first restart of a process, ms; it doubles with each, up to `longestPauseMs`. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
  /** Time between being told to end and being killed, ms. */
  readonly graceMs: number;
  /** Exit statuses after which another start would end the same way. */
  readonly hopeless: ReadonlySet<number>;
  /** Called when something changed for a process. */
  readonly onChange?: (state: ProcessState) => void;
}

const DEFAULTS: SupervisorOptions = {
  startsAtOnce: 2,
  restarts: 3,
  pauseMs: 250,
  longestPauseMs: 5000,
  graceMs: 3000,
  hopeless: new Set(),
};

interface Watched {
  readonly plan: ProcessPlan;
  phase: ProcessPhase;
  child: ChildProcess | undefined;
  restarts: number;
  lastEnd: string | undefined;
  readonly log: LogTail;
  pause: NodeJS.Timeout | undefined;
}

/**
 * Keeps processes running: starts them a few at a time, starts those again that end badly, a limited number of times with
 * growing pauses, and ends all of them when told to or when this process exits. Each has a channel to this process, which
 * closes when this one is killed; `child-main.ts` ends then.
 */
export class Supervisor {
  private readonly options: SupervisorOptions;
  private readonly processes = new Map<string, Watched>();
  private stopping: Promise<void> | undefined;
  private readonly killAll = (): void => {
    for (const { child } of this.processes.values()) child?.kill('SIGKILL');
  };

  constructor(options: Partial<SupervisorOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
    process.on('exit', this.killAll);
  }

  /** Takes on processes; names are unique. */
  start(plans: readonly ProcessPlan[]): void {
    for (const plan of plans) {
      if (this.processes.has(plan.name)) {
        throw new SpaceCloudError('MISUSE', `Expected one process '${plan.name}', got a second.`);
      }
      this.processes.set(plan.name, {
        plan,
        ...{ phase: 'waiting', child: undefined, restarts: 0, lastEnd: undefined, pause: undefined },
        log: new LogTail(),
      });
    }
    this.startNext();
  }

  /** A process does its work now: the next may start. */
  ready(name: string): void {
    const watched = this.processes.get(name);
    if (watched?.phase !== 'starting') return;
    this.enter(watched, 'ready');
    this.startNext();
  }

  get states(): readonly ProcessState[] {
    return [...this.processes.values()].map(stateOf);
  }

  /** Restarts of all processes so far. */
  get restarts(): number {
    let restarts = 0;
    for (const watched of this.processes.values()) restarts += watched.restarts;
    return restarts;
  }

  /** Tells all to end, kills those that do not within the grace time, and resolves when none is left. Starts nothing any more. */
  stop(): Promise<void> {
    this.stopping ??= this.endAll(true);
    return this.stopping;
  }

  /** Like `stop`, for processes that end by themselves: they have the grace time for it before they are told to. */
  async finish(): Promise<void> {
    this.stopping ??= this.endAll(false);
    return this.stopping;
  }

  private async endAll(tellThem: boolean): Promise<void> {
    const exits: Promise<unknown>[] = [];
    for (const watched of this.processes.values()) {
      clearTimeout(watched.pause);
      const { child } = watched;
      if (child === undefined) continue;
      exits.push(new Promise((resolve) => child.once('close', resolve)));
      if (tellThem) child.kill('SIGTERM');
    }
    const { graceMs } = this.options;
    const signals: readonly NodeJS.Signals[] = tellThem ? ['SIGKILL'] : ['SIGTERM', 'SIGKILL'];
    const harder = signals.map((signal, i) =>
      setTimeout(() => this.processes.forEach(({ child }) => child?.kill(signal)), (i + 1) * graceMs),
    );
    await Promise.all(exits);
    for (const timer of harder) clearTimeout(timer);
    process.off('exit', this.killAll);
  }

  private startNext(): void {
    if (this.stopping !== undefined) return;
    let starting = 0;
    for (const { phase } of this.processes.values()) if (phase === 'starting') starting++;
    for (const watched of this.processes.values()) {
      if (starting >= this.options.startsAtOnce) return;
      if (watched.phase !== 'waiting') continue;
      this.launch(watched);
      starting++;
    }
  }

  private launch(watched: Watched): void {
    const { args, env = {} } = watched.plan;
    // A group of its own: Ctrl-C in the terminal reaches this process only, which ends them in order.
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
      env: { ...process.env, ...env },
    });
    watched.child = child;
    child.stderr?.on('data', (bytes: Buffer) => watched.log.push(bytes));
    child.on('error', (error) => watched.log.push(Buffer.from(`${String(error)}\n`)));
    child.on('close', (code, signal) => this.onEnd(watched, code, signal));
    this.enter(watched, 'starting');
  }

  private onEnd(watched: Watched, code: number | null, signal: NodeJS.Signals | null): void {
    watched.child = undefined;
    watched.lastEnd = signal ?? `exit status ${code ?? -1}`;
    const { restarts, hopeless, pauseMs, longestPauseMs } = this.options;
    if (code === 0 || this.stopping !== undefined) {
      this.enter(watched, 'ended');
    } else if (watched.restarts >= restarts || (code !== null && hopeless.has(code))) {
      this.enter(watched, 'failed');
    } else {
      const delayMs = Math.min(longestPauseMs, pauseMs * 2 ** watched.restarts);
      watched.restarts++;
      watched.pause = setTimeout(() => {
        this.enter(watched, 'waiting');
        this.startNext();
      }, delayMs);
      this.enter(watched, 'restarting');
    }
    this.startNext();
  }

  private enter(watched: Watched, phase: ProcessPhase): void {
    watched.phase = phase;
    this.options.onChange?.(stateOf(watched));
  }
}

function stateOf({ plan, phase, child, restarts, lastEnd, log }: Watched): ProcessState {
  return { name: plan.name, phase, pid: child?.pid, restarts, lastEnd, log: log.text };
}

import type { Subscription } from 'rxjs';
import type { NodeServer } from '../../agents/node/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { type FleetStanding, standingOf } from './standing.ts';
import { type ProcessPlan, type ProcessState, Supervisor } from './supervisor.ts';

export interface FleetNodesOptions {
  /** Nodes that start at the same time, and how often each is started again. */
  readonly startsAtOnce: number;
  readonly restarts: number;
  /** Called when something changed for a process. */
  readonly onProcess: (state: ProcessState) => void;
}

/** Exit statuses of a node after which another start would end the same way: usage, files, bundle, libraries, decision log. */
const HOPELESS: ReadonlySet<number> = new Set([2, 5, 7, 9, 11]);
/** Longest time in which no further node joins while they start, ms. */
const PATIENCE_MS = 60_000;

/** The node processes of a fleet. Until all have joined one that cannot start is an error; later its satellite falls back. */
export class FleetNodes {
  /** Rejects when a node cannot join. */
  readonly failed: Promise<never>;
  private readonly options: FleetNodesOptions;
  private readonly supervisor: Supervisor;
  private fail: (reason: unknown) => void = () => undefined;
  private names: readonly string[] = [];
  private server: NodeServer | undefined;
  private listening: Subscription | undefined;
  private patience: NodeJS.Timeout | undefined;
  private started = false;

  constructor(options: FleetNodesOptions) {
    this.options = options;
    const { startsAtOnce, restarts } = options;
    this.supervisor = new Supervisor({
      ...{ startsAtOnce, restarts, hopeless: HOPELESS },
      onChange: (state) => this.onProcess(state),
    });
    this.failed = new Promise<never>((_, reject) => (this.fail = reject));
    this.failed.catch(() => undefined);
  }

  /** Starts the processes; each is ready when it has joined the server. */
  start(plans: readonly ProcessPlan[], server: NodeServer, satelliteNames: readonly string[]): void {
    this.names = plans.map(({ name }) => name);
    this.server = server;
    this.listening = server.reports$.subscribe(({ satellite, event }) => {
      if (typeof satellite !== 'number' || !event.type.startsWith('bundle.')) return;
      this.supervisor.ready(satelliteNames[satellite] as string);
      this.waitOn();
    });
    this.waitOn();
    this.supervisor.start(plans);
  }

  /** All have joined: from now on the run goes on whatever becomes of them. */
  allJoined(): void {
    this.started = true;
    clearTimeout(this.patience);
  }

  /** Ends the waiting for nodes. */
  giveUp(reason: unknown): void {
    this.fail(reason);
  }

  get standing(): FleetStanding {
    return standingOf(this.names.length, this.server?.nodes ?? [], this.supervisor.states);
  }

  /** Waits for nodes that have heard the world's goodbye, then ends those that have not. */
  async finish(): Promise<void> {
    this.close();
    await this.supervisor.finish();
  }

  /** Ends all processes, whatever they do. */
  async stop(): Promise<void> {
    this.close();
    await this.supervisor.stop();
  }

  private close(): void {
    clearTimeout(this.patience);
    this.listening?.unsubscribe();
  }

  private waitOn(): void {
    if (this.started) return;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => {
      const late = this.supervisor.states.find(({ phase }) => phase === 'starting');
      this.fail(nodeError(`to join within ${PATIENCE_MS / 1000} s of the one before`, late, 'silence'));
    }, PATIENCE_MS);
  }

  private onProcess(state: ProcessState): void {
    this.options.onProcess(state);
    if (state.phase === 'failed' && !this.started) {
      this.fail(nodeError('to join the fleet', state, `its end (${state.lastEnd ?? 'unknown'})`));
    }
  }
}

function nodeError(expected: string, state: ProcessState | undefined, got: string): SpaceCloudError {
  const log = state === undefined || state.log === '' ? '' : `: ${state.log}`;
  return new SpaceCloudError(
    'NODE_CONNECT',
    `Expected the node of '${state?.name ?? ''}' ${expected}, got ${got}${log}`,
    {
      hint: 'Its last words are above; `spacecloud verify` says whether the bundle can be flown.',
    },
  );
}

import { type Bus, busDoor } from '../../../agents/bus/index.ts';
import type { DecidedBatch, Decider } from '../../../agents/index.ts';
import { type NodeAnswer, type NodeServer, type NodeStatus, serveNodes } from '../../../agents/node/index.ts';
import { NODE_CLOCK } from '../../../cli/node-clock.ts';
import { RunStopped, paced } from '../../../cli/fleet/pace.ts';
import { BREACHES, DROP_REASONS, type DecisionBatch, type Policy } from '../../../core/index.ts';
import {
  type World,
  type WorldModel,
  buildGeometry,
  checkConservation,
  createWorldModel,
  loadScenario,
} from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { TRAIN_DEFAULTS, runEpisode } from '../../../training/index.ts';
import { must } from '../../present.ts';
import { ROOT } from '../spacecloud.ts';
import { Stalls } from './stalls.ts';

/** Tasks arrive for so long, simulated seconds; the busiest satellites of these seconds are the ones with nodes. */
const ARRIVALS_S = 500;
/** Simulated seconds per second of wall clock: about 35 rounds of decisions per second. */
const PACE = 2;
/** The books are closed after so many rounds, and when somebody asks. */
const CHECKED_EVERY = 25;
/** Rounds without one decision of a fallback, and decisions of each node since the fault ended, that count as converged. */
const CLEAN_ROUNDS = 15;
const OWN_DECISIONS = 2;

export interface FlightOptions {
  readonly bus: Bus;
  readonly fleet: string;
  /** Satellites with nodes. */
  readonly satellites: readonly string[];
  readonly deadlineMs: number;
  readonly pingMs: number;
  readonly seed: number;
}

/** Who decided for one satellite so far. */
export interface Decisions {
  /** All that were asked. */
  asked: number;
  /** Of its node, and by its node. */
  readonly toNode: number;
  readonly byNode: number;
  /** By the fallback that stands in for a node which was asked and did not decide. */
  readonly inItsPlace: number;
  /** By the fallback, as the node owed an answer or had no valid bundle. */
  unasked: number;
  /** By the fallback, as the satellite's machine says so. */
  byMachine: number;
}

/** Where every task is that has arrived so far. */
export interface Tasks {
  readonly arrived: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly underWay: number;
  /** Arrived, and neither of these. */
  readonly unaccounted: number;
}

let model: WorldModel | undefined;

function worldModel(): WorldModel {
  if (model !== undefined) return model;
  const scenario = loadScenario(`${ROOT}/scenarios/test-12.yaml`);
  return (model = createWorldModel(scenario, buildGeometry(scenario)));
}

/** A world that goes on at its pace until it is stopped, its nodes' end of the protocol, and the books on both. */
export class Flight {
  readonly server: NodeServer;
  /** Real time of rounds in which nodes could be asked, less what this process stood still, ms: the longest since it was set to 0. */
  longestRoundMs = 0;
  /** The same with all. */
  longestWithStallsMs = 0;
  rounds = 0;
  /** Answers by what became of them. */
  readonly outcomes: Record<NodeAnswer['outcome'], number> = {
    answered: 0,
    abstained: 0,
    illegal: 0,
    late: 0,
    lost: 0,
  };
  /** Names of all satellites; those with nodes. */
  private readonly names: readonly string[];
  private readonly satellites: readonly string[];
  private readonly books = new Map<string, { asked: number; unasked: number; byMachine: number; toNode: number }>();
  private readonly stopping = new AbortController();
  private readonly stalls = new Stalls();
  private world: World | undefined;
  private running: Promise<void> | undefined;
  private failure: Error | undefined;
  private readonly checks: (() => void)[] = [];
  private cleanRounds = 0;
  /** Satellites whose nodes could be asked before the present round: during it, who is asked is not. */
  private ready: ReadonlySet<string> = new Set();
  private markedDecisions = new Map<string, number>();

  private constructor(server: NodeServer, options: FlightOptions, names: readonly string[]) {
    this.server = server;
    this.names = names;
    this.satellites = options.satellites;
    for (const name of options.satellites) this.books.set(name, { asked: 0, unasked: 0, byMachine: 0, toNode: 0 });
  }

  /** Serves nodes; `take off` starts the run. */
  static async prepare(options: FlightOptions): Promise<Flight> {
    const { geometry } = worldModel();
    const names = geometry.nodeNames.slice(0, geometry.satelliteCount);
    const watch: { flight?: Flight } = {};
    const server = await serveNodes({
      ...NODE_CLOCK,
      door: busDoor({ bus: options.bus, fleet: options.fleet }, names),
      satelliteNames: names,
      local: onlyFor(names, options.satellites),
      fallback: createBaseline(TRAIN_DEFAULTS.fallback, options.seed),
      deadlineMs: options.deadlineMs,
      pingMs: options.pingMs,
      nowMs: () => performance.now(),
      onAnswer: ({ outcome }) => {
        if (watch.flight !== undefined) watch.flight.outcomes[outcome]++;
      },
    });
    return (watch.flight = new Flight(server, options, names));
  }

  takeOff(seed: number): void {
    const pause = paced({ pace: PACE, signal: this.stopping.signal });
    const run = runEpisode(
      worldModel(),
      { name: 'nodes', decider: this.decider },
      {
        ...{ seed, arrivalsS: ARRIVALS_S, drainS: 30, startS: 0 },
        ...{ fallback: TRAIN_DEFAULTS.fallback, role: 'learned' },
        reports$: this.server.reports$,
        onStart: (world) => (this.world = world),
        onConstellation: (constellation) => this.server.mirror(constellation),
        beforeRound: (timeS) => {
          this.ready = new Set(this.server.nodes.filter(({ isReady }) => isReady).map(({ satellite }) => satellite));
          if (this.rounds % CHECKED_EVERY === 0 || this.checks.length > 0) this.closeBooks();
          return pause(timeS);
        },
        onBatch: (decided) => this.note(decided),
      },
    );
    this.running = run.then(
      () => this.fail(new Error('Expected the flight to go on until it is stopped, got its end.')),
      (error: unknown) => (error instanceof RunStopped ? undefined : this.fail(error)),
    );
  }

  /** Ends the run; the books are closed after it. Throws what ended the run before. */
  async land(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.server.close();
    this.stalls.stop();
    await this.check();
  }

  status(satellite: string): NodeStatus {
    return must(this.server.nodes.find((node) => node.satellite === satellite));
  }

  decisions(satellite: string): Decisions {
    const { asked, toNode, unasked, byMachine } = must(this.books.get(satellite));
    const { decisions: byNode, fallbackDecisions: inItsPlace } = this.status(satellite);
    return { asked, toNode, byNode, inItsPlace, unasked, byMachine };
  }

  get tasks(): Tasks {
    const { statistics, tasks } = must(this.world).columns;
    const sum = (counts: Int32Array): number => counts.reduce((all, n) => all + n, 0);
    const dropped: Record<string, number> = {};
    statistics.dropped.forEach((n, i) => {
      const reason = DROP_REASONS[i % DROP_REASONS.length] as string;
      if (n > 0) dropped[reason] = (dropped[reason] ?? 0) + n;
    });
    const [arrived, delivered, underWay] = [sum(statistics.created), sum(statistics.delivered), tasks.live];
    return {
      arrived,
      delivered,
      dropped,
      underWay,
      unaccounted: arrived - delivered - sum(statistics.dropped) - underWay,
    };
  }

  /** Closes the books after the round under way. Rejects where something is missing, or with what ended the flight. */
  async check(): Promise<void> {
    if (this.world !== undefined && !this.stopping.signal.aborted)
      await new Promise<void>((resolve) => this.checks.push(resolve));
    if (this.failure === undefined && this.stopping.signal.aborted) this.closeBooks();
    if (this.failure !== undefined) throw this.failure;
  }

  /** Between two rounds. */
  private closeBooks(): void {
    try {
      this.expectClosed();
    } catch (error) {
      this.fail(error);
    }
    for (const resolve of this.checks.splice(0)) resolve();
  }

  private expectClosed(): void {
    const { world } = this;
    if (world === undefined) return;
    checkConservation(world.columns);
    const { dropped, unaccounted } = this.tasks;
    if (unaccounted !== 0 || (dropped['none'] ?? 0) !== 0) {
      throw new Error(
        `Expected every task delivered, dropped for a reason, or under way, got ${JSON.stringify(this.tasks)}.`,
      );
    }
    const illegal = world.columns.statistics.breaches[BREACHES.indexOf('illegalChoice')];
    if (illegal !== 0) throw new Error(`Expected the world to be given no masked choice, got ${illegal}.`);
    for (const satellite of this.satellites) {
      const d = this.decisions(satellite);
      if (d.asked !== d.byNode + d.inItsPlace + d.unasked + d.byMachine || d.toNode !== d.byNode + d.inItsPlace) {
        throw new Error(`Expected one decision per question to '${satellite}', got ${JSON.stringify(d)}.`);
      }
    }
  }

  /** From now on `isConverged` looks at what follows. */
  mark(): void {
    this.cleanRounds = 0;
    this.markedDecisions = new Map(this.satellites.map((name) => [name, this.status(name).decisions]));
  }

  /** All nodes (but those named) are ready, and since the mark each has decided and for a while no fallback. */
  isConverged(without: readonly string[] = []): boolean {
    const counted = this.satellites.filter((name) => !without.includes(name));
    return (
      this.cleanRounds >= CLEAN_ROUNDS &&
      counted.every((name) => {
        const { decisions } = this.status(name);
        return this.ready.has(name) && decisions >= (this.markedDecisions.get(name) ?? 0) + OWN_DECISIONS;
      })
    );
  }

  /** Satellites whose fallback is expected to decide: rounds are clean without them. */
  excused: readonly string[] = [];

  private readonly decider: Decider = (batch, out) => {
    const rows = this.rowsOf(batch);
    const before = this.server.nodes;
    const startMs = performance.now();
    const stalledMs = this.stalls.untilNowMs;
    const done = (): void => {
      const roundMs = performance.now() - startMs;
      if (rows.size > 0) {
        this.longestWithStallsMs = Math.max(this.longestWithStallsMs, roundMs);
        this.longestRoundMs = Math.max(this.longestRoundMs, roundMs - (this.stalls.untilNowMs - stalledMs));
      }
      this.settle(rows, before);
    };
    const answer = this.server.decide(batch, out);
    return answer === undefined ? done() : answer.then(done);
  };

  /** Rows per satellite with a node. */
  private rowsOf(batch: DecisionBatch): ReadonlyMap<string, number> {
    const rows = new Map<string, number>();
    for (let row = 0; row < batch.n; row++) {
      const name = this.names[batch.agent[row] as number] ?? '';
      if (this.books.has(name)) rows.set(name, (rows.get(name) ?? 0) + 1);
    }
    return rows;
  }

  /** One round is decided: what was asked of a node that was ready is in its tally, as its own or its fallback's. */
  private settle(rows: ReadonlyMap<string, number>, before: readonly NodeStatus[]): void {
    const after = this.server.nodes;
    for (const [name, n] of rows) {
      const [was, is] = [before, after].map((nodes) => must(nodes.find(({ satellite }) => satellite === name)));
      const book = must(this.books.get(name));
      const isAsked = must(was).isReady;
      if (isAsked) book.toNode += n;
      else book.unasked += n;
      const decided = total(must(is)) - total(must(was));
      if (decided !== (isAsked ? n : 0)) {
        this.fail(new Error(`Expected ${n} decisions of '${name}' in a round (asked: ${isAsked}), got ${decided}.`));
      }
      const byNode = must(is).decisions - must(was).decisions;
      if (byNode < n && !this.excused.includes(name)) this.cleanRounds = -1;
    }
  }

  /** A round with who decided in it. */
  private note({ batch, byFallback }: DecidedBatch): void {
    this.rounds++;
    let concerned = false;
    for (let row = 0; row < batch.n; row++) {
      const name = this.names[batch.agent[row] as number] ?? '';
      const book = this.books.get(name);
      if (book === undefined) continue;
      concerned = true;
      book.asked++;
      if (byFallback[row] !== 1) continue;
      book.byMachine++;
      if (!this.excused.includes(name)) this.cleanRounds = -1;
    }
    if (concerned) this.cleanRounds++;
  }

  private fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
    this.stopping.abort();
    for (const resolve of this.checks.splice(0)) resolve();
  }
}

function total({ decisions, fallbackDecisions }: NodeStatus): number {
  return decisions + fallbackDecisions;
}

/** Decides for satellites without nodes, and for no others: where a node is away its fallback must. */
function onlyFor(names: readonly string[], withNodes: readonly string[]): Policy {
  const policy = createBaseline('load-aware+greedy-finish+gdsf', 1);
  return {
    name: policy.name,
    choose(batch, out) {
      for (let row = 0; row < batch.n; row++) {
        const name = names[batch.agent[row] as number] ?? '';
        if (withNodes.includes(name)) throw new Error(`Expected the node or the fallback of '${name}' to be asked.`);
      }
      policy.choose(batch, out);
    },
  };
}

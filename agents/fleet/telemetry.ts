import { type Observable, Subject, type Subscription } from 'rxjs';
import type { Snapshot } from 'xstate';
import type { Constellation } from '../constellation.ts';
import type { NodeAnswer, NodeServer, NodeStatus } from '../node/index.ts';
import type { DecidedBatch } from '../streams/frames.ts';
import { type AnswerTimes, AnswerWindow } from './answer-window.ts';

export interface SatelliteFigures {
  readonly satellite: string;
  /** Decisions for this satellite, whoever made them, and those by a fallback among them: all that its node did not make. */
  readonly decisions: number;
  readonly fallbackDecisions: number;
  /** Region of its machine (service, power, thermal, trust, autonomy) -> mode. */
  readonly modes: Readonly<Record<string, string>>;
}

/** What is known of a fleet at one moment. */
export interface FleetFigures {
  /** Simulated time, s since the start of the scenario. */
  readonly timeS: number;
  /** Batches of decisions so far. */
  readonly rounds: number;
  readonly decisions: number;
  readonly fallbackDecisions: number;
  readonly satellites: readonly SatelliteFigures[];
  readonly nodes: readonly NodeStatus[];
  /** `region.mode` -> times a node entered it, satellites and ground nodes together. */
  readonly modeEntries: Readonly<Record<string, number>>;
}

/**
 * What a fleet does, counted while it runs: decisions of each satellite, modes, what became of requests to nodes. Readers ask
 * for `figures` when they want them (a scrape, a line per simulated minute); between two of them nothing is made.
 *
 * For one world: satellites are told apart by name.
 */
export class FleetTelemetry {
  /** Every request that was answered or given up. */
  readonly answers$: Observable<NodeAnswer>;
  private readonly names: readonly string[];
  private readonly decisions: Float64Array;
  private readonly fallbackDecisions: Float64Array;
  private readonly answers = new Subject<NodeAnswer>();
  private readonly window = new AnswerWindow();
  private readonly subscriptions: Subscription[] = [];
  private constellation: Constellation | undefined;
  private nodesOf: () => readonly NodeStatus[] = () => [];
  private initialModes: Readonly<Record<string, string>> = {};
  private timeS = 0;
  private rounds = 0;

  constructor(satelliteNames: readonly string[]) {
    this.names = satelliteNames;
    this.decisions = new Float64Array(satelliteNames.length);
    this.fallbackDecisions = new Float64Array(satelliteNames.length);
    this.answers$ = this.answers.asObservable();
  }

  /** Where the figures of nodes come from. */
  watchNodes(server: Pick<NodeServer, 'nodes'>): void {
    this.nodesOf = () => server.nodes;
  }

  /** Counts what this constellation decides from now on. Before its first round. */
  watch(constellation: Constellation): void {
    this.constellation = constellation;
    this.initialModes = modesOf(constellation.snapshotOf(0, 0));
    this.subscriptions.push(
      constellation.decided$.subscribe((decided) => this.count(decided)),
      constellation.telemetry$.subscribe(({ timeS, round }) => {
        this.timeS = timeS[0] as number;
        this.rounds = round;
      }),
    );
  }

  /** Enters one request that was answered or given up. */
  answered(answer: NodeAnswer): void {
    this.window.add(answer.durationMs);
    this.answers.next(answer);
  }

  /** Durations since the last call. */
  takeAnswerTimes(): AnswerTimes {
    return this.window.take();
  }

  get figures(): FleetFigures {
    const { names, decisions, fallbackDecisions, initialModes } = this;
    const state = this.constellation?.ledgers[0]?.state;
    const nodes = this.nodesOf();
    const byNode = new Map(nodes.map((node) => [node.satellite, node.decisions]));
    const satellites = names.map((satellite, s): SatelliteFigures => {
      const made = decisions[s] as number;
      const own = byNode.get(satellite);
      return {
        satellite,
        decisions: made,
        // Within a round the node's own count may be ahead.
        fallbackDecisions: own === undefined ? (fallbackDecisions[s] as number) : Math.max(0, made - own),
        modes: { ...initialModes, ...state?.modes[satellite] },
      };
    });
    const sum = (key: 'decisions' | 'fallbackDecisions'): number =>
      satellites.reduce((total, figures) => total + figures[key], 0);
    return {
      ...{ timeS: this.timeS, rounds: this.rounds, satellites, nodes, modeEntries: state?.counts ?? {} },
      ...{ decisions: sum('decisions'), fallbackDecisions: sum('fallbackDecisions') },
    };
  }

  /** Stops counting; the figures stay. */
  close(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    this.answers.complete();
  }

  private count({ batch, byFallback }: DecidedBatch): void {
    const { decisions, fallbackDecisions } = this;
    for (let row = 0; row < batch.n; row++) {
      const satellite = batch.agent[row] as number;
      decisions[satellite] = (decisions[satellite] as number) + 1;
      fallbackDecisions[satellite] = (fallbackDecisions[satellite] as number) + (byFallback[row] as number);
    }
  }
}

function modesOf(snapshot: Snapshot<unknown>): Readonly<Record<string, string>> {
  return (snapshot as { readonly value?: Readonly<Record<string, string>> }).value ?? {};
}

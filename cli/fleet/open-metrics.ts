import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client';
import type { Subscription } from 'rxjs';
import type { FleetFigures, FleetTelemetry } from '../../agents/fleet/index.ts';
import { VERSION } from '../../core/index.ts';
import type { FleetStanding } from './standing.ts';

/** Upper bounds of the histogram, s: a loopback round trip is under 1 ms, the default deadline is 1 s. */
const ANSWER_BUCKETS_S = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** What the metrics are of. */
export interface MetricsSource {
  readonly telemetry: FleetTelemetry;
  /** Counts of node processes, as they stand now. */
  readonly standing: () => FleetStanding;
  readonly scenario: string;
  readonly policy: string;
  readonly fleet: string;
}

/** The figures of a fleet as OpenMetrics text. Values are read when the text is asked for. */
export class OpenMetrics {
  readonly contentType = Registry.OPENMETRICS_CONTENT_TYPE;
  private readonly registry = new Registry<OpenMetricsContentType>();
  private readonly source: MetricsSource;
  private readonly subscription: Subscription;
  /** Those of the scrape under way. */
  private figures: FleetFigures;

  constructor(source: MetricsSource) {
    this.source = source;
    this.registry.setContentType(this.contentType);
    this.figures = source.telemetry.figures;
    const { scenario, policy, fleet } = source;
    this.gauge('spacecloud_run', 'What runs; always 1', ['version', 'scenario', 'policy', 'fleet'], (set) =>
      set(1, { version: VERSION, scenario, policy, fleet }),
    );
    this.ofRun();
    this.ofSatellites();
    this.ofNodes();
    this.subscription = this.ofAnswers();
  }

  /** The text of one scrape; ends with `# EOF`. */
  text(): Promise<string> {
    this.figures = this.source.telemetry.figures;
    return this.registry.metrics();
  }

  close(): void {
    this.subscription.unsubscribe();
  }

  private ofRun(): void {
    this.gauge('spacecloud_simulated_time_seconds', 'Simulated time since the start of the scenario', [], (set) =>
      set(this.figures.timeS),
    );
    this.counter('spacecloud_rounds', 'Batches of decisions', [], (set) => set(this.figures.rounds));
    this.counter('spacecloud_mode_entries', 'Times a node entered a mode', ['region', 'mode'], (set) => {
      for (const [key, count] of Object.entries(this.figures.modeEntries)) {
        const dot = key.indexOf('.');
        set(count, { region: key.slice(0, dot), mode: key.slice(dot + 1) });
      }
    });
  }

  private ofSatellites(): void {
    const each = (visit: (satellite: FleetFigures['satellites'][number]) => void): void =>
      this.figures.satellites.forEach(visit);
    this.counter('spacecloud_decisions', 'Decisions of a satellite, whoever made them', ['satellite'], (set) =>
      each(({ satellite, decisions }) => set(decisions, { satellite })),
    );
    this.counter('spacecloud_fallback_decisions', 'Decisions made by a fallback', ['satellite'], (set) =>
      each(({ satellite, fallbackDecisions }) => set(fallbackDecisions, { satellite })),
    );
    this.gauge('spacecloud_mode', '1 for the mode a satellite is in', ['satellite', 'region', 'mode'], (set) =>
      each(({ satellite, modes }) => {
        for (const [region, mode] of Object.entries(modes)) set(1, { satellite, region, mode });
      }),
    );
  }

  private ofNodes(): void {
    const each = (visit: (node: FleetFigures['nodes'][number]) => void): void => this.figures.nodes.forEach(visit);
    this.gauge('spacecloud_nodes', 'Nodes of the fleet by presence', ['state'], (set) => {
      const { joined, absent } = this.source.standing();
      set(joined, { state: 'joined' });
      set(absent, { state: 'absent' });
    });
    this.gauge('spacecloud_node_processes', 'Node processes of this command by phase', ['phase'], (set) => {
      for (const [phase, count] of Object.entries(this.source.standing().phases)) set(count, { phase });
    });
    this.counter('spacecloud_node_restarts', 'Node processes started again', [], (set) =>
      set(this.source.standing().restarts),
    );
    const perNode = (name: string, help: string, read: (node: FleetFigures['nodes'][number]) => number): void =>
      this.counter(name, help, ['satellite'], (set) => each((node) => set(read(node), { satellite: node.satellite })));
    perNode('spacecloud_node_decisions', 'Decisions made by a node itself', ({ decisions }) => decisions);
    perNode('spacecloud_node_abstained', 'Decisions that a node left to its fallback', ({ abstained }) => abstained);
    perNode('spacecloud_node_late', 'Requests not answered within the deadline', ({ late }) => late);
    perNode('spacecloud_node_rejoined', 'Times a node came back after a loss', ({ rejoined }) => rejoined);
    perNode('spacecloud_node_astray', 'Answers of a node whose modes differed', ({ astray }) => astray);
    const rejected = ['corrupt', 'stale', 'illegal'] as const;
    this.counter('spacecloud_rejected_messages', 'Messages dropped unused', ['satellite', 'reason'], (set) =>
      each((node) => rejected.forEach((reason) => set(node[reason], { satellite: node.satellite, reason }))),
    );
  }

  private ofAnswers(): Subscription {
    const histogram = new Histogram({
      name: 'spacecloud_answer_duration_seconds',
      help: 'From a request to a node to its answer or the deadline',
      labelNames: ['outcome'],
      buckets: ANSWER_BUCKETS_S,
      registers: [this.registry],
    });
    return this.source.telemetry.answers$.subscribe(({ outcome, durationMs }) =>
      histogram.observe({ outcome }, durationMs / 1000),
    );
  }

  private gauge(name: string, help: string, labelNames: readonly string[], fill: Fill): void {
    const gauge: Gauge = new Gauge({
      ...{ name, help, labelNames: [...labelNames], registers: [this.registry] },
      collect: () => {
        gauge.reset();
        fill((value, labels = {}) => gauge.set(labels, value));
      },
    });
  }

  /** `name` without `_total`, which is added to its samples. */
  private counter(name: string, help: string, labelNames: readonly string[], fill: Fill): void {
    const counter: Counter = new Counter({
      ...{ name, help, labelNames: [...labelNames], registers: [this.registry] },
      collect: () => {
        counter.reset();
        fill((value, labels = {}) => counter.inc(labels, value));
      },
    });
  }
}

type Fill = (set: (value: number, labels?: Record<string, string>) => void) => void;

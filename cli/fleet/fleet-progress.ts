import type { FleetFigures } from '../../agents/fleet/index.ts';
import { type Progress, formatDuration, startProgress } from '../progress.ts';
import type { FleetStanding } from './standing.ts';

/** The line is not thought about more often, ms. */
const LOOK_MS = 100;

/** What progress tells of. */
export interface ProgressSource {
  readonly nodes: number;
  /** Simulated time in which tasks arrive, s. */
  readonly arrivalsS: number;
  readonly figures: () => FleetFigures;
  readonly standing: () => FleetStanding;
}

/** Two lines one after the other: nodes that have joined, then simulated time with what the fleet does. */
export class FleetProgress {
  private readonly source: ProgressSource;
  private line: Progress;
  private startS: number | undefined;
  private lookedMs = -Infinity;
  private last = { ms: 0, decisions: 0 };

  constructor(source: ProgressSource) {
    this.source = source;
    this.line = startProgress({ label: 'starting', total: source.nodes, unit: 'nodes' });
  }

  /** A process changed while nodes start. */
  starting(): void {
    if (this.startS !== undefined) return;
    const { joined, phases, restarts } = this.source.standing();
    const again = restarts === 0 ? '' : `, ${restarts} started again`;
    this.line.update(joined, `${phases.starting ?? 0} on their way${again}`);
  }

  /** Before each round; `timeS`: simulated time, s since the start of the scenario. */
  round(timeS: number): void {
    const nowMs = performance.now();
    if (!Number.isFinite(timeS) || nowMs - this.lookedMs < LOOK_MS) return;
    this.lookedMs = nowMs;
    const { arrivalsS, figures, standing } = this.source;
    if (this.startS === undefined) {
      this.startS = timeS;
      this.line.end();
      this.line = startProgress({ label: 'fleet', total: arrivalsS, unit: 'simulated s' });
    }
    const { decisions, nodes } = figures();
    const perS = (1000 * (decisions - this.last.decisions)) / (nowMs - this.last.ms);
    this.last = { ms: nowMs, decisions };
    const { joined, absent } = standing();
    const late = nodes.reduce((sum, node) => sum + node.late, 0);
    const note = `${Math.round(perS)} decisions/s  ${joined} joined, ${absent} absent, ${late} late`;
    this.line.update(timeS - this.startS, note);
  }

  /** Writes a line of its own above. */
  log(text: string): void {
    this.line.log(text);
  }

  end(): void {
    this.line.end();
  }
}

/** `66 nodes joined in 41 s`. */
export function joinedText(nodes: number, seconds: number): string {
  return `${nodes} ${nodes === 1 ? 'node' : 'nodes'} joined in ${seconds < 10 ? `${seconds.toFixed(1)} s` : formatDuration(seconds)}`;
}

import {
  type Bus,
  ModeWriter,
  type NodeDocument,
  type OnBoard,
  TelemetrySender,
  serveGround,
} from '../../agents/bus/index.ts';
import type { NodeControl, RunNodeOptions } from '../../agents/node/index.ts';
import { NODE_CLOCK } from '../node-clock.ts';

export interface NodeOperationsOptions {
  /** To the server that carries what the ground and this node tell each other; stays the caller's. */
  readonly bus: Bus;
  readonly fleet: string;
  readonly satellite: string;
  /** Where the node keeps bundles: it takes orders then. */
  readonly onBoard?: OnBoard;
  /** JetStream domain of the fleet's stores, where the node's own server is another. */
  readonly storeDomain?: string;
  /** Time between two documents of telemetry, ms; without it the node tells neither telemetry nor modes. */
  readonly periodMs?: number;
}

type Modes = Parameters<NonNullable<RunNodeOptions['onModes']>>[0];

/** Longest time at the end for what was not stored yet, ms; less than a supervisor waits. */
const FINISH_MS = 1500;

/** What a node has to do with the ground: orders, telemetry, and its entry in the fleet's bucket of modes. */
export class NodeOperations {
  private readonly options: NodeOperationsOptions;
  private readonly boot = NODE_CLOCK.draw().toString(16).padStart(8, '0');
  private readonly telemetry: TelemetrySender;
  private readonly writer: ModeWriter;
  private control: NodeControl | undefined;
  private modes: Modes | null = null;
  private sequence = 0;
  private timer: unknown;
  private dismiss = (): void => undefined;

  constructor(options: NodeOperationsOptions) {
    this.options = options;
    const { bus, fleet, satellite, storeDomain } = options;
    const { timer } = NODE_CLOCK;
    this.telemetry = new TelemetrySender({ bus, fleet, timer });
    this.writer = new ModeWriter({
      ...{ bus, fleet, satellite, timer },
      ...(storeDomain === undefined ? {} : { storeDomain }),
    });
  }

  /** For `runNode`: begins when the node does. */
  get hooks(): Required<Pick<RunNodeOptions, 'onControl' | 'onModes'>> {
    return {
      onControl: (control) => this.begin(control),
      onModes: (modes) => {
        this.modes = modes;
        if (this.options.periodMs === undefined) return;
        this.writer.write({ timeS: this.control?.state.timeS ?? null, modes });
      },
    };
  }

  /** The node has ended: takes no orders any more, and waits a little for what was not stored yet. */
  async finish(): Promise<void> {
    this.dismiss();
    NODE_CLOCK.timer.clear(this.timer);
    if (this.options.periodMs !== undefined) {
      this.tell(true);
      await Promise.all([this.telemetry.finish(FINISH_MS), this.writer.finish(FINISH_MS)]);
    }
    this.telemetry.close();
    this.writer.close();
  }

  private begin(control: NodeControl): void {
    const { bus, fleet, satellite, onBoard, storeDomain, periodMs } = this.options;
    this.control = control;
    if (onBoard !== undefined) {
      const domain = storeDomain === undefined ? {} : { storeDomain };
      this.dismiss = serveGround({ bus, fleet, satellite, onBoard, control, ...domain });
    }
    if (periodMs !== undefined) this.tellLater(periodMs);
  }

  private tellLater(periodMs: number): void {
    this.timer = NODE_CLOCK.timer.set(() => {
      this.tell(false);
      this.tellLater(periodMs);
    }, periodMs);
  }

  private tell(isLast: boolean): void {
    const { control, options, boot, modes } = this;
    if (control === undefined) return;
    const { policy, bundleVersion, refusal, timeS, requests, decisions, abstentions, sessions, dropped } =
      control.state;
    const document: Omit<NodeDocument, 'format'> = {
      ...{ satellite: options.satellite, boot, sequence: ++this.sequence, isLast, timeS },
      ...{ requests, decisions, abstentions, sessions, dropped: { ...dropped } },
      ...{ policy, bundleVersion, rootDigest: options.onBoard?.rootDigest ?? null, refusal, modes },
    };
    this.telemetry.send(document);
  }
}

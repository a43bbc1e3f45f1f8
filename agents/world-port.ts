import type { DecisionBatch, LocalKnowledge, OracleView } from '../core/index.ts';

/** How the ground nodes [satelliteCount, nodeCount) are dealt: gateways first, then data centres, the rest terminals. */
export interface GroundLayout {
  readonly gatewayCount: number;
  readonly dataCentreCount: number;
}

/** What agents need of a world: the seam between the two. `environment/world` implements it structurally. */
export interface WorldPort {
  readonly satelliteCount: number;
  readonly nodeCount: number;
  /** [nodeCount] unique. */
  readonly nodeNames: readonly string[];
  /** Simulated time, s since scenario start. */
  readonly timeS: number;
  readonly knowledge: LocalKnowledge;
  readonly oracle: OracleView;
  /** How its ground nodes are dealt, and how long a handover takes, s; default: as the constellation was told. */
  readonly layout?: GroundLayout;
  readonly handoverS?: number;
  /**
   * Runs events until decisions wait, or `untilS`. Appends the waiting decisions as rows (world index `worldIndex`) up to
   * `batch.capacity`; the rest wait for the next call. Returns rows added; 0 = `untilS` reached.
   */
  advance(batch: DecisionBatch, worldIndex: number, untilS: number): number;
  /** Applies choices for this world's rows [from, to) of the batch. Throws ILLEGAL_CHOICE on a masked candidate. */
  apply(batch: DecisionBatch, from: number, to: number, choices: Uint8Array): void;
  /**
   * Set by the agents; called by the world, within `advance`, when mode events have happened and before the rows of any
   * decision that follows them are written: the machines' new capabilities are in those rows' masks. A world that does not
   * call it is drained after each `advance`, and its masks lag by one.
   */
  onModeEvents?: (() => void) | undefined;
  /**
   * Mode-relevant events since the last drain, as columns: kind (index of MODE_EVENTS), node, and for `antenna.*` which antenna
   * of the node, counted from 0. Whoever drains them sets `n` to 0.
   */
  readonly modeEvents: {
    n: number;
    readonly kind: Uint8Array;
    readonly node: Int32Array;
    readonly part: Int32Array;
  };
  /** Capabilities of a satellite as the machines decide them; bits of CAPABILITIES. Feeds the masks. */
  setCapabilities(satellite: number, bits: number): void;
}

import type { DecisionBatch, TransitionColumns } from '../../core/index.ts';
import type { ModeChange } from '../mode-change.ts';
import type { SatelliteEvent } from '../satellite.machine.ts';

/** A batch with its choices. Frames are reused: valid during the emission, copy what you keep. */
export interface DecidedBatch {
  readonly batch: DecisionBatch;
  /** [batch.capacity] candidate chosen per row. */
  readonly choices: Uint8Array;
  /** [batch.capacity] 1 = the satellite's fallback decided, not its policy. */
  readonly byFallback: Uint8Array;
  /** Rows with `byFallback` 1. */
  readonly fallbackRows: number;
}

/** Modes of one world that changed in one drained group of events. */
export interface ModeFrame {
  readonly world: number;
  readonly timeS: number;
  readonly changes: readonly ModeChange[];
}

/** What the machine of one satellite heard: a mirror of the machine that is sent the same events stands in the same modes. */
export interface SatelliteEventFrame {
  readonly world: number;
  readonly satellite: number;
  readonly event: SatelliteEvent;
}

/** The constellations after a round of decisions, as columns over the worlds. */
export interface TelemetryFrame {
  /** Rounds of the constellation so far. */
  readonly round: number;
  /** [worlds] s. */
  readonly timeS: Float64Array;
  /** [worlds] decisions so far, and those by fallbacks among them. */
  readonly decisions: Float64Array;
  readonly fallbackDecisions: Float64Array;
  /** Per world [satelliteCount], bits of CAPABILITIES. */
  readonly capabilities: readonly Uint8Array[];
}

/** What became of decisions since the last frame of this world; emptied after the emission. */
export interface OutcomeFrame {
  readonly world: number;
  readonly timeS: number;
  readonly transitions: TransitionColumns;
}

/** An event for satellites' machines that comes from outside the worlds: nodes, bundles, monitors, operators. */
export interface AgentReport {
  /** World index, or `all`. */
  readonly world: number | 'all';
  /** Satellite index, or `all`. */
  readonly satellite: number | 'all';
  readonly event: SatelliteEvent;
}

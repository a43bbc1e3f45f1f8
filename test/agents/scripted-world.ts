import type { WorldPort } from '../../agents/world-port.ts';
import {
  ALL_CAPABILITIES,
  CAPABILITIES,
  type DecisionBatch,
  FORWARD,
  Hash128,
  type LocalKnowledge,
  MODE_EVENTS,
  type ModeEvent,
  type OracleView,
  Rng,
  SPACE_CLOUD_SPEC,
  SpaceCloudError,
  candidateColumn,
} from '../../core/index.ts';

export interface ScriptedMode {
  readonly timeS: number;
  readonly event: ModeEvent;
  readonly node: number;
  /** Antenna, counted at its node; default: 0 for `antenna.*`, else -1. */
  readonly part?: number;
}

export interface ScriptedWorldOptions {
  readonly seed: number;
  readonly satellites?: number;
  readonly groundNodes?: number;
  /** Decisions that wait at the same instant. */
  readonly burst?: number;
  /** Simulated time between bursts, s. */
  readonly periodS?: number;
  readonly modes?: readonly ScriptedMode[];
  /** Calls `onModeEvents` as its mode events happen; else they are there to be drained after `advance`. */
  readonly callsBack?: boolean;
}

const TRANSMIT = candidateColumn(SPACE_CLOUD_SPEC, FORWARD, 'transmitS');
const OWN_QUEUE = candidateColumn(SPACE_CLOUD_SPEC, FORWARD, 'ownQueueS');
const IS_HOLD = candidateColumn(SPACE_CLOUD_SPEC, FORWARD, 'isHold');
const SNAPSHOT_REMAINING = candidateColumn(SPACE_CLOUD_SPEC, FORWARD, 'snapshotRemainingS');
const LOAD_AWARE_REMAINING = candidateColumn(SPACE_CLOUD_SPEC, FORWARD, 'loadAwareRemainingS');
/** What a hold lasts, s, and the delay shown where there is no way, as the space cloud's world has them by default. */
const HOLD_S = 0.5;
const NO_WAY_S = 60;

/**
 * The contract of `WorldPort` in its smallest deterministic form: bursts of `forward` decisions at fixed times, satellites in
 * turn, three links and hold; what was chosen shifts the queues that later decisions see, so the hash of the trajectory
 * depends on every choice. Links to others are masked for satellites that may not forward. Mode events stand before decisions
 * of the same instant.
 */
export class ScriptedWorld implements WorldPort {
  readonly satelliteCount: number;
  readonly nodeCount: number;
  readonly nodeNames: readonly string[];
  timeS = 0;
  onModeEvents: (() => void) | undefined = undefined;
  readonly knowledge: LocalKnowledge;
  readonly oracle: OracleView;
  readonly modeEvents = { n: 0, kind: new Uint8Array(64), node: new Int32Array(64), part: new Int32Array(64) };
  /** [satelliteCount] as last set by the agents. */
  readonly capabilities: Uint8Array;
  /** Most rows ever added by one `advance`. */
  widestAdvance = 0;
  decisions = 0;
  private readonly options: Required<ScriptedWorldOptions>;
  private readonly rng: Rng;
  private readonly hash = new Hash128();
  private readonly queueS: Float64Array;
  private bursts = 0;
  /** Decisions of the present burst already handed out. */
  private given: number;
  private modesGiven = 0;
  private waiting = 0;

  constructor(options: ScriptedWorldOptions) {
    this.options = { satellites: 4, groundNodes: 2, burst: 3, periodS: 1, modes: [], callsBack: true, ...options };
    const { satellites, groundNodes, burst } = this.options;
    this.given = burst;
    this.satelliteCount = satellites;
    this.nodeCount = satellites + groundNodes;
    this.nodeNames = Array.from({ length: this.nodeCount }, (_, i) =>
      i < satellites ? `sat-${i}` : `ground-${i - satellites}`,
    );
    this.capabilities = new Uint8Array(satellites).fill(ALL_CAPABILITIES);
    this.queueS = new Float64Array(satellites * 3);
    this.rng = new Rng(options.seed, 'scripted-world');
    const delayS = (from: number, to: number): number => (from === to ? 0 : 1);
    this.knowledge = {
      satelliteCount: satellites,
      nodeCount: this.nodeCount,
      snapshotDelayS: delayS,
      linkStateDelayS: delayS,
      linkStateAgeS: () => 0,
    };
    this.oracle = { trueDelayS: delayS, trueBacklogS: () => 0 };
  }

  advance(batch: DecisionBatch, worldIndex: number, untilS: number): number {
    const { burst, periodS } = this.options;
    if (this.waiting > 0) throw new Error(`Expected apply before advance, ${this.waiting} decisions wait.`);
    if (this.given === burst) {
      const nextS = (this.bursts + 1) * periodS;
      if (nextS > untilS) {
        this.reportModes(untilS);
        this.timeS = untilS;
        return 0;
      }
      this.reportModes(nextS);
      this.timeS = nextS;
      this.bursts++;
      this.given = 0;
    }
    let rows = 0;
    for (; this.given < burst && batch.n < batch.capacity; this.given++, rows++) this.addRow(batch, worldIndex);
    this.waiting = rows;
    this.widestAdvance = Math.max(this.widestAdvance, rows);
    return rows;
  }

  apply(batch: DecisionBatch, from: number, to: number, choices: Uint8Array): void {
    for (let row = from; row < to; row++) {
      const choice = choices[row] as number;
      if (choice >= batch.maxCandidates || batch.actionMask[row * batch.maxCandidates + choice] !== 1) {
        throw new SpaceCloudError('ILLEGAL_CHOICE', `Expected an allowed candidate in row ${row}, got ${choice}.`);
      }
      const satellite = batch.agent[row] as number;
      this.hash.word(batch.decision[row] as number);
      this.hash.word(choice);
      const at = satellite * 3 + choice;
      if (choice < 3) this.queueS[at] = (this.queueS[at] as number) * 0.5 + 0.4;
    }
    this.waiting -= to - from;
  }

  setCapabilities(satellite: number, bits: number): void {
    this.capabilities[satellite] = bits;
  }

  /** Hash of all decisions and choices so far. */
  trajectory(): string {
    return this.hash.digest();
  }

  private reportModes(untilS: number): void {
    const { modes, callsBack } = this.options;
    for (; this.modesGiven < modes.length; this.modesGiven++) {
      const mode = modes[this.modesGiven];
      if (mode === undefined || mode.timeS > untilS) return;
      this.timeS = mode.timeS;
      this.modeEvents.kind[this.modeEvents.n] = MODE_EVENTS.indexOf(mode.event);
      this.modeEvents.node[this.modeEvents.n] = mode.node;
      this.modeEvents.part[this.modeEvents.n++] = mode.part ?? (mode.event.startsWith('antenna.') ? 0 : -1);
      const isLastOfInstant = modes[this.modesGiven + 1]?.timeS !== mode.timeS;
      if (callsBack && isLastOfInstant) this.onModeEvents?.();
    }
  }

  private addRow(batch: DecisionBatch, worldIndex: number): void {
    const row = batch.n++;
    const satellite = this.decisions % this.satelliteCount;
    const mayForward = ((this.capabilities[satellite] as number) & CAPABILITIES.FORWARD_TRANSIT) !== 0;
    batch.kind[row] = FORWARD;
    batch.world[row] = worldIndex;
    batch.agent[row] = satellite;
    batch.decision[row] = this.decisions++;
    batch.task[row] = this.decisions;
    batch.destination[row] = this.satelliteCount;
    batch.sizeBits[row] = 8e6;
    batch.timeS[row] = this.timeS;
    batch.candidateCount[row] = 4;
    batch.context.fill(0, row * batch.contextStride, (row + 1) * batch.contextStride);
    const width = batch.candidateStride;
    const first = row * batch.maxCandidates;
    batch.candidates.fill(0, first * width, (first + batch.maxCandidates) * width);
    batch.actionMask.fill(0, first, first + batch.maxCandidates);
    let snapshotS = NO_WAY_S;
    let loadAwareS = NO_WAY_S;
    for (let k = 0; k < 3; k++) {
      const at = (first + k) * width;
      const transmitS = this.rng.uniform();
      const queueS = this.queueS[satellite * 3 + k] as number;
      batch.candidates[at + TRANSMIT] = transmitS;
      batch.candidates[at + OWN_QUEUE] = queueS;
      batch.actionMask[first + k] = mayForward ? 1 : 0;
      batch.candidateNode[first + k] = (satellite + k + 1) % this.satelliteCount;
      if (!mayForward) continue;
      snapshotS = Math.min(snapshotS, transmitS);
      loadAwareS = Math.min(loadAwareS, queueS + transmitS);
    }
    const hold = (first + 3) * width;
    batch.candidates[hold + IS_HOLD] = 1;
    batch.candidates[hold + SNAPSHOT_REMAINING] = HOLD_S + snapshotS;
    batch.candidates[hold + LOAD_AWARE_REMAINING] = HOLD_S + loadAwareS;
    batch.actionMask[first + 3] = 1;
    batch.candidateNode[first + 3] = satellite;
  }
}

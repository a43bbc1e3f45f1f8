import {
  ALL_CAPABILITIES,
  BREACHES,
  DROP_REASONS,
  Hash128,
  Rng,
  SPACE_CLOUD_SPEC,
  TASK_FAMILIES,
  type TransitionColumns,
} from '../../core/index.ts';
import { type BackupColumns, createBackups } from '../backup/backup-columns.ts';
import { type DelayTable, type Exits, createDelayTable, createExits } from '../network/delays.kernel.ts';
import { type LinkColumns, createLinks } from '../network/links.kernel.ts';
import type { FaultColumns } from '../faults/draw-faults.ts';
import { type CacheColumns, createCaches } from '../resources/cache.kernel.ts';
import { type ComputeColumns, createCompute } from '../resources/compute.kernel.ts';
import { type PowerColumns, createPower } from '../resources/power.kernel.ts';
import { type AccessColumns, createAccess } from './access-columns.ts';
import type { ForesightSlot } from './foresight-columns.ts';
import { type DeadlineRings, createDeadlines } from './deadlines.kernel.ts';
import { DepartureColumns } from './departure-columns.ts';
import { type EventQueue, createEventQueue } from './event-queue.kernel.ts';
import { type SkyReader, skyReader } from '../geometry/index.ts';
import { type LookupLog, createLookupLog } from './lookup-log.ts';
import { type MeetingColumns, createMeetings } from './meeting-columns.ts';
import type { WorldModel } from './model.ts';
import { type OutageColumns, createOutages, noFaults } from './outages.ts';
import { type PlacementColumns, createPlacements } from './placement-columns.ts';
import { type PlanColumns, createPlan } from './plan-columns.ts';
import { type RelayColumns, createRelays } from './relay-columns.ts';
import { type RowColumns, createRows } from './row-columns.ts';
import { type SpareAntennas, createSpareAntennas } from './spare-columns.ts';
import { type TaskColumns, createTasks } from './tasks.kernel.ts';
import { type NetworkView, createView } from './network-view.ts';
import { type SatelliteCounters, createSatelliteCounters } from './satellite-counters.ts';
import { type UsageColumns, createUsage } from './usage-columns.ts';
import { type WatchColumns, createWatch } from './watch-columns.ts';

/** Scalars of a running world. Times in s since scenario start. */
export interface Clock {
  timeS: number;
  startS: number;
  endS: number;
  tick: number;
  /** No new tasks from here on. */
  arrivalsUntilS: number;
  /** Sequence number of the next decision. */
  decision: number;
  /** 1 = the geometry has ended. */
  ended: number;
}

/** Decisions that wait to be handed out, first in first out. */
export interface PendingDecisions {
  n: number;
  kind: Uint8Array;
  task: Int32Array;
  satellite: Int32Array;
}

/**
 * What satellites report: [BEACON_GENERATIONS * S * REPORT_COLUMNS]; the receiver reads the newest that has reached it, and what
 * it relays of the sender's neighbours, which is one generation older.
 */
export interface Beacons {
  latest: number;
  sentS: Float64Array;
  values: Float32Array;
}

/** The newest, the one that may still be under way, and what the older one relays. */
export const BEACON_GENERATIONS = 3;

/** Columns of one satellite's beacon after its D ISL queues: see `BEACON_*`. */
export const BEACON_MEAN_QUEUE_S = 0;
export const BEACON_DOWNLINK_QUEUE_S = 1;
export const BEACON_BUFFER_FRAC = 2;
export const BEACON_BATTERY_FRAC = 3;
export const BEACON_TEMPERATURE_C = 4;
export const BEACON_BACKLOG_S = 5;
export const BEACON_CAPABILITIES = 6;
export const BEACON_ARCHIVE_FREE_FRAC = 7;
export const BEACON_COLUMNS = 8;

/** Per-satellite state that is no resource kernel's. */
export interface SatelliteColumns {
  /** [S] bits in the transit buffer. */
  bufferBits: Float64Array;
  /** [S] bits of CAPABILITIES. */
  capabilities: Uint8Array;
  /** [S] last reported power mode (0 nominal, 1 saving, 2 safe) and thermal mode (0 nominal, 1 throttled). */
  powerMode: Uint8Array;
  thermalMode: Uint8Array;
  /** [S] time to which compute energy is accounted, s. */
  computeAccruedS: Float64Array;
  /** [S] share of the Sun's disc seen over the present tick; laser terminals powered, W. */
  sunlitFrac: Float64Array;
  terminalW: Float64Array;
  /** [S] head of the list of antennas served in this tick; [Q] next in the list. */
  firstServed: Int32Array;
  nextServed: Int32Array;
  /** [S] cache decision that another for the same object may follow at once, -1 = none; its object and reward. */
  cacheDecision: Int32Array;
  cacheObject: Int32Array;
  cacheReward: Float64Array;
  cacheTimeS: Float64Array;
}

/** Counters of a run. [families] unless said otherwise. */
export interface Statistics {
  created: Int32Array;
  delivered: Int32Array;
  inTime: Int32Array;
  utility: Float64Array;
  value: Float64Array;
  /** [families * DROP_REASONS] */
  dropped: Int32Array;
  /** [breaches] */
  breaches: Int32Array;
  /** Latency of every delivered task, its waiting in queues and its family, in order of delivery. */
  latencies: number;
  latencyS: Float64Array;
  latencyFamily: Uint8Array;
  latencyQueueingS: Float64Array;
  /** Sum over delivered tasks. */
  queueingS: number;
  /** All tasks that have ended, delivered or not: how many, their waiting in queues, their delay (of lost ones the time to the deadline). */
  ended: number;
  endedQueueingS: number;
  endedDelayS: number;
  /** Bits of messages that have come into being, and that were delivered. */
  messageBits: number;
  deliveredMessageBits: number;
  hops: number;
  /** Of all tasks; the part of it that no decision preceded (a terminal's own queue, a source never attached). */
  reward: number;
  unownedReward: number;
  downlinkBits: number;
  islBits: number;
  transmitJ: number;
  computeJ: number;
  cacheHits: number;
  cacheLookups: number;
  cacheHitBits: number;
  cacheLookupBits: number;
  /** Hits at the satellite that serves the consumer, where lookups are counted and copies kept; bits that data centres sent up. */
  servingHits: number;
  servingHitBits: number;
  originBits: number;
  /** Observations of the first priority that have ended; their delay, of those not delivered the time to their deadline, s. */
  urgentEnded: number;
  urgentDelivered: number;
  urgentDelayS: number;
  /** The ledger of data, bits: put in, taken out by delivery, by drops, by processing. */
  createdBits: number;
  deliveredBits: number;
  droppedBits: number;
  consumedBits: number;
  /** Faults that have begun. */
  faults: number;
  /** Candidates masked by the label alone; ways of labelled data from where they enter, those of them that the label cuts, s added to the others. */
  labelDenials: number;
  labelledWays: number;
  labelCutWays: number;
  labelDelayS: number;
}

export interface ModeEvents {
  n: number;
  kind: Uint8Array;
  node: Int32Array;
  /** Antenna of `antenna.*`, counted at its node; -1 for all others. */
  part: Int32Array;
}

/** A running world: the model it shares and the columns it owns. Everything here is saved by a checkpoint. */
export interface WorldState {
  readonly model: WorldModel;
  readonly clock: Clock;
  readonly events: EventQueue;
  readonly deadlines: DeadlineRings;
  readonly tasks: TaskColumns;
  readonly plan: PlanColumns;
  readonly sky: SkyReader;
  /** Undefined where nothing can fail. */
  readonly spare: SpareAntennas | undefined;
  readonly links: LinkColumns;
  readonly compute: ComputeColumns;
  readonly caches: CacheColumns;
  readonly power: PowerColumns;
  readonly satellites: SatelliteColumns;
  readonly backups: BackupColumns;
  readonly beacons: Beacons;
  readonly placements: PlacementColumns;
  readonly pending: PendingDecisions;
  readonly rows: RowColumns;
  readonly statistics: Statistics;
  readonly usage: UsageColumns;
  readonly counters: SatelliteCounters;
  readonly access: AccessColumns;
  readonly modeEvents: ModeEvents;
  readonly transitions: TransitionColumns & { capacity: number };
  /** For baselines that learn from what they have sent; empty between decisions, so not saved. */
  readonly departures: DepartureColumns;
  /** [S * D] the ISL in the other direction, -1 = down. */
  readonly reverse: Int32Array;
  /** What fails in this run, and what has failed. */
  readonly faults: FaultColumns;
  readonly outages: OutageColumns;
  readonly watch: WatchColumns;
  /** The network as it is known everywhere. */
  readonly view: NetworkView;
  readonly snapshot: DelayTable;
  readonly report: DelayTable;
  /** [links] queue delay of the report that is known and of the one under way, s; when each was taken. */
  readonly reportQueueS: Float64Array;
  readonly sampledQueueS: Float64Array;
  readonly reportTimes: { knownS: number; sampledS: number };
  readonly truth: DelayTable;
  readonly truthStamp: { decision: number; sizeBits: number };
  readonly exits: Exits;
  /** Derived: what follows from plan and tables, kept as long as they hold. */
  readonly meetings: MeetingColumns;
  readonly relays: RelayColumns;
  readonly arrivalRng: Rng;
  readonly cacheRng: Rng;
  /** What is recorded for whoever watches; not saved. */
  readonly lookups: LookupLog;
  /** Derived: see `foresight.kernel.ts`. */
  readonly foresight: ForesightSlot;
  readonly weatherRng: Rng;
  readonly captureRng: Rng;
  readonly hash: Hash128;
}

const INITIAL_TASKS = 4096;
/** Tasks of a class under way before the rings grow; a power of 2. */
const INITIAL_DEADLINES = 1024;
const INITIAL_LATENCIES = 4096;
/** Decisions that can become due at one instant before the columns grow. */
const INITIAL_PENDING = 256;
/** Cache slots for objects of the mean size; smaller ones may then fill it by number. */
const SLOTS_PER_MEAN_OBJECT = 4;
const MAX_CACHE_SLOTS = 2048;

/** Columns of a world that has not started. */
export function createWorldState(model: WorldModel, seed: number): WorldState {
  const { scenario, satelliteCount: S, islSlots: D, antennaCount: Q, nodeCount, linkCount, traffic } = model;
  const satellite = scenario.satellite;
  const families = TASK_FAMILIES.length;
  const centres = scenario.dataCentres;
  const labelCount = model.labels.count;
  const allowed = new Uint8Array(labelCount * S);
  for (let label = 0; label < labelCount; label++) {
    allowed.set(model.labels.mayHold.subarray(label * nodeCount, label * nodeCount + S), label * S);
  }
  const { stretches, gatewayWanS, gatewayCount: G, terminalCount } = model;
  // Terminals have a second key, for data that may still go from gateway to gateway.
  const keys = nodeCount + (gatewayWanS === undefined ? 0 : terminalCount);
  const table = (): DelayTable => createDelayTable(S, D, keys, linkCount, { labelCount, allowed });
  const links = createLinks(linkCount);
  const reverse = new Int32Array(S * D).fill(-1);
  const plan = createPlan(model.firstDownlink, Q);
  const cacheBits = satellite.cacheBytes * 8;
  const meanObjectBits = traffic.objectCount === 0 ? cacheBits : mean(traffic.objectBits);
  const slots = Math.max(
    8,
    Math.min(MAX_CACHE_SLOTS, traffic.objectCount, Math.ceil((SLOTS_PER_MEAN_OBJECT * cacheBits) / meanObjectBits)),
  );
  return {
    model,
    clock: { timeS: 0, startS: 0, endS: 0, tick: 0, arrivalsUntilS: Infinity, decision: 0, ended: 0 },
    events: createEventQueue(1024),
    deadlines: createDeadlines(traffic.classes.length, INITIAL_DEADLINES),
    tasks: createTasks(INITIAL_TASKS),
    plan,
    sky: skyReader(model.geometry.sky),
    spare: model.canFail ? createSpareAntennas(model) : undefined,
    links,
    compute: createCompute(
      [...Array<number>(S).fill(satellite.accelerators), ...centres.map((c) => c.servers)],
      [...Array<number>(S).fill(satellite.tflopsPerAccelerator), ...centres.map((c) => c.tflopsPerServer)],
    ),
    caches: createCaches(S, traffic.objectCount, slots, cacheBits),
    power: createPower(S, satellite),
    satellites: {
      bufferBits: new Float64Array(S),
      capabilities: new Uint8Array(S).fill(ALL_CAPABILITIES),
      powerMode: new Uint8Array(S),
      thermalMode: new Uint8Array(S),
      computeAccruedS: new Float64Array(S),
      sunlitFrac: new Float64Array(S),
      terminalW: new Float64Array(S),
      firstServed: new Int32Array(S).fill(-1),
      nextServed: new Int32Array(Q).fill(-1),
      cacheDecision: new Int32Array(S).fill(-1),
      cacheObject: new Int32Array(S).fill(-1),
      cacheReward: new Float64Array(S),
      cacheTimeS: new Float64Array(S),
    },
    backups: createBackups(traffic.backups, S, model.firstDataCentre),
    beacons: {
      latest: 0,
      sentS: new Float64Array(BEACON_GENERATIONS),
      values: new Float32Array(BEACON_GENERATIONS * S * (D + BEACON_COLUMNS)),
    },
    placements: createPlacements(S),
    pending: {
      n: 0,
      kind: new Uint8Array(INITIAL_PENDING),
      task: new Int32Array(INITIAL_PENDING),
      satellite: new Int32Array(INITIAL_PENDING),
    },
    rows: createRows(SPACE_CLOUD_SPEC.maxCandidates),
    statistics: {
      created: new Int32Array(families),
      delivered: new Int32Array(families),
      inTime: new Int32Array(families),
      utility: new Float64Array(families),
      value: new Float64Array(families),
      dropped: new Int32Array(families * DROP_REASONS.length),
      breaches: new Int32Array(BREACHES.length),
      latencies: 0,
      latencyS: new Float64Array(INITIAL_LATENCIES),
      latencyFamily: new Uint8Array(INITIAL_LATENCIES),
      latencyQueueingS: new Float64Array(INITIAL_LATENCIES),
      queueingS: 0,
      ended: 0,
      endedQueueingS: 0,
      endedDelayS: 0,
      messageBits: 0,
      deliveredMessageBits: 0,
      hops: 0,
      reward: 0,
      unownedReward: 0,
      downlinkBits: 0,
      islBits: 0,
      transmitJ: 0,
      computeJ: 0,
      cacheHits: 0,
      cacheLookups: 0,
      cacheHitBits: 0,
      cacheLookupBits: 0,
      servingHits: 0,
      servingHitBits: 0,
      originBits: 0,
      urgentEnded: 0,
      urgentDelivered: 0,
      urgentDelayS: 0,
      createdBits: 0,
      deliveredBits: 0,
      droppedBits: 0,
      consumedBits: 0,
      faults: 0,
      labelDenials: 0,
      labelledWays: 0,
      labelCutWays: 0,
      labelDelayS: 0,
    },
    usage: createUsage(S * D, Q),
    counters: createSatelliteCounters(S),
    access: createAccess(model),
    modeEvents: { n: 0, kind: new Uint8Array(64), node: new Int32Array(64), part: new Int32Array(64) },
    transitions: createTransitions(1024),
    departures: new DepartureColumns(),
    reverse,
    faults: noFaults(),
    outages: createOutages(model),
    watch: createWatch(model),
    view: createView({ links, reverse, plan }, model.canFail),
    snapshot: table(),
    report: table(),
    reportQueueS: new Float64Array(linkCount),
    sampledQueueS: new Float64Array(linkCount),
    reportTimes: { knownS: 0, sampledS: 0 },
    truth: table(),
    truthStamp: { decision: -1, sizeBits: -1 },
    exits: createExits(Math.max(8, Q + G) + (stretches === undefined ? 0 : S), stretches === undefined ? 0 : S),
    meetings: createMeetings(stretches === undefined ? 0 : labelCount * G * nodeCount),
    relays: createRelays(gatewayWanS === undefined ? 0 : labelCount * terminalCount, G),
    arrivalRng: new Rng(seed, 'arrivals'),
    cacheRng: new Rng(seed, 'cache-candidates'),
    lookups: createLookupLog(),
    foresight: { of: undefined },
    weatherRng: new Rng(seed, 'weather'),
    captureRng: new Rng(seed, 'capture'),
    hash: new Hash128(),
  };
}

export function createTransitions(capacity: number): TransitionColumns & { capacity: number } {
  return {
    n: 0,
    capacity,
    decision: new Int32Array(capacity),
    next: new Int32Array(capacity),
    reward: new Float64Array(capacity),
    elapsedS: new Float64Array(capacity),
  };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

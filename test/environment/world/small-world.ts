import {
  type DecisionBatch,
  OBSERVATION,
  PLACE,
  type Policy,
  SPACE_CLOUD_SPEC,
  createDecisionBatch,
} from '../../../core/index.ts';
import {
  type Geometry,
  type Scenario,
  World,
  type WorldOptions,
  createWorldModel,
  scenarioSchema,
} from '../../../environment/index.ts';
import { createContactRecorder } from '../../../environment/geometry/contact-recorder.kernel.ts';
import { createPassRecorder } from '../../../environment/geometry/pass-recorder.ts';
import { sendFromGround } from '../../../environment/world/ground.ts';
import { askDecision } from '../../../environment/world/pending.ts';
import { addToBuffer, createTask } from '../../../environment/world/tasks-lifecycle.ts';

/** A two-way laser link, in ticks [fromTick, toTick). */
export interface SmallIsl {
  readonly between: readonly [number, number];
  readonly rangeKm: number;
  /** Default: `islRateBps` of the sky. */
  readonly rateBps?: number;
  readonly fromTick?: number;
  readonly toTick?: number;
}

/** An antenna of ground node `ground` (counting gateways, data centres, terminals) and the satellite it sees, by tick. */
export interface SmallAntenna {
  readonly ground: number;
  /** One for all ticks, or one per tick; -1 = none. */
  readonly satellite: number | readonly number[];
  readonly rangeKm: number;
  readonly rateBps: number;
}

/** A network written by hand: nodes are satellites, gateways, data centres, terminals. Antennas in the order of their nodes. */
export interface SmallSky {
  readonly satellites: number;
  readonly ticks: number;
  readonly tickS: number;
  readonly isls?: readonly SmallIsl[];
  readonly islRateBps?: number;
  readonly gateways?: number;
  readonly dataCentres?: number;
  readonly terminals?: number;
  readonly antennas?: readonly SmallAntenna[];
  /** Further satellites that antennas could use, in ticks [0, toTick). */
  readonly inSight?: readonly { readonly antenna: number; readonly satellite: number; readonly toTick: number }[];
  readonly beams?: number;
  readonly sunlitFrac?: number;
  readonly wanDelayS?: number;
}

/** The sky as a `Geometry`: contacts of fixed range, no orbits behind them. Each antenna is a site of its own. */
export function smallGeometry(sky: SmallSky): Geometry {
  const { satellites: S, ticks: T, tickS, isls = [], antennas = [] } = sky;
  const { gateways = 0, dataCentres = 0, terminals = 0 } = sky;
  const used = new Array<number>(S).fill(0);
  const nextSlot = (satellite: number): number => {
    const slot = used[satellite] as number;
    used[satellite] = slot + 1;
    return slot;
  };
  const slots = isls.map(({ between: [a, b] }) => [nextSlot(a), nextSlot(b)] as const);
  const D = Math.max(0, ...used);
  const Q = antennas.length;
  const nodeCount = S + gateways + dataCentres + terminals;
  const contacts = createContactRecorder();
  const passes = createPassRecorder();
  const rangeOfTrack = new Map<number, number>();
  isls.forEach(({ between: [a, b], rangeKm, rateBps = sky.islRateBps ?? 1e9, fromTick = 0, toTick = T }, i) => {
    const [slotA, slotB] = slots[i] as readonly [number, number];
    const ends = [a * D + slotA, b * D + slotB] as const;
    for (const [track, peer, peerTrack] of [
      [ends[0], b, ends[1]],
      [ends[1], a, ends[0]],
    ] as const) {
      rangeOfTrack.set(track, rangeKm);
      contacts.open(track, peer, peerTrack, fromTick, rateBps);
      if (toTick < T) contacts.close(track, toTick);
    }
  });
  antennas.forEach(({ satellite, rangeKm, rateBps }, q) => {
    const at = (k: number): number => (typeof satellite === 'number' ? satellite : (satellite[k] as number));
    const track = S * D + q;
    rangeOfTrack.set(track, rangeKm);
    for (let k = 0; k < T; k++) {
      const before = k === 0 ? -1 : at(k - 1);
      if (at(k) === before) continue;
      if (before >= 0) {
        contacts.close(track, k);
        passes.close(q, before, k);
      }
      if (at(k) >= 0) {
        contacts.open(track, at(k), -1, k, rateBps);
        passes.open(q, at(k), k);
      }
    }
  });
  for (const { antenna, satellite, toTick } of sky.inSight ?? []) {
    passes.open(antenna, satellite, 0);
    passes.close(antenna, satellite, toTick);
  }
  const columns = contacts.finish({ tickCount: T, antennaCount: Q, firstAntennaTrack: S * D });
  const row = new Float32Array(3 * nodeCount + S);
  row.fill(sky.sunlitFrac ?? 1, 3 * nodeCount);
  return {
    key: 'small',
    tickS,
    tickCount: T,
    satelliteCount: S,
    gatewayCount: gateways,
    dataCentreCount: dataCentres,
    terminalCount: terminals,
    nodeCount,
    nodeNames: Array.from({ length: nodeCount }, (_, i) => `node-${i}`),
    leftOut: [],
    notes: [],
    constellation: new Int32Array(S),
    islSlots: D,
    islPowerW: new Float64Array(S * D).fill(40),
    siteCount: Q,
    siteNode: Int32Array.from(antennas, ({ ground }) => S + ground),
    siteRadio: Int32Array.from(antennas, ({ ground }) => (ground < gateways ? 0 : 1)),
    antennaCount: Q,
    antennaSite: Int32Array.from(antennas, (_, q) => q),
    antennaNode: Int32Array.from(antennas, ({ ground }) => S + ground),
    beams: new Int32Array(S).fill(sky.beams ?? 16),
    contacts: {
      ...columns,
      rangeKm: Float64Array.from(columns.track, (track) => rangeOfTrack.get(track) as number),
    },
    passes: passes.finish({ tickCount: T, siteCount: Q }),
    sky: skyOf(Array.from({ length: T + 1 }, () => row)),
    wanDelayS: new Float64Array(gateways * dataCentres).fill(sky.wanDelayS ?? 0.01),
  };
}

/** Rows at tick boundaries as a `Sky`. */
export function skyOf(rows: readonly Float32Array[]): Geometry['sky'] {
  const rowLength = rows[0]?.length ?? 0;
  const chunk = new Float32Array(rows.length * rowLength);
  rows.forEach((row, k) => chunk.set(row, k * rowLength));
  return { chunkRows: rows.length, rows: rows.length, rowLength, chunks: [chunk], file: undefined };
}

/** A scenario with the ground nodes of the sky; `fields` are those of a scenario file. Its constellation stands for the sky. */
export function smallScenario(sky: SmallSky, fields: Record<string, unknown> = {}): Scenario {
  const named = (kind: string, n = 0, rest: object = {}): object[] =>
    Array.from({ length: n }, (_, i) => ({ name: `${kind}-${i}`, latDeg: 0, lonDeg: i, ...rest }));
  return scenarioSchema.parse({
    schema: 1,
    name: 'small',
    epoch: '2026-11-22T00:00:00Z',
    durationS: sky.ticks * sky.tickS,
    tickS: sky.tickS,
    constellations: [
      {
        name: 'hand',
        walker: { pattern: 'star', planes: 1, satellitesPerPlane: 1, altitudeKm: 780, inclinationDeg: 90 },
      },
    ],
    gateways: named('gateway', sky.gateways),
    dataCentres: named('centre', sky.dataCentres, { servers: 2 }),
    terminals: named('terminal', sky.terminals),
    ...fields,
  });
}

export function smallWorld(sky: SmallSky, fields: Record<string, unknown>, options: Partial<WorldOptions> = {}): World {
  const model = createWorldModel(smallScenario(sky, fields), smallGeometry(sky));
  return new World(model, { seed: 1, runS: sky.ticks * sky.tickS, startS: 0, ...options });
}

export type Choose = (batch: DecisionBatch, out: Uint8Array) => void;

export function batchFor(world: World, capacity = 64): DecisionBatch {
  return createDecisionBatch(SPACE_CLOUD_SPEC, capacity, [world.knowledge]);
}

/** Runs a world until `untilS`; `seen` looks at every batch before it is decided. Returns the decisions made. */
export function drive(
  world: World,
  choose: Choose | Policy,
  untilS: number,
  seen?: (batch: DecisionBatch) => void,
): number {
  const decide: Choose = typeof choose === 'function' ? choose : (batch, out) => choose.choose(batch, out);
  const batch = batchFor(world);
  const out = new Uint8Array(batch.capacity);
  let decisions = 0;
  for (;;) {
    batch.n = 0;
    if (world.advance(batch, 0, untilS) === 0) return decisions;
    seen?.(batch);
    decide(batch, out);
    decisions += batch.n;
    world.apply(batch, 0, batch.n, out);
  }
}

/** Chooses per row by its candidates' nodes: the first allowed one for which `wanted` holds, else the last allowed (hold). */
export function byNode(wanted: (node: number, batch: DecisionBatch, row: number) => boolean): Choose {
  return (batch, out) => {
    for (let row = 0; row < batch.n; row++) {
      const first = row * batch.maxCandidates;
      let choice = 0;
      for (let k = 0; k < batch.maxCandidates; k++) {
        if (batch.actionMask[first + k] !== 1) continue;
        choice = k;
        if (wanted(batch.candidateNode[first + k] as number, batch, row)) break;
      }
      out[row] = choice;
    }
  };
}

/** Goes to the destination if a link leads there, else to the satellite with the next higher index, else holds. */
export const EASTWARD = byNode((node, batch, row) => {
  const destination = batch.destination[row] as number;
  const first = row * batch.maxCandidates;
  for (let k = 0; k < batch.maxCandidates; k++) {
    if (batch.actionMask[first + k] === 1 && batch.candidateNode[first + k] === destination)
      return node === destination;
  }
  return node === (batch.agent[row] as number) + 1;
});

/** Puts a message of `bits` into the world now, from terminal to terminal (node indices). Returns its task. */
export function inject(world: World, message: { from: number; to: number; bits: number; priority?: number }): number {
  const w = world.columns;
  const { tasks } = w;
  const task = createTask(w, 0);
  w.statistics.createdBits += message.bits - (tasks.sizeBits[task] as number);
  tasks.sizeBits[task] = message.bits;
  tasks.source[task] = tasks.holder[task] = message.from;
  tasks.destination[task] = tasks.consumer[task] = message.to;
  tasks.priority[task] = message.priority ?? 1;
  sendFromGround(w, task, message.from);
  return task;
}

/** Latencies of delivered tasks, in order of delivery, s. */
export function latencies(world: World): number[] {
  const { latencyS, latencies: n } = world.columns.statistics;
  return [...latencyS.subarray(0, n)];
}

/** A capture of the traffic's first observation class at a satellite, now. Returns its task. */
export function capture(world: World, satellite: number): number {
  const w = world.columns;
  const task = createTask(
    w,
    w.model.traffic.classes.findIndex((c) => c.family === OBSERVATION),
  );
  w.tasks.source[task] = w.tasks.holder[task] = w.tasks.destination[task] = satellite;
  addToBuffer(w, satellite, w.tasks.sizeBits[task] as number);
  askDecision(w, PLACE, task, satellite);
  return task;
}

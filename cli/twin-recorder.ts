import { Constellation } from '../agents/index.ts';
import { SpaceCloudError, ZERO_CELSIUS_K } from '../core/index.ts';
import { type Telemetry, World, createTelemetry, createWorldModel } from '../environment/index.ts';
import { createBaseline } from '../policies/index.ts';
import { TRAIN_DEFAULTS, createPolicy, resolvePolicy } from '../training/index.ts';
import type { LoadedScenario } from './scenario-input.ts';

export interface RecordOptions extends LoadedScenario {
  readonly satellite: string;
  readonly policy: string;
  readonly seed: number;
  readonly startS: number;
  readonly recordS: number;
  /** Between rows, s: a multiple of the tick. */
  readonly everyS: number;
  readonly onProgress?: (recordedS: number) => void;
}

/** Stops before the end of a tick, while links and terminals are those of the tick, s. */
const BEFORE_END_S = 1e-9;
const BITS_PER_BYTE = 8;

/** Sums over a row's interval, and the link at its last tick. */
interface Row {
  sunlitS: number;
  terminalJ: number;
  rangeKm: number;
  linkRateBps: number;
}

/**
 * Records one satellite of a run of the world, agents and all. Everything is what the world itself counts: energy of power
 * balance and radios, accelerator time, work of the jobs (from the jobs, not from that time), bytes into and out of the buffer.
 * The run is that of `simulate` with the same start, arrivals for the recorded time and one tick to drain; so is its hash.
 */
export async function recordSatellite(
  options: RecordOptions,
): Promise<{ readonly telemetry: Telemetry; readonly hash: string }> {
  const { scenario, geometry, satellite: name, policy, seed, startS, recordS, everyS, onProgress } = options;
  const s = geometry.nodeNames.indexOf(name);
  if (s < 0 || s >= geometry.satelliteCount)
    throw unknownSatellite(name, geometry.nodeNames.slice(0, Math.min(3, geometry.satelliteCount)));
  const source = resolvePolicy(policy, { now: Date.now });
  const model = createWorldModel(scenario, geometry);
  const { tickS } = scenario;
  const world = new World(model, { seed, startS, runS: recordS + tickS, arrivalsS: recordS });
  const constellation = new Constellation({
    worlds: [world],
    policy: createPolicy(source, seed),
    fallback: createBaseline(TRAIN_DEFAULTS.fallback, seed),
    grantOracle: source.role === 'oracle',
    layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
    handoverS: scenario.handoverS,
  });
  const { accelerators, batteryWh } = scenario.satellite;
  const columns = createColumns(1 + Math.round(recordS / everyS));
  const { power, satellites } = world.columns;
  let before = totalsOf(world, s);
  let sum = emptyRow();
  const ticksPerRow = Math.round(everyS / tickS);
  const write = (row: number, timeS: number): void => {
    const now = totalsOf(world, s);
    const since = (key: keyof Totals): number => now[key] - before[key];
    const values: Record<keyof typeof columns, number> = {
      timeS,
      sunlitFrac: sum.sunlitS / everyS,
      computeBusyFrac: since('busyS') / (accelerators * everyS),
      terminalW: sum.terminalJ / everyS,
      transmitW: Math.max(0, since('transmitJ')) / everyS,
      receivedBytes: since('receivedBytes'),
      sentBytes: since('sentBytes'),
      rangeKm: sum.rangeKm,
      arrayW: since('generatedJ') / everyS,
      loadW: since('loadJ') / everyS,
      batteryFrac: (power.batteryJ[s] as number) / (batteryWh * 3600),
      temperatureC: (power.temperatureK[s] as number) - ZERO_CELSIUS_K,
      jobsDoneTflop: Math.max(0, since('doneTflop')),
      storedBytes: (satellites.bufferBits[s] as number) / BITS_PER_BYTE,
      linkRateBps: sum.linkRateBps,
    };
    for (const [key, column] of Object.entries(columns)) column[row] = values[key as keyof typeof columns];
    before = now;
    sum = emptyRow();
  };
  write(0, startS);
  // No interval ends at the first row.
  for (const measured of [columns.arrayW, columns.loadW, columns.jobsDoneTflop]) measured[0] = NaN;
  const endS = startS + recordS;
  for (let tick = 1; tick <= (columns.timeS.length - 1) * ticksPerRow; tick++) {
    const tickEndS = startS + tick * tickS;
    await constellation.run({ untilS: tickEndS - BEFORE_END_S });
    sum.sunlitS += (satellites.sunlitFrac[s] as number) * tickS;
    sum.terminalJ += (satellites.terminalW[s] as number) * tickS;
    readLink(world, s, sum);
    await constellation.run({ untilS: tickEndS });
    if (tick % ticksPerRow === 0) write(tick / ticksPerRow, tickEndS);
    onProgress?.(tickEndS - startS);
  }
  if (world.liveTasks > 0) await constellation.run({ untilS: endS + tickS });
  constellation.close();
  world.finish();
  const { timeS, ...rest } = columns;
  return { telemetry: createTelemetry(timeS, new Map(Object.entries(rest))), hash: world.trajectoryHash };
}

/** What a satellite has done since the start of the run. */
interface Totals {
  readonly busyS: number;
  readonly doneTflop: number;
  readonly transmitJ: number;
  readonly generatedJ: number;
  readonly loadJ: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

function totalsOf(world: World, s: number): Totals {
  const { counters, power, compute, clock } = world.columns;
  const rate = (compute.tflops[s] as number) * (compute.rateFrac[s] as number);
  let doneTflop = counters.startedTflop[s] as number;
  for (let server = compute.firstServer[s] as number; server < (compute.firstServer[s + 1] as number); server++) {
    if ((compute.running[server] as number) < 0) continue;
    doneTflop -= ((compute.endS[server] as number) - clock.timeS) * rate;
  }
  return {
    busyS: counters.busyS[s] as number,
    doneTflop,
    // What a transmission that ended on the tick itself has booked counts in the next one.
    transmitJ: (counters.transmitJ[s] as number) - (power.taskJ[s] as number),
    generatedJ: power.generatedJ[s] as number,
    loadJ: power.loadJ[s] as number,
    receivedBytes: (counters.bufferInBits[s] as number) / BITS_PER_BYTE,
    sentBytes: (counters.bufferOutBits[s] as number) / BITS_PER_BYTE,
  };
}

/** The antenna of a gateway's first radio that serves the satellite: its rate and the farther of the ranges at both ends of the tick. */
function readLink(world: World, s: number, row: Row): void {
  const { links, model, sky, clock } = world.columns;
  const { antennaSite, antennaNode, siteRadio } = model.geometry;
  row.rangeKm = NaN;
  row.linkRateBps = NaN;
  for (let antenna = 0; antenna < antennaSite.length; antenna++) {
    const down = model.firstDownlink + antenna;
    if (links.to[down] === -1 || links.from[down] !== s || siteRadio[antennaSite[antenna] as number] !== 0) continue;
    const node = antennaNode[antenna] as number;
    const rangeKm = (positions: Float32Array): number =>
      Math.hypot(...[0, 1, 2].map((k) => (positions[3 * s + k] as number) - (positions[3 * node + k] as number)));
    row.rangeKm = Math.max(rangeKm(sky.row(clock.tick)), rangeKm(sky.row(clock.tick + 1)));
    row.linkRateBps = links.rateBps[down] as number;
    return;
  }
}

function createColumns(n: number) {
  const column = (): Float64Array => new Float64Array(n);
  return {
    timeS: column(),
    sunlitFrac: column(),
    computeBusyFrac: column(),
    terminalW: column(),
    transmitW: column(),
    receivedBytes: column(),
    sentBytes: column(),
    rangeKm: column().fill(NaN),
    arrayW: column(),
    loadW: column(),
    batteryFrac: column(),
    temperatureC: column(),
    jobsDoneTflop: column(),
    storedBytes: column(),
    linkRateBps: column().fill(NaN),
  };
}

function emptyRow(): Row {
  return { sunlitS: 0, terminalJ: 0, rangeKm: NaN, linkRateBps: NaN };
}

function unknownSatellite(name: string, some: readonly string[]): SpaceCloudError {
  return new SpaceCloudError('USAGE', `Expected the name of a satellite for --satellite, got '${name}'.`, {
    hint: `Such as ${some.join(', ')}; \`spacecloud contacts ephemeris\` lists all.`,
  });
}

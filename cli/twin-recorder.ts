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

/** Stops before the end of a tick, where what was used in it still stands in its columns, s. */
const BEFORE_END_S = 1e-9;
/** Looks at busy accelerators and the buffer, per tick. */
const LOOKS_PER_TICK = 10;
const BITS_PER_BYTE = 8;

/** Sums over a row's interval, and states at its end. */
interface Row {
  timeS: number;
  sunlitS: number;
  busyS: number;
  terminalJ: number;
  taskJ: number;
  receivedBytes: number;
  sentBytes: number;
  rangeKm: number;
  linkRateBps: number;
}

/**
 * Records one satellite of a run of the world, agents and all. Energy of accelerators and radio is what the world books in a
 * tick; its division between the two, and the flows of the buffer, are looked at ten times per tick: of data that come and go
 * between two looks only the difference counts. The trajectory is that of the same run without a recorder.
 */
export async function recordSatellite(
  options: RecordOptions,
): Promise<{ readonly telemetry: Telemetry; readonly hash: string }> {
  const { scenario, geometry, satellite: name, policy, seed, startS, recordS, everyS, onProgress } = options;
  const s = geometry.nodeNames.indexOf(name);
  if (s < 0 || s >= geometry.satelliteCount) throw unknownSatellite(name, geometry.nodeNames.slice(0, 3));
  const source = resolvePolicy(policy, { now: Date.now });
  const model = createWorldModel(scenario, geometry);
  const { tickS } = scenario;
  const world = new World(model, { seed, startS, runS: recordS + tickS });
  const constellation = new Constellation({
    worlds: [world],
    policy: createPolicy(source, seed),
    fallback: createBaseline(TRAIN_DEFAULTS.fallback, seed),
    grantOracle: source.role === 'oracle',
    layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
    handoverS: scenario.handoverS,
  });
  const { accelerators, acceleratorPowerW, tflopsPerAccelerator, batteryWh } = scenario.satellite;
  const columns = createColumns(1 + Math.floor(recordS / everyS));
  const w = world.columns;
  const { power, satellites, compute } = w;
  const bufferBytes = (): number => (satellites.bufferBits[s] as number) / BITS_PER_BYTE;
  const writeStates = (row: number): void => {
    set(columns.batteryFrac, row, (power.batteryJ[s] as number) / (batteryWh * 3600));
    set(columns.temperatureC, row, (power.temperatureK[s] as number) - ZERO_CELSIUS_K);
    set(columns.storedBytes, row, bufferBytes());
  };
  set(columns.timeS, 0, startS);
  writeStates(0);
  const ticksPerRow = Math.round(everyS / tickS);
  let sum = emptyRow(startS);
  let [generatedJ, loadJ, storedBytes] = [0, 0, bufferBytes()];
  for (let tick = 1; tick < columns.timeS.length * ticksPerRow - ticksPerRow + 1; tick++) {
    const beginS = startS + (tick - 1) * tickS;
    const endS = startS + tick * tickS;
    let busyLooks = 0;
    for (let look = 1; look <= LOOKS_PER_TICK; look++) {
      const atS = look === LOOKS_PER_TICK ? endS - BEFORE_END_S : beginS + (look * tickS) / LOOKS_PER_TICK;
      await constellation.run({ untilS: atS });
      busyLooks += (compute.busy[s] as number) * (compute.rateFrac[s] as number);
      const nowBytes = bufferBytes();
      if (nowBytes > storedBytes) sum.receivedBytes += nowBytes - storedBytes;
      else sum.sentBytes += storedBytes - nowBytes;
      storedBytes = nowBytes;
    }
    const rest = endS - (satellites.computeAccruedS[s] as number);
    const restJ = (compute.busy[s] as number) * acceleratorPowerW * (compute.rateFrac[s] as number) * rest;
    const taskJ = (power.taskJ[s] as number) + restJ;
    const shareS = (busyLooks / LOOKS_PER_TICK / accelerators) * tickS;
    sum.busyS += acceleratorPowerW === 0 ? shareS : Math.min(shareS, taskJ / (accelerators * acceleratorPowerW));
    sum.taskJ += taskJ;
    sum.sunlitS += (satellites.sunlitFrac[s] as number) * tickS;
    sum.terminalJ += (satellites.terminalW[s] as number) * tickS;
    readLink(world, s, sum);
    await constellation.run({ untilS: endS });
    const atEnd = bufferBytes();
    if (atEnd > storedBytes) sum.receivedBytes += atEnd - storedBytes;
    else sum.sentBytes += storedBytes - atEnd;
    storedBytes = atEnd;
    if (tick % ticksPerRow !== 0) continue;
    const row = tick / ticksPerRow;
    set(columns.timeS, row, endS);
    set(columns.sunlitFrac, row, sum.sunlitS / everyS);
    set(columns.computeBusyFrac, row, sum.busyS / everyS);
    set(columns.terminalW, row, sum.terminalJ / everyS);
    // What is left when all of it is the accelerators' is rounding of either sign.
    set(columns.transmitW, row, Math.max(0, sum.taskJ - sum.busyS * accelerators * acceleratorPowerW) / everyS);
    set(columns.receivedBytes, row, sum.receivedBytes);
    set(columns.sentBytes, row, sum.sentBytes);
    set(columns.rangeKm, row, sum.rangeKm);
    set(columns.linkRateBps, row, sum.linkRateBps);
    set(columns.arrayW, row, ((power.generatedJ[s] as number) - generatedJ) / everyS);
    set(columns.loadW, row, ((power.loadJ[s] as number) - loadJ) / everyS);
    set(columns.jobsDoneTflop, row, sum.busyS * accelerators * tflopsPerAccelerator);
    generatedJ = power.generatedJ[s] as number;
    loadJ = power.loadJ[s] as number;
    writeStates(row);
    sum = emptyRow(endS);
    onProgress?.(endS - startS);
  }
  constellation.close();
  const { timeS, ...rest } = columns;
  return { telemetry: createTelemetry(timeS, new Map(Object.entries(rest))), hash: world.trajectoryHash };
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

function emptyRow(timeS: number): Row {
  return {
    ...{ timeS, sunlitS: 0, busyS: 0, terminalJ: 0, taskJ: 0, receivedBytes: 0, sentBytes: 0 },
    ...{ rangeKm: NaN, linkRateBps: NaN },
  };
}

function set(column: Float64Array, row: number, value: number): void {
  column[row] = value;
}

function unknownSatellite(name: string, some: readonly string[]): SpaceCloudError {
  return new SpaceCloudError('USAGE', `Expected the name of a satellite for --satellite, got '${name}'.`, {
    hint: `Such as ${some.join(', ')}; \`spacecloud contacts ephemeris\` lists all.`,
  });
}

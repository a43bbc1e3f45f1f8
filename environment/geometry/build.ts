import { SpaceCloudError } from '../../core/index.ts';
import { contactEndsInto, observeGround, writeGroundTick } from '../network/ground-links.kernel.ts';
import { createNearestScheduler } from '../network/ground-scheduler.ts';
import { advanceIsls, writeIslTick } from '../network/isl-links.kernel.ts';
import {
  type UtcInstant,
  ecefFromTemeInto,
  gmstRad,
  parseUtc,
  sunPositionInto,
  sunlitFracInto,
} from '../orbit/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type GeometryShape, allocateColumns, columnsOver } from './columns.ts';
import { type Fleet, assembleFleet } from './constellations.ts';
import type { Geometry } from './geometry.ts';
import { assembleGround, checkReach, groundNames, wanDelaysInto } from './ground.ts';
import { geometryKey } from './key.ts';

export interface BuildOptions {
  /** Folder that element-set files are relative to; default the working folder. */
  readonly scenarioDir?: string;
  /** Called about a hundred times with the ticks done and in all. */
  readonly onProgress?: (doneTicks: number, totalTicks: number) => void;
}

/**
 * Computes the geometry of a scenario. All columns lie in one `SharedArrayBuffer`; the result is a plain object that can be
 * posted to worker threads, which then share its memory.
 *
 * Deterministic: same scenario and element sets, same bits.
 *
 * Throws SCENARIO_ORBIT, SCENARIO_EMPTY, SCENARIO_UNREACHABLE, SCENARIO_FIELD (an impossible epoch, repeated names, more memory
 * than there is), ELEMENTS_SYNTAX, ELEMENTS_CHECKSUM, ELEMENTS_UNUSABLE, FILE_NOT_FOUND, FILE_READ.
 */
export function buildGeometry(scenario: Scenario, options: BuildOptions = {}): Geometry {
  const scenarioDir = options.scenarioDir ?? '.';
  const key = geometryKey(scenario, scenarioDir);
  const epoch = epochOf(scenario);
  const tickCount = Math.max(1, Math.ceil(scenario.durationS / scenario.tickS - 1e-9));
  const fleet = assembleFleet(scenario, { epoch, horizonS: tickCount * scenario.tickS, scenarioDir });
  const ground = assembleGround(scenario, fleet.satelliteCount);
  const shape: GeometryShape = {
    tickCount,
    satelliteCount: fleet.satelliteCount,
    gatewayCount: scenario.gateways.length,
    dataCentreCount: scenario.dataCentres.length,
    terminalCount: scenario.terminals.length,
    islSlots: fleet.islSlots,
    antennaCount: ground.tick.assignment.length,
  };
  const nodeNames = uniqueNodeNames(fleet, scenario);
  const columns = columnsOver(allocateColumns(shape), shape);
  const geometry = {
    key,
    tickS: scenario.tickS,
    ...shape,
    nodeCount: nodeNames.length,
    nodeNames,
    leftOut: fleet.leftOut,
    ...columns,
  };
  writeConstants(scenario, fleet, geometry);
  ground.sites.forEach((site, g) => geometry.rGroundEcefKm.set(site.subarray(0, 3), 3 * g));
  ground.tick.antennaGround.forEach((g, q) => (geometry.antennaNode[q] = fleet.satelliteCount + g));
  const scheduler = createNearestScheduler({
    satelliteCount: fleet.satelliteCount,
    beams: scenario.satellite.groundBeams,
    handoverFactor: scenario.handoverFactor,
  });

  const n = fleet.satelliteCount;
  const sky = createSky(fleet, epoch);
  const progressEvery = Math.max(1, Math.floor(tickCount / 100));
  for (let k = 0; k <= tickCount; k++) {
    sky.moveTo(k * scenario.tickS);
    geometry.rSatEcefKm.set(sky.rEcefKm, 3 * n * k);
    sunlitFracInto(sky.now, n, sky.rSunKm, geometry.sunlitFrac, n * k);
    observeGround(ground, sky.rEcefKm);
    if (k > 0) {
      writeGroundTick(ground, k - 1, scheduler, geometry);
      for (let c = 0; c < fleet.constellations.length; c++) {
        const { isls, firstSatellite } = fleet.constellations[c] as Fleet['constellations'][number];
        writeIslTick(isls, k - 1, sky.viewBefore(c), sky.viewNow(c), firstSatellite, geometry);
      }
    }
    for (let c = 0; c < fleet.constellations.length; c++) {
      advanceIsls((fleet.constellations[c] as Fleet['constellations'][number]).isls, k, sky.viewNow(c));
    }
    if (k > 0 && (k % progressEvery === 0 || k === tickCount)) options.onProgress?.(k, tickCount);
  }
  contactEndsInto(geometry.islNeighbour, n * shape.islSlots, scenario.tickS, geometry.islUntilS);
  contactEndsInto(geometry.gslSatellite, shape.antennaCount, scenario.tickS, geometry.gslUntilS);
  return { ...geometry, notes: [...fleet.notes, ...checkReach(scenario, ground)] };
}

function writeConstants(scenario: Scenario, fleet: Fleet, geometry: Omit<Geometry, 'notes'>): void {
  geometry.islNeighbour.fill(-1);
  geometry.gslSatellite.fill(-1);
  wanDelaysInto(scenario, geometry.wanDelayS);
  for (const { config, ephemeris, firstSatellite } of fleet.constellations) {
    const end = firstSatellite + ephemeris.count;
    geometry.islRateBps.fill(config.isl.rateBps, firstSatellite, end);
    geometry.islTerminalPowerW.fill(config.isl.terminalPowerW, firstSatellite, end);
  }
}

/** Positions of the fleet and the Sun at the current boundary and at the one before. */
interface Sky {
  /** [S * 3] TEME, km; Earth-fixed, km; [3] Sun in TEME, km. */
  readonly now: Float64Array;
  readonly rEcefKm: Float64Array;
  readonly rSunKm: Float64Array;
  moveTo(timeS: number): void;
  /** [n * 3] TEME positions of constellation `c` alone. */
  viewNow(c: number): Float64Array;
  viewBefore(c: number): Float64Array;
}

function createSky(fleet: Fleet, epoch: UtcInstant): Sky {
  const views = (rKm: Float64Array): Float64Array[] =>
    fleet.constellations.map(({ firstSatellite, ephemeris }) =>
      rKm.subarray(3 * firstSatellite, 3 * (firstSatellite + ephemeris.count)),
    );
  const now = new Float64Array(3 * fleet.satelliteCount);
  const before = new Float64Array(3 * fleet.satelliteCount);
  const rEcefKm = new Float64Array(3 * fleet.satelliteCount);
  const rSunKm = new Float64Array(3);
  const nowViews = views(now);
  const beforeViews = views(before);
  return {
    now,
    rEcefKm,
    rSunKm,
    moveTo(timeS) {
      before.set(now);
      for (const { ephemeris, firstSatellite } of fleet.constellations) {
        const lost = ephemeris.positionsInto(timeS, now, firstSatellite);
        if (lost >= 0) throw lostObject(ephemeris.names[lost] as string, timeS);
      }
      ecefFromTemeInto(now, fleet.satelliteCount, gmstRad(epoch, timeS), rEcefKm);
      sunPositionInto(epoch, timeS, rSunKm);
    },
    viewNow: (c) => nowViews[c] as Float64Array,
    viewBefore: (c) => beforeViews[c] as Float64Array,
  };
}

/** Sets are checked beforehand, sparsely where the perigee is high; this is what remains between two checks. */
function lostObject(name: string, timeS: number): SpaceCloudError {
  return new SpaceCloudError(
    'ELEMENTS_UNUSABLE',
    `Expected SGP4 to give a position of '${name}' throughout the horizon, got none ${timeS} s after scenario start.`,
    { hint: `Leave '${name}' out with elements.include, or use newer element sets.` },
  );
}

function epochOf(scenario: Scenario): UtcInstant {
  const epoch = parseUtc(scenario.epoch);
  if (epoch !== undefined) return epoch;
  throw new SpaceCloudError('SCENARIO_FIELD', `Expected epoch to be a UTC date and time, got '${scenario.epoch}'.`, {
    hint: 'Write it as in 2026-11-22T00:00:00Z.',
  });
}

function uniqueNodeNames(fleet: Fleet, scenario: Scenario): string[] {
  const names = [
    ...fleet.constellations.flatMap((constellation) => constellation.ephemeris.names),
    ...groundNames(scenario),
  ];
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new SpaceCloudError(
        'SCENARIO_FIELD',
        `Expected every node to have a name of its own, got '${name}' twice.`,
        {
          hint: 'Rename one of the two, or give constellations different names.',
        },
      );
    }
    seen.add(name);
  }
  return names;
}

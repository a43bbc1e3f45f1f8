import { MU_EARTH_WGS84_KM3_S2, R_EARTH_WGS84_KM } from '../../../core/index.ts';
import {
  type ConstellationConfig,
  type Scenario,
  type ScenarioDifference,
  satelliteNames,
  scenarioBases,
  scenarioDifferences,
  walkerAltitudeKm,
} from '../../../environment/index.ts';

/** One constellation; null where only its file knows. */
export interface OrbitFacts {
  readonly name: string;
  readonly kind: string;
  readonly satellites: number | null;
  readonly altitudeKm: number | null;
  readonly inclinationDeg: number | null;
  readonly periodS: number | null;
  readonly isl: Pick<ConstellationConfig['isl'], 'topology' | 'terminals' | 'rateBps' | 'maxRangeKm'>;
  readonly radios: readonly string[];
}

/** What one class of traffic offers at the scenario's load. */
export interface TrafficFacts {
  readonly family: 'message' | 'content' | 'observation' | 'job' | 'backup';
  readonly name: string;
  readonly ratePerS: number;
  /** Of what is moved when nothing is worked on: raw data of observations, inputs and outputs of jobs, replicas. */
  readonly offeredBps: number;
  readonly offeredTflops: number;
  readonly deadlineS: number;
  /** Level and nations of the data; null: anybody. */
  readonly label: string | null;
  /** Payload profile that its work and its product were measured with; null: constants. */
  readonly measuredBy: string | null;
}

/** What a scenario is, in numbers. */
export interface ScenarioFacts {
  readonly name: string;
  readonly description: string;
  readonly epoch: string;
  readonly durationS: number;
  /** The scenario first, the one that is written out last. */
  readonly bases: readonly { readonly name: string; readonly file: string | null }[];
  /** From the next base. */
  readonly changes: readonly ScenarioDifference[];
  readonly orbits: readonly OrbitFacts[];
  readonly relays: Scenario['relays'];
  readonly satellite: Scenario['satellite'];
  readonly ground: {
    readonly gateways: number;
    readonly antennas: number;
    readonly dataCentres: number;
    readonly servers: number;
    readonly terminals: number;
    readonly movingTerminals: number;
  };
  readonly load: number;
  readonly traffic: readonly TrafficFacts[];
  readonly offered: { readonly bps: number; readonly tflops: number };
  /** `fleetTflops` is null where the number of satellites stands in a file. */
  readonly capacity: {
    readonly fleetTflops: number | null;
    readonly groundTflops: number;
    readonly downlinkBps: number;
  };
  readonly faults: Scenario['faults'];
  readonly security: Scenario['security'];
}

export function scenarioFacts(scenario: Scenario): ScenarioFacts {
  const { name, description, epoch, durationS, satellite, relays, gateways, dataCentres, terminals, faults } = scenario;
  const bases = scenarioBases(scenario);
  const base = bases[1]?.scenario;
  const orbits = scenario.constellations.map(orbitFacts);
  const traffic = trafficFacts(scenario);
  const satellites = orbits.reduce<number | null>((n, orbit) => sumOrNull(n, orbit.satellites), 0);
  const perSatellite = satellite.accelerators * satellite.tflopsPerAccelerator;
  return {
    ...{ name, description: description.trim(), epoch, durationS },
    bases: bases.map((step) => ({ name: step.scenario.name, file: step.file ?? null })),
    changes: base === undefined ? [] : scenarioDifferences(base, scenario).filter(({ path }) => !HEAD.includes(path)),
    ...{ orbits, relays, satellite },
    ground: {
      gateways: gateways.length,
      antennas: total(gateways, antennasOf),
      dataCentres: dataCentres.length,
      servers: total(dataCentres, ({ servers }) => servers),
      terminals: terminals.length,
      movingTerminals: terminals.filter(({ track }) => track !== undefined).length,
    },
    load: scenario.traffic.load,
    traffic,
    offered: { bps: total(traffic, (row) => row.offeredBps), tflops: total(traffic, (row) => row.offeredTflops) },
    capacity: {
      fleetTflops: satellites === null ? null : satellites * perSatellite,
      groundTflops: total(dataCentres, ({ servers, tflopsPerServer }) => servers * tflopsPerServer),
      downlinkBps: downlinkBps(scenario),
    },
    faults,
    security: scenario.security,
  };
}

const HEAD = ['name', 'description'];

function orbitFacts(constellation: ConstellationConfig): OrbitFacts {
  const { name, walker, geostationary, lunar, ephemeris, isl, radios } = constellation;
  const { topology, terminals, rateBps, maxRangeKm } = isl;
  const facts = { name, satellites: satelliteNames(constellation)?.count ?? null };
  const rest = { isl: { topology, terminals, rateBps, maxRangeKm }, radios };
  const unknown = { altitudeKm: null, inclinationDeg: null, periodS: null };
  if (walker) {
    const altitudeKm = walkerAltitudeKm(walker);
    // Kepler's third law.
    const periodS = 2 * Math.PI * Math.sqrt((R_EARTH_WGS84_KM + altitudeKm) ** 3 / MU_EARTH_WGS84_KM3_S2);
    const { pattern, planes, satellitesPerPlane, inclinationDeg } = walker;
    const kind = `Walker ${pattern}, ${planes} planes of ${satellitesPerPlane}`;
    return { ...facts, kind, altitudeKm, inclinationDeg, periodS, ...rest };
  }
  if (geostationary) return { ...facts, kind: 'geostationary', ...unknown, inclinationDeg: 0, ...rest };
  if (lunar) {
    const kind = `around the Moon, semi-major axis ${lunar.semiMajorKm} km, eccentricity ${lunar.eccentricity}`;
    return { ...facts, kind, ...unknown, inclinationDeg: lunar.inclinationDeg, ...rest };
  }
  const kind = ephemeris ? `ephemeris ${ephemeris.file}` : `element sets ${constellation.elements?.file ?? ''}`;
  return { ...facts, kind, ...unknown, ...rest };
}

const BITS = 8;

function trafficFacts({ traffic }: Scenario): readonly TrafficFacts[] {
  const { load, messages, contents, observations, jobs, backups } = traffic;
  return [
    ...messages.map((c) => row('message', c, { ratePerS: c.ratePerS * load, bytes: c.sizeBytes, tflop: 0 })),
    ...contents.map((c) =>
      row('content', c, { ratePerS: c.ratePerS * load, bytes: c.requestBytes + c.sizeBytes, tflop: 0 }),
    ),
    ...observations.map((c) =>
      row('observation', c, { ratePerS: c.ratePerS * load, bytes: c.rawBytes, tflop: c.workTflop }),
    ),
    ...jobs.map((c) =>
      row('job', c, { ratePerS: c.ratePerS * load, bytes: c.inputBytes + c.outputBytes, tflop: c.workTflop }),
    ),
    // Data centres back up by the clock, whatever the load.
    ...backups.map((c) =>
      row('backup', c, { ratePerS: (c.objects * c.replicas) / c.periodS, bytes: c.objectBytes, tflop: 0 }),
    ),
  ];
}

interface TrafficClass {
  readonly name: string;
  readonly deadlineS: number;
  readonly label?: { readonly level: string; readonly releasableTo?: readonly string[] | undefined } | undefined;
  readonly measuredBy?: string | undefined;
}

function row(
  family: TrafficFacts['family'],
  { name, deadlineS, label, measuredBy }: TrafficClass,
  { ratePerS, bytes, tflop }: { readonly ratePerS: number; readonly bytes: number; readonly tflop: number },
): TrafficFacts {
  const nations = label?.releasableTo === undefined ? '' : `/${label.releasableTo.join(',')}`;
  return {
    ...{ family, name, ratePerS, deadlineS },
    offeredBps: ratePerS * bytes * BITS,
    offeredTflops: ratePerS * tflop,
    label: label === undefined ? null : `${label.level}${nations}`,
    measuredBy: measuredBy ?? null,
  };
}

/** All antennas of all gateways at once, at the full rate of their radios. */
function downlinkBps({ gateways, gatewayLink, terminalLink, radios }: Scenario): number {
  const rates = new Map(radios.map(({ name, maxRateBps }) => [name, maxRateBps]));
  rates.set('gateway', gatewayLink.maxRateBps).set('terminal', terminalLink.maxRateBps);
  return total(
    gateways,
    ({ radio, antennas, moreRadios }) =>
      antennas * (rates.get(radio) ?? 0) + total(moreRadios, (more) => more.antennas * (rates.get(more.radio) ?? 0)),
  );
}

function antennasOf({ antennas, moreRadios }: Scenario['gateways'][number]): number {
  return antennas + total(moreRadios, (more) => more.antennas);
}

function total<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0);
}

function sumOrNull(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

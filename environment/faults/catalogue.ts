import { SpaceCloudError } from '../../core/index.ts';
import type { Geometry } from '../geometry/index.ts';
import type { Hazard, Scenario, ScheduledFault } from '../scenario/index.ts';
import { sitesWithinKm } from './jammed-sites.ts';

/** What can happen, in column order. */
export const FAULT_KINDS = [
  'satellite-loss',
  'link-loss',
  'gateway-loss',
  'data-centre-loss',
  'jamming',
  'accelerator-reset',
  'storage-failure',
  'capture',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Whether a fault is over as soon as it has struck. */
export function isMomentary(kind: FaultKind): boolean {
  return kind === 'accelerator-reset' || kind === 'storage-failure';
}

/** A fault of the scenario with names resolved. */
export interface FaultSource {
  readonly kind: FaultKind;
  /** Node that it strikes, -1 for a region. */
  readonly node: number;
  /** Laser terminals (tracks) that a `link-loss` takes; sites that `jamming` reaches. */
  readonly tracks: readonly number[];
  readonly sites: readonly number[];
  readonly fadeDb: number;
  readonly dropFrac: number;
  readonly delayS: number;
  readonly lies: boolean;
}

interface ScheduledSource extends FaultSource {
  /** s since the start of the run. */
  readonly atS: number;
  /** Infinity = for good. */
  readonly durationS: number;
}

/** A kind of random fault and the units that it may strike, one entry of `sources` each. */
interface HazardSource {
  readonly sources: readonly FaultSource[];
  readonly ratePerYear: number;
  readonly weibullShape: number;
  /** Infinity = for good. */
  readonly meanDurationS: number;
  /** Runs begin amid such faults. */
  readonly inProgress: boolean;
}

export interface FaultCatalogue {
  readonly scheduled: readonly ScheduledSource[];
  readonly hazards: readonly HazardSource[];
  /** All sources in one list: scheduled ones first, then those of the hazards. */
  readonly sources: readonly FaultSource[];
}

/** Resolves the faults of a scenario. Throws SCENARIO_FIELD for a node that the geometry does not have. */
export function createFaultCatalogue(scenario: Scenario, geometry: Geometry): FaultCatalogue {
  const scheduled = scenario.faults.scheduled.map((fault, i) => ({
    ...resolve(fault, geometry, i),
    atS: fault.atS,
    durationS: fault.durationS ?? Infinity,
  }));
  const hazards = scenario.faults.hazards.map((hazard) => ({
    sources: unitsOf(hazard, scenario, geometry),
    ratePerYear: hazard.ratePerYear,
    weibullShape: hazard.weibullShape,
    meanDurationS: hazard.meanDurationS ?? Infinity,
    inProgress: hazard.inProgress ?? false,
  }));
  return { scheduled, hazards, sources: [...scheduled, ...hazards.flatMap(({ sources }) => sources)] };
}

function plain(kind: FaultKind, node: number): FaultSource {
  return { kind, node, tracks: [], sites: [], fadeDb: 0, dropFrac: 0, delayS: 0, lies: false };
}

function resolve(fault: ScheduledFault, geometry: Geometry, index: number): FaultSource {
  if (fault.kind === 'jamming') {
    const sites = sitesWithinKm(geometry, fault, fault.radiusKm);
    return { ...plain('jamming', -1), sites, fadeDb: fault.fadeDb };
  }
  const node = nodeNamed(geometry, fault.target, index);
  if (fault.kind === 'link-loss') {
    const tracks = terminalsOf(geometry, node);
    if (fault.towards === undefined) return { ...plain('link-loss', node), tracks };
    const towards = nodeNamed(geometry, fault.towards, index);
    return { ...plain('link-loss', node), tracks: tracks.filter((track) => everPoints(geometry, track, towards)) };
  }
  if (fault.kind !== 'capture') return plain(fault.kind, node);
  const { dropFrac, delayS, lies } = fault;
  return { ...plain('capture', node), dropFrac, delayS, lies };
}

function nodeNamed(geometry: Geometry, name: string, index: number): number {
  const node = geometry.nodeNames.indexOf(name);
  if (node >= 0) return node;
  throw new SpaceCloudError(
    'SCENARIO_FIELD',
    `Expected faults.scheduled[${index}] to name a node of the scenario, got '${name}'.`,
    { hint: `Satellites are named like '${geometry.nodeNames[0]}'.` },
  );
}

function terminalsOf({ islSlots, islPowerW }: Geometry, satellite: number): number[] {
  return Array.from({ length: islSlots }, (_, d) => satellite * islSlots + d).filter(
    (track) => (islPowerW[track] as number) > 0,
  );
}

function everPoints({ contacts }: Geometry, track: number, satellite: number): boolean {
  for (let row = 0; row < contacts.n; row++) {
    if (contacts.track[row] === track && contacts.peer[row] === satellite) return true;
  }
  return false;
}

function unitsOf(hazard: Hazard, scenario: Scenario, geometry: Geometry): FaultSource[] {
  const { kind, of } = hazard;
  const { satelliteCount: S, gatewayCount, dataCentreCount, constellation, nodeNames } = geometry;
  const range = (first: number, n: number): number[] => Array.from({ length: n }, (_, i) => first + i);
  if (kind === 'gateway-loss' || kind === 'data-centre-loss') {
    const nodes = kind === 'gateway-loss' ? range(S, gatewayCount) : range(S + gatewayCount, dataCentreCount);
    return nodes.filter((node) => of === undefined || nodeNames[node] === of).map((node) => plain(kind, node));
  }
  const satellites = range(0, S).filter(
    (s) => of === undefined || scenario.constellations[constellation[s] as number]?.name === of,
  );
  if (kind !== 'link-loss') return satellites.map((satellite) => plain(kind, satellite));
  return satellites.flatMap((satellite) =>
    terminalsOf(geometry, satellite).map((track) => ({ ...plain(kind, satellite), tracks: [track] })),
  );
}

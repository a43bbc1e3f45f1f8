import type { FaultColumns } from '../faults/draw-faults.ts';
import type { WorldModel } from './model.ts';
import type { PlanColumns } from './plan-columns.ts';

/**
 * What is broken, and what of it has become known. Reasons are counted, since faults may overlap. Nodes as in `Geometry`;
 * tracks are laser terminals and antennas; U sites.
 */
export interface OutageColumns {
  /** [N] faults that hold a node down now; by the last flooded report; and in the report under way. */
  nodeDown: Uint8Array;
  knownNodeDown: Uint8Array;
  sampledNodeDown: Uint8Array;
  /** [tracks] faults of the terminal itself. */
  blocked: Uint8Array;
  knownBlocked: Uint8Array;
  sampledBlocked: Uint8Array;
  /** [Q] satellite that an antenna has taken in place of the planned one, -1 = none, as the reports say. */
  knownAlternative: Int32Array;
  sampledAlternative: Int32Array;
  /** [S] 1 = its neighbours have agreed to give it nothing. */
  quarantined: Uint8Array;
  /** [U] attenuation by jamming, dB. */
  jammedDb: Float64Array;
  /** [U] 1 = rain or cloud over the site. */
  rain: Uint8Array;
  cloud: Uint8Array;
  /** [S] fault, an index into `faults.source`, by which the satellite is captured; -1 = it is not. */
  capturedBy: Int32Array;
}

export function createOutages(model: WorldModel): OutageColumns {
  const { nodeCount, satelliteCount, antennaCount, firstDownlink: tracks } = model;
  const { siteCount } = model.geometry;
  return {
    nodeDown: new Uint8Array(nodeCount),
    knownNodeDown: new Uint8Array(nodeCount),
    sampledNodeDown: new Uint8Array(nodeCount),
    blocked: new Uint8Array(tracks),
    knownBlocked: new Uint8Array(tracks),
    sampledBlocked: new Uint8Array(tracks),
    knownAlternative: new Int32Array(antennaCount).fill(-1),
    sampledAlternative: new Int32Array(antennaCount).fill(-1),
    quarantined: new Uint8Array(satelliteCount),
    jammedDb: new Float64Array(siteCount),
    rain: new Uint8Array(siteCount),
    cloud: new Uint8Array(siteCount),
    capturedBy: new Int32Array(satelliteCount).fill(-1),
  };
}

/** Takes down what a report under way will say. */
export function sampleOutages(outages: OutageColumns, plan: PlanColumns): void {
  outages.sampledNodeDown.set(outages.nodeDown);
  outages.sampledBlocked.set(outages.blocked);
  outages.sampledAlternative.set(plan.alternative);
}

/** A report has become known. Returns whether it brings news. */
export function learnOutages(outages: OutageColumns): boolean {
  const nodes = copyIfNews(outages.sampledNodeDown, outages.knownNodeDown);
  const tracks = copyIfNews(outages.sampledBlocked, outages.knownBlocked);
  const antennas = copyIfNews(outages.sampledAlternative, outages.knownAlternative);
  return nodes || tracks || antennas;
}

function copyIfNews<T extends Uint8Array | Int32Array>(from: T, to: T): boolean {
  for (let i = 0; i < from.length; i++) {
    if (from[i] === to[i]) continue;
    to.set(from);
    return true;
  }
  return false;
}

export function noFaults(): FaultColumns {
  return { n: 0, source: new Int32Array(0), beginS: new Float64Array(0), endS: new Float64Array(0) };
}

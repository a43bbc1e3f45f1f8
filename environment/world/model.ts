import type { Geometry } from '../geometry/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { type Traffic, createTraffic } from '../traffic/traffic-classes.ts';

/**
 * What all worlds of one scenario share and never write: scenario, geometry, traffic and index arithmetic. Nodes:
 * satellites, gateways, data centres, terminals. Links: ISLs, uplinks, downlinks (links.kernel.ts).
 */
export interface WorldModel {
  readonly scenario: Scenario;
  readonly geometry: Geometry;
  readonly traffic: Traffic;
  readonly satelliteCount: number;
  readonly nodeCount: number;
  readonly firstGateway: number;
  readonly firstDataCentre: number;
  readonly firstTerminal: number;
  readonly dataCentreCount: number;
  readonly gatewayCount: number;
  readonly islSlots: number;
  readonly antennaCount: number;
  readonly firstUplink: number;
  readonly firstDownlink: number;
  readonly linkCount: number;
  /** [ground nodes + 1] antennas of ground node g: [firstAntenna[g - S], firstAntenna[g - S + 1]). */
  readonly firstAntenna: Int32Array;
}

export function createWorldModel(scenario: Scenario, geometry: Geometry): WorldModel {
  const S = geometry.satelliteCount;
  const Q = geometry.antennaCount;
  const firstAntenna = new Int32Array(geometry.nodeCount - S + 1);
  for (let q = 0; q < Q; q++) {
    const ground = (geometry.antennaNode[q] as number) - S;
    firstAntenna[ground + 1] = (firstAntenna[ground + 1] as number) + 1;
  }
  for (let g = 0; g + 1 < firstAntenna.length; g++) {
    firstAntenna[g + 1] = (firstAntenna[g + 1] as number) + (firstAntenna[g] as number);
  }
  const firstUplink = S * geometry.islSlots;
  return {
    scenario,
    geometry,
    traffic: createTraffic(scenario),
    satelliteCount: S,
    nodeCount: geometry.nodeCount,
    firstGateway: S,
    firstDataCentre: S + geometry.gatewayCount,
    firstTerminal: S + geometry.gatewayCount + geometry.dataCentreCount,
    dataCentreCount: geometry.dataCentreCount,
    gatewayCount: geometry.gatewayCount,
    islSlots: geometry.islSlots,
    antennaCount: Q,
    firstUplink,
    firstDownlink: firstUplink + Q,
    linkCount: firstUplink + 2 * Q,
    firstAntenna,
  };
}

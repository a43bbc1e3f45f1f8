import { RAD_PER_DEG, SpaceCloudError } from '../../core/index.ts';
import { type GroundNode, type GroundState, NO_ANTENNA, createGroundState } from '../network/ground-links.kernel.ts';
import { rateSteps } from '../network/ground-rate.ts';
import { siteEcef, wanDelayS } from '../network/ground-site.ts';
import type { GroundLinkConfig, Scenario } from '../scenario/schema.ts';

/** Names of ground nodes in node order: gateways, data centres, terminals. */
export function groundNames(scenario: Scenario): string[] {
  return [...scenario.gateways, ...scenario.dataCentres, ...scenario.terminals].map((node) => node.name);
}

export function assembleGround(scenario: Scenario, satelliteCount: number): GroundState {
  const none = rateSteps(1, 1);
  const linked = (link: GroundLinkConfig) => ({
    sinMask: Math.sin(link.minElevationDeg * RAD_PER_DEG),
    steps: rateSteps(link.maxRateBps, link.fullRateRangeKm),
  });
  const gatewayLink = linked(scenario.gatewayLink);
  const terminalLink = linked(scenario.terminalLink);
  const nodes: GroundNode[] = [
    ...scenario.gateways.map((node) => ({ ...gatewayLink, site: siteEcef(node), antennas: node.antennas })),
    ...scenario.dataCentres.map((node) => ({ sinMask: NO_ANTENNA, steps: none, site: siteEcef(node), antennas: 0 })),
    ...scenario.terminals.map((node) => ({ ...terminalLink, site: siteEcef(node), antennas: 1 })),
  ];
  return createGroundState(nodes, satelliteCount);
}

/** Writes [gatewayCount * dataCentreCount] one-way terrestrial delays, s. */
export function wanDelaysInto(scenario: Scenario, out: Float64Array): void {
  scenario.gateways.forEach((gateway, g) => {
    scenario.dataCentres.forEach((centre, c) => {
      out[g * scenario.dataCentres.length + c] = wanDelayS(gateway, centre, scenario.wan);
    });
  });
}

/**
 * Throws SCENARIO_UNREACHABLE for the first gateway or terminal that no satellite could serve in any tick. Returns a note for
 * each that could be served but never was, because others hold all beams.
 */
export function checkReach(scenario: Scenario, ground: GroundState): string[] {
  const kinds = [
    ...scenario.gateways.map((node) => ({ kind: 'gateway', node, link: scenario.gatewayLink })),
    ...scenario.dataCentres.map(() => undefined),
    ...scenario.terminals.map((node) => ({ kind: 'terminal', node, link: scenario.terminalLink })),
  ];
  const notes: string[] = [];
  kinds.forEach((entry, g) => {
    if (entry === undefined || ground.served[g] === 1) return;
    const { kind, node, link } = entry;
    if (ground.reached[g] === 1) {
      notes.push(
        `The ${kind} '${node.name}' is never served: the beams of all satellites it sees are taken by others.`,
      );
      return;
    }
    const bestDeg = Math.asin(ground.bestSinElevation[g] as number) / RAD_PER_DEG;
    const seen =
      bestDeg < link.minElevationDeg
        ? `at best one stands ${bestDeg.toFixed(1)} deg above its horizon, and the mask is ${link.minElevationDeg} deg`
        : `one rises to ${bestDeg.toFixed(1)} deg, above the mask of ${link.minElevationDeg} deg, but never in reach for a whole tick of ${scenario.tickS} s`;
    throw new SpaceCloudError(
      'SCENARIO_UNREACHABLE',
      `Expected a satellite to reach the ${kind} '${node.name}' (${node.latDeg}, ${node.lonDeg}) within ${scenario.durationS} s, got none: ${seen}.`,
      {
        hint: `Lower ${kind}Link.minElevationDeg, lengthen durationS, move or remove '${node.name}', or choose orbits that pass over it.`,
        details: { name: node.name, bestElevationDeg: bestDeg, minElevationDeg: link.minElevationDeg },
      },
    );
  });
  return notes;
}

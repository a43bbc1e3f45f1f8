import { C_KM_S } from '../core/index.ts';
import type { World } from '../environment/index.ts';

interface Edge {
  readonly from: number;
  readonly delayS: number;
}

/**
 * The delays that satellites go by, done plainly: a graph of objects by name, and Dijkstra with a sorted list from the destination
 * to every satellite. Delays are those of `World.knowledge`, queues of the last report included or not.
 */
export function plainDelays(world: World, destination: number, withQueues: boolean): Map<number, number> {
  const edges = edgesInto(world, withQueues);
  const delays = new Map<number, number>();
  const frontier: { node: number; delayS: number }[] = [{ node: destination, delayS: 0 }];
  for (let next = frontier.shift(); next !== undefined; next = frontier.shift()) {
    if (delays.has(next.node)) continue;
    delays.set(next.node, next.delayS);
    for (const { from, delayS } of edges.get(next.node) ?? []) {
      if (delays.has(from)) continue;
      const through = { node: from, delayS: next.delayS + delayS };
      let low = 0;
      let high = frontier.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((frontier[middle] as { delayS: number }).delayS <= through.delayS) low = middle + 1;
        else high = middle;
      }
      frontier.splice(low, 0, through);
    }
  }
  return delays;
}

/** Ways into each node: lasers, downlinks (or the wait for the next one), and the network on the ground. */
function edgesInto(world: World, withQueues: boolean): Map<number, Edge[]> {
  const { model, view, reportQueueS, plan, clock } = world.columns;
  const { geometry, traffic, firstUplink, firstDownlink, linkCount } = model;
  const edges = new Map<number, Edge[]>();
  const add = (from: number, to: number, delayS: number): void => {
    const known = edges.get(to);
    if (known === undefined) edges.set(to, [{ from, delayS }]);
    else known.push({ from, delayS });
  };
  const { from, to, rangeStartKm, rateBps } = view.links;
  for (let link = 0; link < linkCount; link++) {
    const isUp = (to[link] as number) >= 0 && (from[link] as number) >= 0;
    if (!isUp || (link >= firstUplink && link < firstDownlink)) continue;
    const emptyS = (rangeStartKm[link] as number) / C_KM_S + traffic.meanBits / (rateBps[link] as number);
    add(from[link] as number, to[link] as number, emptyS + (withQueues ? (reportQueueS[link] as number) : 0));
  }
  for (let antenna = 0; antenna < model.antennaCount; antenna++) {
    const satellite = plan.nextSatellite[antenna] as number;
    if (satellite < 0 || (to[firstDownlink + antenna] as number) >= 0) continue;
    const waitS = (plan.nextAttachS[antenna] as number) - clock.tick * model.scenario.tickS;
    add(satellite, geometry.antennaNode[antenna] as number, waitS);
  }
  for (let gateway = 0; gateway < model.gatewayCount; gateway++) {
    for (let centre = 0; centre < model.dataCentreCount; centre++) {
      const wanS = geometry.wanDelayS[gateway * model.dataCentreCount + centre] as number;
      add(model.firstGateway + gateway, model.firstDataCentre + centre, wanS);
    }
  }
  return edges;
}

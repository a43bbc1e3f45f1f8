import type { NetworkView } from './network-view.ts';
import type { WorldState } from './state.ts';

/**
 * Writes `network.plan`: which satellite each antenna has by now, or will have next by the contact plan. `network` is the one
 * that there is, or the one that all satellites know of.
 */
export function lookAhead(w: WorldState, network: NetworkView): void {
  const { plan, model, clock } = w;
  const { nextSatellite, nextAttachS } = network.plan;
  const { contacts, tickS } = model.geometry;
  const { antennaFirst, ofAntenna, endTick, startTick, peer } = contacts;
  for (let q = 0; q < model.antennaCount; q++) {
    const end = antennaFirst[q + 1] as number;
    let i = plan.antennaCursor[q] as number;
    while (i < end && (endTick[ofAntenna[i] as number] as number) <= clock.tick) i++;
    plan.antennaCursor[q] = i;
    const now = network.links.to[model.firstUplink + q] as number;
    // A planned contact that an outage has cut counts as gone: the next one is waited for.
    const row = i < end ? (ofAntenna[i] as number) : -1;
    const cut = row >= 0 && (startTick[row] as number) <= clock.tick && now < 0;
    const next = cut ? (i + 1 < end ? (ofAntenna[i + 1] as number) : -1) : row;
    nextSatellite[q] = now >= 0 ? now : next < 0 ? -1 : (peer[next] as number);
    nextAttachS[q] = now >= 0 ? 0 : next < 0 ? Infinity : (startTick[next] as number) * tickS;
  }
}

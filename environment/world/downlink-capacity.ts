import type { WorldState } from './state.ts';

/**
 * Adds to the capacity of gateways what this antenna could have sent down since it was last counted. Call before its rate or
 * its satellite changes.
 */
export function countCapacity(w: WorldState, antenna: number): void {
  const { usage, clock } = w;
  usage.gatewayCapacityBits += uncountedBits(w, antenna);
  usage.countedS[antenna] = Math.max(usage.countedS[antenna] as number, clock.timeS);
}

/** An antenna has another satellite, which it can use from `usableS` on. */
export function countCapacityFrom(w: WorldState, antenna: number, usableS: number): void {
  w.usage.countedS[antenna] = usableS;
}

/** Capacity of all gateways' downlinks while tasks arrived, bits: rate times the time that they were up and usable. */
export function gatewayCapacityBits(w: WorldState): number {
  let bits = w.usage.gatewayCapacityBits;
  for (let antenna = 0; antenna < w.model.antennaCount; antenna++) bits += uncountedBits(w, antenna);
  return bits;
}

function uncountedBits({ usage, clock, links, model }: WorldState, antenna: number): number {
  const down = model.firstDownlink + antenna;
  const isGateway = (model.geometry.antennaNode[antenna] as number) < model.firstDataCentre;
  if (!isGateway || (links.to[down] as number) < 0) return 0;
  const untilS = Math.min(clock.timeS, clock.arrivalsUntilS);
  return (links.rateBps[down] as number) * Math.max(0, untilS - (usage.countedS[antenna] as number));
}

import { generationBefore } from './beacons.kernel.ts';
import type { WorldState } from './state.ts';

/** A laser link has sent this much: it counts as sent since the newest beacons. */
export function countSent(w: WorldState, link: number, bits: number): void {
  const { links, beacons } = w;
  const newestS = beacons.sentS[beacons.latest]!;
  if (links.sentStampS[link] !== newestS) {
    const follows = links.sentStampS[link] === beacons.sentS[generationBefore(beacons.latest)]!;
    links.sentBits[2 * link + 1] = follows ? links.sentBits[2 * link]! : 0;
    links.sentBits[2 * link] = 0;
    links.sentStampS[link] = newestS;
  }
  links.sentBits[2 * link] = links.sentBits[2 * link]! + bits;
}

/** The link leads elsewhere now: what it has sent says nothing of its new end. */
export function forgetSent(w: WorldState, link: number): void {
  w.links.sentStampS[link] = NaN;
}

/**
 * Bits that a laser link has sent since the beacons of a generation: the newest, or those before. What was under way when the
 * neighbour made its beacon is not among them, though the beacon does not tell of it either.
 */
export function sentSinceBits(w: WorldState, link: number, generation: number): number {
  const { links, beacons } = w;
  const { latest, sentS } = beacons;
  const stampS = links.sentStampS[link]!;
  const previous = generationBefore(latest);
  if (stampS === sentS[latest]!) {
    const newBits = links.sentBits[2 * link]!;
    return generation === latest ? newBits : newBits + links.sentBits[2 * link + 1]!;
  }
  return stampS === sentS[previous]! && generation === previous ? links.sentBits[2 * link]! : 0;
}

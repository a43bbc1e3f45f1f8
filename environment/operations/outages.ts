import type { FaultColumns } from '../faults/draw-faults.ts';
import type { WorldModel } from '../world/model.ts';

/** A time in which links cannot be used, s since scenario start; `endS` Infinity: for good. */
export interface Outage {
  readonly beginS: number;
  readonly endS: number;
  /** Satellites and ground nodes that are out. */
  readonly nodes: readonly number[];
  /** Laser terminals that are out, as tracks. */
  readonly tracks: readonly number[];
  /** Ground sites that are jammed. */
  readonly sites: readonly number[];
}

/**
 * Outages that the faults of a run cause: lost satellites and gateways, lost terminals, jammed sites (taken as closed, however weak the
 * jammer). Weather, and antennas that turn to another satellite when theirs has failed, are left out.
 */
export function outagesOf(model: WorldModel, faults: FaultColumns): Outage[] {
  const outages: Outage[] = [];
  for (let f = 0; f < faults.n; f++) {
    const source = model.faults.sources[faults.source[f] as number];
    if (source === undefined) throw new RangeError(`No fault source ${faults.source[f]}.`);
    const during = { beginS: faults.beginS[f] as number, endS: faults.endS[f] as number };
    const none = { nodes: [], tracks: [], sites: [] };
    if (source.kind === 'satellite-loss' || source.kind === 'gateway-loss') {
      outages.push({ ...during, ...none, nodes: [source.node] });
    } else if (source.kind === 'link-loss') {
      outages.push({ ...during, ...none, tracks: source.tracks });
    } else if (source.kind === 'jamming') {
      outages.push({ ...during, ...none, sites: source.sites });
    }
  }
  return outages;
}

interface LinkParts {
  readonly nodes: readonly number[];
  readonly tracks: readonly number[];
  /** -1 for lasers. */
  readonly site: number;
  /** From the end of an outage to first data, s. */
  readonly acquisitionS: number;
}

interface Stretch {
  readonly startS: number;
  readonly endS: number;
}

/** What is left of a stretch of a link without the outages of its parts. */
export function cutByOutages(stretch: Stretch, parts: LinkParts, outages: readonly Outage[]): Stretch[] {
  let left: Stretch[] = stretch.startS < stretch.endS ? [stretch] : [];
  for (const outage of outages) {
    if (outage.beginS >= stretch.endS || outage.endS + parts.acquisitionS <= stretch.startS) continue;
    const hit =
      outage.nodes.some((node) => parts.nodes.includes(node)) ||
      outage.tracks.some((track) => parts.tracks.includes(track)) ||
      (parts.site >= 0 && outage.sites.includes(parts.site));
    if (!hit) continue;
    // An outage that ended before the stretch began costs nothing: the link is acquired for the first time.
    const backS = outage.endS <= stretch.startS ? outage.endS : outage.endS + parts.acquisitionS;
    left = left.flatMap(({ startS, endS }) => {
      const before = { startS, endS: Math.min(endS, outage.beginS) };
      const after = { startS: Math.max(startS, backS), endS };
      return [before, after].filter((part) => part.startS < part.endS);
    });
  }
  return left;
}

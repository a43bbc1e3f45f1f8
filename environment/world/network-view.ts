import type { NetworkLinks } from '../network/delays.kernel.ts';
import type { LinkColumns } from '../network/links.kernel.ts';
import type { PlanColumns } from './plan-columns.ts';

/**
 * The network as all satellites know it: the contact plan, less what the last flooded report says has failed. Where nothing
 * can fail it is the network itself.
 */
export interface NetworkView {
  /** The columns of links that delay tables read; [count] each. */
  readonly links: NetworkLinks;
  /** [S * D] the ISL in the other direction, -1 = down. */
  readonly reverse: Int32Array;
  /** Where antennas are and will be, as `PlanColumns` says. */
  readonly plan: AntennaOutlook;
}

type AntennaOutlook = Pick<PlanColumns, 'nextSatellite' | 'nextAttachS'>;

interface TrueNetwork extends NetworkView {
  readonly links: LinkColumns;
  readonly plan: PlanColumns;
}

export function createView({ links, reverse, plan }: TrueNetwork, canFail: boolean): NetworkView {
  if (!canFail) return { links, reverse, plan };
  const { count } = links;
  const antennas = plan.nextSatellite.length;
  return {
    links: {
      count,
      from: new Int32Array(count).fill(-1),
      to: new Int32Array(count).fill(-1),
      rangeStartKm: new Float64Array(count),
      rateBps: new Float64Array(count),
    },
    reverse: new Int32Array(reverse.length).fill(-1),
    plan: { nextSatellite: new Int32Array(antennas).fill(-1), nextAttachS: new Float64Array(antennas) },
  };
}

import type { NetworkLinks } from '../network/delays.kernel.ts';
import type { LinkColumns } from '../network/links.kernel.ts';

/**
 * The network as all satellites know it: the contact plan, less what the last flooded report says has failed. Where nothing
 * can fail it is the network itself.
 */
export interface NetworkView {
  /** The columns of links that delay tables read; [count] each. */
  readonly links: NetworkLinks;
  /** [S * D] the ISL in the other direction, -1 = down. */
  readonly reverse: Int32Array;
}

export function createView(links: LinkColumns, reverse: Int32Array, canFail: boolean): NetworkView {
  if (!canFail) return { links, reverse };
  const { count } = links;
  return {
    links: {
      count,
      from: new Int32Array(count).fill(-1),
      to: new Int32Array(count).fill(-1),
      rangeStartKm: new Float64Array(count),
      rateBps: new Float64Array(count),
    },
    reverse: new Int32Array(reverse.length).fill(-1),
  };
}

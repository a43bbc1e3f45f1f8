import { SpaceCloudError } from '../../core/index.ts';
import type { WorldModel } from '../world/model.ts';

/** How operations reach satellites. */
export interface OperationsOptions {
  /** `ground`: only while a station's antenna is on the satellite; `isl` (default): also relayed by other satellites, store and forward. */
  readonly via?: 'ground' | 'isl';
  /**
   * Share of each link's rate that operations have, default 0.01: 50 Mbit/s of a 5 Gbit/s gateway. Tasks keep the whole rate in the
   * world, so the share must be small enough not to matter to them.
   */
  readonly shareFrac?: number;
  /** Gateways with the operator's uplink, by name; default: all. */
  readonly stations?: readonly string[];
  /** From when an antenna turns to another satellite to first data, s; default: the scenario's `handoverS`. */
  readonly acquisitionS?: number;
  /** Whether what one contact carried counts in the next of the same two nodes; default true. Without, an object must fit into one. */
  readonly resume?: boolean;
}

export const DEFAULT_SHARE_FRAC = 0.01;

/** Fills in defaults. Errors: USAGE for a share that cannot be, or a station that is no gateway. */
export function operationsOptions(model: WorldModel, options: OperationsOptions): Required<OperationsOptions> {
  const gateways = model.geometry.nodeNames.slice(model.firstGateway, model.firstDataCentre);
  const { via = 'isl', shareFrac = DEFAULT_SHARE_FRAC, stations = gateways, resume = true } = options;
  const { acquisitionS = model.scenario.handoverS } = options;
  if (!(shareFrac > 0 && shareFrac <= 1)) {
    throw new SpaceCloudError('USAGE', `Expected a share of link rates above 0 and up to 1, got ${shareFrac}.`, {
      hint: `The default is ${DEFAULT_SHARE_FRAC}.`,
    });
  }
  const unknown = stations.find((name) => !gateways.includes(name));
  if (unknown !== undefined || stations.length === 0) {
    throw new SpaceCloudError(
      'USAGE',
      `Expected stations to be gateways of '${model.scenario.name}', got ${unknown === undefined ? 'none' : `'${unknown}'`}.`,
      { hint: gateways.length === 0 ? 'The scenario has no gateways.' : `Its gateways are ${gateways.join(', ')}.` },
    );
  }
  return { via, shareFrac, stations, acquisitionS, resume };
}

import type { WorldModel } from './model.ts';

/**
 * What antennas of terminals did in a run: a row whenever the satellite or the rate of a watched antenna changes, and the bits
 * that went over it. Written by `note-access.ts`.
 */
export interface AccessColumns {
  /** [Q] 1 = followed: terminals with a radio that has a price, and those that `World.watchAccess` was asked for. */
  watched: Uint8Array;
  /** [Q] row that holds the present state of the antenna, -1 = none. */
  last: Int32Array;
  /** [2 Q] bits sent over watched antennas: up, then down. */
  bits: Float64Array;
  n: number;
  /** [n] s since scenario start; from when on data pass (the end of a handover). */
  timeS: Float64Array;
  usableS: Float64Array;
  /** [n] antenna; satellite, -1 = detached; rate, bit/s, each way; range at the start of the tick, km. */
  antenna: Int32Array;
  satellite: Int32Array;
  rateBps: Float64Array;
  rangeKm: Float64Array;
}

const INITIAL_ROWS = 64;

export function createAccess(model: WorldModel): AccessColumns {
  const { geometry, antennaCount: Q } = model;
  const priced = pricedTerminals(model);
  const watched = Uint8Array.from({ length: Q }, (_, q) => (priced.has(geometry.antennaNode[q] as number) ? 1 : 0));
  return {
    watched,
    last: new Int32Array(Q).fill(-1),
    bits: new Float64Array(2 * Q),
    n: 0,
    ...rows(INITIAL_ROWS),
  };
}

/** Node indices of the terminals that have a radio with a price. */
export function pricedTerminals(model: WorldModel): ReadonlySet<number> {
  const { geometry, antennaCount, firstTerminal } = model;
  const nodes = new Set<number>();
  for (let q = 0; q < antennaCount; q++) {
    const node = geometry.antennaNode[q] as number;
    if (node >= firstTerminal && antennaCostPerGB(model, q) > 0) nodes.add(node);
  }
  return nodes;
}

/** Price of data over an antenna, per 10^9 bytes; 0 = none stated. */
export function antennaCostPerGB({ scenario, geometry }: WorldModel, antenna: number): number {
  const radio = geometry.siteRadio[geometry.antennaSite[antenna] as number] as number;
  if (radio === 0) return scenario.gatewayLink.costPerGB;
  return radio === 1 ? scenario.terminalLink.costPerGB : (scenario.radios[radio - 2]?.costPerGB ?? 0);
}

function rows(
  length: number,
): Pick<AccessColumns, 'timeS' | 'usableS' | 'antenna' | 'satellite' | 'rateBps' | 'rangeKm'> {
  return {
    timeS: new Float64Array(length),
    usableS: new Float64Array(length),
    antenna: new Int32Array(length),
    satellite: new Int32Array(length),
    rateBps: new Float64Array(length),
    rangeKm: new Float64Array(length),
  };
}

/** Makes room for more rows. */
export function growAccess(access: AccessColumns): void {
  const { timeS, usableS, antenna, satellite, rateBps, rangeKm } = access;
  Object.assign(access, rows(2 * timeS.length));
  access.timeS.set(timeS);
  access.usableS.set(usableS);
  access.antenna.set(antenna);
  access.satellite.set(satellite);
  access.rateBps.set(rateBps);
  access.rangeKm.set(rangeKm);
}

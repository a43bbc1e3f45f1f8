/** Why a link can or cannot be used. */
export type LinkReason =
  | 'up'
  | 'elevation'
  | 'range'
  | 'earth'
  | 'moon'
  | 'latitude'
  | 'tracking'
  | 'acquiring'
  | 'not-planned'
  | 'no-terminal'
  | 'no-antenna'
  | 'no-beam'
  | 'radio'
  | 'closed'
  | 'down'
  | 'quarantined'
  | 'label'
  | 'jammed'
  | 'weather';

/** One link that could be and what keeps it from being. */
export interface LinkState {
  readonly from: string;
  readonly to: string;
  readonly kind: 'laser' | 'relay' | 'radio' | 'terrestrial';
  /** Constellation, relay or radio that the link belongs to. */
  readonly by: string;
  readonly up: boolean;
  readonly reason: LinkReason;
  /** The reason with its figures, for people. */
  readonly text: string;
  /** The greater of the ranges at both ends of the tick, km; NaN on the ground. */
  readonly rangeKm: number;
  /** Greatest range at which there could be a link, km; NaN on the ground. */
  readonly limitKm: number;
  /** Of links to the ground: the lower of the elevations at both ends of the tick, deg; NaN otherwise. */
  readonly elevationDeg: number;
  /** Of links to the ground: the least elevation of the radio, deg; NaN otherwise, and where a greatest slant range rules. */
  readonly minElevationDeg: number;
  /** One way, s: light time over `rangeKm`, on the ground that of the terrestrial network. */
  readonly delayS: number;
}

/** A reason with its figures. */
export interface Verdict {
  readonly reason: LinkReason;
  readonly text: string;
}

/** What only a running world knows. Nodes by index, as in `Geometry`. */
export interface WorldLinks {
  /** What keeps a node out altogether, if anything. */
  nodeFault(node: number): 'down' | 'quarantined' | 'label' | undefined;
  /** What keeps data from going from one node to the next, if anything. */
  linkFault(fromNode: number, toNode: number): 'down' | 'jammed' | 'weather' | undefined;
}

/** Whole numbers with thousands separated, one decimal below 100. */
export function figure(value: number): string {
  const rounded = Math.abs(value) < 100 ? value.toFixed(1) : Math.round(value).toString();
  return rounded.replace(/\B(?=(\d{3})+$)/g, ',');
}

/**
 * As {@link figure}; a value within 1 % of its limit has as many decimals, from one to six, as it takes to tell it from the limit.
 */
export function figureNear(value: number, limit: number): string {
  if (value === limit || !(Math.abs(value - limit) <= 0.01 * Math.abs(limit))) return figure(value);
  let decimals = 1;
  while (decimals < 6 && value.toFixed(decimals) === limit.toFixed(decimals)) decimals++;
  return value.toFixed(decimals).replace(/\B(?=(\d{3})+\.)/g, ',');
}

/** A limit beside a value written by {@link figureNear}: with one decimal where the value has decimals and the limit is not whole. */
export function limitFigure(value: number, limit: number): string {
  return Number.isInteger(limit) ? figureOfWhole(limit) : figureNear(limit, value);
}

function figureOfWhole(limit: number): string {
  return limit.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

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
  /** Range at the asked time, km; NaN on the ground. */
  readonly rangeKm: number;
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

import {
  type DelayTable,
  type Exits,
  type LinkColumns,
  chargeEmptyLinks,
  clearColumns,
  createDelayTable,
  createExits,
  createLinks,
  openColumn,
  settleColumn,
} from '../environment/index.ts';

/** A shell like Starlink's first: 72 planes of 22, 550 km, 53 deg, phase shift 17 slots around the shell. */
const PLANES = 72;
const SLOTS = 22;
const SATELLITES = PLANES * SLOTS;
const RADIUS_KM = 6928;
const INCLINATION = (53 * Math.PI) / 180;
const SHIFT = 17;
const TERMINALS = 4;
const RATE_BPS = 10e9;
const BUNDLE_BITS = 1e6;

/** How far from its end a column is asked for, as offsets of the satellite's index. */
export const NEAR = SLOTS + 1;
export const FAR = SATELLITES / 2 + SLOTS / 2;

/** Delay columns to each satellite of a shell, as a world of that size fills them. */
export class Columns {
  readonly count = SATELLITES;
  private readonly links: LinkColumns = createLinks(SATELLITES * TERMINALS);
  private readonly reverse = new Int32Array(SATELLITES * TERMINALS).fill(-1);
  private readonly table: DelayTable = createDelayTable(SATELLITES, TERMINALS, SATELLITES, SATELLITES * TERMINALS);
  private readonly exits: Exits = createExits(1);

  constructor() {
    for (let s = 0; s < SATELLITES; s++) {
      const [plane, slot] = [Math.floor(s / SLOTS), s % SLOTS];
      const last = plane + 1 === PLANES;
      this.link(s, 0, plane * SLOTS + ((slot + 1) % SLOTS));
      this.link(s, 2, last ? (slot + SHIFT) % SLOTS : s + SLOTS);
    }
    chargeEmptyLinks(this.table, this.links, BUNDLE_BITS);
  }

  /** Fills the column of every satellite as far as the satellite `offset` further, or to its end with -1. */
  fill(offset: number): void {
    clearColumns(this.table);
    for (let s = 0; s < SATELLITES; s++) {
      this.exits.n = 1;
      this.exits.satellite[0] = s;
      this.exits.link[0] = -1;
      this.exits.delayS[0] = 0;
      const base = openColumn(this.table, s, this.exits);
      const asked = offset < 0 ? -1 : (s + offset) % SATELLITES;
      settleColumn(this.table, this.links, this.reverse, base, asked, this.links.to);
    }
  }

  private link(a: number, slot: number, b: number): void {
    const [there, back] = [a * TERMINALS + slot, b * TERMINALS + slot + 1];
    const [p, q] = [positionKm(a), positionKm(b)];
    const km = Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
    for (const [link, from, to] of [
      [there, a, b],
      [back, b, a],
    ] as const) {
      this.links.from[link] = from;
      this.links.to[link] = to;
      this.links.rangeStartKm[link] = km;
      this.links.rateBps[link] = RATE_BPS;
      this.reverse[link] = link === there ? back : there;
    }
  }
}

function positionKm(satellite: number): [number, number, number] {
  const plane = Math.floor(satellite / SLOTS);
  const node = (2 * Math.PI * plane) / PLANES;
  const along = (2 * Math.PI * ((satellite % SLOTS) + (plane * SHIFT) / PLANES)) / SLOTS;
  const [x, y] = [RADIUS_KM * Math.cos(along), RADIUS_KM * Math.sin(along) * Math.cos(INCLINATION)];
  return [
    x * Math.cos(node) - y * Math.sin(node),
    x * Math.sin(node) + y * Math.cos(node),
    RADIUS_KM * Math.sin(along) * Math.sin(INCLINATION),
  ];
}

import type { ContactColumns, Geometry, PassColumns } from './geometry.ts';

type Column = Int32Array | Float64Array;
type ElementType = 'i32' | 'f64';
const ELEMENT_BYTES = { i32: 4, f64: 8 } as const;

type ColumnName<T> = { [K in keyof T]-?: NonNullable<T[K]> extends Column ? K : never }[keyof T];

/** The columns of a geometry but for its sky, each with its element type, in the order they lie in a file. */
const GEOMETRY_COLUMNS = {
  constellation: 'i32',
  islPowerW: 'f64',
  siteNode: 'i32',
  siteRadio: 'i32',
  antennaSite: 'i32',
  antennaNode: 'i32',
  beams: 'i32',
  wanDelayS: 'f64',
} as const satisfies Record<ColumnName<Geometry>, ElementType>;

const CONTACT_COLUMNS = {
  track: 'i32',
  peer: 'i32',
  peerTrack: 'i32',
  startTick: 'i32',
  endTick: 'i32',
  untilTick: 'i32',
  rateBps: 'f64',
  rangeKm: 'f64',
  byEnd: 'i32',
  antennaFirst: 'i32',
  ofAntenna: 'i32',
} as const satisfies Record<ColumnName<ContactColumns>, ElementType>;

const PASS_COLUMNS = {
  siteFirst: 'i32',
  satellite: 'i32',
  startTick: 'i32',
  endTick: 'i32',
} as const satisfies Record<ColumnName<PassColumns>, ElementType>;

/** Columns of a geometry in three groups, as `packed` and `unpacked` see them. */
export interface GeometryColumns {
  readonly geometry: Pick<Geometry, ColumnName<Geometry>>;
  readonly contacts: Pick<ContactColumns, ColumnName<ContactColumns>>;
  readonly passes: Pick<PassColumns, ColumnName<PassColumns>>;
}

const GROUPS: readonly (readonly [keyof GeometryColumns, Readonly<Record<string, ElementType>>])[] = [
  ['geometry', GEOMETRY_COLUMNS],
  ['contacts', CONTACT_COLUMNS],
  ['passes', PASS_COLUMNS],
];

/** Lengths of all columns in their order; -1 for one that is absent. */
export type ColumnLengths = readonly number[];

/** Every column starts at a multiple of this, so that any element type may follow any other. */
const ALIGNMENT = 8;

/** The columns of a geometry in their order, absent ones left out, and all lengths. */
export function packed(geometry: Geometry): { readonly lengths: ColumnLengths; readonly columns: readonly Column[] } {
  const groups = { geometry, contacts: geometry.contacts, passes: geometry.passes };
  const all = GROUPS.flatMap(([group, types]) =>
    Object.keys(types).map((name) => (groups[group] as unknown as Record<string, Column | undefined>)[name]),
  );
  return {
    lengths: all.map((column) => column?.length ?? -1),
    columns: all.filter((column) => column !== undefined),
  };
}

/** Bytes from the start of a column of `bytes` to the start of the next. */
export function alignedBytes(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Bytes that columns of the given lengths take; undefined when the lengths are not those of a geometry. */
export function packedBytes(lengths: ColumnLengths): number | undefined {
  const types = GROUPS.flatMap(([, group]) => Object.values(group));
  if (lengths.length !== types.length) return undefined;
  return types.reduce(
    (bytes, type, i) => bytes + alignedBytes(ELEMENT_BYTES[type] * Math.max(0, lengths[i] as number)),
    0,
  );
}

/** The columns as views of `memory`, in which they stand one after the other, each aligned. */
export function unpacked(memory: SharedArrayBuffer, lengths: ColumnLengths): GeometryColumns {
  let offset = 0;
  let next = 0;
  const groups = GROUPS.map(([group, types]): [string, object] => {
    const columns = Object.entries(types).map(([name, type]): [string, Column | undefined] => {
      const length = lengths[next++] as number;
      if (length < 0) return [name, undefined];
      const column = type === 'i32' ? new Int32Array(memory, offset, length) : new Float64Array(memory, offset, length);
      offset += alignedBytes(column.byteLength);
      return [name, column];
    });
    return [group, Object.fromEntries(columns)];
  });
  return Object.fromEntries(groups) as unknown as GeometryColumns;
}

import { SpaceCloudError } from '../../core/index.ts';
import type { Geometry } from './geometry.ts';

/** Numbers that fix the shape of every column. */
export interface GeometryShape {
  readonly tickCount: number;
  readonly satelliteCount: number;
  readonly gatewayCount: number;
  readonly dataCentreCount: number;
  readonly terminalCount: number;
  readonly islSlots: number;
  readonly antennaCount: number;
}

type Column = Int32Array | Float32Array | Float64Array;
type ElementType = 'i32' | 'f32' | 'f64';
const ELEMENT_BYTES = { i32: 4, f32: 4, f64: 8 } as const;

type ColumnName = {
  [K in keyof Geometry]: Geometry[K] extends Column ? K : never;
}[keyof Geometry];

/** The columns of a geometry, each with its element type and length, in the order they lie in memory and in the cache. */
const COLUMNS = {
  islNeighbour: { type: 'i32', length: (s) => s.tickCount * s.satelliteCount * s.islSlots },
  islRangeStartKm: { type: 'f32', length: (s) => s.tickCount * s.satelliteCount * s.islSlots },
  islRangeEndKm: { type: 'f32', length: (s) => s.tickCount * s.satelliteCount * s.islSlots },
  islUntilS: { type: 'f32', length: (s) => s.tickCount * s.satelliteCount * s.islSlots },
  islRateBps: { type: 'f64', length: (s) => s.satelliteCount },
  islTerminalPowerW: { type: 'f64', length: (s) => s.satelliteCount },
  antennaNode: { type: 'i32', length: (s) => s.antennaCount },
  gslSatellite: { type: 'i32', length: (s) => s.tickCount * s.antennaCount },
  gslRangeStartKm: { type: 'f32', length: (s) => s.tickCount * s.antennaCount },
  gslRangeEndKm: { type: 'f32', length: (s) => s.tickCount * s.antennaCount },
  gslRateBps: { type: 'f32', length: (s) => s.tickCount * s.antennaCount },
  gslUntilS: { type: 'f32', length: (s) => s.tickCount * s.antennaCount },
  sunlitFrac: { type: 'f32', length: (s) => (s.tickCount + 1) * s.satelliteCount },
  rSatEcefKm: { type: 'f32', length: (s) => (s.tickCount + 1) * s.satelliteCount * 3 },
  rGroundEcefKm: { type: 'f64', length: (s) => (s.gatewayCount + s.dataCentreCount + s.terminalCount) * 3 },
  wanDelayS: { type: 'f64', length: (s) => s.gatewayCount * s.dataCentreCount },
} as const satisfies Record<ColumnName, { type: ElementType; length: (shape: GeometryShape) => number }>;

export type GeometryColumns = Pick<Geometry, ColumnName>;

/** Every column starts at a multiple of this, so that any element type may follow any other. */
const ALIGNMENT = 8;

/** Bytes that the columns of a shape take. */
export function columnBytes(shape: GeometryShape): number {
  let bytes = 0;
  for (const { type, length } of Object.values(COLUMNS)) bytes = end(bytes, type, length(shape));
  return bytes;
}

function end(offset: number, type: ElementType, length: number): number {
  return Math.ceil((offset + length * ELEMENT_BYTES[type]) / ALIGNMENT) * ALIGNMENT;
}

/** Memory for the columns of a shape, zeroed. Throws SCENARIO_FIELD when there is not enough. */
export function allocateColumns(shape: GeometryShape): SharedArrayBuffer {
  const bytes = columnBytes(shape);
  try {
    return new SharedArrayBuffer(bytes);
  } catch (cause) {
    throw new SpaceCloudError(
      'SCENARIO_FIELD',
      `Expected the geometry to fit in memory, got ${(bytes / 1e9).toFixed(1)} GB for ${shape.tickCount} ticks of ` +
        `${shape.satelliteCount} satellites.`,
      { hint: 'Shorten durationS, lengthen tickS, or use fewer satellites.', cause },
    );
  }
}

/** The columns of a shape as views of `memory`, which holds `columnBytes(shape)`. */
export function columnsOver(memory: SharedArrayBuffer, shape: GeometryShape): GeometryColumns {
  const columns: Partial<Record<ColumnName, Column>> = {};
  let offset = 0;
  for (const [name, { type, length }] of Object.entries(COLUMNS)) {
    columns[name as ColumnName] = view(memory, type, offset, length(shape));
    offset = end(offset, type, length(shape));
  }
  return columns as GeometryColumns;
}

function view(memory: SharedArrayBuffer, type: ElementType, offset: number, length: number): Column {
  if (type === 'i32') return new Int32Array(memory, offset, length);
  if (type === 'f32') return new Float32Array(memory, offset, length);
  return new Float64Array(memory, offset, length);
}

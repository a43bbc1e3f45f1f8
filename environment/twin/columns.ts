/** A column of a telemetry file: its name ends in the unit it is kept in. */
export interface TelemetryColumn {
  readonly name: string;
  /** What the name says before its unit, and the unit. */
  readonly quantity: string;
  readonly unit: string;
  /** What drives the twin, or what it predicts. */
  readonly role: 'time' | 'input' | 'measured';
  /** Of the instant of the row, or the mean or sum over the interval since the row before. */
  readonly of: 'instant' | 'interval';
  readonly meaning: string;
  /** Values outside are taken for another unit or a broken sensor. */
  readonly min: number;
  readonly max: number;
}

/**
 * The columns that telemetry may have. A row holds the states at its time and the means (sums, for amounts) over the interval
 * since the row before; of a first row, and of one after a gap, only the states are read. Ranges of measured columns reach a
 * little below 0, where the noise of a sensor at rest may lie.
 */
export const TELEMETRY_COLUMNS: readonly TelemetryColumn[] = [
  column('time', 'S', 'time', 'instant', [-1e12, 1e12], 'time, rising'),
  column('sunlit', 'Frac', 'input', 'interval', [0, 1.000001], "share of the Sun's disc seen"),
  column('computeBusy', 'Frac', 'input', 'interval', [0, 1.000001], "commanded share of the accelerators' full rate"),
  column('terminal', 'W', 'input', 'interval', [0, 1e6], 'laser terminals powered'),
  column('transmit', 'W', 'input', 'interval', [0, 1e6], 'ground radio'),
  column('received', 'Bytes', 'input', 'interval', [0, 1e18], 'data that came in or came into being'),
  column('sent', 'Bytes', 'input', 'interval', [0, 1e18], 'data that left or were deleted'),
  column('range', 'Km', 'input', 'interval', [50, 500_000], 'greatest range to the gateway served; empty: none is'),
  column('array', 'W', 'measured', 'interval', [-1e3, 1e6], 'power that the array yields, used or not'),
  column('load', 'W', 'measured', 'interval', [-1e3, 1e6], 'electrical power used by bus and payload'),
  column('battery', 'Wh', 'measured', 'instant', [-1e3, 1e7], 'stored energy'),
  column('battery', 'Frac', 'measured', 'instant', [-0.05, 1.05], 'stored energy over capacity'),
  column('temperature', 'C', 'measured', 'instant', [-150, 150], 'temperature of the satellite as one thermal node'),
  column('jobsDone', 'Tflop', 'measured', 'interval', [-1e6, 1e12], 'work done'),
  column('stored', 'Bytes', 'measured', 'instant', [-1e9, 1e18], 'data held'),
  column(
    'linkRate',
    'Bps',
    'measured',
    'interval',
    [0, 1e13],
    'rate of the link to the gateway, bit/s; empty: no link',
  ),
];

function column(
  quantity: string,
  unit: string,
  ...rest: [TelemetryColumn['role'], TelemetryColumn['of'], readonly [number, number], string]
): TelemetryColumn {
  const [role, of, [min, max], meaning] = rest;
  return { name: quantity + unit, quantity, unit, role, of, meaning, min, max };
}

/** Another unit of a column's quantity: `value * factor + offset` is in the column's own. */
interface OtherUnit {
  readonly unit: string;
  readonly factor: number;
  readonly offset?: number;
}

/** `MW` is refused: mega or milli, nobody can tell. */
const POWERS: readonly OtherUnit[] = [{ unit: 'KW', factor: 1e3 }];
const SHARES: readonly OtherUnit[] = [
  { unit: 'Percent', factor: 0.01 },
  { unit: 'Pct', factor: 0.01 },
];
const AMOUNTS: readonly OtherUnit[] = [
  { unit: 'Bits', factor: 1 / 8 },
  { unit: 'KB', factor: 1e3 },
  { unit: 'MB', factor: 1e6 },
  { unit: 'GB', factor: 1e9 },
  { unit: 'TB', factor: 1e12 },
];
/** By the unit of the column. */
const OTHER_UNITS: Readonly<Record<string, readonly OtherUnit[]>> = {
  S: [
    { unit: 'Ms', factor: 1e-3 },
    { unit: 'Min', factor: 60 },
    { unit: 'H', factor: 3600 },
  ],
  W: POWERS,
  Frac: SHARES,
  Bytes: AMOUNTS,
  Km: [{ unit: 'M', factor: 1e-3 }],
  Wh: [
    { unit: 'KWh', factor: 1e3 },
    { unit: 'J', factor: 1 / 3600 },
    { unit: 'KJ', factor: 1 / 3.6 },
    { unit: 'MJ', factor: 1e3 / 3.6 },
  ],
  C: [
    { unit: 'K', factor: 1, offset: -273.15 },
    { unit: 'F', factor: 5 / 9, offset: -160 / 9 },
  ],
  Tflop: [
    { unit: 'Gflop', factor: 1e-3 },
    { unit: 'Pflop', factor: 1e3 },
  ],
  Bps: [
    { unit: 'Kbps', factor: 1e3 },
    { unit: 'Mbps', factor: 1e6 },
    { unit: 'Gbps', factor: 1e9 },
  ],
};

/** How a name in a header is read: which column, and the conversion into its unit. */
export interface ReadAs {
  readonly column: TelemetryColumn;
  readonly factor: number;
  readonly offset: number;
}

/** The column that a name in a header stands for, in its own unit or another known one; undefined: none. */
export function readAs(name: string): ReadAs | undefined {
  const own = TELEMETRY_COLUMNS.find((known) => known.name === name);
  if (own !== undefined) return { column: own, factor: 1, offset: 0 };
  for (const known of TELEMETRY_COLUMNS) {
    if (!name.startsWith(known.quantity)) continue;
    const other = OTHER_UNITS[known.unit]?.find(({ unit }) => known.quantity + unit === name);
    if (other !== undefined) return { column: known, factor: other.factor, offset: other.offset ?? 0 };
  }
  return undefined;
}

/** Why a name is refused although its quantity is known: the units that may stand there; undefined: unknown quantity. */
export function unitsFor(name: string): readonly string[] | undefined {
  const known = TELEMETRY_COLUMNS.filter(({ quantity }) => new RegExp(`^${quantity}(?:[A-Z]|$)`).test(name));
  if (known.length === 0) return undefined;
  return known.flatMap(({ quantity, unit }) =>
    [unit, ...(OTHER_UNITS[unit] ?? []).map((other) => other.unit)].map((text) => quantity + text),
  );
}

/** The other units a column may be given in, for documentation: `arrayKW`. */
export function otherNames({ quantity, unit }: TelemetryColumn): readonly string[] {
  return (OTHER_UNITS[unit] ?? []).map((other) => quantity + other.unit);
}

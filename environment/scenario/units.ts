/**
 * Units as users write them, in field names (`altitudeKm`) and in values (`780 km`), for error messages that can say what
 * was meant. Nothing here changes a scenario: a value with a unit is always refused.
 */
export interface Unit {
  /** As written in text: `km`, `bit/s`. */
  readonly label: string;
  readonly dimension: string;
  /** Multiplier to the first unit of its dimension; NaN where units differ by more than a factor. */
  readonly factor: number;
}

/** Per dimension: label, factor, other spellings. */
const UNITS: Readonly<Record<string, readonly (readonly [label: string, factor: number, ...spellings: string[]])[]>> = {
  length: [
    ['m', 1, 'metre', 'metres', 'meter', 'meters'],
    ['km', 1e3, 'kilometres', 'kilometers'],
    ['cm', 1e-2],
    ['mi', 1609.344, 'mile', 'miles'],
    ['ft', 0.3048, 'feet'],
  ],
  area: [
    ['m2', 1, 'm^2', 'm²'],
    ['cm2', 1e-4, 'cm^2', 'cm²'],
  ],
  angle: [
    ['degrees', 1, 'deg', 'degree', '°'],
    ['radians', 180 / Math.PI, 'rad', 'radian'],
  ],
  time: [
    ['s', 1, 'sec', 'secs', 'second', 'seconds'],
    ['ms', 1e-3, 'millis', 'milliseconds'],
    ['us', 1e-6, 'µs', 'microseconds'],
    ['min', 60, 'mins', 'minute', 'minutes'],
    ['h', 3600, 'hr', 'hrs', 'hour', 'hours'],
    ['d', 86400, 'day', 'days'],
  ],
  data: [
    ['bytes', 1, 'B', 'byte'],
    ['kB', 1e3],
    ['MB', 1e6],
    ['GB', 1e9],
    ['TB', 1e12],
    ['KiB', 2 ** 10],
    ['MiB', 2 ** 20],
    ['GiB', 2 ** 30],
    ['TiB', 2 ** 40],
    ['bit', 1 / 8, 'bits', 'b'],
    ['kbit', 1e3 / 8, 'kb'],
    ['Mbit', 1e6 / 8, 'Mb'],
    ['Gbit', 1e9 / 8, 'Gb'],
  ],
  'data rate': [
    ['bit/s', 1, 'bps', 'b/s'],
    ['kbit/s', 1e3, 'kbps', 'kb/s'],
    ['Mbit/s', 1e6, 'Mbps', 'Mb/s'],
    ['Gbit/s', 1e9, 'Gbps', 'Gb/s'],
    ['Tbit/s', 1e12, 'Tbps', 'Tb/s'],
    ['B/s', 8, 'byte/s', 'bytes/s'],
    ['kB/s', 8e3, 'kBps'],
    ['MB/s', 8e6, 'MBps'],
    ['GB/s', 8e9, 'GBps'],
  ],
  power: [
    ['W', 1, 'watt', 'watts'],
    ['kW', 1e3],
    ['MW', 1e6],
    ['mW', 1e-3],
  ],
  energy: [
    ['J', 1, 'joule', 'joules'],
    ['kJ', 1e3],
    ['MJ', 1e6],
    ['Wh', 3600],
    ['kWh', 3.6e6],
  ],
  'heat capacity': [
    ['J/K', 1, 'JK'],
    ['kJ/K', 1e3, 'kJK'],
  ],
  temperature: [
    ['degrees Celsius', NaN, 'C', '°C', 'degC', 'celsius'],
    ['K', NaN, 'kelvin'],
    ['degrees Fahrenheit', NaN, 'F', '°F', 'degF', 'fahrenheit'],
  ],
  ratio: [
    ['a fraction of 1', 1, 'frac', 'fraction'],
    ['percent', 0.01, 'pct', '%'],
  ],
  work: [
    ['TFLOP', 1],
    ['GFLOP', 1e-3],
    ['PFLOP', 1e3],
  ],
};

/** The unit spelled so, if known; `per` in front makes the inverse (`PerS`, `perGB`). */
export function findUnit(spelling: string): Unit | undefined {
  const inverse = /^per_?(.+)$/i.exec(spelling)?.[1];
  if (inverse !== undefined) {
    const unit = findUnit(inverse);
    return unit && { label: `1/${unit.label}`, dimension: `per ${unit.dimension}`, factor: 1 / unit.factor };
  }
  const known = spellings();
  const exact = known.get(spelling);
  if (exact) return exact;
  const alike = [...known].filter(([word]) => word.toLowerCase() === spelling.toLowerCase()).map(([, unit]) => unit);
  const [first] = alike;
  if (first === undefined) return undefined;
  // Letter case decides between MB and Mb; where it does not follow either, only the dimension is sure.
  return alike.every((unit) => unit.factor === first.factor) ? first : { ...first, factor: NaN };
}

/** `altitudeKm` -> stem `altitude`, unit km; undefined for a name without unit. */
export function splitUnit(key: string): { readonly stem: string; readonly unit: Unit } | undefined {
  for (let i = 1; i < key.length; i++) {
    if (!/[A-Z]/.test(key.charAt(i))) continue;
    const unit = findUnit(key.slice(i));
    if (unit) return { stem: key.slice(0, i), unit };
  }
  return undefined;
}

/** `780 km` -> 780 and its unit; undefined when the text is not a number followed by letters. */
export function readQuantity(text: string): { readonly number: number; readonly unit: Unit | undefined } | undefined {
  const match = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([a-zµ°%][\wµ°%/^²]*)\s*$/i.exec(text);
  if (!match) return undefined;
  return { number: Number(match[1]), unit: findUnit(match[2] ?? '') };
}

/** `value` given in `from`, expressed in `to`; undefined when only the reader can know. */
export function convertUnit(value: number, from: Unit | undefined, to: Unit | undefined): number | undefined {
  if (!from || !to || from.dimension !== to.dimension) return undefined;
  // Twelve digits hide the rounding of the two factors.
  const converted = Number(((value * from.factor) / to.factor).toPrecision(12));
  return Number.isFinite(converted) ? converted : undefined;
}

let table: Map<string, Unit> | undefined;

function spellings(): Map<string, Unit> {
  if (table) return table;
  table = new Map();
  for (const [dimension, units] of Object.entries(UNITS)) {
    for (const [label, factor, ...others] of units) {
      for (const word of [label, ...others]) table.set(word, { label, dimension, factor });
    }
  }
  return table;
}

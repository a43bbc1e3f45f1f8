/** An instant of UTC, kept in two parts so that microseconds survive (one double of days since 2000 keeps 1e-6 s at best). */
export interface UtcInstant {
  /** Whole days since 2000-01-01T00:00:00Z. */
  readonly day: number;
  /** Seconds into that day, [0, 86400). */
  readonly secondOfDay: number;
}

const CALENDAR = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2}(?:\.\d*)?)Z?$/;
const ORDINAL = /^(\d{4})-(\d{3})[T ](\d{2}):(\d{2}):(\d{2}(?:\.\d*)?)Z?$/;

/**
 * Reads a date and time of UTC: ISO 8601 calendar form, or the CCSDS day-of-year form (CCSDS 301.0-B-4, ASCII codes A and
 * B), with any number of decimals. Returns undefined for text in neither form or out of range. Leap seconds (`:60`) count
 * as the first second of the next minute.
 */
export function parseUtc(text: string): UtcInstant | undefined {
  const calendar = CALENDAR.exec(text);
  const ordinal = calendar === null ? ORDINAL.exec(text) : null;
  const match = calendar ?? ordinal;
  if (match === null) return undefined;
  const year = Number(match[1]);
  const [hour, minute, second] = match.slice(-3).map(Number) as [number, number, number];
  if (hour > 23 || minute > 59 || second >= 61) return undefined;
  const dayOfYear = ordinal === null ? ordinalDay(year, Number(match[2]), Number(match[3])) : Number(match[2]);
  if (dayOfYear === undefined || dayOfYear < 1 || dayOfYear > (isLeap(year) ? 366 : 365)) return undefined;
  return instant(firstDayOfYear(year) + dayOfYear - 1, hour * 3600 + minute * 60 + second);
}

/** Instant of a fractional day of the year, as TLEs write it: day 1 is the first of January. */
export function utcOfYearDay(year: number, dayOfYear: number, dayFraction: number): UtcInstant {
  return instant(firstDayOfYear(year) + dayOfYear - 1, dayFraction * 86400);
}

/** `from` plus `seconds`. */
export function addSeconds(from: UtcInstant, seconds: number): UtcInstant {
  return instant(from.day, from.secondOfDay + seconds);
}

/** Seconds from `from` to `to`, leap seconds not counted. */
export function secondsBetween(from: UtcInstant, to: UtcInstant): number {
  return (to.day - from.day) * 86400 + (to.secondOfDay - from.secondOfDay);
}

/** Julian date; good to 40 microseconds, the resolution of a double at this size. */
export function julianDate(at: UtcInstant): number {
  return 2451544.5 + at.day + at.secondOfDay / 86400;
}

/** `YYYY-MM-DD` of an instant. */
export function formatDate(at: UtcInstant): string {
  let year = 2000 + Math.floor(at.day / 365.25);
  if (firstDayOfYear(year) > at.day) year--;
  let dayOfYear = at.day - firstDayOfYear(year);
  let month = 1;
  while (dayOfYear >= daysInMonth(year, month)) dayOfYear -= daysInMonth(year, month++);
  return `${year}-${String(month).padStart(2, '0')}-${String(dayOfYear + 1).padStart(2, '0')}`;
}

/** `YYYY-MM-DDThh:mm:ss.sssZ`; cuts below a millisecond. */
export function formatUtc(at: UtcInstant): string {
  const milliseconds = Math.floor(at.secondOfDay * 1000);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const clock = `${two(milliseconds / 3_600_000)}:${two((milliseconds / 60_000) % 60)}:${two((milliseconds / 1000) % 60)}`;
  return `${formatDate(at)}T${clock}.${String(milliseconds % 1000).padStart(3, '0')}Z`;
}

/** `YYYY-MM-DDThh:mm:ss.ssssssZ`, rounded to the microsecond. */
export function formatUtcMicroseconds(at: UtcInstant): string {
  const rounded = Math.round(at.secondOfDay * 1e6);
  const whole = instant(at.day, Math.floor(rounded / 1e6));
  const fraction = String(rounded % 1e6).padStart(6, '0');
  return formatUtc(whole).replace(/\.000Z$/, `.${fraction}Z`);
}

function instant(day: number, second: number): UtcInstant {
  const carry = Math.floor(second / 86400);
  return { day: day + carry, secondOfDay: second - carry * 86400 };
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days from 2000-01-01 to the first of January of `year`. */
function firstDayOfYear(year: number): number {
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 484; // 484 before 2000
  return (year - 2000) * 365 + leapDays;
}

function daysInMonth(year: number, month: number): number {
  return month === 2 ? (isLeap(year) ? 29 : 28) : 30 + ((month + (month > 7 ? 1 : 0)) % 2);
}

function ordinalDay(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  let ordinal = day;
  for (let before = 1; before < month; before++) ordinal += daysInMonth(year, before);
  return ordinal;
}

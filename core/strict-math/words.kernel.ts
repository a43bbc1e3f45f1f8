/** A double and its two 32-bit halves. One thread runs one call at a time, so one cell serves all. */
const cell = new Float64Array(1);
const halves = new Int32Array(cell.buffer);
const HIGH = new Uint8Array(Int32Array.of(1).buffer)[0] === 1 ? 1 : 0;
const LOW = 1 - HIGH;

/** Sign, exponent and the first 20 bits of the fraction, signed. */
export function highWord(x: number): number {
  cell[0] = x;
  return halves[HIGH]!;
}

/** `x` with other upper 32 bits. */
export function withHighWord(x: number, high: number): number {
  cell[0] = x;
  halves[HIGH] = high;
  return cell[0];
}

/** `x` with its lower 32 bits cleared: 21 significant bits, so that products of two such numbers are exact. */
export function withoutLowWord(x: number): number {
  cell[0] = x;
  halves[LOW] = 0;
  return cell[0];
}

/** `x` rounded to 23 significant bits, half away from zero. */
export function roundedTo23Bits(x: number): number {
  cell[0] = x;
  const low = halves[LOW]!;
  if (low < 0) halves[HIGH] = halves[HIGH]! + 1; // the carry of low + 2^31
  halves[LOW] = (low + 0x80000000) & 0xc0000000;
  return cell[0];
}

/** 2^`exponent` for -1022 <= `exponent` <= 1023. */
export function powerOfTwo(exponent: number): number {
  halves[HIGH] = (exponent + 1023) << 20;
  halves[LOW] = 0;
  return cell[0]!;
}

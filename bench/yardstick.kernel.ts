import { type Yardstick, median } from './figures.ts';
import { lap } from './stopwatch.ts';

const LOOP_LENGTH = 8192;
const LOOP_PASSES = 2000;
const SIDE = 256;
const SAMPLES = 5;

/**
 * Measures the machine by two fixed loops, so that figures of different machines, and of a machine under other load, can be
 * compared. By CPU time: other processes slow it only through caches and clock frequency.
 */
export function measureYardstick(): Yardstick {
  const values = new Float64Array(LOOP_LENGTH).fill(1);
  const a = new Float64Array(SIDE * SIDE).fill(0.5);
  const b = new Float64Array(SIDE * SIDE).fill(0.25);
  const c = new Float64Array(SIDE * SIDE);
  const loop: number[] = [];
  const product: number[] = [];
  multiplyAdds(values, LOOP_PASSES);
  multiply(a, b, c);
  for (let i = 0; i < SAMPLES; i++) {
    loop.push((2 * LOOP_LENGTH * LOOP_PASSES) / lap(() => multiplyAdds(values, LOOP_PASSES)).cpuS / 1e6);
    product.push((2 * SIDE ** 3) / lap(() => multiply(a, b, c)).cpuS / 1e9);
  }
  // Each sum is 256 terms of 0.5 x 0.25 = 32; a loop that was optimised away would leave 0.
  if (c[0] !== 32 || !Number.isFinite(values[0]!)) throw new Error('The yardstick computed something else.');
  return { loopMops: median(loop), matmulGflops: median(product) };
}

function multiplyAdds(values: Float64Array, passes: number): void {
  for (let pass = 0; pass < passes; pass++) {
    for (let i = 0; i < values.length; i++) values[i] = values[i]! * 0.999 + 0.001;
  }
}

function multiply(a: Float64Array, b: Float64Array, c: Float64Array): void {
  c.fill(0);
  for (let i = 0; i < SIDE; i++) {
    for (let k = 0; k < SIDE; k++) {
      const x = a[i * SIDE + k]!;
      for (let j = 0; j < SIDE; j++) c[i * SIDE + j] = c[i * SIDE + j]! + x * b[k * SIDE + j]!;
    }
  }
}

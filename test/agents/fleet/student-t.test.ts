import { describe, expect, it } from 'vitest';
import { studentCdf, studentQuantile } from '../../../agents/fleet/student-t.ts';

describe("Student's distribution", () => {
  // Printed tables (NIST/SEMATECH e-Handbook, 1.3.6.7.2), three decimals.
  it.each([
    [0.975, 1, 12.706],
    [0.95, 6, 1.943],
    [0.975, 6, 2.447],
    [0.99, 30, 2.457],
    [0.95, 100, 1.66],
  ])('has the quantile of the tables at %s with %s degrees', (probability, freedom, expected) => {
    expect(studentQuantile(probability, freedom)).toBeCloseTo(expected, 3);
    expect(studentQuantile(1 - probability, freedom)).toBeCloseTo(-expected, 3);
  });

  it('is in closed form with one and two degrees', () => {
    // Cauchy: 1/2 + atan(t)/pi; two degrees: 1/2 + t / (2 sqrt(2 + t^2)).
    for (const t of [-3, -0.4, 0, 0.7, 5]) {
      expect(studentCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 11);
      expect(studentCdf(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 11);
    }
  });
});

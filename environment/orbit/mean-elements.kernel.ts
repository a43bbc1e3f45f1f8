import { StrictMath } from '../../core/index.ts';

/** Mean Kepler elements that drift linearly, as columns; satellite `i` in [0, n). Angles in rad, rates in rad/s. */
export interface MeanElements {
  readonly n: number;
  /** [n] semi-major axis, km; eccentricity. */
  readonly semiMajorKm: Float64Array;
  readonly eccentricity: Float64Array;
  /** [n] */
  readonly inclination: Float64Array;
  /** [n] right ascension of the ascending node at time 0 and its rate. */
  readonly raan: Float64Array;
  readonly raanRate: Float64Array;
  /** [n] argument of perigee at time 0 and its rate. */
  readonly argPerigee: Float64Array;
  readonly argPerigeeRate: Float64Array;
  /** [n] mean anomaly at time 0 and its rate. */
  readonly meanAnomaly: Float64Array;
  readonly meanAnomalyRate: Float64Array;
}

/** Newton steps for Kepler's equation; enough for 1e-12 rad at e <= 0.9 (test/environment/orbit/walker.test.ts). */
const KEPLER_STEPS = 8;

/** Positions at `timeS` of all satellites, written to `rTemeKm[3 * first ..]`, [n * 3], km. */
export function meanElementPositionsInto(
  elements: MeanElements,
  timeS: number,
  rTemeKm: Float64Array,
  first: number,
): void {
  const { n, semiMajorKm, eccentricity, inclination, raan, raanRate } = elements;
  const { argPerigee, argPerigeeRate, meanAnomaly, meanAnomalyRate } = elements;
  for (let i = 0; i < n; i++) {
    const a = semiMajorKm[i]!;
    const e = eccentricity[i]!;
    const turns = (meanAnomaly[i]! + meanAnomalyRate[i]! * timeS) / (2 * Math.PI);
    const m = (turns - Math.round(turns)) * 2 * Math.PI;
    let eccentricAnomaly = m;
    if (e > 0) {
      // From +-pi Newton converges monotonically for any eccentricity; near-circular orbits start within e^2 of the root.
      eccentricAnomaly = e < 0.5 ? m + e * StrictMath.sin(m) : m < 0 ? -Math.PI : Math.PI;
      for (let step = 0; step < KEPLER_STEPS; step++) {
        const f = eccentricAnomaly - e * StrictMath.sin(eccentricAnomaly) - m;
        eccentricAnomaly -= f / (1 - e * StrictMath.cos(eccentricAnomaly));
      }
    }
    // Perifocal coordinates, then R3(-raan) R1(-i) R3(-argp).
    const px = a * (StrictMath.cos(eccentricAnomaly) - e);
    const py = a * Math.sqrt(1 - e * e) * StrictMath.sin(eccentricAnomaly);
    const w = argPerigee[i]! + argPerigeeRate[i]! * timeS;
    const node = raan[i]! + raanRate[i]! * timeS;
    const cw = StrictMath.cos(w);
    const sw = StrictMath.sin(w);
    const u = cw * px - sw * py; // along the node
    const v = sw * px + cw * py; // in the plane, 90 deg ahead
    const ci = StrictMath.cos(inclination[i]!);
    const cn = StrictMath.cos(node);
    const sn = StrictMath.sin(node);
    const at = 3 * (first + i);
    rTemeKm[at] = cn * u - sn * ci * v;
    rTemeKm[at + 1] = sn * u + cn * ci * v;
    rTemeKm[at + 2] = StrictMath.sin(inclination[i]!) * v;
  }
}

/** Positions, and velocities with the drift of the node and the perigee, km/s, at `timeS`; as `meanElementPositionsInto`. */
export function meanElementStatesInto(
  elements: MeanElements,
  timeS: number,
  rTemeKm: Float64Array,
  vTemeKmS: Float64Array,
  first: number,
): void {
  meanElementPositionsInto(elements, timeS, rTemeKm, first);
  const { n, semiMajorKm, eccentricity, inclination, raan, raanRate } = elements;
  const { argPerigee, argPerigeeRate, meanAnomalyRate } = elements;
  for (let i = 0; i < n; i++) {
    const at = 3 * (first + i);
    const x = rTemeKm[at]!;
    const y = rTemeKm[at + 1]!;
    const z = rTemeKm[at + 2]!;
    const e = eccentricity[i]!;
    const w = argPerigee[i]! + argPerigeeRate[i]! * timeS;
    const node = raan[i]! + raanRate[i]! * timeS;
    const cw = StrictMath.cos(w);
    const sw = StrictMath.sin(w);
    const ci = StrictMath.cos(inclination[i]!);
    const si = StrictMath.sin(inclination[i]!);
    const cn = StrictMath.cos(node);
    const sn = StrictMath.sin(node);
    // Back to the orbit's axes: u along the node, v 90 deg ahead; then along perigee. The eccentric anomaly follows.
    const u = cn * x + sn * y;
    const v = ci * (cn * y - sn * x) + si * z;
    const a = semiMajorKm[i]!;
    const shape = Math.sqrt(1 - e * e);
    const cosE = (cw * u + sw * v) / a + e;
    const sinE = (cw * v - sw * u) / (a * shape);
    const rate = meanAnomalyRate[i]! / (1 - e * cosE);
    const px = -a * sinE * rate;
    const py = a * shape * cosE * rate;
    // The perigee's drift turns the orbit about its normal, the node's about the pole.
    const du = cw * px - sw * py - argPerigeeRate[i]! * v;
    const dv = sw * px + cw * py + argPerigeeRate[i]! * u;
    vTemeKmS[at] = cn * du - sn * ci * dv - raanRate[i]! * y;
    vTemeKmS[at + 1] = sn * du + cn * ci * dv + raanRate[i]! * x;
    vTemeKmS[at + 2] = si * dv;
  }
}

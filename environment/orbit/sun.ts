import { AU_KM, RAD_PER_DEG, StrictMath } from '../../core/index.ts';
import type { UtcInstant } from './utc.ts';

/**
 * Apparent position of the Sun from the Earth's centre in TEME, km, written to `rSunTemeKm[0 .. 2]`.
 *
 * J. Meeus, Astronomical Algorithms, ch. 25, low accuracy (equation of the centre, aberration, the largest term of nutation),
 * then turned about the pole by the equation of the equinoxes, since TEME counts from the mean equinox. Within 0.01 deg between
 * 2000 and 2050 (test/authorities/eclipse.test.ts); UTC stands for terrestrial time (1 min is 0.0007 deg).
 */
export function sunPositionInto(epoch: UtcInstant, elapsedS: number, rSunTemeKm: Float64Array): void {
  const t = (epoch.day - 0.5 + (epoch.secondOfDay + elapsedS) / 86400) / 36525; // centuries since J2000.0
  const meanLongitudeDeg = 280.46646 + t * (36000.76983 + 0.0003032 * t);
  const meanAnomaly = (357.52911 + t * (35999.05029 - 0.0001537 * t)) * RAD_PER_DEG;
  const eccentricity = 0.016708634 - 0.000042037 * t;
  const centreDeg =
    (1.914602 - 0.004817 * t) * StrictMath.sin(meanAnomaly) +
    (0.019993 - 0.000101 * t) * StrictMath.sin(2 * meanAnomaly) +
    0.000289 * StrictMath.sin(3 * meanAnomaly);
  const moonNode = (125.04 - 1934.136 * t) * RAD_PER_DEG;
  const nutationDeg = -0.00478 * StrictMath.sin(moonNode);
  const aberrationDeg = -0.00569;
  const longitude = (meanLongitudeDeg + centreDeg + aberrationDeg + nutationDeg) * RAD_PER_DEG;
  const obliquity = (23.439291 - 0.0130042 * t + 0.00256 * StrictMath.cos(moonNode)) * RAD_PER_DEG;
  const trueAnomaly = meanAnomaly + centreDeg * RAD_PER_DEG;
  const distanceKm =
    (AU_KM * 1.000001018 * (1 - eccentricity * eccentricity)) / (1 + eccentricity * StrictMath.cos(trueAnomaly));
  const x = StrictMath.cos(longitude);
  const y = StrictMath.cos(obliquity) * StrictMath.sin(longitude);
  const equinoxes = nutationDeg * StrictMath.cos(obliquity) * RAD_PER_DEG;
  rSunTemeKm[0] = distanceKm * (x + equinoxes * y); // first order in an angle below 1e-4 rad
  rSunTemeKm[1] = distanceKm * (y - equinoxes * x);
  rSunTemeKm[2] = distanceKm * StrictMath.sin(obliquity) * StrictMath.sin(longitude);
}

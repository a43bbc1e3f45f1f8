import { sunPos } from 'satellite.js';
import { AU_KM } from '../../core/index.ts';
import { type UtcInstant, addSeconds, julianDate } from './utc.ts';

/**
 * Position of the Sun from the Earth's centre, km, written to `rSunTemeKm[0 .. 2]`.
 *
 * Almanac formula of Vallado (alg. 29; satellite.js `sunPos`): mean equator and equinox of date, within 0.01 deg between 1950
 * and 2050. TEME differs from that frame by the nutation (below 0.005 deg), so the vector serves in TEME.
 */
export function sunPositionInto(epoch: UtcInstant, elapsedS: number, rSunTemeKm: Float64Array): void {
  const { rsun } = sunPos(julianDate(addSeconds(epoch, elapsedS)));
  rSunTemeKm[0] = rsun.x * AU_KM;
  rSunTemeKm[1] = rsun.y * AU_KM;
  rSunTemeKm[2] = rsun.z * AU_KM;
}

import type { SatelliteConfig } from '../scenario/index.ts';
import { predictTelemetry } from './replay.ts';
import type { Sizing } from './sizing.ts';
import { createTelemetry } from './telemetry.ts';

/** How the simulated satellite of a sizing compares with the closed forms. */
export interface SizingCheck {
  /** Worst relative error of the energy balance of any step. */
  readonly energyError: number;
  /** Deepest discharge: simulated, and load Te / (discharge efficiency x capacity). */
  readonly dischargeFrac: number;
  readonly dischargeClosedFrac: number;
  /** Least charge at the end of the sunlit part, over the capacity: below 1 the array is too small. */
  readonly chargedFrac: number;
  /** Steady temperature: simulated, and what the radiator was sized for. */
  readonly temperatureC: number;
  readonly temperatureClosedC: number;
  /** Bytes in less bytes out against bytes held at the end, relative. */
  readonly storageError: number;
}

const ORBITS = 12;
/** Steps of the simulated orbits; the shadow's edges fall on them. */
const STEPS_PER_PART = 240;

/**
 * Flies a sized satellite for twelve worst orbits with the world's model of energy and heat. The satellite's own efficiencies
 * of charging and discharging count; for the steady temperature, whose closed form knows no losses, they are 1.
 */
export function checkSizing(
  sizing: Sizing,
  given: { readonly loadW: number; readonly radiatorC: number; readonly sinkK: number; readonly emissivity: number },
  satellite: SatelliteConfig,
): SizingCheck {
  const { loadW, radiatorC, sinkK, emissivity } = given;
  const sized: SatelliteConfig = {
    ...satellite,
    ...{ emissivity, sinkK, busPowerW: loadW, arrayPowerW: sizing.arrayPowerW, batteryWh: sizing.batteryWh },
    ...{ radiatorM2: sizing.radiatorM2, initialChargeFrac: 1, initialC: radiatorC },
  };
  const n = 1 + 2 * STEPS_PER_PART * ORBITS;
  const timeS = new Float64Array(n);
  const sunlitFrac = new Float64Array(n);
  const receivedBytes = new Float64Array(n);
  const sentBytes = new Float64Array(n);
  for (let i = 1; i < n; i++) {
    const dark = (i - 1) % (2 * STEPS_PER_PART) < STEPS_PER_PART;
    timeS[i] = (timeS[i - 1] as number) + (dark ? sizing.eclipseS : sizing.sunlitS) / STEPS_PER_PART;
    sunlitFrac[i] = dark ? 0 : 1;
    // Filled in the sun, emptied in the shadow.
    if (dark) sentBytes[i] = 1e9 / 3;
    else receivedBytes[i] = 1e9 / 3;
  }
  const batteryFrac = new Float64Array(n).fill(1);
  const columns = new Map<string, Float64Array>([
    ...Object.entries({ sunlitFrac, receivedBytes, sentBytes, batteryFrac }),
    ['temperatureC', new Float64Array(n).fill(radiatorC)],
    ['storedBytes', new Float64Array(n).fill(1e12)],
  ]);
  const flight = createTelemetry(timeS, columns, { gaps: false });
  const real = predictTelemetry(flight, { satellite: sized, tickS: 1 });
  const lossless = predictTelemetry(flight, { satellite: { ...sized, chargeEfficiency: 1, dischargeEfficiency: 1 } });
  const charge = real.predicted.get('batteryFrac') as Float64Array;
  const stored = real.predicted.get('storedBytes') as Float64Array;
  const moved = receivedBytes.reduce((sum, bytes) => sum + bytes, 0);
  const charged = Array.from({ length: ORBITS }, (_, k) => charge[2 * STEPS_PER_PART * (k + 1)] as number);
  return {
    energyError: real.worstBalance,
    dischargeFrac: 1 - Math.min(...charge),
    dischargeClosedFrac: sizing.eclipseWh / (satellite.dischargeEfficiency * sizing.batteryWh),
    chargedFrac: Math.min(...charged),
    temperatureC: (lossless.predicted.get('temperatureC') as Float64Array)[n - 1] as number,
    temperatureClosedC: radiatorC,
    storageError: Math.abs((stored[n - 1] as number) - 1e12) / moved,
  };
}

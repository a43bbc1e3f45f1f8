import { readFileSync } from 'node:fs';
import { Rng } from '../../../core/index.ts';
import { type SatelliteConfig, type Telemetry, createTelemetry, parseScenario } from '../../../environment/index.ts';

export const SCENARIO = parseScenario(readFileSync('scenarios/iridium-66.yaml', 'utf8'), 'scenarios/iridium-66.yaml');
export const SATELLITE: SatelliteConfig = SCENARIO.satellite;
export const LINK = SCENARIO.gatewayLink;

/** Orbit of 6,000 s whose first 2,100 s lie in the shadow. */
const PERIOD_S = 6000;
const DARK_S = 2100;

/**
 * Inputs of a busy satellite: load that changes about every 50 rows, terminals that come and go, passes of 600 s over a gateway
 * in every half orbit. Measured columns hold what they start with; `synthesise` fills them.
 */
export function flight(rows: number, intervalS: number, seed = 7): Telemetry {
  const rng = new Rng(seed, 'flight');
  const timeS = Float64Array.from({ length: rows }, (_, i) => i * intervalS);
  const column = (value = 0): Float64Array => new Float64Array(rows).fill(value);
  const c = {
    ...{ sunlitFrac: column(), computeBusyFrac: column(), terminalW: column(), transmitW: column() },
    ...{ receivedBytes: column(), sentBytes: column(), rangeKm: column(NaN) },
    ...{ arrayW: column(), loadW: column(), batteryFrac: column(0.9), temperatureC: column(20) },
    ...{ jobsDoneTflop: column(), storedBytes: column(50e9), linkRateBps: column(NaN) },
  };
  let busy = 0.5;
  for (let i = 0; i < rows; i++) {
    const phaseS = (i * intervalS) % PERIOD_S;
    c.sunlitFrac[i] = phaseS < DARK_S ? 0 : 1;
    if (rng.uniform() < 0.02) busy = rng.uniform();
    c.computeBusyFrac[i] = busy;
    c.terminalW[i] = rng.uniform() < 0.2 ? 120 : 160;
    c.transmitW[i] = 50 * rng.uniform();
    c.receivedBytes[i] = 1e8 * rng.uniform();
    c.sentBytes[i] = 1e8 * rng.uniform();
    const passS = phaseS % 3000;
    if (passS >= 600) continue;
    // 800 km at the zenith, 7 km/s along the track.
    c.rangeKm[i] = Math.hypot(800, 7 * (passS - 300));
    c.linkRateBps[i] = 1;
  }
  return createTelemetry(timeS, new Map(Object.entries(c)));
}

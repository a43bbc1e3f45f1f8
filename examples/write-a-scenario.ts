/**
 * Writes a scenario, checks it, and asks of it: what does more load do to a baseline? Leaves the file in the folder, for
 * `npx spacecloud train <folder>/ring.yaml`.
 *
 *     npx tsx examples/write-a-scenario.ts [folder]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadGeometry, parseScenario, simulate, varyScenario } from 'spacecloud';

const text = `schema: 1
name: ring
description: One polar ring of eight satellites that carries messages between two cities.
epoch: 2026-11-22T00:00:00Z
durationS: 600
constellations:
  - name: ring
    walker: { pattern: star, planes: 1, satellitesPerPlane: 8, altitudeKm: 1400, inclinationDeg: 88, raanOffsetDeg: 60 }
    isl: { maxRangeKm: 8000 }
gateways:
  - { name: svalbard, latDeg: 78.23, lonDeg: 15.39 }
terminals:
  - { name: oslo, latDeg: 59.91, lonDeg: 10.75 }
  - { name: cape-town, latDeg: -33.92, lonDeg: 18.42 }
traffic:
  messages:
    - { name: mail, ratePerS: 2, sizeBytes: 20e6, deadlineS: 20 }
`;

const folder = process.argv[2] ?? 'runs/examples';
mkdirSync(folder, { recursive: true });
const file = join(folder, 'ring.yaml');
writeFileSync(file, text);

const scenario = parseScenario(text, file); // a mistake is an error with file, line, column and what to do
const geometry = loadGeometry(scenario, { cacheDir: null });
console.log(`${scenario.name}: ${geometry.satelliteCount} satellites, ${geometry.tickCount * geometry.tickS} s`);

for (const load of [1, 4, 16]) {
  const variant = varyScenario(scenario, (draft) => {
    draft.traffic.load = load;
  });
  const { kpis } = await simulate({ scenario: variant, geometry, policy: 'load-aware+at-source+bypass' });
  const delivered = (100 * (kpis['deliveredFrac'] ?? 0)).toFixed(1);
  console.log(`load ${load}: ${delivered} % delivered, p95 latency ${kpis['latencyP95S']?.toFixed(2)} s`);
}

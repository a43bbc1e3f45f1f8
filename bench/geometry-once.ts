import process from 'node:process';
import { loadOrBuildGeometryInWorkers } from '../environment/index.ts';
import type { GeometryTimes } from './geometry.bench.ts';
import { geometryScenario } from './scale-world-scenario.ts';
import { lapAsync } from './stopwatch.ts';

const [cacheDir = '', durationS = '', memoryBytes = ''] = process.argv.slice(2);
const scenario = geometryScenario(Number(durationS));
let progress = 0;
let contacts = 0;
const { wallS, cpuS } = await lapAsync(async () => {
  const geometry = await loadOrBuildGeometryInWorkers(scenario, {
    cacheDir,
    memoryBytes: Number(memoryBytes),
    onProgress: () => progress++,
  });
  contacts = geometry.contacts.n;
});
const peakMb = (process.resourceUsage().maxRSS * 1024) / 1e6;
const times: GeometryTimes = { wallS, cpuS, peakMb, progress, contacts };
process.stdout.write(JSON.stringify(times));

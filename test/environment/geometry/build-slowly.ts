// Streams a geometry to the cache folder given, says so when the first part is written, and never ends by itself.
import process from 'node:process';
import { createGeometryFile } from '../../../environment/geometry/cache-file.ts';
import { buildPlanned } from '../../../environment/geometry/build.ts';
import { geometryKey } from '../../../environment/geometry/key.ts';
import { planGeometry } from '../../../environment/geometry/plan.ts';
import { fileStore } from '../../../environment/geometry/sky-store.ts';
import { star66 } from './scenarios.ts';

const scenario = star66({ durationS: 600 });
const plan = planGeometry(scenario, '.');
const key = geometryKey(scenario, '.');
const writer = createGeometryFile(`${process.argv[2]}/${key}.geometry`, plan.sky);
buildPlanned(plan, key, fileStore(plan.sky, writer), undefined);
process.stdout.write('written\n');
setInterval(() => undefined, 1000);

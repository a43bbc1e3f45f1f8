import process from 'node:process';
import { geometryOnce } from './start.bench.ts';

process.stdout.write(JSON.stringify(await geometryOnce(process.argv[2] as string)));

import process from 'node:process';
import { startOnce } from './start.bench.ts';

process.stdout.write(JSON.stringify(startOnce()));

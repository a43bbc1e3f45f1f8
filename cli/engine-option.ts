import { Option } from 'commander';
import type { EnginePreference } from '../policies/networks/index.ts';

const CHOICES: readonly EnginePreference[] = ['auto', 'node', 'wasm', 'cpu'];

/** `--engine`, also read from `SPACECLOUD_ENGINE`: the learning engine of every command that needs one. */
export function engineOption(): Option {
  return new Option('--engine <engine>', 'learning engine: auto takes the first of node, wasm, cpu that works')
    .choices(CHOICES)
    .default('auto')
    .env('SPACECLOUD_ENGINE');
}

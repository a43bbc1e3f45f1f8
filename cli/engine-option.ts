import { Option } from 'commander';
import type { LearningEnginePreference } from '../training/index.ts';

const CHOICES: readonly LearningEnginePreference[] = ['auto', 'fused-fma', 'fused', 'node', 'wasm', 'cpu'];

/** `--engine`, also read from `SPACECLOUD_ENGINE`: the learning engine of every command that needs one. */
export function engineOption(): Option {
  return new Option(
    '--engine <engine>',
    'learning engine: auto takes the first of fused-fma, fused, node, wasm, cpu that serves the network',
  )
    .choices(CHOICES)
    .default('auto')
    .env('SPACECLOUD_ENGINE');
}

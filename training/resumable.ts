import { SpaceCloudError } from '../core/index.ts';
import type { Checkpoint, CheckpointIdentity } from './checkpoint/format.ts';
import { findCheckpoint, readCheckpoint } from './checkpoint.ts';
import type { TrainConfig } from './train-options.ts';

/**
 * The checkpoint at `path` for a run of this identity and configuration to go on from, or undefined when there is none.
 *
 * Errors: as `loadCheckpoint`; CHECKPOINT_SCENARIO names the settings that differ, with both values.
 */
export function findResumable(path: string, identity: CheckpointIdentity, config: TrainConfig): Checkpoint | undefined {
  try {
    return findCheckpoint(path, identity);
  } catch (error) {
    const differing = error instanceof SpaceCloudError ? error.details['differing'] : undefined;
    if (!Array.isArray(differing) || differing.join() !== 'configuration') throw error;
    const settings = differingSettings(readCheckpoint(path).manifest.state['config'], config);
    throw new SpaceCloudError(
      'CHECKPOINT_SCENARIO',
      `Expected the settings of the run that wrote the checkpoint, got ${settings.join(', ')}.`,
      {
        place: { file: path },
        hint: 'Resume with the same settings, or start a new run in another folder.',
        details: { differing: settings },
        cause: error,
      },
    );
  }
}

/** `decisions 300 instead of 200`, for every setting that differs; nested ones with a dot. */
function differingSettings(before: unknown, now: unknown, name = ''): string[] {
  if (isRecord(before) && isRecord(now)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
    return keys.flatMap((key) => differingSettings(before[key], now[key], name === '' ? key : `${name}.${key}`));
  }
  const [was, is] = [JSON.stringify(before), JSON.stringify(now)];
  return was === is ? [] : [`${name} ${is ?? 'unset'} instead of ${was ?? 'unset'}`];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

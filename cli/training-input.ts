import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SpaceCloudError } from '../core/index.ts';
import type { Geometry, Scenario } from '../environment/index.ts';
import type { TrainingFile } from '../training/index.ts';
import type { CommandStreams } from './run-command.ts';
import { loadScenarioFile, loadScenarioGeometry } from './scenario-input.ts';

export interface TrainingInput {
  readonly file: TrainingFile;
  readonly scenarios: readonly { readonly scenario: Scenario; readonly geometry: Geometry; readonly weight: number }[];
  /** Run folder whose policy is the start, seen from the working directory. */
  readonly from: string | undefined;
}

/**
 * Loads a training file with its scenarios and their geometries.
 *
 * Errors: TRAINING_FILE with the place in the file, also for a scenario that is not there or is too short and for a start
 * that is no run; SCENARIO_*, ELEMENTS_*, FILE_*.
 */
export async function loadTrainingInput(
  path: string,
  options: { readonly cache: boolean; readonly resume?: boolean },
  streams: CommandStreams,
): Promise<TrainingInput> {
  const { CHECKPOINT_FILE, loadTrainingFile } = await import('../training/index.ts');
  const { value: file, placeOf } = loadTrainingFile(path);
  const near = (reference: string): string => {
    const beside = join(dirname(path), reference);
    return existsSync(beside) ? beside : reference;
  };
  const from = file.from === undefined ? undefined : near(file.from);
  // A run that is resumed brings its own policy; the one it started from may be gone.
  if (from !== undefined && options.resume !== true && !existsSync(join(from, CHECKPOINT_FILE))) {
    throw new SpaceCloudError('TRAINING_FILE', `from: expected a run folder with a checkpoint, found none at ${from}`, {
      place: placeOf(['from']),
      hint: 'The path is relative to the training file, or else to the working directory.',
    });
  }
  const loaded: { scenario: Scenario; weight: number }[] = [];
  for (const [i, { scenario: reference, weight, load }] of file.scenarios.entries()) {
    const place = placeOf(['scenarios', i, 'scenario']);
    const scenario = await orAt(place, () =>
      loadScenarioFile(near(reference), load === undefined ? {} : { load }, streams),
    );
    const longest = Math.max(file.rollout.episodeS, (file.evaluation?.arrivalsS ?? 0) + (file.evaluation?.drainS ?? 0));
    if (longest > scenario.durationS) {
      throw new SpaceCloudError(
        'TRAINING_FILE',
        `scenarios[${i}].scenario: expected one of at least ${longest} s (the longest episode), found ${scenario.durationS} s`,
        { place, hint: 'Shorten the episodes, or give the scenario a longer durationS.' },
      );
    }
    loaded.push({ scenario, weight });
  }
  const scenarios = [];
  for (const { scenario, weight } of loaded) {
    scenarios.push({ scenario, weight, geometry: await loadScenarioGeometry(scenario, options, streams) });
  }
  return { file, scenarios, from };
}

/** A file that is not there is a mistake in the training file, at the line that names it. */
async function orAt<T>(place: NonNullable<SpaceCloudError['place']>, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (!(cause instanceof SpaceCloudError) || cause.code !== 'FILE_NOT_FOUND') throw cause;
    const hint = cause.hint === undefined ? {} : { hint: cause.hint };
    throw new SpaceCloudError('TRAINING_FILE', cause.message, { place, ...hint, cause });
  }
}

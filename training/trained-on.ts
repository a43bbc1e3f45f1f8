import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpaceCloudError, canonicalJson, hashJson } from '../core/index.ts';
import type { Scenario } from '../environment/index.ts';
import { MANIFEST_FILE } from './run-files.ts';

/** What a run was trained on, from its manifest. */
interface TrainedOn {
  readonly scenarios: readonly {
    readonly name: string;
    readonly hash: string;
    readonly load: number;
    readonly holdOut: Scenario['holdOut'] | null;
  }[];
  readonly seeds: { readonly first: number; readonly last: number };
  /** What training varied from episode to episode, as ranges. */
  readonly config?: { readonly variation?: Readonly<Record<string, readonly number[]>> };
}

/**
 * How an evaluation stands to what a run was trained on, in sentences for its readers: whether the scenario and its load were
 * trained on, and whether training kept off what the scenario holds out.
 *
 * Errors: HELD_OUT for a seed of the run's training.
 */
export function trainingNotes(
  runFolder: string,
  { scenario, seeds }: { readonly scenario: Scenario; readonly seeds: readonly number[] },
): string[] {
  const trained = readTrainedOn(runFolder);
  if (trained === undefined) {
    return [`WARNING: ${runFolder} does not say what it was trained on, so it may have been on these very worlds.`];
  }
  const { first, last } = trained.seeds;
  const seen = seeds.find((seed) => seed >= first && seed <= last);
  if (seen !== undefined) {
    throw new SpaceCloudError('HELD_OUT', `Expected seeds that '${runFolder}' was not trained on, got ${seen}.`, {
      hint: `Its training drew from ${first} to ${last}.`,
    });
  }
  return [...scenarioNotes(runFolder, trained, scenario), ...holdOutNotes(runFolder, trained, scenario)];
}

function scenarioNotes(runFolder: string, { scenarios, config }: TrainedOn, scenario: Scenario): string[] {
  const hash = hashJson(scenario);
  if (scenarios.some((trained) => trained.hash === hash)) return [];
  const names = scenarios.map(({ name, load }) => `${name} at load ${load}`).join(', ');
  const varied = Object.entries(config?.variation ?? {}).map(([key, range]) => `${key} from ${range.join(' to ')}`);
  const variation = varied.length === 0 ? '' : `, with ${varied.join(', ')}`;
  return [
    `${runFolder} was trained on ${names}${variation}; the scenario evaluated (${scenario.name} at load ${scenario.traffic.load}) is another one.`,
  ];
}

function holdOutNotes(runFolder: string, { scenarios }: TrainedOn, scenario: Scenario): string[] {
  const { name, holdOut } = scenario;
  if (holdOut === undefined) return [];
  const wanted = canonicalJson(holdOut);
  const same = scenarios.filter((trained) => trained.name === name);
  if (same.length > 0 && same.every((trained) => canonicalJson(trained.holdOut) === wanted)) {
    return [`Training of ${runFolder} kept off what ${name} holds out.`];
  }
  if (same.length === 0) return [];
  return [`WARNING: training of ${runFolder} did not keep off what ${name} holds out now.`];
}

function readTrainedOn(runFolder: string): TrainedOn | undefined {
  const file = join(runFolder, MANIFEST_FILE);
  if (!existsSync(file)) return undefined;
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Partial<TrainedOn>;
  const { scenarios, seeds, config } = manifest;
  if (seeds === undefined || scenarios?.every(({ hash }) => typeof hash === 'string') !== true) return undefined;
  return { scenarios, seeds, ...(config === undefined ? {} : { config }) };
}

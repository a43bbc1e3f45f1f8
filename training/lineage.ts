import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../core/index.ts';
import type { BundleLineage } from '../policies/bundle/index.ts';
import { MANIFEST_FILE } from './run-files.ts';
import type { TrainedPolicy } from './trained-policy.ts';

/** What a run wrote down of itself, as far as a bundle repeats it. */
interface RunNotes {
  readonly scenarios: readonly { readonly name: string; readonly hash: string; weight?: number; load?: number }[];
  /** Commit of the program that trained. */
  readonly commit?: string | null;
  readonly engine: { readonly versions: Readonly<Record<string, string>> };
}

/**
 * The lineage of a trained policy: from its checkpoint, and from the `run.json` beside it where that is there (all scenarios
 * with their shares, versions of the learning engine). `commit` is that of the exporting program.
 */
export function lineageOf(runFolder: string, trained: TrainedPolicy, commit: string | null): BundleLineage {
  const notes = readNotes(runFolder);
  const { config } = trained;
  const startedFrom = config.from === null ? null : nameOf(config.from);
  return {
    scenarios: notes?.scenarios.map(({ name, hash, weight, load }) => ({
      ...{ name, hash },
      ...(weight === undefined ? {} : { weight }),
      ...(load === undefined ? {} : { load }),
    })) ?? [{ name: trained.scenario, hash: trained.scenarioHash }],
    checkpointSha256: trained.checkpointSha256,
    startedFrom,
    seeds: [config.seed],
    engine: `tfjs-${trained.engine}`,
    simulator: { name: 'spacecloud', version: trained.version, commit: notes?.commit ?? null },
    exporter: { name: 'spacecloud', version: VERSION, commit },
    versions: notes?.engine.versions ?? {},
    decisionsTrained: trained.decisions,
    configuration: { ...config, from: startedFrom },
  };
}

function readNotes(runFolder: string): RunNotes | undefined {
  const file = join(runFolder, MANIFEST_FILE);
  if (!existsSync(file)) return undefined;
  const { scenarios, engine, commit = null } = JSON.parse(readFileSync(file, 'utf8')) as Partial<RunNotes>;
  const isWhole = scenarios?.every(({ name, hash }) => typeof name === 'string' && typeof hash === 'string') === true;
  return isWhole && engine !== undefined ? { scenarios, engine, commit } : undefined;
}

/** The last part of a path: a bundle tells where it comes from, not where files lay. */
function nameOf(path: string): string {
  return (
    path
      .split(/[/\\]/)
      .filter((part) => part !== '')
      .at(-1) ?? path
  );
}

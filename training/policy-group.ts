import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { SpaceCloudError, hashJson } from '../core/index.ts';
import type { PolicySource } from './evaluation/policy-source.ts';
import { type PolicyReferenceOptions, resolvePolicy } from './policy-reference.ts';
import { CHECKPOINT_FILE } from './run-files.ts';
import { readTrainedPolicy } from './trained-policy.ts';

/** What a reference names: one policy, or several training runs to be compared as one. */
export interface PolicyGroup {
  readonly sources: readonly PolicySource[];
  /** Run folders among them, in the order of `sources`. */
  readonly runFolders: readonly string[];
}

/**
 * Policies by what a user writes: all that `resolvePolicy` takes, several runs as `NAME=runs/a,runs/b`, or a folder of runs
 * (`runs/seeds`, `runs/seeds/*`). Runs of one group must differ in their seed and in nothing else, or their spread would not
 * be that of one algorithm. `NAME=` before a single run or bundle renames it.
 *
 * Errors: as `resolvePolicy`; USAGE for runs that do not make one group.
 */
export function resolvePolicyGroup(reference: string, options: PolicyReferenceOptions): PolicyGroup {
  const [, name, rest] = /^([^=/\\:+]+)=(.+)$/.exec(reference) ?? [];
  const parts = (rest ?? reference).split(',').flatMap(runsWithin);
  const [first] = parts;
  if (first === undefined || (parts.length === 1 && name === undefined && first === reference)) {
    return single(reference, options);
  }
  if (parts.length > 1) return runGroup(name ?? nameOf(reference), parts, options);
  const { sources, runFolders } = single(first, options);
  const renamed = sources.map((source): PolicySource => {
    if (source.kind === 'network') return { ...source, name: name ?? nameOf(reference) };
    throw new SpaceCloudError('USAGE', `Expected a run or a bundle after '${name}=', got the baseline '${first}'.`, {
      hint: 'Baselines go by their own names.',
    });
  });
  return { sources: renamed, runFolders };
}

function single(reference: string, options: PolicyReferenceOptions): PolicyGroup {
  const isRun = existsSync(join(reference, CHECKPOINT_FILE));
  return { sources: [resolvePolicy(reference, options)], runFolders: isRun ? [reference] : [] };
}

/** The runs in a folder of runs, in the order of their names; anything else as it is. */
function runsWithin(part: string): string[] {
  const folder = part.replace(/[/\\]\*$/, '');
  if (folder === part && existsSync(join(folder, CHECKPOINT_FILE))) return [part];
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [part];
  const runs = readdirSync(folder)
    .sort(new Intl.Collator('en', { numeric: true }).compare)
    .map((entry) => join(folder, entry))
    .filter((path) => existsSync(join(path, CHECKPOINT_FILE)));
  return runs.length === 0 ? [part] : runs;
}

function nameOf(reference: string): string {
  return basename(resolve(reference.replace(/[/\\]\*$/, '')));
}

function runGroup(name: string, folders: readonly string[], { which }: PolicyReferenceOptions): PolicyGroup {
  const missing = folders.find((folder) => !existsSync(join(folder, CHECKPOINT_FILE)));
  if (missing !== undefined) {
    throw new SpaceCloudError('USAGE', `Expected run folders in the group '${name}', got '${missing}'.`, {
      hint: `It holds no ${CHECKPOINT_FILE}. Give bundles and baselines each in a --policy of their own.`,
    });
  }
  const runs = folders.map((folder) => ({
    folder,
    run: basename(resolve(folder)),
    ...readTrainedPolicy(folder, which),
  }));
  const kindOf = ({ config, scenarioHash }: (typeof runs)[number]): string =>
    hashJson({ ...config, seed: 0, workers: 0, scenarioHash });
  const [first] = runs;
  for (const [i, run] of runs.entries()) {
    if (first !== undefined && kindOf(run) !== kindOf(first)) {
      throw new SpaceCloudError(
        'USAGE',
        `Expected runs of '${name}' that differ in their seed only, got another configuration or scenario in '${run.folder}' than in '${first.folder}'.`,
        { hint: 'Compare them as two policies: one --policy NAME=... each.' },
      );
    }
    const twin = runs.slice(0, i).find(({ config }) => config.seed === run.config.seed);
    if (twin !== undefined) {
      throw new SpaceCloudError(
        'USAGE',
        `Expected runs of '${name}' with a seed each, got seed ${run.config.seed} in '${twin.folder}' and '${run.folder}'.`,
        { hint: 'The same training twice is one sample.' },
      );
    }
  }
  const names = runs.map(({ run }) => run);
  const isUnique = new Set(names).size === names.length;
  const sources = runs.map(({ folder, run, network }): PolicySource => ({
    kind: 'network',
    name,
    run: isUnique ? run : folder,
    role: 'learned',
    network,
  }));
  return { sources, runFolders: folders };
}

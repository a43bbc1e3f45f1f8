import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../core/index.ts';
import { loadGeometry, loadScenario } from '../../index.ts';
import { combineKinds } from '../../policies/index.ts';
import {
  type NetworkSource,
  type PolicySource,
  RecordStore,
  type SweepResult,
  TRAIN_DEFAULTS,
  readTrainedPolicy,
  renderReport,
  resolvePolicyGroup,
  sweep,
  sweepCsv,
  sweepCurves,
  sweepJson,
} from '../../training/index.ts';
import type { Comparison, ComparisonSet } from './comparison-sets.ts';

const BOOTSTRAP_REPLICATES = 10_000;
/** Seeds 1 to 10 are those on which heuristics were tuned. */
const FIRST_SEED = 11;

/** Run folders of a comparison set by variant. */
export type RunFolders = ReadonlyMap<string, readonly string[]>;

/** All policies of a comparison at all its points; records made before are kept. Writes JSON, CSV and a page. */
export async function compare(
  set: ComparisonSet,
  comparison: Comparison,
  options: {
    readonly folder: string;
    readonly runs: RunFolders;
    readonly report: (line: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<SweepResult> {
  const { folder, runs, signal } = options;
  const out = join(folder, set.name, `compare-${comparison.name}`);
  const scenario = loadScenario(set.training, comparison.load === undefined ? {} : { load: comparison.load });
  const policies = [
    ...comparison.variants.flatMap((variant) => sourcesOf(set, variant, runs)),
    ...comparison.rivals.flatMap((rival) => resolvePolicyGroup(rival, { now: Date.now }).sources),
  ];
  const store = RecordStore.open(out, { resume: true });
  const startMs = Date.now();
  try {
    const result = await sweep({
      ...{ scenario, geometry: loadGeometry(scenario), policies, store, signal },
      axes: comparison.axes,
      seeds: Array.from({ length: comparison.seeds }, (_, i) => FIRST_SEED + i),
      arrivalsS: comparison.arrivalsS,
      drainS: comparison.drainS,
      fallback: TRAIN_DEFAULTS.fallback,
      workers: 2,
      replicates: BOOTSTRAP_REPLICATES,
    });
    const origin = {
      versions: { spacecloud: VERSION, node: process.versions.node },
      scenarioHashes: Object.fromEntries(result.points.map((p) => [p.summary.scenarios[0] as string, p.scenarioHash])),
      command: `npm run results -- --only ${set.name}`,
    };
    if (result.overall !== undefined) {
      const records = result.points.flatMap((point) => point.records);
      const page = await renderReport(result.overall, records, {
        ...origin,
        title: `${set.name}: ${comparison.name}`,
        when: new Date().toISOString(),
        sweeps: sweepCurves(result),
      });
      writeFileSync(join(out, 'sweep.json'), sweepJson(result, origin));
      writeFileSync(join(out, 'sweep.csv'), sweepCsv(result));
      writeFileSync(join(out, 'report.html'), page);
    }
    options.report(`${set.name}/${comparison.name}: compared in ${((Date.now() - startMs) / 1000).toFixed(0)} s`);
    return result;
  } finally {
    store.close();
  }
}

function sourcesOf(set: ComparisonSet, variant: string, runs: RunFolders): readonly PolicySource[] {
  if (variant === set.joined?.name) return joinedSources(set.joined, runs);
  const folders = runs.get(variant) ?? [];
  if (folders.length === 1) return resolvePolicyGroup(`${variant}=${folders[0] ?? ''}`, { now: Date.now }).sources;
  return resolvePolicyGroup(`${variant}=${folders.join(',')}`, { now: Date.now }).sources;
}

/** Run i of the joined policy decides each kind by run i of the variant that learned it. */
function joinedSources({ name, of }: NonNullable<ComparisonSet['joined']>, runs: RunFolders): NetworkSource[] {
  const count = Math.min(...of.map((variant) => runs.get(variant)?.length ?? 0));
  return Array.from({ length: count }, (_, i) => {
    const networks = of.map((variant) => readTrainedPolicy(runs.get(variant)?.[i] ?? '').network);
    return { kind: 'network', name, run: `seed-${i + 1}`, role: 'learned', network: combineKinds(networks) };
  });
}

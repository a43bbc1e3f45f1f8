import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** One broken import rule: `from` imports `to`. For cycles, `to` is the next module on the circle. */
export interface BrokenRule {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

export interface CruiseResult {
  /** Paths of the project's own modules that were read. */
  readonly modules: readonly string[];
  readonly broken: readonly BrokenRule[];
}

/** The part of dependency-cruiser's JSON report used here. */
interface Report {
  readonly modules: readonly { readonly source: string; readonly followable?: boolean }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

/** Runs `.dependency-cruiser.cjs` of this project over `folder`, as `npm run imports` does over the project. */
export function cruise(folder: string = ROOT): CruiseResult {
  const run = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
      '--config',
      join(ROOT, '.dependency-cruiser.cjs'),
      '--output-type',
      'json',
      '.',
    ],
    { cwd: folder, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (run.stdout === '') throw new Error(`dependency-cruiser printed no report: ${run.stderr}`);
  const report = JSON.parse(run.stdout) as Report;
  return {
    modules: report.modules
      .map((module) => module.source)
      .filter((source) => /^[^/]+\/.*\.ts$/.test(source) && !source.includes('node_modules/')),
    broken: report.summary.violations.map(({ from, to, rule }) => ({ rule: rule.name, from, to })),
  };
}

/**
 * `npm run results -- [--only SET] [--runs N] [--folder DIR]`: trains and compares everything that docs/RESULTS.md claims, and
 * writes the tables of that page. What a stopped run has made is kept and gone on from.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { SpaceCloudError } from '../../core/index.ts';
import type { SweepResult } from '../../training/index.ts';
import { compare } from './compare.ts';
import { type ResultsOptions, readOptions } from './options.ts';
import { withTables } from './page.ts';
import { COMPARISON_SETS } from './comparison-sets.ts';
import { trainVariant } from './train-variant.ts';

const PAGE = 'docs/RESULTS.md';

const report = (line: string): void => void process.stderr.write(`${line}\n`);
const options = optionsOrExit();
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

const wanted = COMPARISON_SETS.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
const results = new Map<string, SweepResult>();
for (const set of wanted) {
  const runs = new Map<string, readonly string[]>();
  for (const variant of set.variants) {
    const few = { ...variant, runs: Math.min(variant.runs, options.runs) };
    runs.set(variant.name, await trainVariant(set, few, { folder: options.folder, report, signal: stop.signal }));
  }
  for (const comparison of set.comparisons) {
    if (stop.signal.aborted) break;
    const result = await compare(set, comparison, { folder: options.folder, runs, report, signal: stop.signal });
    results.set(`${set.name}/${comparison.name}`, result);
  }
}
if (!stop.signal.aborted && existsSync(PAGE)) {
  writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), results));
  report(`Tables written into ${PAGE}; pages and records are in ${options.folder}.`);
}
process.exitCode = stop.signal.aborted ? 130 : 0;

function optionsOrExit(): ResultsOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof SpaceCloudError)) throw error;
    report(`${error.code}: ${error.message}\n  ${error.hint ?? ''}`);
    process.exit(2);
  }
}

/**
 * `npm run results -- [--only STUDY] [--runs N] [--folder DIR]`: trains and compares everything that docs/RESULTS.md claims, and
 * writes the tables of that page. What a stopped run has made is kept and gone on from.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { SweepResult } from '../../training/index.ts';
import { compare } from './compare.ts';
import { withTables } from './page.ts';
import { STUDIES } from './studies.ts';
import { trainVariant } from './train-variant.ts';

const PAGE = 'docs/RESULTS.md';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    /** Most training runs per variant; fewer than the study's are for trying the program out. */
    runs: { type: 'string', default: '1000' },
    folder: { type: 'string', default: 'runs/results' },
  },
});

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
const report = (line: string): void => void process.stderr.write(`${line}\n`);

const wanted = STUDIES.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
if (wanted.length === 0) {
  report(`Expected --only to be among ${STUDIES.map(({ name }) => name).join(', ')}; got ${values.only.join(', ')}.`);
  process.exit(2);
}
const results = new Map<string, SweepResult>();
for (const study of wanted) {
  const runs = new Map<string, readonly string[]>();
  for (const variant of study.variants) {
    const few = { ...variant, runs: Math.min(variant.runs, Number(values.runs)) };
    runs.set(variant.name, await trainVariant(study, few, { folder: values.folder, report, signal: stop.signal }));
  }
  for (const comparison of study.comparisons) {
    if (stop.signal.aborted) break;
    const result = await compare(study, comparison, { folder: values.folder, runs, report, signal: stop.signal });
    results.set(`${study.name}/${comparison.name}`, result);
  }
}
if (!stop.signal.aborted && existsSync(PAGE)) {
  writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), results));
  report(`Tables written into ${PAGE}; pages and records are in ${values.folder}.`);
}
process.exitCode = stop.signal.aborted ? 130 : 0;

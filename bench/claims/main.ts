/**
 * `npm run claims -- [--only STUDY]... [--folder DIR]`: trains the policies that the studies fly, runs every shipped study in
 * its full size, and writes what they say into docs/CLAIMS.md. What a stopped run has made is kept and gone on from.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { SpaceCloudError } from '../../core/index.ts';
import { type StudyReport, loadStudy, shippedStudies, study } from '../../index.ts';
import { RecordStore, parseStudyJson, studyHtml, studyJson, studyMarkdown } from '../../training/index.ts';
import { type ClaimsOptions, readOptions } from './options.ts';
import { learnedPolicies } from './learned.ts';

const PAGE = 'docs/CLAIMS.md';
const GENERATED = /(<!-- studies -->\n)[\s\S]*(<!-- end -->)/;
const COMMAND = 'npm run claims';

const report = (line: string): void => void process.stderr.write(`${line}\n`);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

const { only, folder } = optionsOrExit();
for (const name of only.length === 0 ? shippedStudies() : only) {
  if (stop.signal.aborted) break;
  const startMs = Date.now();
  const policies = await learnedPolicies(name, { folder, report, signal: stop.signal });
  const store = RecordStore.open(join(folder, name), { resume: true });
  try {
    const found = await study({
      ...{ studies: [loadStudy(name)], size: 'full', policies, store, signal: stop.signal },
      onProgress: (done) => process.stderr.isTTY && process.stderr.write(`\r${name}: ${done} runs`),
    });
    if (stop.signal.aborted) break;
    writeFileSync(join(folder, name, 'study.json'), studyJson(found));
    writeFileSync(join(folder, name, 'report.html'), await studyHtml(found, { command: COMMAND }));
    report(`${name}: ${((Date.now() - startMs) / 1000).toFixed(0)} s`);
  } finally {
    store.close();
  }
}
if (!stop.signal.aborted) writePage();
process.exitCode = stop.signal.aborted ? 130 : 0;

/** The page with all studies that have been run, in the order of their names. */
function writePage(): void {
  const reports = shippedStudies().flatMap((name): StudyReport[] => {
    const path = join(folder, name, 'study.json');
    return existsSync(path) ? [parseStudyJson(readFileSync(path, 'utf8'), path)] : [];
  });
  const [first] = reports;
  if (first === undefined) return;
  const all: StudyReport = { ...first, studies: reports.flatMap(({ studies }) => studies) };
  const text = studyMarkdown(all, { command: COMMAND });
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(
    PAGE,
    page.replace(GENERATED, (_whole, begin: string, end: string) => `${begin}\n${text}\n${end}`),
  );
  report(`${all.studies.length} studies written into ${PAGE}; pages and records are in ${folder}.`);
}

function optionsOrExit(): ClaimsOptions {
  try {
    return readOptions(process.argv.slice(2), shippedStudies());
  } catch (error) {
    if (!(error instanceof SpaceCloudError)) throw error;
    report(`${error.code}: ${error.message}\n  ${error.hint ?? ''}`);
    process.exit(2);
  }
}

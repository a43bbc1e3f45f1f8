import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { SpaceCloudError } from '../../core/index.ts';
import type { StudyReport, StudySizeName } from '../../training/index.ts';
import { wholeNumber } from '../arguments.ts';
import { policyList, readSeeds, watchRuns } from '../evaluation-options.ts';
import { expectWritable, readKey, writeTexts } from '../files.ts';
import { expectOutToResume, untilInterruptedOrKept } from '../resume.ts';
import type { CommandStreams } from '../run-command.ts';
import { loadScenarioGeometry } from '../scenario-input.ts';

interface StudyCommandOptions {
  readonly size: StudySizeName;
  readonly policy: readonly string[];
  readonly seeds?: number;
  readonly workers: number;
  readonly replicates: number;
  readonly key?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly cache: boolean;
  readonly json?: boolean;
}

/** `spacecloud study`: claims put to the test against what is flown or built today. */
export function register(program: Command, streams: CommandStreams): void {
  program
    .command('study')
    .description('claims of a cloud in orbit against comparators on the same orbits, traffic and seeds, with sweeps')
    .argument('<names...>', 'shipped studies or study files; `all` for all shipped, `list` to list them')
    .option('--size <size>', 'quick (minutes) or full (to publish)', sizeName, 'quick')
    .option(
      '--policy <policy>',
      'fly this too: run folder, NAME=runs/a,runs/b (training runs of one policy), bundle folder or baseline; may be repeated',
      policyList,
      [],
    )
    .option('--seeds <n>', 'runs per column and point; default as the study says', wholeNumber('--seeds', 1, 10_000))
    .option('--out <folder>', 'write records.jsonl, study.json, report.html, report.md, CSV and Parquet there')
    .option('--resume', 'keep the runs in --out that a stopped study has made, and make the others')
    .option('--workers <n>', 'worker threads', wholeNumber('--workers', 1, 64), 2)
    .option('--replicates <n>', 'bootstrap resamples', wholeNumber('--replicates', 100, 1_000_000), 10_000)
    .option('--key <file>', 'trusted public key for bundles (PEM)')
    .option('--no-cache', 'compute geometries anew and do not keep them')
    .option('--json', 'print one JSON document')
    .action(async (names: readonly string[], options: StudyCommandOptions) => {
      if (names.includes('list')) return listStudies(names, options, streams);
      await runStudies(names, options, streams);
    });
}

async function runStudies(
  names: readonly string[],
  options: StudyCommandOptions,
  streams: CommandStreams,
): Promise<void> {
  expectOutToResume(options);
  const { loadStudy, shippedStudies } = await import('../../index.ts');
  const training = await import('../../training/index.ts');
  const { nearestWord } = await import('../../environment/index.ts');
  const { size, out, workers, replicates, resume = false } = options;
  const wanted = [...new Set(names.flatMap((name) => (name === 'all' ? shippedStudies() : [name])))];
  const studies = wanted.map((name) => {
    try {
      return loadStudy(name);
    } catch (error) {
      throw withShipped(error, name, { shipped: shippedStudies(), nearest: nearestWord(name, shippedStudies()) });
    }
  });
  const seeds = options.seeds === undefined ? undefined : await readSeeds(undefined, options.seeds, 'report');
  const publicKeyPem = options.key === undefined ? undefined : readKey(options.key, 'public');
  const policies = options.policy.flatMap(
    (reference) =>
      training.resolvePolicyGroup(reference, {
        now: Date.now,
        ...(publicKeyPem === undefined ? {} : { publicKeyPem }),
      }).sources,
  );
  if (out !== undefined) expectWritable(out);
  const before = out === undefined || !resume ? undefined : await reportIn(out);
  if (before !== undefined) {
    const asked = studies.map(({ file }) => file.value.study);
    training.expectKeepsReport(before.report, { studies: asked, size, file: before.file });
  }
  const store = out === undefined ? undefined : training.RecordStore.open(out, { resume });
  let watch: ReturnType<typeof watchRuns> | undefined;
  let total = 0;
  let kept = 0;
  let made = 0;
  try {
    const report = await untilInterruptedOrKept(
      (signal) =>
        training.study({
          ...{ studies, size, policies, workers, replicates, signal },
          fallback: training.TRAIN_DEFAULTS.fallback,
          geometryOf: (scenario) => loadScenarioGeometry(scenario, options, streams),
          ...(seeds === undefined ? {} : { seeds }),
          ...(store === undefined ? {} : { store }),
          onPlanned: (runs) => {
            total = runs;
            watch = watchRuns('study', runs, streams);
          },
          onKept: () => kept++,
          onProgress: (done, last) => {
            made = done;
            watch?.onProgress(done, total, last);
          },
        }),
      options,
      streams,
    ).finally(() => watch?.end());
    const changed = before === undefined ? [] : training.changedStudies(before.report, report);
    if (changed.length > 0 && options.json !== true) {
      streams.err(
        `${changed.join(', ')}: file, scenario, seeds or policies have changed since the report that stood in ${out}; ${kept} kept runs still fit, ${made} were made.\n`,
      );
    }
    if (out !== undefined) await writeReport(report, out);
    const broken = training.brokenBands(report);
    // One JSON document in any case: the result, or the error with the bands.
    if (options.json === true && broken === undefined) streams.out(training.studyJson(report));
    if (options.json !== true) {
      streams.out(training.studyText(report));
      if (out !== undefined) streams.out(`Report: ${join(out, 'report.html')}\n`);
    }
    if (broken !== undefined) throw broken;
  } finally {
    store?.close();
  }
}

/** The report that an earlier command left in a folder. Errors: FILE_READ. */
async function reportIn(out: string): Promise<{ readonly report: StudyReport; readonly file: string } | undefined> {
  const file = join(out, 'study.json');
  if (!existsSync(file)) return undefined;
  const { parseStudyJson } = await import('../../training/index.ts');
  return { report: parseStudyJson(readFileSync(file, 'utf8'), file), file };
}

async function writeReport(report: StudyReport, out: string): Promise<void> {
  const training = await import('../../training/index.ts');
  const command = ['spacecloud', ...process.argv.slice(2)].join(' ');
  writeTexts([
    { path: join(out, 'study.json'), text: training.studyJson(report) },
    { path: join(out, 'report.md'), text: training.studyMarkdown(report, { command }) },
    { path: join(out, 'report.html'), text: await training.studyHtml(report, { command }) },
    { path: join(out, 'study.csv'), text: training.studyCsv(report) },
    { path: join(out, 'records.csv'), text: training.studyRecordsCsv(report) },
    { path: join(out, 'study.parquet'), text: training.studyParquet(report) },
    { path: join(out, 'records.parquet'), text: training.studyRecordsParquet(report) },
  ]);
}

async function listStudies(
  names: readonly string[],
  options: StudyCommandOptions,
  streams: CommandStreams,
): Promise<void> {
  if (names.length > 1) {
    throw new SpaceCloudError('USAGE', `Expected \`list\` alone, got ${names.join(' ')}.`, {
      hint: 'spacecloud study list names the studies; spacecloud study NAME runs one.',
    });
  }
  const { shippedStudies, studyFile } = await import('../../index.ts');
  const { loadStudyFile } = await import('../../training/index.ts');
  const studies = shippedStudies().map((name) => {
    const { title, scenario, claim, headline } = loadStudyFile(studyFile(name)).value;
    return { name, title, scenario, claim, headline };
  });
  if (options.json === true) streams.out(`${JSON.stringify({ studies }, undefined, 2)}\n`);
  else for (const { name, claim } of studies) streams.out(`${name.padEnd(24)} ${claim}\n`);
}

function sizeName(text: string): StudySizeName {
  if (text === 'quick' || text === 'full') return text;
  throw new SpaceCloudError('USAGE', `Expected --size quick or full, got '${text}'.`, {
    hint: 'Study files say how long both run, and on how many seeds.',
  });
}

/** Adds the shipped studies to the hint of one that was not found. */
function withShipped(
  error: unknown,
  name: string,
  { shipped, nearest }: { readonly shipped: readonly string[]; readonly nearest: string | undefined },
): unknown {
  if (!(error instanceof SpaceCloudError) || error.code !== 'FILE_NOT_FOUND' || error.place?.file !== name)
    return error;
  const hint = `${nearest === undefined ? '' : `Did you mean ${nearest}? `}Shipped studies: ${shipped.join(', ')}.`;
  return new SpaceCloudError('FILE_NOT_FOUND', `Expected a study, found none at '${name}'.`, {
    place: error.place,
    hint,
    cause: error,
  });
}

import { resolve } from 'node:path';
import { writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { makeFolders } from '../../core/files/index.ts';
import type { MeasuredFigure, PayloadProfile } from '../../environment/index.ts';
import { wholeNumber } from '../arguments.ts';
import { writeTexts } from '../files.ts';
import { type ProfileReport, TILE_PIXELS, isCounted, payloadLines, thinStrata } from '../payload-lines.ts';
import { runPayload, shippedModel } from '../payload-run.ts';
import { startProgress } from '../progress.ts';
import type { CommandStreams } from '../run-command.ts';
import { fromSystemError } from '../system-errors.ts';

interface PayloadRunCommandOptions {
  readonly scenes: number;
  readonly seed: number;
  readonly model?: string;
  readonly ships: number;
  readonly fires: number;
  readonly out?: string;
  readonly json?: boolean;
}

interface PayloadTrainCommandOptions {
  readonly out: string;
  readonly scenes: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** `spacecloud payload`: a real workload for observations and jobs. */
export function register(program: Command, streams: CommandStreams): void {
  const payload = program.command('payload').description('run the image model of the payload, and measure it');
  takesRun(payload.command('run'), 500)
    .description('run the model on generated scenes in a node process; tell quality, bytes and times')
    .action(async (options: PayloadRunCommandOptions) => tell(await measure(options), options.json === true, streams));
  takesRun(payload.command('profile'), 2000)
    .description('measure the payload for scenarios: observations and jobs name the file as their profile')
    .requiredOption('--out <file>', 'profile to write (JSON)')
    .action(async (options: PayloadRunCommandOptions & { readonly out: string }) => {
      const profile = await measure(options);
      writeTexts([{ path: options.out, text: `${JSON.stringify(profile, undefined, 2)}\n` }]);
      await tell(profile, options.json === true, streams);
      const thin = thinStrata(profile);
      if (thin !== undefined && options.json === true) streams.err(`Note: ${thin}\n`);
      streams.err(`Written: ${options.out}\n`);
    });
  payload
    .command('train')
    .description('train the image model on generated scenes and write it as ONNX')
    .requiredOption('--out <file>', 'model to write (.onnx)')
    .option('--scenes <n>', 'scenes to learn from, a multiple of 16', wholeNumber('--scenes', 16), 48_000)
    .option('--seed <n>', 'seed of weights and scenes', wholeNumber('--seed', 0, 2 ** 32 - 1), 1)
    .option('--json', 'print one JSON document')
    .action(async (options: PayloadTrainCommandOptions) => {
      const { trainImageModel } = await import('../../training/index.ts');
      const { scenes, seed } = options;
      const progress = startProgress({ label: 'training', total: scenes, unit: 'scenes' });
      let lastLoss = NaN;
      const bytes = await trainImageModel({
        scenes,
        seed,
        onProgress: ({ scenes: done, loss }) => {
          lastLoss = loss;
          progress.update(done, `loss ${loss.toFixed(3)}`);
        },
      }).finally(() => progress.end());
      writeModel(options.out, bytes);
      const result = { model: options.out, bytes: bytes.length, scenes, seed, loss: lastLoss };
      streams.out(
        options.json === true
          ? `${JSON.stringify(result, undefined, 2)}\n`
          : `${options.out}: ${bytes.length} bytes, loss ${lastLoss.toFixed(3)} after ${scenes} scenes\n`,
      );
    });
}

function takesRun(command: Command, scenes: number): Command {
  return command
    .option('--scenes <n>', 'scenes to run', wholeNumber('--scenes', 1, 1_000_000), scenes)
    .option('--seed <n>', 'seed of the scenes', wholeNumber('--seed', 0, 2 ** 32 - 1), 1)
    .option('--model <file>', 'image model (.onnx); default the one that is shipped')
    .option('--ships <share>', 'share of scenes with a ship in sight, where the satellite flies', share, 0.01)
    .option('--fires <share>', 'share of scenes with a fire in sight, where the satellite flies', share, 0.001)
    .option('--json', 'print one JSON document');
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 0.5)) throw new InvalidArgumentError('Expected 0 to 0.5.');
  return value;
}

async function measure(options: PayloadRunCommandOptions): Promise<PayloadProfile> {
  const progress = startProgress({ label: 'payload', total: options.scenes, unit: 'scenes' });
  try {
    return await runPayload({
      model: resolve(options.model ?? shippedModel()),
      scenes: options.scenes,
      seed: options.seed,
      prevalence: { ship: options.ships, fire: options.fires },
      onScene: (done) => progress.update(done),
    });
  } finally {
    progress.end();
  }
}

async function tell(profile: PayloadProfile, json: boolean, streams: CommandStreams): Promise<void> {
  const { PATCH_CLASSES, captureWorkTflop, profileFigures, rooflineUtilisation, wilson } =
    await import('../../environment/index.ts');
  const { confusion, scenes } = profile;
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const diagonal = confusion.map((row, i) => row[i] as number);
  const figures = profileFigures(profile);
  const sentProducts = sum(Object.values(profile.strata).map(({ bytes }) => bytes)) > 0;
  const report: ProfileReport = {
    // Of no product bytes no share is false.
    figures: sentProducts ? figures : { ...figures, falseAlertFrac: { value: NaN, low: 0, high: 1 } },
    utilisation: rooflineUtilisation(profile),
    tileWorkTflop: captureWorkTflop(profile, TILE_PIXELS * scenes.bands * scenes.sampleBytes),
    accuracy: wilson(sum(diagonal), sum(confusion.flat())),
    classes: PATCH_CLASSES.map((name, i) => ({
      name,
      precision: wilson(diagonal[i] as number, sum(confusion.map((row) => row[i] as number))),
      recall: wilson(diagonal[i] as number, sum(confusion[i] as number[])),
    })),
  };
  streams.out(json ? `${JSON.stringify({ ...profile, ...report }, withoutEmpty, 2)}\n` : payloadLines(profile, report));
}

/** Shares of no case as null. */
function withoutEmpty(_key: string, value: unknown): unknown {
  const isFigure = typeof value === 'object' && value !== null && 'low' in value && 'high' in value;
  return isFigure && !isCounted(value as MeasuredFigure) ? null : value;
}

function writeModel(file: string, bytes: Uint8Array): void {
  try {
    makeFolders(resolve(file, '..'));
    writeFileSync(file, bytes);
  } catch (error) {
    throw fromSystemError(error) ?? error;
  }
}

import type { MeasuredFigure, PayloadProfile, ProfileFigures } from '../environment/index.ts';
import { amountText, percentText } from './amounts.ts';

/** Pixels of a Sentinel-2 tile in its 10 m bands: 10,980 squared. */
export const TILE_PIXELS = 10_980 ** 2;

/** What is told about a profile besides its counts. */
export interface ProfileReport {
  readonly figures: ProfileFigures;
  /** Share of the accelerator's peak by the roofline. */
  readonly utilisation: number;
  /** Of a capture of {@link TILE_PIXELS}. */
  readonly tileWorkTflop: number;
  readonly classes: readonly ClassQuality[];
  readonly accuracy: MeasuredFigure;
}

export interface ClassQuality {
  readonly name: string;
  readonly precision: MeasuredFigure;
  readonly recall: MeasuredFigure;
}

/** Quality, decisions, bytes and times as lines of text. */
export function payloadLines(profile: PayloadProfile, report: ProfileReport): string {
  const { strata, measured, scenes, prevalence } = profile;
  const { figures } = report;
  const all = [strata.none, strata.ship, strata.fire];
  const total = (key: 'discards' | 'summaries' | 'products'): number => all.reduce((sum, of) => sum + of[key], 0);
  const raw = scenes.pixels * scenes.bands * scenes.sampleBytes;
  const lines = [
    `model      ${profile.model.sha256.slice(0, 16)}, ONNX opset ${profile.model.opset}, ${profile.model.runtime}`,
    `scenes     ${amountText(scenes.count)} of ${amountText(scenes.pixels)} px x ${scenes.bands} bands (${amountText(raw)} bytes), seed ${scenes.seed}`,
    `           ${total('discards')} discarded, ${total('summaries')} summaries, ${total('products')} products`,
    `in sight   none ${strata.none.scenes}, ships ${strata.ship.scenes}, fires ${strata.fire.scenes}`,
    `accuracy   ${figureText(report.accuracy)} of patches`,
    ...report.classes.map(
      ({ name, precision, recall }) =>
        `           ${name.padEnd(6)} precision ${figureText(precision)}, recall ${figureText(recall)}`,
    ),
    `missed     ships ${figureText(figures.missedShipFrac)}, fires ${figureText(figures.missedFireFrac)} of targets in sight`,
    `where ${percentText(prevalence.ship)} of scenes show a ship and ${percentText(prevalence.fire)} a fire (${prevalence.grade}):`,
    `selected   ${figureText(figures.selectionFrac)} of scenes`,
    `reduction  ${amountText(figures.reduction.value)} [${amountText(figures.reduction.low)}, ${amountText(figures.reduction.high)}] raw bytes / bytes sent`,
    `false      ${figureText(figures.falseAlertFrac)} of product bytes`,
    `work       ${amountText(profile.work.flopsPerPixel)} FLOP/px, ${amountText(profile.work.bytesPerPixel)} bytes moved/px`,
    `on ${profile.accelerator.name}: ${percentText(report.utilisation)} of ${profile.accelerator.peakTflops} TFLOPS by the roofline; a tile of 10,980 x 10,980 px takes ${amountText(report.tileWorkTflop)} TFLOP at peak`,
  ];
  if (measured !== undefined) {
    lines.push(
      `measured   model ${amountText(measured.modelMsP50)} ms median, ${amountText(measured.modelMsP95)} ms p95; with product ${amountText(measured.totalMsP50)} ms median`,
      `           ${amountText(measured.gflops)} GFLOP/s, a dense layer ${amountText(measured.denseGflops)} GFLOP/s here (${measured.cpu}, one thread)`,
    );
  }
  const thin = thinStrata(profile);
  if (thin !== undefined) lines.push(`Note: ${thin}`);
  return `${lines.join('\n')}\n`;
}

/** An interval of everything from 0 to 1 is that of no case at all: one case alone already excludes an end. */
export function isCounted({ value, low, high }: MeasuredFigure): boolean {
  return Number.isFinite(value) && !(low === 0 && high === 1);
}

/** Fewer scenes of a sort hardly tell how often the model finds what is in them. */
const LEAST_SCENES = 30;

/** What a profile cannot carry, in a sentence; undefined: enough scenes of every sort. */
export function thinStrata({ strata }: PayloadProfile): string | undefined {
  const names = { none: 'without a target', ship: 'with a ship', fire: 'with a fire' } as const;
  const thin = (['none', 'ship', 'fire'] as const).filter((name) => strata[name].scenes < LEAST_SCENES);
  if (thin.length === 0) return undefined;
  const counts = thin.map((name) => `${strata[name].scenes} scenes ${names[name]}`).join(', ');
  return `only ${counts}: figures weighted by these sorts (selected, reduction, false) say little below ${LEAST_SCENES} of each; run more scenes`;
}

function figureText(figure: MeasuredFigure): string {
  if (!isCounted(figure)) return 'none (no case)';
  const { value, low, high } = figure;
  return `${percentText(value)} [${percentText(low)}, ${percentText(high)}]`;
}

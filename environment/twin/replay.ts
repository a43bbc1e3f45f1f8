import { fadedRateBps, rateSteps } from '../network/ground-rate.ts';
import { type FoundChange, findChanges, twoSidedThreshold } from './drift.ts';
import { type TwinFit, fitProblem, standardError } from './fit.ts';
import { type LinkChange, type LinkFit, fitLink } from './link-fit.ts';
import { type TwinMisfit, findMisfits } from './misfit.ts';
import { type ChannelNoise, channelNoise, residualOf } from './noise.ts';
import { type LinkParameterKey, PARAMETER_TEXTS, TWIN_PARAMETER_KEYS, type TwinParameterKey } from './parameters.ts';
import type { LinkReference } from './plant.ts';
import { type TwinProblem, type TwinReference, createProblem } from './problem.ts';
import type { Telemetry } from './telemetry.ts';
import { CHANNELS, FIRST_STATE, type TwinRun, createTwinRun, runTwin } from './twin-run.kernel.ts';

/** An estimated parameter against its reference. */
export interface TwinEstimate {
  readonly parameter: TwinParameterKey | LinkParameterKey;
  readonly unit: string;
  readonly meaning: string;
  readonly reference: number;
  /** At the start of the record, if it changed within. */
  readonly value: number;
  readonly error: number;
  readonly low: number;
  readonly high: number;
  /** (value - reference) / error. */
  readonly z: number;
  /** Beyond what noise alone does to any of the estimates in `falseAlarmFrac` of records. */
  readonly differs: boolean;
}

/** A parameter that changed within the record. */
export interface TwinDrift {
  readonly parameter: TwinParameterKey | LinkParameterKey;
  /** s; with the 95 % interval of the time. */
  readonly atS: number;
  readonly fromS: number;
  readonly untilS: number;
  readonly before: number;
  readonly after: number;
  /** (after - before) / before, with its standard error. */
  readonly changeFrac: number;
  readonly errorFrac: number;
  readonly z: number;
  readonly threshold: number;
  /** What it may be. */
  readonly cause: string;
  /** Other parameters whose change explains the data nearly as well. */
  readonly alternatives: readonly string[];
}

export interface TwinReplay {
  readonly rows: number;
  readonly timeS: Float64Array;
  readonly estimates: readonly TwinEstimate[];
  readonly unidentified: readonly { readonly parameter: string; readonly reason: string }[];
  readonly drifts: readonly TwinDrift[];
  /** Channels that the models do not describe; with any, nothing found means nothing. */
  readonly misfits: readonly TwinMisfit[];
  /** Noise of each channel about the fitted twin, and about the twin with the reference's parameters. */
  readonly noise: readonly ChannelNoise[];
  readonly referenceNoise: readonly ChannelNoise[];
  /** By channel: measured; residuals of the reference twin and of the fitted one. [rows], NaN where not measured. */
  readonly channels: readonly TwinChannel[];
  /** Worst relative error of the energy balance of any step. */
  readonly worstBalance: number;
  readonly falseAlarmFrac: number;
  /** Of the telemetry, and of what was assumed. */
  readonly notes: readonly string[];
}

export interface TwinChannel {
  readonly name: string;
  readonly measured: Float64Array;
  readonly referenceResidual: Float64Array;
  readonly fittedResidual: Float64Array;
}

export interface ReplayOptions extends TwinReference {
  readonly link?: LinkReference;
  /** Records without any change in which one may be reported; default 0.01. */
  readonly falseAlarmFrac?: number;
}

/** 97.5 % quantile of the standard normal distribution. */
const Z_95 = 1.96;

/**
 * Replays telemetry with the world's own models: predicts it with the reference's parameters, estimates those that it tells,
 * and looks for changes within the record. Half of the false alarms allowed is spent on power, heat, compute and storage, half
 * on the link. Throws FILE_READ when nothing that the twin predicts was measured.
 */
export function replayTelemetry(telemetry: Telemetry, options: ReplayOptions): TwinReplay {
  const { falseAlarmFrac = 0.01, link } = options;
  const problem = createProblem(telemetry, options);
  const reference = runWith(problem, problem.vector);
  const first = fitProblem(problem, { rough: true, noiseRounds: 1 });
  const found = findChanges(problem, first, falseAlarmFrac / 2);
  const { problem: last, changes } = found;
  const fit = changes.length === 0 ? fitProblem(problem) : found.fit;
  const linked = link === undefined ? undefined : fitLink(telemetry, link, falseAlarmFrac / 2);
  const { solution } = fit;
  const allowed = differenceThreshold(falseAlarmFrac, fit);
  const estimates = fit.identification.free
    .filter((place) => place < FIRST_STATE)
    .sort((a, b) => a - b)
    .map((place) =>
      estimateOf(TWIN_PARAMETER_KEYS[place] as TwinParameterKey, {
        reference: problem.vector[place] as number,
        value: solution.vector[place] as number,
        error: standardError(last, fit, place),
        allowed,
      }),
    );
  const fitted = channelNoise(last, solution.run, fit.identification.free.length);
  const channels = problem.channels.map((c) => ({
    name: CHANNELS[c] as string,
    measured: problem.measured.slice(c * telemetry.n, (c + 1) * telemetry.n),
    referenceResidual: residualOf(problem, reference, c),
    fittedResidual: residualOf(last, solution.run, c),
  }));
  const missing = [...fit.unidentified].map(({ parameter, reason }) => ({
    parameter: TWIN_PARAMETER_KEYS[parameter] as string,
    reason,
  }));
  const drifts = changes.map((change) => driftOf(change, telemetry.timeS));
  const linkParts =
    linked === undefined || link === undefined ? undefined : linkResults(telemetry, linked, { link, allowed });
  const balance = Math.max(reference.worstBalance, solution.run.worstBalance);
  return {
    rows: telemetry.n,
    timeS: telemetry.timeS,
    estimates: [...estimates, ...(linkParts?.estimates ?? [])],
    unidentified: [...missing, ...(linkParts?.unidentified ?? [])],
    drifts: [...drifts, ...(linkParts?.drifts ?? [])].sort((a, b) => a.atS - b.atS),
    misfits: findMisfits(last, fitted, {
      reference: options,
      untold: missing.map(({ parameter }) => parameter),
    }),
    noise: [...fitted, ...(linkParts === undefined ? [] : [linkParts.noise])],
    referenceNoise: [
      ...channelNoise(problem, reference, 0),
      ...(linkParts === undefined ? [] : [linkParts.referenceNoise]),
    ],
    channels: [...channels, ...(linkParts === undefined ? [] : [linkParts.channel])],
    worstBalance: balance,
    falseAlarmFrac,
    notes: notesOf(telemetry, problem, fitted),
  };
}

/** The twin with the reference's own parameters, not fitted: measured states at the starts. */
export function predictTelemetry(
  telemetry: Telemetry,
  reference: TwinReference,
): {
  readonly predicted: ReadonlyMap<string, Float64Array>;
  readonly worstBalance: number;
} {
  const problem = createProblem(telemetry, reference);
  const run = runWith(problem, problem.vector);
  const { n } = telemetry;
  const predicted = new Map(CHANNELS.map((name, c) => [name as string, run.predicted.slice(c * n, (c + 1) * n)]));
  return { predicted, worstBalance: run.worstBalance };
}

function runWith(problem: TwinProblem, vector: Float64Array): TwinRun {
  const run = createTwinRun(problem.drive.n);
  runTwin(problem.drive, vector, [], run);
  return run;
}

/** |z| that one of the estimates exceeds by chance in at most `falseAlarmFrac` of records. */
function differenceThreshold(falseAlarmFrac: number, { identification }: TwinFit): number {
  return twoSidedThreshold(falseAlarmFrac / Math.max(1, identification.free.length));
}

function estimateOf(
  parameter: TwinParameterKey | LinkParameterKey,
  given: { readonly reference: number; readonly value: number; readonly error: number; readonly allowed: number },
): TwinEstimate {
  const { reference, value, error, allowed } = given;
  const { unit, meaning } = PARAMETER_TEXTS[parameter];
  const z = error === 0 ? 0 : (value - reference) / error;
  const bounds = { low: value - Z_95 * error, high: value + Z_95 * error };
  // Without noise every rounding is significant; below a billionth nothing differs.
  const differs = Math.abs(z) > allowed && Math.abs(value - reference) > 1e-9 * Math.abs(reference);
  return { parameter, unit, meaning, reference, value, error, ...bounds, z, differs };
}

function driftOf(change: FoundChange, timeS: Float64Array): TwinDrift {
  const parameter = TWIN_PARAMETER_KEYS[change.parameter] as TwinParameterKey;
  const { less, more } = PARAMETER_TEXTS[parameter];
  const { from, to, error, z, threshold } = change;
  const relative = from === 0 ? 1 : from;
  return {
    parameter,
    ...timesOf(change, timeS),
    before: from,
    after: to,
    changeFrac: (to - from) / relative,
    errorFrac: error / Math.abs(relative),
    ...{ z, threshold },
    cause: to < from ? less : more,
    alternatives: change.alternatives.map((place) => TWIN_PARAMETER_KEYS[place] as string),
  };
}

/** A change that rules the interval before a row began at the row before it. */
function timesOf(
  change: Pick<FoundChange, 'row' | 'firstRow' | 'lastRow'>,
  timeS: Float64Array,
): Pick<TwinDrift, 'atS' | 'fromS' | 'untilS'> {
  const at = (row: number): number => timeS[Math.max(0, row)] as number;
  return { atS: at(change.row - 1), fromS: at(change.firstRow - 1), untilS: at(change.lastRow) };
}

function linkResults(
  telemetry: Telemetry,
  fit: LinkFit,
  { link, allowed }: { readonly link: LinkReference; readonly allowed: number },
): {
  readonly estimates: TwinEstimate[];
  readonly unidentified: { readonly parameter: string; readonly reason: string }[];
  readonly drifts: TwinDrift[];
  readonly noise: ChannelNoise;
  readonly referenceNoise: ChannelNoise;
  readonly channel: TwinChannel;
} {
  const { maxRateBps, fullRateRangeKm, noiseFrac, rows, predictedBps, change } = fit;
  const errorOf = ({ low, high }: { readonly low: number; readonly high: number }): number => (high - low) / (2 * Z_95);
  const estimates = [
    estimateOf('linkMaxRateBps', {
      reference: link.maxRateBps,
      value: maxRateBps.value,
      error: errorOf(maxRateBps),
      allowed,
    }),
  ];
  const unidentified: { parameter: string; reason: string }[] = [];
  if (fullRateRangeKm === undefined) {
    unidentified.push({
      parameter: 'linkFullRateRangeKm',
      reason: 'the ranges that occurred lie within one step of the rate',
    });
  } else {
    const { value, low, high } = fullRateRangeKm;
    const reference = link.fullRateRangeKm;
    const estimate = estimateOf('linkFullRateRangeKm', { reference, value, error: errorOf(fullRateRangeKm), allowed });
    // Steps: the interval is where the likelihood says, and a reference inside it agrees.
    estimates.push({ ...estimate, low, high, differs: estimate.differs && (reference < low || reference > high) });
  }
  const measured = telemetry.columns.get('linkRateBps') as Float64Array;
  const residual = measured.map((rate, i) => rate - (predictedBps[i] as number));
  const referenceResidual = referenceLinkResidual(telemetry, link);
  const known = referenceResidual.filter((value) => !Number.isNaN(value));
  const noise: ChannelNoise = {
    channel: 'linkRateBps',
    count: rows,
    mean: 0,
    sigma: noiseFrac * maxRateBps.value,
    autocorrelation: 0,
    isRounding: false,
  };
  return {
    estimates,
    unidentified,
    drifts: change === undefined ? [] : [linkDrift(change, telemetry.timeS)],
    noise,
    referenceNoise: {
      ...noise,
      sigma: Math.sqrt(known.reduce((sum, value) => sum + value * value, 0) / Math.max(1, known.length)),
    },
    channel: {
      name: 'linkRateBps',
      measured,
      referenceResidual,
      fittedResidual: residual,
    },
  };
}

function referenceLinkResidual({ columns }: Telemetry, link: LinkReference): Float64Array {
  const steps = rateSteps(link.maxRateBps, link.fullRateRangeKm);
  const range = columns.get('rangeKm') as Float64Array;
  return (columns.get('linkRateBps') as Float64Array).map(
    (rate, i) => rate - fadedRateBps(steps, range[i] as number, 0),
  );
}

function linkDrift(change: LinkChange, timeS: Float64Array): TwinDrift {
  const { fromRangeKm, toRangeKm, marginDb, marginLowDb, marginHighDb, z, threshold } = change;
  const { less, more } = PARAMETER_TEXTS.linkFullRateRangeKm;
  const changeFrac = toRangeKm / fromRangeKm - 1;
  // d(10^(x/20)) = 10^(x/20) ln(10)/20 dx
  const errorDb = (marginHighDb - marginLowDb) / (2 * Z_95);
  return {
    parameter: 'linkFullRateRangeKm',
    ...timesOf(change, timeS),
    before: fromRangeKm,
    after: toRangeKm,
    changeFrac,
    errorFrac: (1 + changeFrac) * (Math.LN10 / 20) * errorDb,
    ...{ z, threshold },
    cause: `${marginDb < 0 ? less : more}: ${marginDb > 0 ? '+' : ''}${marginDb.toFixed(2)} dB`,
    alternatives: [],
  };
}

/** Correlation of neighbouring residuals from which on it is mentioned. */
const MENTIONED_CORRELATION = 0.2;

function notesOf(telemetry: Telemetry, problem: TwinProblem, noise: readonly ChannelNoise[]): string[] {
  const notes = [...telemetry.notes];
  if (problem.absent.length > 0) notes.push(`no column ${problem.absent.join(', ')}: taken as 0`);
  for (const { channel, autocorrelation, isRounding } of noise) {
    if (autocorrelation <= MENTIONED_CORRELATION || isRounding) continue;
    const times = Math.sqrt((1 + autocorrelation) / (1 - autocorrelation));
    notes.push(
      `neighbouring residuals of ${channel} are correlated (${autocorrelation.toFixed(2)}): its standard errors are taken ${times.toFixed(1)} times as large`,
    );
  }
  return notes;
}

import { Rng, SpaceCloudError } from '../../core/index.ts';
import { type RateSteps, fadedRateBps, rateSteps } from '../network/ground-rate.ts';
import { nearestWord } from '../scenario/index.ts';
import { TELEMETRY_COLUMNS } from './columns.ts';
import {
  LINK_PARAMETER_KEYS,
  type LinkParameterKey,
  TWIN_PARAMETER_KEYS,
  type TwinParameterKey,
} from './parameters.ts';
import { type TwinReference, createProblem } from './problem.ts';
import { type Telemetry, createTelemetry } from './telemetry.ts';
import { CHANNELS, createTwinRun, runTwin } from './twin-run.kernel.ts';

/** A fault to plant: from `atS` on, the parameter is `factor` times what it was. */
export interface PlantedFault {
  readonly parameter: TwinParameterKey | LinkParameterKey;
  readonly factor: number;
  /** s, of the telemetry's clock. */
  readonly atS: number;
}

/** Short names that `parsePlantedFault` knows, beside those of the parameters. */
export const FAULT_NAMES: Readonly<Record<string, TwinParameterKey | LinkParameterKey>> = {
  array: 'arrayPowerW',
  bus: 'busPowerW',
  battery: 'batteryWh',
  radiator: 'radiatorM2',
  accelerator: 'tflopsPerAccelerator',
  link: 'linkFullRateRangeKm',
};

/** Reads `array*0.875@20000`. Throws USAGE. */
export function parsePlantedFault(text: string): PlantedFault {
  const found = /^([A-Za-z0-9]+)\*([0-9.eE+-]+)@([0-9.eE+-]+)$/.exec(text.trim());
  const [name, factor, atS] = [found?.[1] ?? '', Number(found?.[2]), Number(found?.[3])];
  if (found === null || !(factor > 0) || !Number.isFinite(factor) || !Number.isFinite(atS)) {
    throw new SpaceCloudError('USAGE', `Expected a fault such as array*0.875@20000, got '${text}'.`, {
      hint: 'It says which parameter, times what, from which second on.',
    });
  }
  const keys = [...TWIN_PARAMETER_KEYS, ...LINK_PARAMETER_KEYS].filter((key) => key !== 'storageLossBytesS');
  const parameter = FAULT_NAMES[name] ?? keys.find((key) => key === name);
  if (parameter !== undefined) return { parameter, factor, atS };
  const known = [...Object.keys(FAULT_NAMES), ...keys];
  const nearest = nearestWord(name, known);
  throw new SpaceCloudError('USAGE', `Expected a parameter to plant a fault in, got '${name}'.`, {
    hint: `${nearest === undefined ? '' : `Did you mean ${nearest}? `}Known: ${known.join(', ')}.`,
  });
}

/** What the link to the gateway can do: the scenario's `gatewayLink`. */
export interface LinkReference {
  readonly maxRateBps: number;
  readonly fullRateRangeKm: number;
}

export interface SynthesisOptions extends TwinReference {
  readonly link?: LinkReference;
  readonly faults?: readonly PlantedFault[];
  /** Standard deviation of white noise by measured column, in its unit; `linkRateBps`: relative. */
  readonly noise?: Readonly<Record<string, number>>;
  readonly seed?: number;
}

/** Noise of plain sensors: 0.5 % of currents, 0.2 % of charge, 0.3 K, 1 % of work and rates. */
export function usualNoise({ satellite }: TwinReference, intervalS: number): Record<string, number> {
  const { arrayPowerW, accelerators, tflopsPerAccelerator } = satellite;
  return {
    arrayW: 0.005 * arrayPowerW,
    loadW: 0.005 * arrayPowerW,
    batteryFrac: 0.002,
    batteryWh: 0.002 * satellite.batteryWh,
    temperatureC: 0.3,
    jobsDoneTflop: 0.01 * accelerators * tflopsPerAccelerator * intervalS,
    storedBytes: 1e6,
    linkRateBps: 0.01,
  };
}

/**
 * Telemetry as the satellite's own models give it for the inputs of another: measured columns that are there are computed
 * anew, with faults and noise. The inputs stay; decisions of a satellite that noticed its fault are not played.
 */
export function synthesise(telemetry: Telemetry, options: SynthesisOptions): Telemetry {
  const { faults = [], noise = {}, seed = 1, link } = options;
  const { n, timeS } = telemetry;
  const problem = createProblem(telemetry, options);
  const vector = [...problem.vector];
  const now = problem.vector.slice();
  const changes = [...faults]
    .sort((a, b) => a.atS - b.atS)
    .flatMap(({ parameter, factor, atS }) => {
      const place = TWIN_PARAMETER_KEYS.indexOf(parameter as TwinParameterKey);
      const row = rowFrom(timeS, atS);
      if (place < 0 || row >= n) return [];
      now[place] = (now[place] as number) * factor;
      return [{ row, parameter: place, valueAt: vector.push(now[place]) - 1 }];
    });
  const run = createTwinRun(n);
  runTwin(problem.drive, Float64Array.from(vector), changes, run);
  const columns = new Map(telemetry.columns);
  for (const c of problem.channels) {
    const name = CHANNELS[c] as string;
    const rng = new Rng(seed, `telemetry-${name}`);
    const sigma = noise[name] ?? 0;
    const before = telemetry.columns.get(name) as Float64Array;
    const isOfInterval = TELEMETRY_COLUMNS.find((column) => column.name === name)?.of === 'interval';
    columns.set(
      name,
      before.map((old, i) => {
        // No interval ends at a start, so there is nothing to measure.
        if (isOfInterval && telemetry.starts[i] === 1) return NaN;
        const value = run.predicted[c * n + i] as number;
        const kept = Number.isNaN(value) ? old : value;
        return sigma === 0 ? kept : kept + sigma * rng.normal();
      }),
    );
  }
  if (link !== undefined && columns.has('linkRateBps') && columns.has('rangeKm')) {
    columns.set('linkRateBps', linkRates(telemetry, link, { faults, seed, noiseFrac: noise['linkRateBps'] ?? 0 }));
  }
  return createTelemetry(timeS, columns);
}

function linkRates(
  { n, timeS, columns }: Telemetry,
  link: LinkReference,
  options: { readonly faults: readonly PlantedFault[]; readonly seed: number; readonly noiseFrac: number },
): Float64Array {
  const { faults, seed, noiseFrac } = options;
  const range = columns.get('rangeKm') as Float64Array;
  const before = columns.get('linkRateBps') as Float64Array;
  const rng = new Rng(seed, 'telemetry-linkRateBps');
  let steps: RateSteps = rateSteps(link.maxRateBps, link.fullRateRangeKm);
  let stepsFactors = '1,1';
  return before.map((old, i) => {
    if (Number.isNaN(old) || Number.isNaN(range[i]) || i >= n) return old;
    const factorOf = (key: LinkParameterKey): number =>
      faults.reduce(
        (all, { parameter, factor, atS }) => (parameter === key && (timeS[i] as number) > atS ? all * factor : all),
        1,
      );
    const [rate, reach] = [factorOf('linkMaxRateBps'), factorOf('linkFullRateRangeKm')];
    if (stepsFactors !== `${rate},${reach}`) {
      stepsFactors = `${rate},${reach}`;
      steps = rateSteps(link.maxRateBps * rate, link.fullRateRangeKm * reach);
    }
    const value = fadedRateBps(steps, range[i] as number, 0);
    return value === 0 ? NaN : value * (1 + noiseFrac * rng.normal());
  });
}

/** The first row whose interval lies behind a time. */
export function rowFrom(timeS: Float64Array, atS: number): number {
  let row = 0;
  while (row < timeS.length && (timeS[row] as number) <= atS) row++;
  return row;
}

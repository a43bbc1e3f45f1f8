import { SpaceCloudError } from '../../core/index.ts';
import type { SatelliteConfig } from '../scenario/index.ts';
import { TWIN_PARAMETER_KEYS, parameterVector } from './parameters.ts';
import type { Telemetry } from './telemetry.ts';
import { CHANNELS, type Channel, FIRST_STATE, STATES, type TwinDrive } from './twin-run.kernel.ts';

/** The satellite that telemetry is compared with, and the tick of its world. */
export interface TwinReference {
  readonly satellite: SatelliteConfig;
  /** Scenario `tickS`; default 1 s. */
  readonly tickS?: number;
}

/** Telemetry, made ready to be predicted. */
export interface TwinProblem {
  readonly drive: TwinDrive;
  readonly timeS: Float64Array;
  /** Channel c of row i at [c * n + i]; NaN: not measured. */
  readonly measured: Float64Array;
  /** Channels with measurements, as indices of `CHANNELS`. */
  readonly channels: readonly number[];
  /** Parameters of the reference, then the states at the start of each stretch as measured. */
  readonly vector: Float64Array;
  /** Of every place in the vector: the size of a change that matters. */
  readonly scale: Float64Array;
  /** Places in the vector that are states which measurements can tell. */
  readonly states: readonly number[];
  /** Inputs that the telemetry lacks and that are taken as nothing. */
  readonly absent: readonly string[];
}

/** Throws FILE_READ when nothing that the twin predicts was measured. */
export function createProblem(telemetry: Telemetry, reference: TwinReference): TwinProblem {
  const { n, timeS, columns, starts } = telemetry;
  const { satellite, tickS = 1 } = reference;
  const nothing = new Float64Array(n);
  const absent: string[] = [];
  const input = (name: string): Float64Array => {
    const column = columns.get(name);
    if (column === undefined) absent.push(name);
    return column ?? nothing;
  };
  const dtS = new Float64Array(n);
  const stretch = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const starting = starts[i] === 1;
    dtS[i] = starting ? 0 : at(timeS, i) - at(timeS, i - 1);
    stretch[i] = i === 0 ? 0 : at(stretch, i - 1) + (starting ? 1 : 0);
  }
  const received = input('receivedBytes');
  const sent = input('sentBytes');
  const drive: TwinDrive = {
    ...{ n, dtS, stretch, satellite, tickS },
    sunlitFrac: input('sunlitFrac'),
    busyFrac: input('computeBusyFrac'),
    terminalW: input('terminalW'),
    transmitW: input('transmitW'),
    flowBytes: received.map((bytes, i) => bytes - at(sent, i)),
  };
  const measured = new Float64Array(CHANNELS.length * n).fill(NaN);
  CHANNELS.forEach((name, c) => {
    const column = columns.get(name);
    if (column === undefined || !canBePredicted(name, columns)) return;
    const isMean = name === 'arrayW' || name === 'loadW' || name === 'jobsDoneTflop';
    for (let i = 0; i < n; i++) measured[c * n + i] = isMean && dtS[i] === 0 ? NaN : at(column, i);
  });
  const channels = CHANNELS.map((_, c) => c).filter((c) =>
    measured.subarray(c * n, (c + 1) * n).some((value) => !Number.isNaN(value)),
  );
  if (channels.length === 0) {
    throw new SpaceCloudError('FILE_READ', `Expected a measured column such as ${CHANNELS.join(', ')}, got none.`, {
      hint: 'jobsDoneTflop needs computeBusyFrac, storedBytes needs receivedBytes and sentBytes.',
    });
  }
  return { drive, timeS, measured, channels, absent, ...startOf({ drive, measured, timeS }) };
}

/** Work and bytes are counted from inputs; without these there is nothing to compare. */
function canBePredicted(name: Channel, columns: Telemetry['columns']): boolean {
  if (name === 'jobsDoneTflop') return columns.has('computeBusyFrac');
  return name !== 'storedBytes' || (columns.has('receivedBytes') && columns.has('sentBytes'));
}

/** The vector of the reference with the first measured state of every stretch, and how finely its places are varied. */
function startOf({ drive, measured, timeS }: Pick<TwinProblem, 'drive' | 'measured' | 'timeS'>): {
  readonly vector: Float64Array;
  readonly scale: Float64Array;
  readonly states: readonly number[];
} {
  const { n, stretch, satellite } = drive;
  const stretches = at(stretch, n - 1) + 1;
  const vector = new Float64Array(FIRST_STATE + STATES * stretches);
  vector.set(parameterVector(satellite));
  const scale = vector.map(Math.abs);
  const bytes = [...measured.subarray(6 * n, 7 * n)].filter((value) => !Number.isNaN(value));
  const moved = drive.flowBytes.reduce((sum, value) => sum + Math.abs(value), 0);
  const bytesScale = Math.max(1, moved, ...bytes.slice(0, 1)) * 1e-3;
  scale[TWIN_PARAMETER_KEYS.indexOf('storageLossBytesS')] = bytesScale / (at(timeS, n - 1) - at(timeS, 0));
  scale.forEach((value, k) => {
    if (k < FIRST_STATE && value === 0) scale[k] = 1;
  });
  const states: number[] = [];
  for (let s = 0; s < stretches; s++) {
    const from = stretch.indexOf(s);
    const end = s + 1 < stretches ? stretch.indexOf(s + 1) : n;
    const first = (channel: number): number | undefined => {
      for (let i = from; i < end; i++) {
        const value = at(measured, channel * n + i);
        if (!Number.isNaN(value)) return value;
      }
      return undefined;
    };
    const place = FIRST_STATE + STATES * s;
    const fraction = first(3);
    const storedWh = first(2) ?? (fraction === undefined ? undefined : fraction * satellite.batteryWh);
    const known = [storedWh, first(4), first(6)];
    const otherwise = [satellite.initialChargeFrac * satellite.batteryWh, satellite.initialC, 0];
    const scales = [satellite.batteryWh, 10, bytesScale];
    for (let k = 0; k < STATES; k++) {
      if (known[k] !== undefined) states.push(place + k);
      vector[place + k] = known[k] ?? (otherwise[k] as number);
      scale[place + k] = scales[k] as number;
    }
  }
  return { vector, scale, states };
}

function at(column: { readonly [i: number]: number }, i: number): number {
  return column[i] as number;
}

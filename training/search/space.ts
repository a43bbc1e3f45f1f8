import { type Rng, SpaceCloudError, StrictMath } from '../../core/index.ts';
import type { TrainOverrides } from '../train-options.ts';

/** Where a setting may lie; both ends included. */
export type Parameter =
  | { readonly uniform: readonly [number, number] }
  | { readonly log: readonly [number, number] }
  | { readonly integer: readonly [number, number] }
  | { readonly choice: readonly (string | number | boolean)[] };

/** Settings to search, by their names in a training configuration, e.g. `ppo.learningRate`. */
export type SearchSpace = Readonly<Record<string, Parameter>>;
export type Settings = Readonly<Record<string, string | number | boolean>>;

/** A step of a population's search multiplies by this or by its inverse. */
const STEP = 1.25;
/** Share of copied settings that are drawn anew instead of changed a little. */
const REDRAWN = 0.25;

/** Settings drawn at random, in the order of the names, so that the file's order does not matter. */
export function drawSettings(space: SearchSpace, rng: Rng): Settings {
  return Object.fromEntries(
    Object.keys(space)
      .sort()
      .map((name) => [name, draw(space[name] as Parameter, rng)]),
  );
}

/** Settings near others, inside the space: numbers a quarter up or down, some settings drawn anew. */
export function perturbSettings(space: SearchSpace, settings: Settings, rng: Rng): Settings {
  return Object.fromEntries(
    Object.keys(space)
      .sort()
      .map((name) => {
        const parameter = space[name] as Parameter;
        const anew = rng.uniform() < REDRAWN;
        const up = rng.uniform() < 0.5;
        const value = settings[name];
        if (anew || 'choice' in parameter || typeof value !== 'number') return [name, draw(parameter, rng)];
        return [name, stepped(parameter, value, up)];
      }),
  );
}

/** `ppo.learningRate` and the like put into a configuration. */
export function withSettings(config: TrainOverrides, settings: Settings): TrainOverrides {
  const result: Record<string, unknown> = { ...config };
  for (const [name, value] of Object.entries(settings)) {
    const [outer, inner] = name.split('.') as [string, string | undefined];
    result[outer] = inner === undefined ? value : { ...(result[outer] as object | undefined), [inner]: value };
  }
  return result;
}

function draw(parameter: Parameter, rng: Rng): string | number | boolean {
  const at = rng.uniform();
  if ('uniform' in parameter) return parameter.uniform[0] + at * (parameter.uniform[1] - parameter.uniform[0]);
  if ('log' in parameter) {
    const [low, high] = parameter.log.map(StrictMath.log) as [number, number];
    return Math.min(parameter.log[1], Math.max(parameter.log[0], StrictMath.exp(low + at * (high - low))));
  }
  if ('integer' in parameter) {
    const [low, high] = parameter.integer;
    return low + Math.floor(at * (high - low + 1));
  }
  const value = parameter.choice[Math.floor(at * parameter.choice.length)];
  if (value === undefined) throw new SpaceCloudError('MISUSE', 'Expected at least one choice, got none.');
  return value;
}

function stepped(parameter: Exclude<Parameter, { readonly choice: unknown }>, value: number, up: boolean): number {
  const factor = up ? STEP : 1 / STEP;
  if ('integer' in parameter) {
    const [low, high] = parameter.integer;
    const moved = up ? Math.ceil(value * factor) : Math.floor(value * factor);
    return Math.min(high, Math.max(low, moved));
  }
  const [low, high] = 'log' in parameter ? parameter.log : parameter.uniform;
  return Math.min(high, Math.max(low, value * factor));
}

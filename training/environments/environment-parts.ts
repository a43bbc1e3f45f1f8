import { described } from './described.ts';

/** Fields that every environment has, and what they hold. */
const PARTS: Readonly<Record<string, readonly [expected: string, holds: (value: unknown) => boolean]>> = {
  name: ['a text', (value) => typeof value === 'string'],
  spec: ['a decision specification, as of actionSpec or candidateSpec', isSpec],
  agents: ['an array of names', (value) => Array.isArray(value) && value.every((name) => typeof name === 'string')],
  status: ['a Uint8Array', (value) => value instanceof Uint8Array],
  reward: ['a Float64Array', (value) => value instanceof Float64Array],
  state: ['an object of typed arrays', isColumns],
  reset: ['a function', isFunction],
  step: ['a function', isFunction],
  observe: ['a function', isFunction],
  globalFeatures: ['an array of features, or absent', (value) => value === undefined || isFeatures(value)],
  observeGlobal: ['a function, or absent', (value) => value === undefined || isFunction(value)],
};

/** What is wrong with the first field of `env` that is not what it should be, which plain JavaScript does not tell. */
export function missingPart(env: unknown): string | undefined {
  if (!isObject(env)) return `Expected make to give an environment, got ${described(env)}.`;
  for (const [name, [expected, holds]] of Object.entries(PARTS)) {
    const value = env[name];
    if (!holds(value)) return `Expected ${name} of the environment to be ${expected}, got ${described(value)}.`;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function isFeatures(value: unknown): boolean {
  return Array.isArray(value) && value.every((feature) => isObject(feature) && typeof feature['name'] === 'string');
}

function isSpec(value: unknown): boolean {
  if (!isObject(value) || typeof value['maxCandidates'] !== 'number' || !Array.isArray(value['kinds'])) return false;
  return value['kinds'].every((kind) => isObject(kind) && isFeatures(kind['context']) && isFeatures(kind['candidate']));
}

function isColumns(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((column) => ArrayBuffer.isView(column));
}

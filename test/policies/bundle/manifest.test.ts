import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SpaceCloudError } from '../../../core/index.ts';
import {
  BUNDLE_FILES,
  type BundleContent,
  SIGNATURE_FILE,
  generateSigningKey,
  loadBundle,
  releaseOf,
  renderBundle,
  signBundle,
  writeBundle,
} from '../../../policies/bundle/index.ts';
import { contentOf, now } from './content.ts';
import { temporaryFolder } from './fixture.ts';

const key = generateSigningKey();
const folder = temporaryFolder();
const dir = join(folder, 'bundle');
writeBundle(dir, contentOf(1), { privateKeyPem: key.privateKeyPem });
const file = join(dir, BUNDLE_FILES.manifest);
const before = readFileSync(file, 'utf8');
type Path = readonly (string | number)[];

/** Puts `value` at a place that is there; undefined takes it away. */
function put(manifest: unknown, path: Path, value: unknown): void {
  const last = path.at(-1) as string | number;
  const holder = path.slice(0, -1).reduce((part, step) => (part as Record<string, unknown>)[step], manifest);
  if (value === undefined) expect(holder).toHaveProperty([last]);
  else expect((holder as Record<string, unknown>)[last]).not.toEqual(value);
  (holder as Record<string, unknown>)[last] = value;
}

/** Bends policy.json, signs the folder again, and gives the error of loading it. */
function errorOf(path: Path, value: unknown): SpaceCloudError {
  const manifest: unknown = JSON.parse(before);
  put(manifest, path, value);
  writeFileSync(file, JSON.stringify(manifest));
  rmSync(join(dir, SIGNATURE_FILE));
  signBundle(dir, key.privateKeyPem);
  try {
    loadBundle(dir, { publicKeyPem: key.publicKeyPem, now });
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  } finally {
    writeFileSync(file, before);
  }
  throw new Error('Expected a refusal, got none.');
}

describe('policy.json, signed but bent, is refused', () => {
  const cases: [string, RegExp, Path, unknown][] = [
    ['padding of another width', /'observation'/, ['observation', 'padding', 'candidates'], 8],
    ['scaling of another formula', /'observation'/, ['observation', 'scale', 'formula'], 'x'],
    ['the no-op elsewhere', /'action'/, ['action', 'kinds', 0, 'noop', 'position'], 'first'],
    ['other candidates', /'action'/, ['action', 'kinds', 1, 'candidates'], ['data centres']],
    ['a mask of another meaning', /action\.mask/, ['action', 'mask'], '0-allowed'],
    ['other steps in the graph', /'onnx\.inside'/, ['onnx', 'inside'], ['choice', 'padding']],
    ['nothing left outside', /'onnx\.outside'/, ['onnx', 'outside'], []],
    ['other inputs', /'onnx\.inputs'/, ['onnx', 'inputs', 0], 'mask'],
    ['weights of 8 bits', /int8\.weights\.bits/, ['int8', 'weights', 'bits'], 8],
    ['another int8 file', /int8/, ['int8', 'files', 'forward'], 'forward.onnx'],
    ['no int8 figures', /int8\.agreement/, ['int8', 'agreement'], []],
    ['more agreement than decisions', /same must not be above/, ['int8', 'agreement', 0, 'same'], 1e6],
    ['a claim that int8 flies', /int8\.flown/, ['int8', 'flown'], 'int8'],
    ['a previous release as new', /above that of the previous release/, ['previous', 'version'], 3],
    ['a previous release without digest', /previous/, ['previous', 'rootDigest'], undefined],
    ['no training scenario', /lineage\.scenarios/, ['lineage', 'scenarios'], []],
    ['a commit that is none', /exporter\.commit/, ['lineage', 'exporter', 'commit'], 'main'],
    ['a memory it has not', /memory/, ['memory'], { units: 3 }],
    ['an extra member', /extra/, ['extra'], 1],
  ];
  it.each(cases)('with %s', (_name, message, path, value) => {
    const error = errorOf(path, value);
    expect(error.code).toBe('BUNDLE_MALFORMED');
    expect(error.message).toMatch(message);
  });
});

describe('a release', () => {
  it('is named by its version and the digest that a verifier computes', () => {
    signBundle(dir, key.privateKeyPem);
    const { verified } = loadBundle(dir, { publicKeyPem: key.publicKeyPem, now });
    expect(releaseOf(dir)).toEqual({ policyName: 'test-router', version: 3, rootDigest: verified.rootDigest });
  });

  it('cannot be written with a number that does not grow', () => {
    const content: BundleContent = { ...contentOf(1), version: 2 };
    expect(() => renderBundle(content)).toThrow(/version above that of the previous release, 2, got 2/);
  });

  it('needs no previous one', () => {
    const { previous, ...first } = contentOf(1);
    expect(previous?.version).toBe(2);
    const manifest = JSON.parse(Buffer.from(renderBundle(first).get('policy.json') as Uint8Array).toString()) as {
      readonly previous: unknown;
    };
    expect(manifest.previous).toBeNull();
  });
});

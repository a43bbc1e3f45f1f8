import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import {
  type BundleContent,
  BUNDLE_FILES,
  SIGNATURE_FILE,
  generateSigningKey,
  loadBundle,
  signBundle,
  writeBundle,
} from '../../../policies/bundle/index.ts';
import { Scorer, architectureOf, weightCount } from '../../../policies/runtime/index.ts';
import { contentOf, now } from './content.ts';
import { temporaryFolder } from './fixture.ts';

const key = generateSigningKey();
const folder = temporaryFolder();
const verification = { publicKeyPem: key.publicKeyPem, now };

function contentWith(options: { attention: number; memory: number }): BundleContent {
  const content = contentOf(3);
  const architecture = architectureOf(content.spec, options);
  const rng = new Rng(4, 'bundle-weights');
  return {
    ...content,
    architecture,
    weights: Float32Array.from({ length: weightCount(architecture) }, () => 0.2 * rng.normal()),
  };
}

/** Writes a signed bundle, and hands its JSON files over to be changed and signed again. */
function bundleOf(name: string, content: BundleContent, change?: (file: (name: string) => JsonFile) => void): string {
  const dir = join(folder, name);
  writeBundle(dir, content, { privateKeyPem: key.privateKeyPem });
  if (change === undefined) return dir;
  change((file) => {
    const path = join(dir, file);
    return {
      value: JSON.parse(readFileSync(path, 'utf8')) as JsonFile['value'],
      write: (value) => writeFileSync(path, JSON.stringify(value)),
    };
  });
  rmSync(join(dir, SIGNATURE_FILE));
  signBundle(dir, key.privateKeyPem);
  return dir;
}

interface JsonFile {
  readonly value: Record<string, Record<string, unknown>>;
  readonly write: (value: unknown) => void;
}

describe('bundles of networks with attention and memory', () => {
  it('come back whole, with the rules of their memory, and decide as the network that was written', () => {
    const content = contentWith({ attention: 6, memory: 5 });
    const loaded = loadBundle(bundleOf('both', content), verification);
    expect(loaded.architecture).toEqual(content.architecture);
    expect(loaded.weights).toEqual(content.weights);
    expect(loaded.verified.golden).toEqual({ rows: content.golden.n, maxDifference: 0 });
    expect(loaded.manifest.memory).toEqual({
      units: 5,
      shape: ['B', 5],
      type: 'float32',
      input: 'memory',
      output: 'nextMemory',
      start: 'zeros',
      owner: 'satellite-and-decision-kind',
      reset: 'episode-start',
      fallbackDecision: 'unchanged',
    });
    expect(loaded.manifest.onnx.inputs).toContain('memory');
    const { n, maxCandidates } = content.golden;
    const [written, read] = [content, loaded].map(({ spec, architecture, weights, normaliser }) => {
      const logits = new Float32Array(n * maxCandidates);
      new Scorer(spec, architecture, weights, normaliser).logitsInto(content.golden, logits);
      return logits;
    });
    expect(read).toEqual(written);
  });

  it('record states that a run of decisions leaves, and refuse a runtime that makes others', () => {
    const golden = (change?: (rows: { kind: string; memory: number[]; nextMemory: number[] }[]) => void): string =>
      bundleOf(change === undefined ? 'states' : 'states-changed', contentWith({ attention: 0, memory: 4 }), (file) => {
        const { value, write } = file(BUNDLE_FILES.golden);
        const rows = value['rows'] as unknown as { kind: string; memory: number[]; nextMemory: number[] }[];
        const forward = rows.filter(({ kind }) => kind === 'forward');
        expect(forward[0]?.memory).toEqual([0, 0, 0, 0]);
        forward.slice(1).forEach((row, i) => expect(row.memory).toEqual(forward[i]?.nextMemory));
        change?.(rows);
        write(value);
      });
    expect(loadBundle(golden(), verification).verified.golden.maxDifference).toBe(0);
    const changed = golden((rows) => {
      const [row] = rows;
      if (row !== undefined) row.nextMemory = row.nextMemory.map((x) => x + 1e-3);
    });
    expect(() => loadBundle(changed, verification)).toThrow(/Expected unit 0 of the memory to be .* after row 0/);
  });

  it('are refused when the states or the rules of the memory are missing', () => {
    const content = contentWith({ attention: 0, memory: 4 });
    const without = bundleOf('no-rules', content, (file) => {
      const { value, write } = file(BUNDLE_FILES.manifest);
      write({ ...value, memory: null });
    });
    expect(() => loadBundle(without, verification)).toThrow(/rules of a memory of 4 units, got 0/);
    const stateless = bundleOf('no-states', content, (file) => {
      const { value, write } = file(BUNDLE_FILES.golden);
      for (const row of value['rows'] as unknown as Record<string, unknown>[]) delete row['memory'];
      write(value);
    });
    expect(() => loadBundle(stateless, verification)).toThrow(/golden row 0 to fit/);
  });

  it('of format version 1 are refused by name, and so are those of a version to come', () => {
    const ofVersion = (formatVersion: number): string =>
      bundleOf(`format-${formatVersion}`, contentOf(3), (file) => {
        const { value, write } = file(BUNDLE_FILES.manifest);
        const { format, policyName } = value;
        write({ format, formatVersion, policyName });
      });
    expect(() => loadBundle(ofVersion(1), verification)).toThrow(
      /Expected a bundle of format version 2, got version 1: export the policy again/,
    );
    expect(() => loadBundle(ofVersion(3), verification)).toThrow(/got version 3: it was made by a newer spacecloud/);
  });
});

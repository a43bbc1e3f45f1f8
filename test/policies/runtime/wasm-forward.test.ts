import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DecisionBatch, SPACE_CLOUD_SPEC, createDecisionBatch } from '../../../core/index.ts';
import { Scorer, architectureOf, measureNormaliser } from '../../../policies/runtime/index.ts';
import { BINARY } from '../../../policies/runtime/wasm/forward-binary.ts';
import { decodeBase64 } from '../../../policies/runtime/wasm/web-assembly.ts';
import { randomBatch, randomNormaliser, randomWeights } from '../batches.ts';
import { RECORDED_FOLDER, type RecordedBatch, replayBatch } from '../recorded-batch.ts';

const architecture = architectureOf(SPACE_CLOUD_SPEC);
const K = SPACE_CLOUD_SPEC.maxCandidates;

function logitsOf(batch: DecisionBatch, by: Scorer): Float32Array {
  const logits = new Float32Array(batch.n * K);
  by.logitsInto(batch, logits);
  return logits;
}

interface Kernel {
  readonly module: string;
}
const ROOT = join(import.meta.dirname, '../../..');
const script: string = join(ROOT, 'scripts/build-kernels.mjs');
const { KERNELS, kernelModule } = (await import(script)) as {
  readonly KERNELS: readonly Kernel[];
  readonly kernelModule: (kernel: Kernel) => Promise<string>;
};

describe('embedded kernels', () => {
  it.each(KERNELS)('are what the sources compile to: $module', async (kernel) => {
    const shipped = readFileSync(join(ROOT, kernel.module), 'utf8');
    expect(await kernelModule(kernel)).toBe(shipped);
  });

  it('decode to WebAssembly small enough for every browser to compile at once', () => {
    const bytes = decodeBase64(BINARY);
    expect(Buffer.from(bytes).equals(Buffer.from(BINARY, 'base64'))).toBe(true);
    expect([...bytes.subarray(0, 4)]).toEqual([0, 0x61, 0x73, 0x6d]);
    // The strictest limit on compiling in a page's main thread is that of older Chromium: 4,096 bytes.
    expect(bytes.length).toBeLessThan(4096);
  });
});

describe('logits by WebAssembly', () => {
  it('equal the plain twin within 1e-6 on recorded decisions', () => {
    const files = readdirSync(RECORDED_FOLDER).filter((file) => file.endsWith('.json'));
    const batches = files.map((file) => {
      const record = JSON.parse(readFileSync(join(RECORDED_FOLDER, file), 'utf8')) as RecordedBatch;
      return replayBatch(SPACE_CLOUD_SPEC, record);
    });
    const normaliser = measureNormaliser(SPACE_CLOUD_SPEC, batches);
    for (const seed of [1, 2, 3]) {
      const weights = randomWeights(architecture, seed);
      const wasm = new Scorer(SPACE_CLOUD_SPEC, architecture, weights, normaliser);
      const plain = Scorer.plain(SPACE_CLOUD_SPEC, architecture, weights, normaliser);
      expect([wasm.kernel, plain.kernel]).toEqual(['wasm', 'plain']);
      let rows = 0;
      let moved = 0;
      for (const batch of batches) {
        const [a, b] = [logitsOf(batch, wasm), logitsOf(batch, plain)];
        rows += batch.n;
        a.forEach((logit, i) => {
          const expected = b[i] as number;
          expect(Math.abs(logit - expected)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(expected)));
          if (logit !== -1e9 && Math.abs(logit) > 0.1) moved++;
        });
      }
      expect(rows).toBeGreaterThan(20);
      expect(moved).toBeGreaterThan(20);
    }
  });

  it('are the same bits in batches of every size', () => {
    const scorer = new Scorer(
      SPACE_CLOUD_SPEC,
      architecture,
      randomWeights(architecture, 1),
      randomNormaliser(architecture, 2),
    );
    const whole = randomBatch(SPACE_CLOUD_SPEC, { rows: 150, seed: 4, masked: 0.3 });
    const expected = logitsOf(whole, scorer);
    for (const size of [1, 2, 7, 16, 17, 63, 64, 65, 150]) {
      for (let first = 0; first < whole.n; first += size) {
        const part = rowsOf(whole, first, Math.min(size, whole.n - first));
        const found = logitsOf(part, scorer);
        expect(found).toEqual(expected.subarray(first * K, (first + part.n) * K));
      }
    }
  });

  it('do not depend on which scorer used the kernel before, nor on memory that grew for a larger one', () => {
    const batch = randomBatch(SPACE_CLOUD_SPEC, { rows: 20, seed: 6, masked: 0.2 });
    const make = (seed: number, hidden?: number): Scorer => {
      const shape = architectureOf(SPACE_CLOUD_SPEC, { hidden });
      return new Scorer(SPACE_CLOUD_SPEC, shape, randomWeights(shape, seed), randomNormaliser(shape, seed));
    };
    const [a, b] = [make(1), make(2)];
    const [ofA, ofB] = [logitsOf(batch, a), logitsOf(batch, b)];
    expect(ofA).not.toEqual(ofB);
    const large = make(3, 512);
    expect(logitsOf(batch, large)).not.toEqual(ofA);
    expect(logitsOf(batch, a)).toEqual(ofA);
    expect(logitsOf(batch, b)).toEqual(ofB);
    a.setWeights(randomWeights(architecture, 2));
    expect(logitsOf(batch, a)).not.toEqual(ofA);
    a.setWeights(randomWeights(architecture, 1));
    expect(logitsOf(batch, a)).toEqual(ofA);
  });

  it('leave the prior out where the architecture says so', () => {
    const batch = randomBatch(SPACE_CLOUD_SPEC, { rows: 30, seed: 9, masked: 0.2 });
    for (const prior of ['added', 'input', 'hidden'] as const) {
      const shape = architectureOf(SPACE_CLOUD_SPEC, { prior });
      const parts = [shape, randomWeights(shape, 1), randomNormaliser(shape, 2)] as const;
      const [a, b] = [new Scorer(SPACE_CLOUD_SPEC, ...parts), Scorer.plain(SPACE_CLOUD_SPEC, ...parts)];
      const plain = logitsOf(batch, b);
      logitsOf(batch, a).forEach((logit, i) => expect(logit).toBeCloseTo(plain[i] as number, 5));
    }
  });
});

/** Rows [first, first + count) as a batch of their own. */
function rowsOf(source: DecisionBatch, first: number, count: number): DecisionBatch {
  const batch = createDecisionBatch(SPACE_CLOUD_SPEC, count);
  batch.n = count;
  const { contextStride: C, candidateStride: F } = source;
  for (const [name, width] of [
    ['kind', 1],
    ['candidateCount', 1],
    ['context', C],
    ['candidates', K * F],
    ['actionMask', K],
  ] as const) {
    batch[name].set(source[name].subarray(first * width, (first + count) * width));
  }
  return batch;
}

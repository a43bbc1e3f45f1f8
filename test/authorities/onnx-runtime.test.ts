import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { type DecisionSpec, Rng } from '../../core/index.ts';
import { networkToOnnx, onnxFile, writeBundle } from '../../policies/bundle/index.ts';
import { Scorer } from '../../policies/runtime/index.ts';
import { columnsOf, contentOf } from '../policies/bundle/content.ts';
import { temporaryFolder } from '../policies/bundle/fixture.ts';
import { referenceRow } from '../policies/bundle/reference-network.ts';
import { python, pythonHas } from './python.ts';

/** Authority: ONNX Runtime 1.30 (WebAssembly build, in Node). Single-threaded, so results do not hang on the machine. */
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** Float32 sums of about 100 products of size 1..10 round at 1e-6; a wrong formula is off by far more. */
const RELATIVE = 1e-5;

type Columns = ReturnType<typeof columnsOf>;

/** Rows of one kind as the graph's inputs. */
function feedsOf(
  spec: DecisionSpec,
  columns: Columns,
  kindIndex: number,
  rows: number[],
): ort.InferenceSession.FeedsType {
  const kind = spec.kinds[kindIndex] as DecisionSpec['kinds'][number];
  const { contextStride: c, candidateStride: f, maxCandidates: k } = columns;
  const context = rows.flatMap((row) => [...columns.context.subarray(row * c, row * c + kind.context.length)]);
  const candidates = rows.flatMap((row) =>
    Array.from({ length: k }, (_, i) => [
      ...columns.candidates.subarray((row * k + i) * f, (row * k + i) * f + kind.candidate.length),
    ]).flat(),
  );
  const mask = rows.flatMap((row) => [...columns.actionMask.subarray(row * k, (row + 1) * k)]);
  const count = rows.map((row) => BigInt(columns.candidateCount[row] as number));
  return {
    context: new ort.Tensor('float32', Float32Array.from(context), [rows.length, kind.context.length]),
    candidates: new ort.Tensor('float32', Float32Array.from(candidates), [rows.length, k, kind.candidate.length]),
    mask: new ort.Tensor('bool', Uint8Array.from(mask), [rows.length, k]),
    count: new ort.Tensor('int64', BigInt64Array.from(count), [rows.length]),
  };
}

async function outputsOf(session: ort.InferenceSession, feeds: ort.InferenceSession.FeedsType) {
  const outputs = await session.run(feeds);
  return {
    logits: outputs['logits']?.data as Float32Array,
    value: outputs['value']?.data as Float32Array,
    choice: [...(outputs['choice']?.data as BigInt64Array)].map(Number),
  };
}

function rowsOfKind(columns: Columns, kindIndex: number): number[] {
  return Array.from({ length: columns.n }, (_, row) => row).filter((row) => columns.kind[row] === kindIndex);
}

function relativeDifference(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
}

describe('exported graphs in ONNX Runtime', () => {
  const content = contentOf(11);
  const { spec } = content;
  const columns = columnsOf(new Rng(12, 'onnx-test'), spec, 64);
  const scorer = new Scorer(spec, content.architecture, content.weights, content.normaliser);
  const k = columns.maxCandidates;
  const runtimeLogits = new Float32Array(columns.n * k);
  const runtimeValues = new Float32Array(columns.n);
  scorer.logitsInto(columns, runtimeLogits);
  scorer.valuesInto(columns, runtimeValues);

  it.each(['input', 'hidden'] as const)(
    'a network that reads its prior as %s gives the runtime’s outputs',
    async (prior) => {
      const architecture = { ...content.architecture, prior };
      const of = { ...content, architecture };
      const own = new Scorer(spec, architecture, content.weights, content.normaliser);
      const logits = new Float32Array(columns.n * k);
      const values = new Float32Array(columns.n);
      own.logitsInto(columns, logits);
      own.valuesInto(columns, values);
      expect(logits).not.toEqual(runtimeLogits);
      for (const index of spec.kinds.keys()) {
        const rows = rowsOfKind(columns, index);
        const session = await ort.InferenceSession.create(networkToOnnx(of, index));
        const outputs = await outputsOf(session, feedsOf(spec, columns, index, rows));
        rows.forEach((row, position) => {
          expect(relativeDifference(outputs.value[position] as number, values[row] as number)).toBeLessThan(RELATIVE);
          for (let c = 0; c < k; c++) {
            const expected = logits[row * k + c] as number;
            expect(relativeDifference(outputs.logits[position * k + c] as number, expected)).toBeLessThan(RELATIVE);
          }
        });
      }
    },
  );

  it.each(spec.kinds.map(({ kind }, index) => ({ kind, index })))(
    "'$kind' gives the logits, values and choices of the formula and of the flying runtime",
    async ({ index }) => {
      const session = await ort.InferenceSession.create(networkToOnnx(content, index));
      const rows = rowsOfKind(columns, index);
      const outputs = await outputsOf(session, feedsOf(spec, columns, index, rows));
      let residual = 0;
      rows.forEach((row, position) => {
        const expected = referenceRow(content, columns, row);
        expected.logits.forEach((logit, candidate) => {
          const actual = outputs.logits[position * k + candidate] as number;
          expect(relativeDifference(actual, logit)).toBeLessThan(RELATIVE);
          expect(relativeDifference(actual, runtimeLogits[row * k + candidate] as number)).toBeLessThan(RELATIVE);
          if (logit === -1e9) expect(actual).toBe(-1e9);
          else residual = Math.max(residual, Math.abs(logit));
        });
        expect(relativeDifference(outputs.value[position] as number, expected.value)).toBeLessThan(RELATIVE);
        expect(relativeDifference(outputs.value[position] as number, runtimeValues[row] as number)).toBeLessThan(
          RELATIVE,
        );
        expect(outputs.choice[position]).toBe(expected.choice);
      });
      expect(rows).toHaveLength(64);
      expect(residual).toBeGreaterThan(1);
    },
  );

  it('takes any batch size, and a row does not depend on its neighbours', async () => {
    const session = await ort.InferenceSession.create(networkToOnnx(content, 0));
    const rows = rowsOfKind(columns, 0);
    const together = await outputsOf(session, feedsOf(spec, columns, 0, rows));
    for (const [position, row] of rows.slice(0, 5).entries()) {
      const alone = await outputsOf(session, feedsOf(spec, columns, 0, [row]));
      expect(relativeDifference(alone.value[0] as number, together.value[position] as number)).toBeLessThan(RELATIVE);
      expect(alone.choice[0]).toBe(together.choice[position]);
    }
  });

  it('chooses the lowest index on ties', async () => {
    const session = await ort.InferenceSession.create(networkToOnnx(content, 0));
    const tied = columnsOf(new Rng(13, 'onnx-test'), spec, 8);
    const row = 21; // kind 0 (21 % 3), count 1 + 21 % 8 = 6
    const f = tied.candidateStride;
    const first = tied.candidates.slice(row * k * f, row * k * f + f);
    for (let i = 1; i < 6; i++) tied.candidates.set(first, (row * k + i) * f);
    tied.actionMask.set([0, 0, 1, 1, 0, 1], row * k);
    const outputs = await outputsOf(session, feedsOf(spec, tied, 0, [row]));
    expect(outputs.logits[2]).toBe(outputs.logits[5]);
    expect(outputs.choice).toEqual([2]);
  });

  it('declares the inputs and outputs that policy.json names', async () => {
    const session = await ort.InferenceSession.create(networkToOnnx(content, 1));
    expect(session.inputNames).toEqual(['context', 'candidates', 'mask', 'count']);
    expect(session.outputNames).toEqual(['logits', 'value', 'choice']);
  });
});

describe('exported graphs in the Python tools', () => {
  const needed = ['onnx', 'onnxruntime', 'numpy'];
  const run = pythonHas(needed) ? it : it.skip;
  if (!pythonHas(needed))
    console.warn(`SKIPPED: Python with ${needed.join(', ')} not found (set PYTHON to one that has them).`);

  run('passes onnx.checker in full and gives the golden vectors in onnxruntime', { timeout: 120_000 }, () => {
    const dir = join(temporaryFolder(), 'bundle');
    writeBundle(dir, contentOf(11));
    const report = JSON.parse(python([join(import.meta.dirname, 'onnx-check.py'), dir])) as Record<
      string,
      {
        rows: number;
        opset: number;
        ir: number;
        metadata: Record<string, string>;
        maxDifference: number;
        wrongChoices: number;
      }
    >;
    expect(Object.keys(report)).toEqual(['forward', 'place', 'cache']);
    for (const [kind, result] of Object.entries(report)) {
      expect(result).toMatchObject({ rows: 4, opset: 17, ir: 8, wrongChoices: 0 });
      expect(result.metadata).toMatchObject({ policy: 'test-router', version: '3', kind });
      expect(result.maxDifference).toBeLessThan(RELATIVE);
    }
  });

  run('rejects a graph with an unknown operator, so the check above can fail', { timeout: 120_000 }, () => {
    const dir = join(temporaryFolder(), 'bundle');
    writeBundle(dir, contentOf(11));
    const graph = join(dir, onnxFile('forward'));
    writeFileSync(graph, readFileSync(graph, 'latin1').replace('ArgMax', 'ArgMix'), 'latin1');
    expect(() => python([join(import.meta.dirname, 'onnx-check.py'), dir])).toThrow(/ArgMix/);
  });
});

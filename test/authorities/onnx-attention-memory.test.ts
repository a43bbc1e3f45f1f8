import { join } from 'node:path';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { Rng, SPACE_CLOUD_SPEC as spec } from '../../core/index.ts';
import { networkToOnnx, writeBundle } from '../../policies/bundle/index.ts';
import { Scorer, architectureOf, weightCount } from '../../policies/runtime/index.ts';
import { columnsOf, contentOf } from '../policies/bundle/content.ts';
import { temporaryFolder } from '../policies/bundle/fixture.ts';
import { python, pythonHas } from './python.ts';

/** Authority: ONNX Runtime (WebAssembly build, in Node). Single-threaded, so results do not hang on the machine. */
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** Float32 sums of about 100 products of size 1..10 round at 1e-6; a wrong formula is off by far more. */
const RELATIVE = 1e-5;
const K = spec.maxCandidates;

const PYTHON_MODULES = ['onnx', 'onnxruntime', 'numpy'];
const inPython = pythonHas(PYTHON_MODULES) ? it : it.skip;
if (!pythonHas(PYTHON_MODULES))
  console.warn(`SKIPPED: Python with ${PYTHON_MODULES.join(', ')} not found (set PYTHON).`);

function apart(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
}

describe.each([
  { attention: 8, memory: 0, prior: 'added' },
  { attention: 0, memory: 6, prior: 'input' },
  { attention: 5, memory: 3, prior: 'hidden' },
] as const)('exported graphs with attention $attention, memory $memory, prior $prior', (options) => {
  const architecture = architectureOf(spec, options);
  const rng = new Rng(31, 'onnx-test');
  const weights = Float32Array.from({ length: weightCount(architecture) }, () => 0.2 * rng.normal());
  const content = { ...contentOf(11), architecture, weights };
  const columns = columnsOf(new Rng(12, 'onnx-test'), spec, 24);
  const { contextStride: C, candidateStride: F } = columns;
  const units = options.memory;

  it('give the logits, values, choices and states of the runtime, decision after decision', async () => {
    const states = Float32Array.from({ length: columns.n * units }, () => 2 * rng.uniform() - 1);
    const after = states.slice();
    const logits = new Float32Array(columns.n * K);
    const values = new Float32Array(columns.n);
    const slot = Int32Array.from({ length: columns.n }, (_, row) => row);
    const scorer = new Scorer(spec, architecture, weights, content.normaliser);
    scorer.logitsInto(columns, logits, { states: after, slot, before: new Float32Array(states.length) });
    scorer.valuesInto(columns, values, states);
    let moved = 0;
    for (const [index, kind] of spec.kinds.entries()) {
      const session = await ort.InferenceSession.create(networkToOnnx(content, index));
      expect(session.inputNames.includes('memory')).toBe(units > 0);
      expect(session.outputNames.includes('nextMemory')).toBe(units > 0);
      const rows = [...slot].filter((row) => columns.kind[row] === index);
      const B = rows.length;
      const gather = (source: Float32Array, from: (row: number) => number, width: number): number[] =>
        rows.flatMap((row) => [...source.subarray(from(row), from(row) + width)]);
      const candidates = rows.flatMap((row) =>
        Array.from({ length: K }, (_, k) => {
          const at = (row * K + k) * F;
          return [...columns.candidates.subarray(at, at + kind.candidate.length)];
        }).flat(),
      );
      const float = (values: number[], dims: number[]): ort.Tensor =>
        new ort.Tensor('float32', Float32Array.from(values), dims);
      const outputs = await session.run({
        context: float(
          gather(columns.context, (row) => row * C, kind.context.length),
          [B, kind.context.length],
        ),
        candidates: float(candidates, [B, K, kind.candidate.length]),
        mask: new ort.Tensor(
          'bool',
          Uint8Array.from(rows.flatMap((row) => [...columns.actionMask.subarray(row * K, (row + 1) * K)])),
          [B, K],
        ),
        count: new ort.Tensor(
          'int64',
          BigInt64Array.from(rows, (row) => BigInt(columns.candidateCount[row] as number)),
          [B],
        ),
        ...(units > 0
          ? {
              memory: float(
                gather(states, (row) => row * units, units),
                [B, units],
              ),
            }
          : {}),
      });
      const got = (name: string): Float32Array => outputs[name]?.data as Float32Array;
      const choices = [...(outputs['choice']?.data as BigInt64Array)].map(Number);
      rows.forEach((row, b) => {
        const own = logits.subarray(row * K, (row + 1) * K);
        own.forEach((logit, k) => expect(apart(got('logits')[b * K + k] as number, logit)).toBeLessThan(RELATIVE));
        expect(apart(got('value')[b] as number, values[row] as number)).toBeLessThan(RELATIVE);
        const chosen = own[choices[b] as number] as number;
        expect(Math.max(...own) - chosen).toBeLessThanOrEqual(RELATIVE * Math.max(1, Math.abs(chosen)));
        for (let m = 0; m < units; m++) {
          const expected = after[row * units + m] as number;
          expect(apart(got('nextMemory')[b * units + m] as number, expected)).toBeLessThan(RELATIVE);
          moved = Math.max(moved, Math.abs(expected - (states[row * units + m] as number)));
        }
      });
    }
    if (units > 0) expect(moved).toBeGreaterThan(0.1);
  });

  inPython('pass onnx.checker in full and give the golden vectors, states included', { timeout: 120_000 }, () => {
    const dir = join(temporaryFolder(), 'bundle');
    writeBundle(dir, content);
    const report = JSON.parse(python([join(import.meta.dirname, 'onnx-check.py'), dir])) as Record<
      string,
      { rows: number; maxDifference: number; wrongChoices: number }
    >;
    expect(Object.keys(report)).toEqual(['forward', 'place', 'cache']);
    for (const result of Object.values(report)) {
      expect(result).toMatchObject({ rows: 4, wrongChoices: 0 });
      expect(result.maxDifference).toBeLessThan(RELATIVE);
    }
  });
});

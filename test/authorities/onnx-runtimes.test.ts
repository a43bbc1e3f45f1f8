import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as OnnxRuntime from 'onnxruntime-web';
import * as web from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DecisionBatch, Rng, SPACE_CLOUD_SPEC as spec } from '../../core/index.ts';
import { buildGeometry, createWorldModel, loadScenario } from '../../environment/index.ts';
import { type BundleContent, int8File, onnxFile, writeBundle } from '../../policies/bundle/index.ts';
import { evaluateModel, named, type Tensor } from '../../policies/bundle/onnx/evaluate.kernel.ts';
import { graphInputs } from '../../policies/bundle/onnx/feeds.ts';
import { type Int8Graph, int8Graphs } from '../../policies/bundle/int8.ts';
import {
  type ArchitectureOptions,
  Scorer,
  architectureOf,
  measureNormaliser,
  weightCount,
} from '../../policies/runtime/index.ts';
import { baselineSource } from '../../training/index.ts';
import { recordGolden } from '../../training/record-golden.ts';
import { contentOf } from '../policies/bundle/content.ts';
import { temporaryFolder } from '../policies/bundle/fixture.ts';
import { nativeOnnxRuntime } from './onnxruntime-native.ts';
import { python, pythonHas } from './python.ts';

/**
 * Authorities: ONNX Runtime 1.30 as WebAssembly and as native library for Node, and 1.32 in Python, on recorded decisions of a
 * world. Single-threaded, so results do not hang on the machine.
 */
web.env.wasm.numThreads = 1;
web.env.logLevel = 'error';

/** Float32 sums of about 100 products of size 1..10 round at 1e-6; a wrong formula is off by far more. */
const RELATIVE = 1e-5;
const K = spec.maxCandidates;
const folder = temporaryFolder();
const hasPython = pythonHas(['onnx', 'onnxruntime', 'numpy']);
if (!hasPython) console.warn('SKIPPED: Python with onnx and onnxruntime not found (npm run setup:authorities).');
const native = nativeOnnxRuntime();

type Outputs = Readonly<Record<string, ArrayLike<number>>>;
interface Runtime {
  readonly name: string;
  /** Outputs by graph file. */
  readonly run: (
    dir: string,
    inputs: ReadonlyMap<string, ReadonlyMap<string, Tensor>>,
  ) => Promise<Record<string, Outputs>>;
}

const TYPES: Readonly<Record<string, 'bool' | 'int64'>> = { mask: 'bool', count: 'int64' };

function inNode(name: string, ort: typeof OnnxRuntime): Runtime {
  const tensorOf = (input: string, { dims, data }: Tensor): OnnxRuntime.Tensor => {
    if (TYPES[input] === 'bool') return new ort.Tensor('bool', Uint8Array.from(data), dims);
    if (TYPES[input] === 'int64') return new ort.Tensor('int64', BigInt64Array.from(data, BigInt), dims);
    return new ort.Tensor('float32', Float32Array.from(data), dims);
  };
  const run: Runtime['run'] = async (dir, inputs) => {
    const results: Record<string, Outputs> = {};
    for (const [file, of] of inputs) {
      const session = await ort.InferenceSession.create(readFileSync(join(dir, file)), { intraOpNumThreads: 1 });
      const outputs = await session.run(Object.fromEntries([...of].map(([input, x]) => [input, tensorOf(input, x)])));
      results[file] = Object.fromEntries(
        Object.entries(outputs).map(([output, { data }]) => [output, Array.from(data as Float32Array, Number)]),
      );
    }
    return results;
  };
  return { name, run };
}

const inPython: Runtime = {
  name: 'Python',
  run: (dir, inputs) => {
    const given = join(folder, 'given.json');
    const asJson = (input: string, { dims, data }: Tensor): unknown => {
      return { dims, type: TYPES[input] ?? 'float32', data: Array.from(data) };
    };
    const files = [...inputs].map(([file, of]) => [
      file,
      Object.fromEntries([...of].map(([input, x]) => [input, asJson(input, x)])),
    ]);
    writeFileSync(given, JSON.stringify(Object.fromEntries(files)));
    const printed = python([join(import.meta.dirname, 'onnx-decide.py'), dir, given]);
    return Promise.resolve(JSON.parse(printed) as Record<string, Outputs>);
  },
};

const RUNTIMES: readonly Runtime[] = [
  inNode('WebAssembly', web),
  ...(native === undefined ? [] : [inNode('native', native)]),
  ...(hasPython ? [inPython] : []),
];

let golden: DecisionBatch;
let recorded: DecisionBatch;
beforeAll(async () => {
  const scenario = loadScenario('scenarios/test-12.yaml', { load: 4 });
  const source = baselineSource('load-aware+greedy-finish+gdsf');
  const options = { source, rowsPerKind: 8, recordedPerKind: 800, seed: 17, fallback: source.name };
  ({ golden, recorded } = await recordGolden(createWorldModel(scenario, buildGeometry(scenario)), options));
});

function rowsOf(kind: number): number[] {
  return Array.from({ length: recorded.n }, (_, row) => row).filter((row) => recorded.kind[row] === kind);
}

function allowedOf(row: number): number {
  return recorded.actionMask.subarray(row * K, (row + 1) * K).reduce((sum, flag) => sum + flag, 0);
}

/** Random weights, so that the network disagrees with its prior and no path through it is silent. */
function contentWith(options: ArchitectureOptions): BundleContent {
  const architecture = architectureOf(spec, options);
  const rng = new Rng(41, 'onnx-test');
  const weights = Float32Array.from({ length: weightCount(architecture) }, () => 0.2 * rng.normal());
  return { ...contentOf(1), architecture, weights, normaliser: measureNormaliser(spec, [recorded]), golden, recorded };
}

const NETWORKS = [
  ['the network as it is by default', {}],
  ['without prior', { prior: 'hidden', hidden: 48 }],
  ['with memory, prior as input', { memory: 6, prior: 'input' }],
  ['with attention and memory', { attention: 5, memory: 7 }],
] as const;

describe.each(NETWORKS)('graphs %s', (name, options) => {
  let content: BundleContent;
  let dir: string;
  let logits: Float32Array;
  let before: Float32Array;
  let after: Float32Array;
  let graphs: ReturnType<typeof int8Graphs>;
  const units = (options as ArchitectureOptions).memory ?? 0;
  const isPlain = units === 0 && !('attention' in options);
  const inputs = new Map<string, ReadonlyMap<string, Tensor>>();
  beforeAll(() => {
    content = contentWith(options);
    dir = join(folder, name.replaceAll(/\W/g, '-'));
    writeBundle(dir, content);
    graphs = int8Graphs(content, recorded);
    logits = new Float32Array(recorded.n * K);
    before = Float32Array.from({ length: recorded.n * units }, (_, i) => Math.fround(Math.sin(i)));
    after = before.slice();
    const slot = Int32Array.from({ length: recorded.n }, (_, row) => row);
    new Scorer(spec, content.architecture, content.weights, content.normaliser).logitsInto(recorded, logits, {
      ...{ states: after, slot },
      before: new Float32Array(before.length),
    });
    spec.kinds.forEach((kind, index) => {
      const of = graphInputs(kind, recorded, rowsOf(index), { units, states: before });
      inputs.set(onnxFile(kind.kind), of);
      inputs.set(int8File(kind.kind), of);
    });
  });

  it.each(RUNTIMES)('choose in $name as the flying runtime does, and int8 as it does everywhere', async ({ run }) => {
    const results = await run(dir, inputs);
    let decisions = 0;
    let otherThanPrior = 0;
    for (const [index, kind] of spec.kinds.entries()) {
      const rows = rowsOf(index);
      const float = results[onnxFile(kind.kind)] as Outputs;
      const int8 = results[int8File(kind.kind)] as Outputs;
      const expected = evaluateModel(
        (graphs[index] as Int8Graph).model,
        inputs.get(int8File(kind.kind)) as ReadonlyMap<string, Tensor>,
      );
      const choices: number[] = [];
      rows.forEach((row, i) => {
        const own = logits.subarray(row * K, (row + 1) * K);
        own.forEach((logit, k) => {
          const actual = (float['logits'] as ArrayLike<number>)[i * K + k] as number;
          expect(Math.abs(actual - logit) / Math.max(1, Math.abs(logit))).toBeLessThan(RELATIVE);
        });
        choices.push(own.indexOf(Math.max(...own)));
        const priors = Array.from({ length: recorded.candidateCount[row] as number }, (_, k) =>
          recorded.actionMask[row * K + k] === 0
            ? -Infinity
            : (recorded.candidates[(row * K + k) * recorded.candidateStride + kind.candidate.length - 1] as number),
        );
        if (choices[i] !== priors.indexOf(Math.max(...priors))) otherThanPrior++;
        for (let m = 0; m < units; m++) {
          const state = (float['nextMemory'] as ArrayLike<number>)[i * units + m] as number;
          expect(Math.abs(state - (after[row * units + m] as number))).toBeLessThan(RELATIVE);
        }
      });
      decisions += rows.length;
      expect(Array.from(float['choice'] as ArrayLike<number>)).toEqual(choices);
      expect(Array.from(int8['choice'] as ArrayLike<number>)).toEqual(Array.from(named(expected, 'choice').data));
      if (units === 0) {
        // Every other row gave the scales; of the rest, those count that leave a choice.
        const compared = rows.map((_, i) => i).filter((i) => i % 2 === 1 && allowedOf(rows[i] as number) > 1);
        const same = compared.filter((i) => (int8['choice'] as ArrayLike<number>)[i] === choices[i]).length;
        expect((graphs[index] as Int8Graph).agreement).toMatchObject({ decisions: compared.length, same });
      }
      // Integer products are exact and scales constant: without attention and memory nothing is left to rounding.
      const reference = named(expected, 'logits').data;
      const furthest = Array.from(reference).reduce(
        (max, logit, i) => Math.max(max, Math.abs(logit - ((int8['logits'] as ArrayLike<number>)[i] as number))),
        0,
      );
      if (isPlain) expect(furthest).toBe(0);
      else expect(furthest).toBeLessThan(0.05);
    }
    expect(decisions).toBeGreaterThan(1000);
    // So the networks decide, not their priors.
    expect(otherThanPrior).toBeGreaterThan(30);
  });

  it.each(RUNTIMES)('give the golden vectors in $name, float32 and int8', async ({ run }) => {
    interface Row {
      readonly kind: string;
      readonly choice: number;
      readonly logits: readonly number[];
      readonly memory?: readonly number[];
      readonly int8: { readonly choice: number; readonly logits: readonly number[] };
    }
    const { rows } = JSON.parse(readFileSync(join(dir, 'golden.json'), 'utf8')) as { readonly rows: readonly Row[] };
    const states = Float32Array.from(rows.flatMap(({ memory = [] }) => memory));
    for (const [index, kind] of spec.kinds.entries()) {
      const at = [...rows.keys()].filter((row) => golden.kind[row] === index);
      const of = graphInputs(kind, golden, at, { units, states });
      const files = [onnxFile(kind.kind), int8File(kind.kind)] as const;
      const results = await run(dir, new Map(files.map((file) => [file, of])));
      const [float, int8] = files.map((file) => (results[file] as Outputs)['choice'] as ArrayLike<number>);
      expect(Array.from(float ?? [])).toEqual(at.map((row) => rows[row]?.choice));
      expect(Array.from(int8 ?? [])).toEqual(at.map((row) => rows[row]?.int8.choice));
      expect(at).toHaveLength(8);
    }
  });
});

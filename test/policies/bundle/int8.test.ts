import { beforeAll, describe, expect, it } from 'vitest';
import { type DecisionBatch, Rng, SPACE_CLOUD_SPEC as spec } from '../../../core/index.ts';
import { buildGeometry, createWorldModel, loadScenario } from '../../../environment/index.ts';
import { type BundleContent, type BundleManifest, renderBundle } from '../../../policies/bundle/index.ts';
import { actionRules } from '../../../policies/bundle/decision-rules.ts';
import { int8Graphs } from '../../../policies/bundle/int8.ts';
import { evaluateModel, named, roundHalfToEven, type Tensor } from '../../../policies/bundle/onnx/evaluate.kernel.ts';
import { graphInputs } from '../../../policies/bundle/onnx/feeds.ts';
import type { OnnxModel } from '../../../policies/bundle/onnx/model.ts';
import { networkModel } from '../../../policies/bundle/onnx/network.ts';
import { quantiseModel, quantisedInputs, type Range, widenAll } from '../../../policies/bundle/onnx/quantise.ts';
import { Scorer, architectureOf, measureNormaliser, weightCount } from '../../../policies/runtime/index.ts';
import { baselineSource } from '../../../training/index.ts';
import { recordGolden } from '../../../training/record-golden.ts';
import { contentOf } from './content.ts';

const K = spec.maxCandidates;
let golden: DecisionBatch;
let recorded: DecisionBatch;
let content: BundleContent;
beforeAll(async () => {
  const scenario = loadScenario('scenarios/test-12.yaml', { load: 2 });
  const source = baselineSource('load-aware+greedy-finish+gdsf');
  const options = { source, rowsPerKind: 4, recordedPerKind: 300, seed: 5, fallback: source.name };
  ({ golden, recorded } = await recordGolden(createWorldModel(scenario, buildGeometry(scenario)), options));
  content = contentWith({});
});

function contentWith(options: Parameters<typeof architectureOf>[1]): BundleContent {
  const architecture = architectureOf(spec, options);
  const rng = new Rng(3, 'int8-test');
  const weights = Float32Array.from({ length: weightCount(architecture) }, () => 0.2 * rng.normal());
  return { ...contentOf(1), architecture, weights, normaliser: measureNormaliser(spec, [recorded]), golden, recorded };
}

function rowsOf(kind: number): number[] {
  return Array.from({ length: recorded.n }, (_, row) => row).filter((row) => recorded.kind[row] === kind);
}

function inputsOf(kind: number, units = 0): ReadonlyMap<string, Tensor> {
  const states = new Float32Array(recorded.n * units);
  return graphInputs(spec.kinds[kind] as (typeof spec.kinds)[number], recorded, rowsOf(kind), { units, states });
}

/** The graph of a kind with weights of at most `limit`. */
function quantised(kind: number, limit: number): OnnxModel {
  const model = networkModel(content, kind);
  const ranges = new Map<string, Range>();
  widenAll(ranges, quantisedInputs(model), evaluateModel(model, inputsOf(kind)));
  return quantiseModel(model, ranges, limit);
}

describe('the evaluation of exported graphs', () => {
  it.each([{}, { attention: 5, memory: 4 }, { prior: 'hidden' }, { prior: 'input', memory: 3 }] as const)(
    'gives the logits of the flying runtime: %j',
    (options) => {
      const of = contentWith(options);
      const units = of.architecture.memory;
      const logits = new Float32Array(recorded.n * K);
      const memory = {
        states: new Float32Array(recorded.n * units),
        slot: Int32Array.from({ length: recorded.n }, (_, row) => row),
        before: new Float32Array(recorded.n * units),
      };
      new Scorer(spec, of.architecture, of.weights, of.normaliser).logitsInto(recorded, logits, memory);
      for (const kind of spec.kinds.keys()) {
        const got = named(evaluateModel(networkModel(of, kind), inputsOf(kind, units)), 'logits').data;
        rowsOf(kind).forEach((row, i) => {
          for (let k = 0; k < K; k++) {
            const expected = logits[row * K + k] as number;
            const apart = Math.abs((got[i * K + k] as number) - expected) / Math.max(1, Math.abs(expected));
            expect(apart).toBeLessThan(1e-5); // float32 rounding of sums of about 100 products of size 1..10
          }
        });
      }
    },
  );

  it('rounds halves to even, as QuantizeLinear does', () => {
    expect([-1.5, -0.5, 0.5, 1.5, 2.5, 2.4999, 2.5001].map(roundHalfToEven)).toEqual([-2, 0, 0, 2, 2, 2, 3]);
  });
});

describe('int8 graphs', () => {
  it('hold weights of 7 bits, the largest of each column at the limit, and lose at most half a step', () => {
    const float = networkModel(content, 0);
    const int8 = quantised(0, 63);
    const matrices = float.constants.filter(({ dims }) => dims.length === 2);
    expect(matrices).toHaveLength(8);
    for (const { name, dims, data } of matrices) {
      const original = new Float32Array(data.slice().buffer);
      const whole = int8.constants.find((constant) => constant.name === `${name}.int8`);
      const scales = int8.constants.find((constant) => constant.name === `${name}.scale`);
      const input = int8.nodes.find(({ inputs }) => inputs[1] === `${name}.int8`)?.inputs[0]?.replace('.uint8', '');
      const step = int8.constants.find((constant) => constant.name === `${input}.scale`);
      const [columns, stepSize] = [
        dims[1] as number,
        new Float32Array((step?.data ?? data).slice().buffer)[0] as number,
      ];
      const values = new Int8Array((whole?.data ?? data).slice().buffer);
      const scale = new Float32Array((scales?.data ?? data).slice().buffer);
      for (let column = 0; column < columns; column++) {
        const inColumn = values.filter((_, i) => i % columns === column);
        expect(Math.max(...inColumn.map(Math.abs))).toBe(63);
        const weightStep = (scale[column] as number) / stepSize;
        inColumn.forEach((value, row) => {
          const lost = Math.abs(value * weightStep - (original[row * columns + column] as number));
          expect(lost).toBeLessThanOrEqual(0.5 * weightStep * (1 + 1e-5)); // scales are float32
        });
      }
    }
  });

  /**
   * VPMADDUBSW of AVX2, on which integer products are built where the processor has no VNNI: products of uint8 and int8 of two
   * neighbours, added in 16 bits with saturation (Intel 64 and IA-32 SDM, volume 2). The rest of the sum is exact.
   */
  function saturatingSums(model: OnnxModel, kind: number): { sums: number; saturated: number } {
    const tensors = evaluateModel(model, inputsOf(kind));
    let [sums, saturated] = [0, 0];
    for (const { op, inputs } of model.nodes) {
      if (op !== 'MatMulInteger') continue;
      const [a, b] = inputs.map((name) => named(tensors, name)) as [Tensor, Tensor];
      const [m, columns] = b.dims as [number, number];
      for (let start = 0; start < a.data.length; start += m) {
        for (let column = 0; column < columns; column++) {
          for (let i = 0; i < m; i += 2) {
            const term = (at: number): number =>
              at < m ? (a.data[start + at] as number) * (b.data[at * columns + column] as number) : 0;
            const pair = term(i) + term(i + 1);
            sums++;
            if (pair > 32767 || pair < -32768) saturated++;
          }
        }
      }
    }
    return { sums, saturated };
  }

  it('never saturate 16-bit sums of pairs, where 8-bit weights on the same decisions do', () => {
    expect(2 * 255 * 63).toBeLessThanOrEqual(32767);
    const seven = saturatingSums(quantised(0, 63), 0);
    const eight = saturatingSums(quantised(0, 127), 0);
    expect(seven.sums).toBeGreaterThan(1e6);
    expect(seven.saturated).toBe(0);
    expect(eight.saturated).toBeGreaterThan(50);
  });

  it('lose more with fewer bits, so the figures measure something', () => {
    const float = named(evaluateModel(networkModel(content, 0), inputsOf(0)), 'logits').data;
    const lossOf = (limit: number): number => {
      const logits = named(evaluateModel(quantised(0, limit), inputsOf(0)), 'logits').data;
      return Array.from(float).reduce((sum, logit, i) => sum + Math.abs(logit - (logits[i] as number)), 0);
    };
    const [seven, four, two] = [63, 7, 1].map(lossOf) as [number, number, number];
    expect(four).toBeGreaterThan(2 * seven);
    expect(two).toBeGreaterThan(2 * four);
  });

  it('are measured on decisions that did not give their scales, and the bundle says what was found', () => {
    const graphs = int8Graphs(content, recorded);
    graphs.forEach(({ agreement }, kind) => {
      const rows = rowsOf(kind).length;
      expect(agreement.calibratedOn).toBe(Math.ceil(rows / 2));
      expect(agreement.decisions).toBeGreaterThan(0);
      expect(agreement.decisions).toBeLessThanOrEqual(rows - agreement.calibratedOn);
      expect(agreement.same / agreement.decisions).toBeGreaterThan(0.9);
      expect(agreement.logitDifference.largest).toBeGreaterThan(0);
      expect(agreement.logitLoss.mean).toBeLessThanOrEqual(agreement.logitLoss.largest);
    });
    const manifest = JSON.parse(Buffer.from(renderBundle(content).get('policy.json') as Uint8Array).toString()) as {
      readonly int8: BundleManifest['int8'];
    };
    expect(manifest.int8.agreement).toEqual(graphs.map(({ agreement }) => agreement));
    expect(manifest.int8.files).toEqual({
      forward: 'forward.int8.onnx',
      place: 'place.int8.onnx',
      cache: 'cache.int8.onnx',
    });
  });

  it('carry their own memory when they are measured', () => {
    const graphs = int8Graphs(contentWith({ memory: 6, prior: 'input' }), recorded);
    const { agreement } = graphs[0] as (typeof graphs)[number];
    expect(agreement.same / agreement.decisions).toBeGreaterThan(0.8);
    expect(agreement.same).toBeLessThan(agreement.decisions);
  });
});

describe('the action rules of a bundle', () => {
  it('say where the candidate stands that changes nothing, as in recorded decisions', () => {
    for (const [index, { kind, noop }] of actionRules(spec).kinds.entries()) {
      const features = spec.kinds[index]?.candidate.map(({ name }) => name) ?? [];
      const flag = (row: number, candidate: number, feature: string): number =>
        recorded.candidates[(row * K + candidate) * recorded.candidateStride + features.indexOf(feature)] as number;
      for (const row of rowsOf(index)) {
        const count = recorded.candidateCount[row] as number;
        if (noop === null) {
          expect(kind).toBe('place');
          expect(flag(row, 0, 'isSelf')).toBe(1);
          continue;
        }
        const at = noop.position === 'first' ? 0 : count - 1;
        const flags = Array.from({ length: count }, (_, candidate) => flag(row, candidate, noop.feature));
        expect(flags).toEqual(flags.map((_, candidate) => (candidate === at ? 1 : 0)));
        expect(recorded.actionMask[row * K + at]).toBe(1);
      }
    }
  });
});

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Interface, createInterface } from 'node:readline';
import { Rng, SPACE_CLOUD_SPEC, createDecisionBatch } from '../core/index.ts';
import { NORMALISED_CLIP, RESIDUAL_BOUND, Scorer } from '../policies/index.ts';
import {
  Learner,
  type LearningEngineName,
  PPO_DEFAULTS,
  type RolloutBuffer,
  loadLearningEngine,
} from '../training/index.ts';
import { type Figure, median } from './figures.ts';
import { type LearnedNetwork, createNetwork, loadFixture, projectRoot } from './fixture.ts';
import { startRollouts } from './rollout.bench.ts';
import { type Lap, lap, lapAsync } from './stopwatch.ts';

const ROUNDS = 6;
const WARM_UPS = 3;
/** Rows per call when decisions are timed, and calls. */
const BATCH = 64;
const PASSES = 60;
/** Calls until the kernel is compiled for speed. */
const DECIDE_WARM_UPS = 30;
/** PyTorch that PyPI holds for Linux with the fewest CUDA packages beside it; the wheel does not load without them. */
const PACKAGES = [
  'torch==1.13.1',
  'numpy==1.26.4',
  'typing_extensions',
  'nvidia-cuda-runtime-cu11==11.7.99',
  'nvidia-cuda-nvrtc-cu11==11.7.99',
  'nvidia-cudnn-cu11==8.5.0.96',
  'nvidia-cublas-cu11==11.10.3.66',
];
const RIVALS: readonly LearningEngineName[] = ['fused-fma', 'fused', 'node', 'wasm'];

/**
 * Collect and train against PyTorch, turn by turn in one run: the same decisions, network, minibatches and epochs. All by CPU
 * time over all threads, for PyTorch that of one thread, which spends least of it; and by wall time on all cores. Worlds
 * cost both sides the same.
 */
export async function measure(): Promise<Figure[]> {
  const python = venvPython();
  const nothing = (note: string): Figure[] => RIVALS.map((name) => ({ name: `pytorch/${name}`, samples: [], note }));
  if (typeof python !== 'string') return nothing(python.obstacle);
  const folder = mkdtempSync(join(tmpdir(), 'spacecloud-pytorch-'));
  const { scenario, geometry, model } = loadFixture();
  const network = createNetwork(model);
  const pool = await startRollouts({ scenario, geometry }, network);
  try {
    for (let i = 0; i < WARM_UPS; i++) await pool.collect();
    const { buffers } = await pool.collect();
    const rows = buffers.reduce((sum, { n }) => sum + n, 0);
    writeData(folder, buffers, network);
    const torch = new Contestant(python, folder, 1);
    const torchOnTwo = new Contestant(python, folder, 2);
    const learners = await startLearners(network);
    const update = (name: LearningEngineName): Lap =>
      lap(() => learners.get(name)?.update(buffers, new Rng(1, 'bench'), { iteration: 1, iterations: 1 }));
    const question = `update ${PPO_DEFAULTS.minibatchRows}`;
    for (let i = 0; i < WARM_UPS; i++) {
      await torch.ask(question);
      await torchOnTwo.ask(question);
      for (const name of learners.keys()) {
        update(name);
        // Helper threads start while this one rests.
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    const decide = decider(network, buffers[0] as RolloutBuffer);
    for (let i = 0; i < DECIDE_WARM_UPS; i++) decide();
    const us: Record<string, number[]> = {};
    const note = (what: string, seconds: number, per: number): void =>
      void (us[what] ??= []).push((1e6 * seconds) / per);
    for (let round = 0; round < ROUNDS; round++) {
      const [one, two] = [await torch.ask(question), await torchOnTwo.ask(question)];
      note('torch update', one.cpuS, rows);
      note('torch update wall', Math.min(one.wallS, two.wallS), rows);
      for (const name of learners.keys()) {
        const time = update(name);
        note(`${name} update`, time.cpuS, rows);
        note(`${name} update wall`, time.wallS, rows);
      }
      note('torch decide', (await torch.ask(`decide ${BATCH} ${PASSES}`)).cpuS, BATCH * PASSES);
      note('decide', lap(decide).cpuS, BATCH * PASSES);
      note('torch GFLOP', (await torch.ask('multiply 512 20')).cpuS / (20 * 2 * 512 ** 3), 1e3);
    }
    // Last, because the next rollout overwrites the buffers.
    for (let round = 0; round < ROUNDS; round++) {
      const time = await lapAsync(async () => void (await pool.collect()));
      note('collect', time.cpuS, rows);
      note('collect wall', time.wallS, rows);
    }
    torch.close();
    torchOnTwo.close();
    for (const learner of learners.values()) learner.dispose();
    return figures(us, rows * flopsPerRow(buffers, network), rows);
  } finally {
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Microseconds of CPU per decision, by what was done, as figures. */
function figures(us: Readonly<Record<string, readonly number[]>>, flops: number, rows: number): Figure[] {
  const of = (what: string): readonly number[] => us[what] ?? [];
  const world = Math.max(0, median(of('collect')) - median(of('decide')));
  const collect = (inference: string, i: number): number => world + (of(inference)[i] ?? NaN);
  const all: Figure[] = [];
  for (const name of RIVALS) {
    const own = of(`${name} update`);
    if (own.length === 0) {
      all.push({ name: `pytorch/${name}`, samples: [], note: `${name} does not load here` });
      continue;
    }
    const rate = (i: number): number => own[i] as number;
    const theirs = (i: number): number => of('torch update')[i] as number;
    const both = own.map((_, i) => (collect('torch decide', i) + theirs(i)) / (collect('decide', i) + rate(i)));
    all.push({ name: `pytorch/${name}`, samples: both });
    all.push({ name: `pytorch/${name}/update`, samples: own.map((_, i) => theirs(i) / rate(i)) });
    // On both cores, PyTorch with one or two threads, whichever is faster each time.
    const wall = median(of('collect wall'));
    const walls = own.map((_, i) => {
      return (wall + (of('torch update wall')[i] as number)) / (wall + (of(`${name} update wall`)[i] as number));
    });
    all.push({ name: `pytorch/${name}/wall`, samples: walls });
    // Floating-point operations of an update over its CPU time, against what PyTorch's matrix product reaches in one thread.
    const gflops = own.map((time) => flops / rows / time / 1e3);
    all.push({ name: `pytorch/${name}/gflops`, samples: gflops });
  }
  all.push({ name: 'pytorch/peak', samples: of('torch GFLOP').map((time) => 1 / time / 1e6) });
  for (const what of ['torch update', 'torch decide', 'decide', 'collect']) {
    all.push({ name: `pytorch/us/${what.replace(' ', '-')}`, samples: of(what) });
  }
  return all;
}

/** Operations that forward and backward of all epochs and the first evaluation take per decision: two per weight and use. */
function flopsPerRow(buffers: readonly RolloutBuffer[], { architecture }: LearnedNetwork): number {
  const h = architecture.hidden;
  let forward = 0;
  let backward = 0;
  let rows = 0;
  for (const buffer of buffers) {
    rows += buffer.n;
    for (let row = 0; row < buffer.n; row++) {
      const kind = architecture.kinds[buffer.kind[row] as number];
      if (kind === undefined) continue;
      const first = row * buffer.maxCandidates;
      const mask = buffer.actionMask.subarray(first, first + (buffer.candidateCount[row] as number));
      const allowed = mask.reduce((sum, allow) => sum + allow, 0);
      const inputs = kind.context + allowed * kind.candidate + kind.context + kind.candidate;
      const hidden = (allowed + 1) * (h + 1);
      forward += 2 * h * (inputs + hidden);
      // By weights of all layers, by inputs of the hidden ones.
      backward += 2 * h * (inputs + 2 * hidden);
    }
  }
  return (forward + PPO_DEFAULTS.epochs * (forward + backward)) / rows;
}

async function startLearners(network: LearnedNetwork): Promise<Map<LearningEngineName, Learner>> {
  const learners = new Map<LearningEngineName, Learner>();
  // Learning rate 0: every update does the same work on the same weights.
  const config = { learningRate: 0, maxRatioDeviation: null };
  for (const name of RIVALS) {
    try {
      learners.set(name, Learner.create(await loadLearningEngine(name, network.architecture), network, config));
    } catch {
      // Its figures say that it is missing.
    }
  }
  return learners;
}

/** Logits of the first rows of a rollout of the first kind, as often as PyTorch is asked for them. */
function decider({ architecture, weights, normaliser }: LearnedNetwork, buffer: RolloutBuffer): () => void {
  const scorer = new Scorer(SPACE_CLOUD_SPEC, architecture, weights, normaliser);
  const batch = createDecisionBatch(SPACE_CLOUD_SPEC, BATCH);
  const { contextStride, candidateStride, maxCandidates } = buffer;
  for (let row = 0; row < buffer.n && batch.n < BATCH; row++) {
    if (buffer.kind[row] !== 0) continue;
    const to = batch.n++;
    batch.candidateCount[to] = buffer.candidateCount[row] as number;
    for (const [name, width] of [
      ['context', contextStride],
      ['candidates', maxCandidates * candidateStride],
      ['actionMask', maxCandidates],
    ] as const) {
      batch[name].set(buffer[name].subarray(row * width, (row + 1) * width), to * width);
    }
  }
  const logits = new Float32Array(BATCH * maxCandidates);
  return () => {
    for (let i = 0; i < PASSES; i++) scorer.logitsInto(batch, logits);
  };
}

/** The rollouts as PyTorch reads them: per kind, normalised, candidates padded to the widest row. */
function writeData(
  folder: string,
  buffers: readonly RolloutBuffer[],
  { architecture, normaliser }: LearnedNetwork,
): void {
  const rng = new Rng(1, 'bench-advantages');
  const kinds = architecture.kinds.map(({ context: c, candidate: f }, k) => {
    const rows = buffers.flatMap((buffer, b) =>
      [...Array(buffer.n).keys()].filter((row) => buffer.kind[row] === k).map((row) => ({ buffer, row, b })),
    );
    const { contextMean, contextStd, candidateMean, candidateStd } = normaliser.kinds[
      k
    ] as LearnedNetwork['normaliser']['kinds'][number];
    const width = Math.max(...rows.map(({ buffer, row }) => buffer.candidateCount[row] as number));
    const context = new Float32Array(rows.length * c);
    const candidates = new Float32Array(rows.length * width * f);
    const mean = new Float32Array(rows.length * f);
    const mask = new Uint8Array(rows.length * width);
    const scaled = (x: number, center: number, std: number): number =>
      Math.min(NORMALISED_CLIP, Math.max(-NORMALISED_CLIP, (x - center) / std));
    rows.forEach(({ buffer, row }, at) => {
      for (let i = 0; i < c; i++) {
        const x = buffer.context[row * buffer.contextStride + i] as number;
        context[at * c + i] = scaled(x, contextMean[i] as number, contextStd[i] as number);
      }
      const count = buffer.candidateCount[row] as number;
      for (let j = 0; j < count; j++) {
        const slot = row * buffer.maxCandidates + j;
        mask[at * width + j] = buffer.actionMask[slot] as number;
        for (let i = 0; i < f; i++) {
          const x = buffer.candidates[slot * buffer.candidateStride + i] as number;
          const value = scaled(x, candidateMean[i] as number, candidateStd[i] as number);
          candidates[(at * width + j) * f + i] = value;
          mean[at * f + i] = (mean[at * f + i] as number) + value / count;
        }
      }
    });
    const firstRow = buffers.map((_, b) => buffers.slice(0, b).reduce((sum, { n }) => sum + n, 0));
    const columns = {
      rows: Int32Array.from(rows, ({ row, b }) => (firstRow[b] as number) + row),
      context,
      candidates,
      mean,
      mask,
      action: Uint8Array.from(rows, ({ buffer, row }) => buffer.action[row] as number),
      advantage: Float32Array.from(rows, () => rng.normal()),
    };
    for (const [name, column] of Object.entries(columns)) writeFileSync(join(folder, `${name}${k}.bin`), column);
    return { rows: rows.length, context: c, candidate: f, width };
  });
  const rows = kinds.reduce((sum, kind) => sum + kind.rows, 0);
  const { hidden } = architecture;
  const meta = { rows, hidden, bound: RESIDUAL_BOUND, epochs: PPO_DEFAULTS.epochs, kinds };
  writeFileSync(join(folder, 'meta.json'), JSON.stringify(meta));
}

/** PyTorch in a process of its own, one question at a time. */
class Contestant {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private ready: Promise<unknown>;

  constructor(python: string, folder: string, threads: number) {
    const script = join(projectRoot(), 'bench', 'pytorch.py');
    this.child = spawn(python, [script, folder, `${threads}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    const reader: Interface = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    this.lines = reader[Symbol.asyncIterator]();
    this.ready = this.lines.next();
  }

  async ask(command: string): Promise<Lap> {
    await this.ready;
    this.child.stdin?.write(`${command}\n`);
    const line = await this.lines.next();
    if (line.done === true) throw new Error(`PyTorch ended at '${command}'.`);
    return JSON.parse(line.value) as Lap;
  }

  close(): void {
    this.child.stdin?.end();
  }
}

/** Python of a virtual environment with PyTorch, made on first use; or why there is none. */
function venvPython(): string | { readonly obstacle: string } {
  const folder = process.env['SPACECLOUD_PYTORCH_VENV'] ?? join(projectRoot(), '.spacecloud', 'pytorch');
  const python = join(folder, 'bin', 'python');
  const works = (): boolean => spawnSync(python, ['-c', 'import torch, numpy']).status === 0;
  if (existsSync(python) && works()) return python;
  mkdirSync(folder, { recursive: true });
  for (const [command, args] of [
    ['python3', ['-m', 'venv', folder]],
    [python, ['-m', 'pip', 'install', '--quiet', '--no-deps', ...PACKAGES]],
  ] as const) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
    if (status === 0) continue;
    const last = error?.message ?? stderr.trim().split('\n').at(-1);
    return { obstacle: `PyTorch cannot be installed: ${command} ${args[1]} says: ${last}` };
  }
  return works() ? python : { obstacle: 'PyTorch was installed from PyPI, but does not load.' };
}

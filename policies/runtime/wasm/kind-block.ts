import { type Architecture, type Normaliser, type TensorSlot, kindSlots } from '../architecture.ts';

/** Columns of a matrix that stand together in a panel. */
const PANEL = 8;
/** Numbers of 32 bits that describe a kind to the kernels; their meaning stands in policies/kernels/network.ts. */
export const KIND_WORDS = 12;

/**
 * How one decision kind's numbers stand in kernel memory: weights in panels of eight columns, widths padded with zeros, and
 * the two square matrices transposed once more for the way back.
 */
export interface KindBlock {
  /** C, F, G, H: padded widths of context, candidate, global state and hidden layers. */
  readonly padded: {
    readonly context: number;
    readonly candidate: number;
    readonly global: number;
    readonly hidden: number;
  };
  /** Float32s of the weights, of the two transposed matrices, and of the input statistics. */
  readonly weights: number;
  readonly transposed: number;
  readonly scale: number;
  /** First weight of the kind in the flat weights, and one past its last. */
  readonly first: number;
  readonly end: number;
  /** [end - first] where each flat weight stands in the block. */
  readonly place: Int32Array;
  /** Flat weights that stand in the transposed matrices too, from `first`, and where. */
  readonly again: Int32Array;
  readonly againPlace: Int32Array;
}

/** The blocks of a network without attention and memory. */
export function kindBlocks(architecture: Architecture): readonly KindBlock[] {
  return architecture.kinds.map((_, kind) => kindBlock(architecture, kind));
}

function kindBlock(architecture: Architecture, kindIndex: number): KindBlock {
  const { hidden, global } = architecture;
  const kind = architecture.kinds[kindIndex] as Architecture['kinds'][number];
  const padded = {
    context: roundUp(kind.context, 4),
    candidate: roundUp(kind.candidate, 4),
    global: roundUp(global, 4),
    hidden: roundUp(hidden, PANEL),
  };
  const { context: c, candidate: f, global: g, hidden: h } = padded;
  // In the order of policies/kernels/network.ts.
  const matrices: readonly [string, number][] = [
    ['policy.context.w', c * h],
    ['policy.candidate.w', f * h],
    ['policy.encoder.b', h],
    ['policy.hidden.w', h * h],
    ['policy.hidden.b', h],
    ['policy.out.w', h],
    ['value.encoder.w', (c + f + g) * h],
    ['value.encoder.b', h],
    ['value.hidden.w', h * h],
    ['value.hidden.b', h],
    ['value.out.w', h],
    ['value.out.b', 4],
  ];
  const start = new Map<string, number>();
  let weights = 0;
  for (const [name, size] of matrices) {
    start.set(name, weights);
    weights += size;
  }
  const encoder = start.get('value.encoder.w') as number;
  /** Matrix start, its inputs, and the input that the tensor's first row is. */
  const homes: Readonly<Record<string, readonly [number, number, number]>> = {
    'policy.context.w': [start.get('policy.context.w') as number, c, 0],
    'policy.candidate.w': [start.get('policy.candidate.w') as number, f, 0],
    'policy.hidden.w': [start.get('policy.hidden.w') as number, h, 0],
    'value.context.w': [encoder, c + f + g, 0],
    'value.candidate.w': [encoder, c + f + g, c],
    'value.global.w': [encoder, c + f + g, c + f],
    'value.hidden.w': [start.get('value.hidden.w') as number, h, 0],
  };
  const transposedAt: Readonly<Record<string, number>> = { 'policy.hidden.w': 0, 'value.hidden.w': h * h };

  const slots = kindSlots(architecture, kindIndex);
  const [head, tail] = [slots[0] as TensorSlot, slots[slots.length - 1] as TensorSlot];
  const first = head.offset;
  const end = tail.offset + tail.size;
  const place = new Int32Array(end - first);
  const again: number[] = [];
  const againPlace: number[] = [];
  for (const slot of slots) {
    const tensor = slot.name.slice(slot.name.indexOf('/') + 1);
    const home = homes[tensor];
    const from = slot.offset - first;
    const vector = start.get(tensor) ?? 0;
    const columns = slot.shape[1] ?? 1;
    for (let e = 0; e < slot.size; e++) {
      if (home === undefined) {
        place[from + e] = vector + e;
        continue;
      }
      const [matrix, inputs, firstInput] = home;
      const row = Math.floor(e / columns);
      place[from + e] = matrix + inPanel(firstInput + row, e % columns, inputs);
      const back = transposedAt[tensor];
      if (back === undefined) continue;
      again.push(from + e);
      againPlace.push(back + inPanel(e % columns, row, h));
    }
  }
  return {
    padded,
    weights,
    transposed: 2 * h * h,
    scale: 2 * (c + f + g),
    first,
    end,
    place,
    again: Int32Array.from(again),
    againPlace: Int32Array.from(againPlace),
  };
}

function inPanel(input: number, output: number, inputs: number): number {
  return Math.floor(output / PANEL) * inputs * PANEL + input * PANEL + (output % PANEL);
}

/** Where a kind's numbers stand in kernel memory, in bytes. */
export interface KindAddresses {
  readonly words: number;
  readonly weights: number;
  readonly transposed: number;
  readonly scale: number;
}

/** Describes a kind to the kernels: writes its words and input statistics. */
export function writeKind(
  buffer: ArrayBufferLike,
  at: KindAddresses,
  block: KindBlock,
  kind: { readonly features: number; readonly addsPrior: boolean; readonly scale: Float32Array },
): void {
  const { context, candidate, global, hidden } = block.padded;
  const words = new Int32Array(buffer, at.words, KIND_WORDS);
  const { features, addsPrior } = kind;
  words.set([context, candidate, global, hidden, at.weights, at.transposed, at.scale, features, addsPrior ? 1 : 0]);
  new Float32Array(buffer, at.scale, block.scale).set(kind.scale);
}

/** Input statistics as the kernels read them. Padding, and a prior that is hidden, are divided by infinity. */
export function scaleOf(
  architecture: Architecture,
  normaliser: Normaliser,
  kindIndex: number,
  block: KindBlock,
): Float32Array {
  const kind = normaliser.kinds[kindIndex] as Normaliser['kinds'][number];
  const { context, candidate, global } = block.padded;
  const scale = new Float32Array(block.scale).fill(Infinity);
  let at = 0;
  const none = new Float32Array(0);
  for (const [mean, std, width] of [
    [kind.contextMean, kind.contextStd, context],
    [kind.candidateMean, kind.candidateStd, candidate],
    [kind.globalMean ?? none, kind.globalStd ?? none, global],
  ] as const) {
    scale.fill(0, at, at + width);
    scale.set(mean, at);
    scale.set(std, at + width);
    at += 2 * width;
  }
  if (architecture.prior === 'hidden') {
    scale[2 * context + candidate + kind.candidateMean.length - 1] = Infinity;
  }
  return scale;
}

function roundUp(count: number, multiple: number): number {
  return Math.ceil(count / multiple) * multiple;
}

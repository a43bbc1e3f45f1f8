import { SpaceCloudError } from '../../core/index.ts';
import { type RolloutBuffer, createRolloutBuffer } from '../rollout/buffer.ts';

/**
 * One buffer out of several: all decisions in buffer order, then all finals in buffer order, with `next` and `earlier` renumbered. The
 * order is that of the argument, never of arrival, so that results do not depend on timing. A single buffer is returned
 * as it is. Errors: MISUSE when strides differ or there is no buffer.
 *
 * Without `observations` the copy has none (strides 0), for those who read them where they are.
 */
export function mergeRollouts(buffers: readonly RolloutBuffer[], observations = true): RolloutBuffer {
  const [first, ...others] = buffers;
  if (first === undefined) throw new SpaceCloudError('MISUSE', 'Expected at least one rollout buffer, got none.');
  if (others.length === 0) return first;
  for (const name of STRIDES) {
    const odd = others.find((buffer) => buffer[name] !== first[name]);
    if (odd !== undefined) {
      throw new SpaceCloudError('MISUSE', `Expected rollouts of one ${name}, got ${first[name]} and ${odd[name]}.`);
    }
  }
  const n = buffers.reduce((sum, buffer) => sum + buffer.n, 0);
  const finals = buffers.reduce((sum, buffer) => sum + buffer.finals, 0);
  const shape = observations ? first : { ...first, contextStride: 0, candidateStride: 0, globalStride: 0 };
  const merged = createRolloutBuffer({ ...shape, capacity: n + finals });
  merged.n = n;
  merged.finals = finals;
  let row = 0;
  let final = n;
  for (const buffer of buffers) {
    copyRows(buffer, { first: 0, rows: buffer.n }, merged, row);
    copyRows(buffer, { first: buffer.n, rows: buffer.finals }, merged, final);
    for (let r = 0; r < buffer.n; r++) {
      const next = buffer.next[r] as number;
      merged.next[row + r] = next < 0 ? -1 : next < buffer.n ? row + next : final + next - buffer.n;
      const earlier = buffer.earlier[r];
      if (earlier !== undefined) merged.earlier[row + r] = earlier < 0 ? -1 : row + earlier;
    }
    row += buffer.n;
    final += buffer.finals;
  }
  return merged;
}

const STRIDES = ['contextStride', 'candidateStride', 'maxCandidates', 'memoryStride', 'globalStride'] as const;

/** Columns and their elements per row; `next` and `earlier` are renumbered apart. */
function columnsOf(buffer: RolloutBuffer): readonly [Float32Array | Uint8Array, number][] {
  const { maxCandidates, contextStride, candidateStride, memoryStride, globalStride } = buffer;
  return [
    [buffer.kind, 1],
    [buffer.candidateCount, 1],
    [buffer.context, contextStride],
    [buffer.candidates, maxCandidates * candidateStride],
    [buffer.actionMask, maxCandidates],
    [buffer.action, 1],
    [buffer.logProb, 1],
    [buffer.reward, 1],
    [buffer.elapsed, 1],
    [buffer.memory, memoryStride],
    [buffer.global, globalStride],
  ];
}

function copyRows(
  from: RolloutBuffer,
  range: { readonly first: number; readonly rows: number },
  to: RolloutBuffer,
  at: number,
): void {
  const { first, rows } = range;
  const targets = columnsOf(to);
  columnsOf(from).forEach(([source, width], i) => {
    if (targets[i]?.[1] !== width) return;
    targets[i]?.[0].set(source.subarray(first * width, (first + rows) * width), at * width);
  });
}

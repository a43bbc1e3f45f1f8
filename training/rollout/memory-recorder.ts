import type { DecisionBatch } from '../../core/index.ts';
import type { MemoryStates } from '../../policies/index.ts';
import type { RolloutBuffer } from './buffer.ts';

/** Writes the memory columns of rollout buffers from what a policy remembers; does nothing for a policy without memory. */
export class MemoryRecorder {
  private readonly memory: MemoryStates | undefined;
  /** [slots] row of the last decision that moved each state on, in this rollout. */
  private lastRow = new Int32Array(0);

  constructor(memory: MemoryStates | undefined) {
    this.memory = memory;
  }

  /** A new rollout: rows of the last one are no longer there to follow. */
  begin(): void {
    this.lastRow.fill(-1);
  }

  /** Row `seen` of the batch that the policy decided last becomes row `to` of the buffer. */
  decision(seen: number, buffer: RolloutBuffer, to: number): void {
    const { memory } = this;
    if (memory === undefined) return;
    const { units } = memory;
    const slot = memory.slot[seen] as number;
    if (slot >= this.lastRow.length) {
      const longer = new Int32Array(2 * slot + 64).fill(-1);
      longer.set(this.lastRow);
      this.lastRow = longer;
    }
    buffer.memory.set(memory.before.subarray(seen * units, (seen + 1) * units), to * units);
    buffer.earlier[to] = memory.began[seen] === 1 ? -1 : (this.lastRow[slot] as number);
    this.lastRow[slot] = to;
  }

  /** A row of a batch that nobody decides becomes final row `to`: with the state as it stands now. */
  final(batch: DecisionBatch, row: number, buffer: RolloutBuffer, to: number): void {
    this.memory?.readInto(batch, row, buffer.memory, to * buffer.memoryStride);
  }
}

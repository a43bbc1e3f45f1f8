import { SpaceCloudError } from '../../../../core/index.ts';
import { type KernelMemory, PAGE_BYTES, webAssembly } from '../../../../policies/index.ts';
import { MOST_PAGES } from './kernels.ts';

const ALIGNMENT = 64;

/** The memory that all threads of a fused engine share: regions are taken from the bottom up and never given back. */
export class SharedKernelMemory {
  readonly memory: KernelMemory;
  private end = 0;

  constructor() {
    if (webAssembly === undefined) throw new SpaceCloudError('ENGINE_UNAVAILABLE', 'Expected WebAssembly, got none.');
    this.memory = new webAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  }

  /** Address of `bytes` more. The memory grows with the next `grow`. */
  take(bytes: number): number {
    const at = this.end;
    this.end = Math.ceil((at + bytes) / ALIGNMENT) * ALIGNMENT;
    return at;
  }

  /** How much is taken; `release` gives back what was taken since. */
  get mark(): number {
    return this.end;
  }

  release(mark: number): void {
    this.end = mark;
  }

  /**
   * Makes room for all that was taken. Views made before stay valid, but end where the memory ended then.
   *
   * Errors: MISUSE beyond 4 GB.
   */
  grow(): void {
    const pages = Math.ceil(this.end / PAGE_BYTES);
    const missing = pages - this.memory.buffer.byteLength / PAGE_BYTES;
    if (missing <= 0) return;
    if (pages > MOST_PAGES) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected rollouts that fit into 4 GB, got ${(pages * PAGE_BYTES) / 1e9} GB.`,
        {
          hint: 'Learn from fewer rows per iteration, or use another engine.',
        },
      );
    }
    this.memory.grow(missing);
  }
}

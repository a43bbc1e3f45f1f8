import { randomInt } from 'node:crypto';
import type { Timer } from '../agents/index.ts';

/** Time and chance for nodes and whoever serves them: the process's timers, and numbers that nobody can guess. */
export const NODE_CLOCK: { readonly timer: Timer; readonly draw: () => number } = {
  timer: { set: (callback, ms) => setTimeout(callback, ms), clear: (id) => clearTimeout(id as NodeJS.Timeout) },
  draw: () => randomInt(2 ** 32),
};

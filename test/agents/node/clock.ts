import { randomInt } from 'node:crypto';
import type { Timer } from '../../../agents/node/index.ts';

/** Real time, and numbers nobody guesses. */
export const CLOCK: { readonly timer: Timer; readonly draw: () => number } = {
  timer: {
    set: (callback, delayMs) => setTimeout(callback, delayMs),
    clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
  },
  draw: () => randomInt(2 ** 32),
};

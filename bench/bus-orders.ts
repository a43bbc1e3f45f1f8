import type { BusOptions } from '../agents/bus/index.ts';
import type { LearnedNetwork } from './fixture.ts';

/** What a node of `bus.bench.ts` is told first. */
export interface NodeOrders {
  readonly satellite: string;
  readonly plain: Omit<BusOptions, 'name'>;
  readonly secured: Omit<BusOptions, 'name'>;
  readonly socketPath: string;
  readonly network: LearnedNetwork;
}

/** What it is told later: to say its CPU time, or how long its answers to bare requests are. */
export type ToNode = 'cpu' | { readonly answerBytes: number };

export const FLEET = 'bench';

/** Where a node answers bare requests. */
export function bareSubject(satellite: string): string {
  return `bare.${satellite}`;
}

import { assign, setup } from 'xstate';
import type { GroundEvent } from './terminal.machine.ts';

export interface GatewayContext {
  readonly node: number;
  /** Antennas that have a satellite, those handing over included. */
  readonly attached: number;
  /** Antennas handing over now. */
  readonly changing: number;
}

/**
 * The modes of a gateway with several antennas: it is attached while any antenna has a satellite, and handing over while any
 * of them changes satellite (the others carry on).
 */
export const gatewayMachine = setup({
  types: {
    context: {} as GatewayContext,
    events: {} as GroundEvent,
    input: {} as { readonly node: number },
  },
  guards: {
    lastAntenna: ({ context }) => context.attached <= 1,
    lastChange: ({ context }) => context.changing <= 1,
  },
  actions: {
    addAntenna: assign(({ context }) => ({ attached: context.attached + 1 })),
    // Which antenna goes is not told; the count of changes never exceeds what is left.
    removeAntenna: assign(({ context }) => ({
      attached: context.attached - 1,
      changing: Math.min(context.changing, context.attached - 1),
    })),
    beginChange: assign(({ context }) => ({ changing: Math.min(context.changing + 1, context.attached) })),
    endChange: assign(({ context }) => ({ changing: context.changing - 1 })),
  },
}).createMachine({
  id: 'gateway',
  context: ({ input }) => ({ node: input.node, attached: 0, changing: 0 }),
  initial: 'detached',
  states: {
    detached: {
      on: {
        'antenna.attach': { target: 'attached', actions: 'addAntenna' },
        'antenna.handover': { target: 'handingOver', actions: ['addAntenna', 'beginChange'] },
      },
    },
    attached: {
      on: {
        'antenna.attach': { actions: 'addAntenna' },
        'antenna.handover': { target: 'handingOver', actions: 'beginChange' },
        'antenna.detach': [
          { guard: 'lastAntenna', target: 'detached', actions: 'removeAntenna' },
          { actions: 'removeAntenna' },
        ],
      },
    },
    handingOver: {
      on: {
        'antenna.attach': { actions: 'addAntenna' },
        'antenna.handover': { actions: 'beginChange' },
        'antenna.detach': [
          { guard: 'lastAntenna', target: 'detached', actions: 'removeAntenna' },
          { actions: 'removeAntenna' },
        ],
        'handover.completed': [
          { guard: 'lastChange', target: 'attached', actions: 'endChange' },
          { actions: 'endChange' },
        ],
      },
    },
  },
});

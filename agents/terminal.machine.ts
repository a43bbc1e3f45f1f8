import { setup } from 'xstate';

/** What a ground node's machine hears: its antennas' events, and the end of a handover. */
export interface GroundEvent {
  readonly type: 'antenna.attach' | 'antenna.handover' | 'antenna.detach' | 'handover.completed';
}

/**
 * The modes of a user terminal, which has one antenna. While it hands over, it neither sends nor receives; the constellation
 * sends 'handover.completed' when the scenario's `handoverS` has passed in simulated time.
 */
export const terminalMachine = setup({
  types: {
    context: {} as { readonly node: number },
    events: {} as GroundEvent,
    input: {} as { readonly node: number },
  },
}).createMachine({
  id: 'terminal',
  context: ({ input }) => ({ node: input.node }),
  initial: 'detached',
  states: {
    detached: { on: { 'antenna.attach': 'attached', 'antenna.handover': 'handingOver' } },
    attached: { on: { 'antenna.handover': 'handingOver', 'antenna.detach': 'detached' } },
    handingOver: {
      on: { 'handover.completed': 'attached', 'antenna.attach': 'attached', 'antenna.detach': 'detached' },
    },
  },
});

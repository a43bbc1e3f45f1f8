import { type SnapshotFrom, setup } from 'xstate';

/** What the machine of a radio hears: its antenna's events, and the end of a handover. */
export interface RadioEvent {
  readonly type: 'antenna.attach' | 'antenna.handover' | 'antenna.detach' | 'handover.completed';
}

export interface RadioContext {
  /** Antenna, counted at its node. */
  readonly part: number;
}

/**
 * The modes of one antenna of a ground node, whose machine has it as a child. While a radio hands over it neither sends nor
 * receives; the constellation sends 'handover.completed' when the scenario's `handoverS` has passed in simulated time.
 *
 * A handover ends at a satellite, so a detached radio follows it: its attachment was not heard of, as when a constellation
 * takes over a world under way. Whatever else comes out of order is passed over.
 */
export const radioMachine = setup({
  types: {
    context: {} as RadioContext,
    events: {} as RadioEvent,
    input: {} as RadioContext,
  },
}).createMachine({
  id: 'radio',
  context: ({ input }) => ({ part: input.part }),
  initial: 'detached',
  states: {
    detached: { on: { 'antenna.attach': 'attached', 'antenna.handover': 'handingOver' } },
    attached: { on: { 'antenna.handover': 'handingOver', 'antenna.detach': 'detached' } },
    handingOver: {
      on: { 'handover.completed': 'attached', 'antenna.attach': 'attached', 'antenna.detach': 'detached' },
    },
  },
});

export type RadioSnapshot = SnapshotFrom<typeof radioMachine>;
export type RadioMode = RadioSnapshot['value'];

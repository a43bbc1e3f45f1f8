import { type SnapshotFrom, setup } from 'xstate';
import type { GroundEvent, GroundInput, GroundModes } from './radios.ts';

/** The modes of a data centre: it works, or it is lost with what it stored. */
export const centreMachine = setup({
  types: {
    context: {} as GroundInput,
    events: {} as GroundEvent,
    input: {} as GroundInput,
  },
}).createMachine({
  id: 'centre',
  context: ({ input }) => ({ node: input.node }),
  initial: 'up',
  states: {
    up: { on: { 'centre.down': 'down' } },
    down: { on: { 'centre.up': 'up' } },
  },
});

export function centreModes({ value }: SnapshotFrom<typeof centreMachine>): GroundModes {
  return { service: value, link: 'detached', radios: [] };
}

import type { SnapshotFrom } from 'xstate';
import { type GroundModes, link, nodeWithRadios, toRadios } from './radios.ts';

/** The modes of a user terminal: those of its radios, one child each, and what they amount to. */
export const terminalMachine = nodeWithRadios.createMachine({
  id: 'terminal',
  context: ({ input }) => ({ node: input.node, radios: [] }),
  on: toRadios,
  ...link,
});

export function terminalModes({ value, context }: SnapshotFrom<typeof terminalMachine>): GroundModes {
  return { service: 'up', link: value, radios: context.radios };
}

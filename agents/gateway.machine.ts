import type { SnapshotFrom } from 'xstate';
import { type GroundModes, link, nodeWithRadios, toRadios } from './radios.ts';

/**
 * The modes of a gateway: those of its antennas, one child each, what they amount to, and whether it works at all. One that
 * is down has no link whatever its antennas do; they are followed all the same, so that it knows them when it is up again.
 */
export const gatewayMachine = nodeWithRadios.createMachine({
  id: 'gateway',
  context: ({ input }) => ({ node: input.node, radios: [] }),
  on: toRadios,
  initial: 'up',
  states: {
    up: { ...link, on: { 'gateway.down': 'down' } },
    down: { on: { 'gateway.up': 'up' } },
  },
});

export function gatewayModes({ value, context }: SnapshotFrom<typeof gatewayMachine>): GroundModes {
  const isDown = value === 'down';
  return { service: isDown ? 'down' : 'up', link: isDown ? 'detached' : value.up, radios: context.radios };
}

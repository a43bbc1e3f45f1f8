import { assign, enqueueActions, setup } from 'xstate';
import { type RadioEvent, type RadioMode, type RadioSnapshot, radioMachine } from './radio.machine.ts';

export interface GroundInput {
  /** Node index in its world. */
  readonly node: number;
}

export interface RadiosContext extends GroundInput {
  /** Mode of each radio, by antenna counted at the node, as the radios told it; those that nothing reached yet may be missing. */
  readonly radios: readonly RadioMode[];
}

/** What the machine of a ground node hears: the world's events of its antennas and of itself, and its radios. */
export type GroundEvent =
  | { readonly type: RadioEvent['type']; readonly part: number }
  | { readonly type: 'gateway.down' | 'gateway.up' }
  | { readonly type: 'centre.down' | 'centre.up' }
  | { readonly type: `xstate.snapshot.radio-${number}`; readonly snapshot: RadioSnapshot };

/** Modes of a ground node, whatever kind it is: what it lacks stands at its first mode. */
export interface GroundModes {
  readonly service: 'up' | 'down';
  /** What the radios amount to for the node. */
  readonly link: RadioMode;
  readonly radios: readonly RadioMode[];
}

/**
 * What nodes with radios have in common: they make a child of `radioMachine` per antenna, pass antennas' events on to it, and
 * note what it tells.
 */
export const nodeWithRadios = setup({
  types: {
    context: {} as RadiosContext,
    events: {} as GroundEvent,
    input: {} as GroundInput,
    children: {} as Record<`radio-${number}`, 'radio'>,
  },
  actors: { radio: radioMachine },
  guards: {
    someCarries: ({ context: { radios } }) => radios.includes('attached'),
    allChange: ({ context: { radios } }) => !radios.includes('attached') && radios.includes('handingOver'),
    noneIsAttached: ({ context: { radios } }) => radios.every((mode) => mode === 'detached'),
  },
  actions: {
    passOn: enqueueActions(({ context: { radios }, event, enqueue }) => {
      if (!('part' in event)) return;
      const { type, part } = event;
      for (let p = radios.length; p <= part; p++)
        enqueue.spawnChild('radio', { id: `radio-${p}`, input: { part: p }, syncSnapshot: true });
      if (part >= radios.length) {
        enqueue.assign({ radios: Array.from({ length: part + 1 }, (_, p) => radios[p] ?? 'detached') });
      }
      enqueue.sendTo(`radio-${part}`, { type });
    }),
    note: assign(({ context: { radios }, event }) => {
      if (!('snapshot' in event)) return {};
      const { value, context } = event.snapshot;
      return radios[context.part] === value ? {} : { radios: radios.with(context.part, value) };
    }),
  },
});

/** Where antennas' events and radios' reports go, in every state. */
export const toRadios = {
  'antenna.*': { actions: 'passOn' },
  'handover.completed': { actions: 'passOn' },
  'xstate.snapshot.*': { actions: 'note' },
} as const;

/**
 * What radios amount to for their node: `attached` while one of them carries; `handingOver` while all that have a satellite
 * change it; `detached` while none has one.
 */
export const link = nodeWithRadios.createStateConfig({
  initial: 'detached',
  states: {
    detached: {
      always: [
        { guard: 'someCarries', target: 'attached' },
        { guard: 'allChange', target: 'handingOver' },
      ],
    },
    attached: {
      always: [
        { guard: 'allChange', target: 'handingOver' },
        { guard: 'noneIsAttached', target: 'detached' },
      ],
    },
    handingOver: {
      always: [
        { guard: 'someCarries', target: 'attached' },
        { guard: 'noneIsAttached', target: 'detached' },
      ],
    },
  },
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Snapshot, createActor, initialTransition, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { centreMachine, centreModes } from '../../agents/centre.machine.ts';
import { gatewayMachine, gatewayModes } from '../../agents/gateway.machine.ts';
import { type RadioEvent, type RadioMode, radioMachine } from '../../agents/radio.machine.ts';
import type { GroundEvent, GroundModes } from '../../agents/radios.ts';
import { terminalMachine, terminalModes } from '../../agents/terminal.machine.ts';

const RADIO_EVENTS = ['antenna.attach', 'antenna.handover', 'antenna.detach', 'handover.completed'] as const;

/** Written out by hand: mode of a radio -> what each event makes of it, in the order of RADIO_EVENTS. */
const RADIO_TABLE: Readonly<Record<RadioMode, readonly [RadioMode, RadioMode, RadioMode, RadioMode]>> = {
  detached: ['attached', 'handingOver', 'detached', 'detached'],
  attached: ['attached', 'handingOver', 'detached', 'attached'],
  handingOver: ['attached', 'handingOver', 'detached', 'attached'],
};
const afterByTable = (mode: RadioMode, type: RadioEvent['type']): RadioMode =>
  RADIO_TABLE[mode][RADIO_EVENTS.indexOf(type)] as RadioMode;

const on = (part: number, ...types: readonly RadioEvent['type'][]): GroundEvent[] =>
  types.map((type) => ({ type, part }));

interface Running {
  send(event: GroundEvent): void;
  modes(): GroundModes;
  /** The machine as restored from JSON. */
  restored(): Running;
}

function terminal(snapshot?: Snapshot<unknown>): Running {
  const options = { input: { node: 70 } };
  const actor = createActor(terminalMachine, snapshot === undefined ? options : { ...options, snapshot }).start();
  return {
    send: (event) => actor.send(event),
    modes: () => terminalModes(actor.getSnapshot()),
    restored: () => terminal(throughJson(actor.getPersistedSnapshot())),
  };
}

function gateway(snapshot?: Snapshot<unknown>): Running {
  const options = { input: { node: 70 } };
  const actor = createActor(gatewayMachine, snapshot === undefined ? options : { ...options, snapshot }).start();
  return {
    send: (event) => actor.send(event),
    modes: () => gatewayModes(actor.getSnapshot()),
    restored: () => gateway(throughJson(actor.getPersistedSnapshot())),
  };
}

function throughJson(snapshot: Snapshot<unknown>): Snapshot<unknown> {
  return JSON.parse(JSON.stringify(snapshot)) as Snapshot<unknown>;
}

function after(running: Running, ...events: readonly (readonly GroundEvent[])[]): GroundModes {
  for (const event of events.flat()) running.send(event);
  return running.modes();
}

describe('radio machine', () => {
  const wayTo: Readonly<Record<RadioMode, readonly RadioEvent['type'][]>> = {
    detached: [],
    attached: ['antenna.attach'],
    handingOver: ['antenna.attach', 'antenna.handover'],
  };
  const cases = (Object.keys(RADIO_TABLE) as RadioMode[]).flatMap((from) =>
    RADIO_EVENTS.map((type) => [from, type, afterByTable(from, type)] as const),
  );

  it.each(cases)('%s hears %s and is %s', (from, type, to) => {
    let [snapshot] = initialTransition(radioMachine, { part: 2 });
    for (const before of wayTo[from]) [snapshot] = transition(radioMachine, snapshot, { type: before });
    expect(snapshot.value).toBe(from);
    const [next, effects] = transition(radioMachine, snapshot, { type });
    expect(next.value).toBe(to);
    expect(effects).toEqual([]);
  });

  it('reaches three modes and no others', () => {
    const paths = getShortestPaths(radioMachine, {
      input: { part: 0 },
      events: RADIO_EVENTS.map((type) => ({ type })),
    });
    expect(new Set(paths.map(({ state }) => state.value))).toEqual(new Set(Object.keys(RADIO_TABLE)));
  });
});

describe('terminal machine', () => {
  it('starts detached, with no radio it knows of', () => {
    expect(terminal().modes()).toEqual({ service: 'up', link: 'detached', radios: [] });
  });

  it.each<[string, readonly GroundEvent[], readonly RadioMode[], RadioMode]>([
    ['one radio attaches', on(0, 'antenna.attach'), ['attached'], 'attached'],
    ['only radio changes', on(0, 'antenna.attach', 'antenna.handover'), ['handingOver'], 'handingOver'],
    [
      'only radio has changed',
      on(0, 'antenna.attach', 'antenna.handover', 'handover.completed'),
      ['attached'],
      'attached',
    ],
    [
      'one of two changes, the other carries on',
      [...on(0, 'antenna.attach'), ...on(1, 'antenna.attach', 'antenna.handover')],
      ['attached', 'handingOver'],
      'attached',
    ],
    [
      'both change',
      [...on(0, 'antenna.attach', 'antenna.handover'), ...on(1, 'antenna.attach', 'antenna.handover')],
      ['handingOver', 'handingOver'],
      'handingOver',
    ],
    [
      'one is lost while the other changes: all that are left change',
      [...on(0, 'antenna.attach'), ...on(1, 'antenna.attach', 'antenna.handover'), ...on(0, 'antenna.detach')],
      ['detached', 'handingOver'],
      'handingOver',
    ],
    [
      'the one that changes is lost, the other carries on',
      [...on(0, 'antenna.attach'), ...on(1, 'antenna.attach', 'antenna.handover', 'antenna.detach')],
      ['attached', 'detached'],
      'attached',
    ],
    [
      'both are lost',
      [...on(0, 'antenna.attach', 'antenna.detach'), ...on(1, 'antenna.attach', 'antenna.detach')],
      ['detached', 'detached'],
      'detached',
    ],
    ['the third radio is heard of first', on(2, 'antenna.attach'), ['detached', 'detached', 'attached'], 'attached'],
    // Out of order.
    ['handover while detached', on(0, 'antenna.handover'), ['handingOver'], 'handingOver'],
    ['detach while detached', on(0, 'antenna.detach'), ['detached'], 'detached'],
    [
      'end of a handover that was cut',
      on(0, 'antenna.handover', 'antenna.detach', 'handover.completed'),
      ['detached'],
      'detached',
    ],
    ['attach twice', on(0, 'antenna.attach', 'antenna.attach', 'antenna.detach'), ['detached'], 'detached'],
    [
      'handover twice, one end',
      on(0, 'antenna.handover', 'antenna.handover', 'handover.completed'),
      ['attached'],
      'attached',
    ],
  ])('%s', (_, events, radios, link) => {
    expect(after(terminal(), events)).toEqual({ service: 'up', link, radios });
  });
});

describe('gateway machine', () => {
  const attached = [...on(0, 'antenna.attach'), ...on(1, 'antenna.attach')];

  it.each<[string, readonly GroundEvent[], Omit<GroundModes, 'radios'>]>([
    ['works', attached, { service: 'up', link: 'attached' }],
    [
      'is down, with antennas that have satellites',
      [...attached, { type: 'gateway.down' }],
      { service: 'down', link: 'detached' },
    ],
    [
      'is up again with the satellites it had',
      [...attached, { type: 'gateway.down' }, { type: 'gateway.up' }],
      { service: 'up', link: 'attached' },
    ],
    ['attaches while down', [{ type: 'gateway.down' }, ...attached], { service: 'down', link: 'detached' }],
    [
      'knows what it attached while down',
      [{ type: 'gateway.down' }, ...attached, { type: 'gateway.up' }],
      { service: 'up', link: 'attached' },
    ],
    [
      'lost its satellites while down',
      [
        ...attached,
        { type: 'gateway.down' },
        ...on(0, 'antenna.detach'),
        ...on(1, 'antenna.detach'),
        { type: 'gateway.up' },
      ],
      { service: 'up', link: 'detached' },
    ],
    [
      'was changing all when it came up',
      [
        ...attached,
        { type: 'gateway.down' },
        ...on(0, 'antenna.handover'),
        ...on(1, 'antenna.handover'),
        { type: 'gateway.up' },
      ],
      { service: 'up', link: 'handingOver' },
    ],
    [
      'goes down twice, up once',
      [...attached, { type: 'gateway.down' }, { type: 'gateway.down' }, { type: 'gateway.up' }],
      { service: 'up', link: 'attached' },
    ],
    ['goes up without need', [{ type: 'gateway.up' }], { service: 'up', link: 'detached' }],
  ])('%s', (_, events, expected) => {
    expect(after(gateway(), events)).toMatchObject(expected);
  });
});

describe('centre machine', () => {
  it.each<[readonly ('centre.down' | 'centre.up')[], 'up' | 'down']>([
    [[], 'up'],
    [['centre.up'], 'up'],
    [['centre.down'], 'down'],
    [['centre.down', 'centre.down'], 'down'],
    [['centre.down', 'centre.up'], 'up'],
  ])('after %j is %s', (types, expected) => {
    let [snapshot] = initialTransition(centreMachine, { node: 70 });
    for (const type of types) [snapshot] = transition(centreMachine, snapshot, { type });
    expect(centreModes(snapshot)).toEqual({ service: expected, link: 'detached', radios: [] });
  });
});

describe('any order of events', () => {
  const event = fc.oneof(
    { weight: 8, arbitrary: fc.record({ type: fc.constantFrom(...RADIO_EVENTS), part: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.constantFrom({ type: 'gateway.down' as const }, { type: 'gateway.up' as const }) },
  );

  /** What the table and the words of the contract say, without machines. */
  function expected(events: readonly GroundEvent[]): GroundModes {
    const radios: RadioMode[] = [];
    let service: 'up' | 'down' = 'up';
    for (const one of events) {
      if (one.type === 'gateway.down') service = 'down';
      else if (one.type === 'gateway.up') service = 'up';
      else if ('part' in one) {
        while (radios.length <= one.part) radios.push('detached');
        radios[one.part] = afterByTable(radios[one.part] as RadioMode, one.type);
      }
    }
    const withSatellite = radios.filter((mode) => mode !== 'detached');
    const up =
      withSatellite.length === 0 ? 'detached' : withSatellite.includes('attached') ? 'attached' : 'handingOver';
    return { service, link: service === 'up' ? up : 'detached', radios };
  }

  it('gives the modes that radios and service call for, with a restored machine in between', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 25 }), fc.nat(25), (events, cut) => {
        let running = gateway();
        events.forEach((one, i) => {
          if (i === cut) running = running.restored();
          running.send(one);
        });
        expect(running.modes()).toEqual(expected(events));
      }),
    );
  });

  it('gives a terminal the modes of a gateway that never fails', () => {
    const events = fc.array(event, { maxLength: 25 });
    fc.assert(
      fc.property(events, fc.nat(25), (all, cut) => {
        const antennas = all.filter(({ type }) => !type.startsWith('gateway.'));
        let running = terminal();
        antennas.forEach((one, i) => {
          if (i === cut) running = running.restored();
          running.send(one);
        });
        expect(running.modes()).toEqual(expected(antennas));
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { type Snapshot, createActor, initialTransition, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { gatewayMachine } from '../../agents/gateway.machine.ts';
import {
  type BundleRefusal,
  type SatelliteEvent,
  type SatelliteSnapshot,
  capabilities,
  fallbackReason,
  satelliteMachine,
} from '../../agents/satellite.machine.ts';
import { type GroundEvent, terminalMachine } from '../../agents/terminal.machine.ts';
import { ALL_CAPABILITIES, CAPABILITIES } from '../../core/index.ts';

const { FORWARD_TRANSIT, COMPUTE_NEW, COMPUTE_FULL_RATE, CACHE_WRITE, LEARNED } = CAPABILITIES;

type EventOrType = SatelliteEvent | Exclude<SatelliteEvent['type'], 'bundle.refused'>;

function satelliteAfter(events: readonly EventOrType[], refusal: BundleRefusal | null = null): SatelliteSnapshot {
  let [snapshot] = initialTransition(satelliteMachine, { node: 3, refusal });
  for (const event of events) {
    const object = typeof event === 'string' ? { type: event } : event;
    [snapshot] = transition(satelliteMachine, snapshot, object);
  }
  return snapshot;
}

describe('satellite machine', () => {
  it('may do everything at first, when it has a policy', () => {
    expect(capabilities(satelliteAfter([]))).toBe(ALL_CAPABILITIES);
  });

  it('asks for no effects: modes reach the world as capabilities only', () => {
    const [, effects] = transition(satelliteMachine, satelliteAfter([]), { type: 'power.critical' });
    expect(effects).toEqual([]);
  });

  // Bits left, from the scenario's words: saving = no new compute; safe = no forwarding for others.
  it.each<[string, readonly EventOrType[], number]>([
    ['saving', ['power.low'], FORWARD_TRANSIT | COMPUTE_FULL_RATE | CACHE_WRITE | LEARNED],
    ['safe', ['power.low', 'power.critical'], LEARNED],
    ['safe at once', ['power.critical'], LEARNED],
    [
      'back to saving',
      ['power.critical', 'power.recovered'],
      FORWARD_TRANSIT | COMPUTE_FULL_RATE | CACHE_WRITE | LEARNED,
    ],
    ['back to nominal', ['power.critical', 'power.nominal'], ALL_CAPABILITIES],
    ['recovery without need', ['power.recovered'], ALL_CAPABILITIES],
    ['hot', ['thermal.hot'], FORWARD_TRANSIT | COMPUTE_NEW | CACHE_WRITE | LEARNED],
    ['cool again', ['thermal.hot', 'thermal.cool'], ALL_CAPABILITIES],
    ['hot and saving', ['thermal.hot', 'power.low'], FORWARD_TRANSIT | CACHE_WRITE | LEARNED],
    ['suspect', ['trust.suspected'], FORWARD_TRANSIT | COMPUTE_FULL_RATE | LEARNED],
    ['quarantined', ['trust.quarantined'], COMPUTE_FULL_RATE | LEARNED],
    ['cleared once', ['trust.quarantined', 'trust.cleared'], FORWARD_TRANSIT | COMPUTE_FULL_RATE | LEARNED],
    ['cleared twice', ['trust.quarantined', 'trust.cleared', 'trust.cleared'], ALL_CAPABILITIES],
    ['down', ['satellite.down'], 0],
    ['up again, still hot', ['thermal.hot', 'satellite.down', 'satellite.up'], ALL_CAPABILITIES & ~COMPUTE_FULL_RATE],
    ['slow policy', ['policy.slow'], ALL_CAPABILITIES & ~LEARNED],
  ])('%s', (_, events, expected) => {
    expect(capabilities(satelliteAfter(events))).toBe(expected);
  });

  it('falls back with a reason and recovers when that cause is gone', () => {
    const refused = satelliteAfter([{ type: 'bundle.refused', reason: 'expired' }]);
    expect(fallbackReason(refused)).toBe('expired');
    expect(refused.value.autonomy).toBe('fallback');
    const renewed = satelliteAfter([{ type: 'bundle.refused', reason: 'expired' }, 'bundle.accepted']);
    expect(renewed.value.autonomy).toBe('learned');
    expect(fallbackReason(renewed)).toBeNull();
  });

  it('stays in fallback until the last of several causes is gone', () => {
    const events: EventOrType[] = ['observation.out-of-distribution', 'policy.lost', 'observation.normal'];
    expect(fallbackReason(satelliteAfter(events))).toBe('lost');
    expect(satelliteAfter(events).value.autonomy).toBe('fallback');
    expect(satelliteAfter([...events, 'policy.prompt']).value.autonomy).toBe('learned');
    // An accepted bundle does not excuse a policy that does not answer.
    expect(satelliteAfter([...events, 'bundle.accepted']).value.autonomy).toBe('fallback');
  });

  it('starts without a bundle in fallback', () => {
    const fresh = satelliteAfter([], 'missing');
    expect(capabilities(fresh)).toBe(ALL_CAPABILITIES & ~LEARNED);
    expect(fallbackReason(fresh)).toBe('missing');
    expect(capabilities(satelliteAfter(['bundle.accepted'], 'missing'))).toBe(ALL_CAPABILITIES);
  });

  it('reaches all 2 x 3 x 2 x 3 x 2 combinations of modes', () => {
    const types = [
      'power.low',
      'power.critical',
      'power.recovered',
      'power.nominal',
      'thermal.hot',
      'thermal.cool',
      'satellite.down',
      'satellite.up',
      'trust.suspected',
      'trust.cleared',
      'trust.quarantined',
      'policy.slow',
      'policy.prompt',
    ] as const;
    const paths = getShortestPaths(satelliteMachine, {
      input: { node: 0, refusal: null },
      events: types.map((type) => ({ type })),
    });
    expect(new Set(paths.map(({ state }) => JSON.stringify(state.value))).size).toBe(72);
  });

  it('survives JSON: a restored actor continues where the saved one stood', () => {
    const actor = createActor(satelliteMachine, { input: { node: 3, refusal: null } }).start();
    for (const type of ['power.critical', 'policy.slow', 'observation.out-of-distribution'] as const)
      actor.send({ type });
    const json = JSON.stringify(actor.getPersistedSnapshot());
    const restored = createActor(satelliteMachine, {
      input: { node: 3, refusal: null },
      snapshot: JSON.parse(json) as Snapshot<unknown>,
    }).start();
    expect(restored.getSnapshot().value).toEqual(actor.getSnapshot().value);
    for (const type of ['policy.prompt', 'observation.normal', 'power.nominal'] as const) restored.send({ type });
    expect(capabilities(restored.getSnapshot())).toBe(ALL_CAPABILITIES);
  });
});

describe('ground machines', () => {
  const ground = (machine: typeof gatewayMachine | typeof terminalMachine, types: readonly GroundEvent['type'][]) => {
    const actor = createActor(machine as typeof gatewayMachine, { input: { node: 70 } }).start();
    for (const type of types) actor.send({ type });
    return actor.getSnapshot();
  };

  it.each<[readonly GroundEvent['type'][], string]>([
    [[], 'detached'],
    [['antenna.attach'], 'attached'],
    [['antenna.attach', 'antenna.handover'], 'handingOver'],
    [['antenna.attach', 'antenna.handover', 'handover.completed'], 'attached'],
    [['antenna.attach', 'antenna.handover', 'antenna.detach'], 'detached'],
    [['antenna.attach', 'antenna.detach', 'handover.completed'], 'detached'],
  ])('terminal after %j is %s', (types, expected) => {
    expect(ground(terminalMachine, types).value).toBe(expected);
  });

  it('a gateway stays attached until its last antenna is gone', () => {
    const two = ['antenna.attach', 'antenna.attach'] as const;
    expect(ground(gatewayMachine, two).context.attached).toBe(2);
    expect(ground(gatewayMachine, [...two, 'antenna.detach']).value).toBe('attached');
    expect(ground(gatewayMachine, [...two, 'antenna.detach', 'antenna.detach']).value).toBe('detached');
  });

  it('a gateway hands over until its last change is completed', () => {
    const twice = ['antenna.attach', 'antenna.attach', 'antenna.handover', 'antenna.handover'] as const;
    expect(ground(gatewayMachine, [...twice, 'handover.completed']).value).toBe('handingOver');
    expect(ground(gatewayMachine, [...twice, 'handover.completed', 'handover.completed']).value).toBe('attached');
  });

  it('a gateway whose changing antennas were detached completes no change twice', () => {
    const types: GroundEvent['type'][] = ['antenna.attach', 'antenna.handover', 'antenna.detach', 'handover.completed'];
    const { value, context } = ground(gatewayMachine, types);
    expect(value).toBe('detached');
    expect(context).toEqual({ node: 70, attached: 0, changing: 0 });
  });

  it('reaches every mode', () => {
    for (const machine of [gatewayMachine, terminalMachine] as const) {
      const paths = getShortestPaths(machine as typeof gatewayMachine, {
        input: { node: 0 },
        events: [
          { type: 'antenna.attach' },
          { type: 'antenna.handover' },
          { type: 'antenna.detach' },
          { type: 'handover.completed' },
        ],
        // A gateway counts antennas without bound; two are enough to see every mode.
        stopWhen: ({ context }) => context.attached >= 2,
        serializeState: ({ value, context }) => JSON.stringify([value, context]),
      });
      const modes = new Set(paths.map(({ state }) => state.value));
      expect(modes).toEqual(new Set(['detached', 'attached', 'handingOver']));
    }
  });
});

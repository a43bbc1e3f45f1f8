import { describe, expect, it } from 'vitest';
import { type Snapshot, createActor, initialTransition, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import {
  type BundleRefusal,
  type SatelliteEvent,
  type SatelliteModes,
  type SatelliteSnapshot,
  capabilities,
  fallbackReason,
  satelliteMachine,
} from '../../agents/satellite.machine.ts';
import { ALL_CAPABILITIES, CAPABILITIES } from '../../core/index.ts';

const { FORWARD_TRANSIT, COMPUTE_NEW, COMPUTE_FULL_RATE, CACHE_WRITE, LEARNED, TRUSTED } = CAPABILITIES;

type TrustEvent = Extract<SatelliteEvent['type'], `trust.${string}`>;
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
    ['saving', ['power.low'], FORWARD_TRANSIT | COMPUTE_FULL_RATE | CACHE_WRITE | LEARNED | TRUSTED],
    ['safe', ['power.low', 'power.critical'], LEARNED | TRUSTED],
    ['safe at once', ['power.critical'], LEARNED | TRUSTED],
    [
      'back to saving',
      ['power.critical', 'power.recovered'],
      FORWARD_TRANSIT | COMPUTE_FULL_RATE | CACHE_WRITE | LEARNED | TRUSTED,
    ],
    ['back to nominal', ['power.critical', 'power.nominal'], ALL_CAPABILITIES],
    ['recovery without need', ['power.recovered'], ALL_CAPABILITIES],
    ['hot', ['thermal.hot'], FORWARD_TRANSIT | COMPUTE_NEW | CACHE_WRITE | LEARNED | TRUSTED],
    ['cool again', ['thermal.hot', 'thermal.cool'], ALL_CAPABILITIES],
    ['hot and saving', ['thermal.hot', 'power.low'], FORWARD_TRANSIT | CACHE_WRITE | LEARNED | TRUSTED],
    ['suspect', ['trust.suspected'], FORWARD_TRANSIT | COMPUTE_FULL_RATE | LEARNED | TRUSTED],
    ['quarantined', ['trust.quarantined'], COMPUTE_FULL_RATE | LEARNED],
    ['cleared once', ['trust.quarantined', 'trust.cleared'], FORWARD_TRANSIT | COMPUTE_FULL_RATE | LEARNED | TRUSTED],
    ['cleared twice', ['trust.quarantined', 'trust.cleared', 'trust.cleared'], ALL_CAPABILITIES],
    ['down', ['satellite.down'], 0],
    ['up again, still hot', ['thermal.hot', 'satellite.down', 'satellite.up'], ALL_CAPABILITIES & ~COMPUTE_FULL_RATE],
    ['slow policy', ['policy.slow'], ALL_CAPABILITIES & ~LEARNED],
  ])('%s', (_, events, expected) => {
    expect(capabilities(satelliteAfter(events))).toBe(expected);
  });

  // `trust.cleared` ends a quarantine on probation only; harsher standings are not softened by suspicion.
  it.each<[SatelliteModes['trust'], TrustEvent, SatelliteModes['trust']]>([
    ['trusted', 'trust.suspected', 'suspect'],
    ['trusted', 'trust.quarantined', 'quarantined'],
    ['trusted', 'trust.cleared', 'trusted'],
    ['suspect', 'trust.suspected', 'suspect'],
    ['suspect', 'trust.quarantined', 'quarantined'],
    ['suspect', 'trust.cleared', 'trusted'],
    ['quarantined', 'trust.suspected', 'quarantined'],
    ['quarantined', 'trust.quarantined', 'quarantined'],
    ['quarantined', 'trust.cleared', 'suspect'],
  ])('of standing %s hears %s and is %s', (from, type, to) => {
    const wayTo = {
      trusted: [],
      suspect: ['trust.suspected'],
      quarantined: ['trust.suspected', 'trust.quarantined'],
    } as const;
    expect(satelliteAfter(wayTo[from]).value.trust).toBe(from);
    expect(satelliteAfter([...wayTo[from], type]).value.trust).toBe(to);
  });

  it('accused on probation needs to be cleared twice again', () => {
    const again: EventOrType[] = ['trust.quarantined', 'trust.cleared', 'trust.quarantined', 'trust.cleared'];
    expect(satelliteAfter(again).value.trust).toBe('suspect');
    expect(satelliteAfter([...again, 'trust.cleared']).value.trust).toBe('trusted');
  });

  it('that is down is still told what its neighbours think of it', () => {
    const events: EventOrType[] = ['satellite.down', 'trust.quarantined'];
    expect(capabilities(satelliteAfter(events))).toBe(0);
    expect(capabilities(satelliteAfter([...events, 'satellite.up']))).toBe(COMPUTE_FULL_RATE | LEARNED);
    // Down or up a second time changes nothing.
    expect(satelliteAfter(['satellite.up']).value.service).toBe('up');
    expect(satelliteAfter(['satellite.down', 'satellite.down', 'satellite.up']).value.service).toBe('up');
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

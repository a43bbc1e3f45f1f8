import { type SnapshotFrom, assign, setup } from 'xstate';
import { ALL_CAPABILITIES, CAPABILITIES } from '../core/index.ts';

/** Why a policy bundle was refused, as the fallback's reason. */
export const BUNDLE_REFUSALS = [
  'missing',
  'malformed',
  'changed',
  'extra',
  'signature',
  'key',
  'expired',
  'spec',
  'golden',
  'revoked',
  'rollback',
  'signers',
] as const;
export type BundleRefusal = (typeof BUNDLE_REFUSALS)[number];

/** Why a satellite decides by its fallback. */
export type FallbackReason = BundleRefusal | 'out-of-distribution' | 'slow' | 'lost';

/** What may change who decides. `policy.lost`: nobody answers; `policy.prompt`: answers in time again. */
export type AutonomyEvent =
  | { readonly type: 'bundle.accepted' }
  | { readonly type: 'bundle.refused'; readonly reason: BundleRefusal }
  | { readonly type: 'observation.out-of-distribution' }
  | { readonly type: 'observation.normal' }
  | { readonly type: 'policy.slow' }
  | { readonly type: 'policy.lost' }
  | { readonly type: 'policy.prompt' };

/** What a satellite's machine hears: mode events of the world, autonomy. */
export type SatelliteEvent =
  | { readonly type: 'power.low' | 'power.critical' | 'power.recovered' | 'power.nominal' }
  | { readonly type: 'thermal.hot' | 'thermal.cool' }
  | { readonly type: 'satellite.down' | 'satellite.up' }
  | { readonly type: 'trust.suspected' | 'trust.quarantined' | 'trust.cleared' }
  | AutonomyEvent;

/** At most one open cause per source; the satellite decides by its policy when all are null. */
interface FallbackCauses {
  readonly bundle: BundleRefusal | null;
  readonly observation: 'out-of-distribution' | null;
  readonly policy: 'slow' | 'lost' | null;
}

export interface SatelliteContext {
  /** Node index in its world. */
  readonly node: number;
  readonly causes: FallbackCauses;
}

export interface SatelliteInput {
  readonly node: number;
  /** Why there is no usable policy at the start ('missing' until a bundle was checked); null = there is one. */
  readonly refusal: BundleRefusal | null;
}

/**
 * The modes of a satellite: what its battery, its heat, its standing and its policy allow. `capabilities` turns a snapshot
 * into what the masks need.
 *
 * `trust` is how its neighbours rate it, right or wrong; that a satellite is captured is no mode: no machine hears of it. The
 * world sends
 * - `trust.suspected` when a first neighbour accuses it, `trust.quarantined` when a quorum does;
 * - `trust.cleared` of a suspect that the accusations were dropped: it is trusted again;
 * - `trust.cleared` of a quarantined one twice: when the scenario's `quarantineS` is over, which puts it on probation as a
 *   suspect, and after another `quarantineS` in which nobody accused it. Accused on probation it is quarantined anew
 *   (`trust.quarantined`), and the count begins again at the first.
 *
 * Suspicion of a satellite that is suspect or quarantined already changes nothing.
 */
export const satelliteMachine = setup({
  types: {
    context: {} as SatelliteContext,
    events: {} as SatelliteEvent,
    input: {} as SatelliteInput,
  },
  guards: {
    noCauseLeft: ({ context: { causes } }) =>
      causes.bundle === null && causes.observation === null && causes.policy === null,
  },
  actions: {
    blameBundle: assign(({ context, event }) =>
      event.type === 'bundle.refused' ? { causes: { ...context.causes, bundle: event.reason } } : {},
    ),
    blameObservation: assign(({ context }) => ({
      causes: { ...context.causes, observation: 'out-of-distribution' as const },
    })),
    blameSlowness: assign(({ context }) => ({ causes: { ...context.causes, policy: 'slow' as const } })),
    blameLoss: assign(({ context }) => ({ causes: { ...context.causes, policy: 'lost' as const } })),
    clearBundle: assign(({ context }) => ({ causes: { ...context.causes, bundle: null } })),
    clearObservation: assign(({ context }) => ({ causes: { ...context.causes, observation: null } })),
    clearPolicy: assign(({ context }) => ({ causes: { ...context.causes, policy: null } })),
  },
}).createMachine({
  id: 'satellite',
  context: ({ input }) => ({ node: input.node, causes: { bundle: input.refusal, observation: null, policy: null } }),
  type: 'parallel',
  states: {
    service: {
      initial: 'up',
      states: {
        up: { on: { 'satellite.down': 'down' } },
        down: { on: { 'satellite.up': 'up' } },
      },
    },
    power: {
      initial: 'nominal',
      states: {
        nominal: { on: { 'power.low': 'saving', 'power.critical': 'safe' } },
        saving: { on: { 'power.critical': 'safe', 'power.nominal': 'nominal' } },
        safe: { on: { 'power.recovered': 'saving', 'power.nominal': 'nominal' } },
      },
    },
    thermal: {
      initial: 'nominal',
      states: {
        nominal: { on: { 'thermal.hot': 'throttled' } },
        throttled: { on: { 'thermal.cool': 'nominal' } },
      },
    },
    trust: {
      initial: 'trusted',
      states: {
        trusted: { on: { 'trust.suspected': 'suspect', 'trust.quarantined': 'quarantined' } },
        suspect: { on: { 'trust.cleared': 'trusted', 'trust.quarantined': 'quarantined' } },
        quarantined: { on: { 'trust.cleared': 'suspect' } },
      },
    },
    autonomy: {
      initial: 'fallback',
      states: {
        learned: {
          on: {
            'bundle.refused': { target: 'fallback', actions: 'blameBundle' },
            'observation.out-of-distribution': { target: 'fallback', actions: 'blameObservation' },
            'policy.slow': { target: 'fallback', actions: 'blameSlowness' },
            'policy.lost': { target: 'fallback', actions: 'blameLoss' },
          },
        },
        fallback: {
          always: { guard: 'noCauseLeft', target: 'learned' },
          on: {
            'bundle.accepted': { actions: 'clearBundle' },
            'bundle.refused': { actions: 'blameBundle' },
            'observation.out-of-distribution': { actions: 'blameObservation' },
            'observation.normal': { actions: 'clearObservation' },
            'policy.slow': { actions: 'blameSlowness' },
            'policy.lost': { actions: 'blameLoss' },
            'policy.prompt': { actions: 'clearPolicy' },
          },
        },
      },
    },
  },
});

export type SatelliteSnapshot = SnapshotFrom<typeof satelliteMachine>;
export type SatelliteModes = SatelliteSnapshot['value'];

const { FORWARD_TRANSIT, COMPUTE_NEW, COMPUTE_FULL_RATE, CACHE_WRITE, LEARNED, TRUSTED } = CAPABILITIES;

/** What each mode takes away; a satellite may do what no region takes away. */
const TAKEN_AWAY = {
  // Saving: no new compute. Safe: also nothing for others, and what runs is slowed down.
  power: { nominal: 0, saving: COMPUTE_NEW, safe: COMPUTE_NEW | COMPUTE_FULL_RATE | FORWARD_TRANSIT | CACHE_WRITE },
  thermal: { nominal: 0, throttled: COMPUTE_FULL_RATE },
  // A suspect changes no data that others use; it may still pass sealed bundles on. A quarantined one serves nobody.
  trust: {
    trusted: 0,
    suspect: COMPUTE_NEW | CACHE_WRITE,
    quarantined: COMPUTE_NEW | CACHE_WRITE | FORWARD_TRANSIT | TRUSTED,
  },
  autonomy: { learned: 0, fallback: LEARNED },
  service: { up: 0, down: ALL_CAPABILITIES },
} as const;

/** Bits of `CAPABILITIES` that the modes of a snapshot leave. */
export function capabilities(snapshot: { readonly value: SatelliteModes }): number {
  const { power, thermal, trust, autonomy, service } = snapshot.value;
  const taken =
    TAKEN_AWAY.power[power] |
    TAKEN_AWAY.thermal[thermal] |
    TAKEN_AWAY.trust[trust] |
    TAKEN_AWAY.autonomy[autonomy] |
    TAKEN_AWAY.service[service];
  return ALL_CAPABILITIES & ~taken;
}

/** Why the satellite decides by its fallback; null while it decides by its policy. The bundle comes first: without it nothing else counts. */
export function fallbackReason({ context: { causes } }: { readonly context: SatelliteContext }): FallbackReason | null {
  return causes.bundle ?? causes.policy ?? causes.observation;
}

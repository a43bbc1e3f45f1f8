/**
 * The vocabulary between worlds and agents: worlds report that a mode may have changed (`MODE_EVENTS`), the agents' machines
 * answer with what each satellite may do (`CAPABILITIES`), which feeds the masks.
 */

/**
 * What a world reports, in column order. `power.*`: the battery fell below the saving or safe level, rose above the safe or
 * saving level (with hysteresis). `antenna.*`: the node is a ground node, one event per antenna. `gateway.*`, `centre.*`: the
 * ground node itself fails or works again. `trust.*`: what a satellite's neighbours have found out about it. All others: a
 * satellite.
 */
export const MODE_EVENTS = [
  'power.low',
  'power.critical',
  'power.recovered',
  'power.nominal',
  'thermal.hot',
  'thermal.cool',
  'antenna.attach',
  'antenna.handover',
  'antenna.detach',
  'satellite.down',
  'satellite.up',
  'trust.suspected',
  'trust.quarantined',
  'trust.cleared',
  'gateway.down',
  'gateway.up',
  'centre.down',
  'centre.up',
] as const;
export type ModeEvent = (typeof MODE_EVENTS)[number];

/** What a satellite may do, as bits. */
export const CAPABILITIES = {
  /** Take bundles of others to pass them on. */
  FORWARD_TRANSIT: 1,
  /** Start new work. */
  COMPUTE_NEW: 2,
  /** Run its accelerators at full rate (not throttled). */
  COMPUTE_FULL_RATE: 4,
  /** Write into its cache. */
  CACHE_WRITE: 8,
  /** Decide by the policy it was given; without the bit its fallback decides. */
  LEARNED: 16,
  /** Be given data of others at all: not down, not quarantined. */
  TRUSTED: 32,
} as const;

/** All bits of `CAPABILITIES`. */
export const ALL_CAPABILITIES = 63;

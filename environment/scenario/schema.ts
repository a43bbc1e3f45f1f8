import { z } from 'zod';
import { count, name, nonNegative, positive } from './schema/common.ts';
import { hazard, scheduledFault } from './schema/faults.ts';
import { dataCentre, gateway, gatewayLink, radio, terminal, terminalLink, weather } from './schema/ground.ts';
import { holdOut } from './schema/hold-out.ts';
import { security } from './schema/security.ts';
import { constellation, relay, satellite } from './schema/space.ts';
import { backup, content, job, message, observation, reward } from './schema/traffic.ts';

/**
 * The scenario file. One schema: it validates, gives the TypeScript types and emits the JSON Schema for editors. Units
 * stand in the names; degrees and hours exist only here. Each default names the public source it follows, or says
 * `project choice`; all of them can be overridden.
 */
export const scenarioSchema = z.strictObject({
  schema: z.literal(1).describe('version of this format'),
  name: name.describe('letters, digits and dashes; names runs and reports'),
  description: z.string().default('').describe('for reports'),
  epoch: z.iso.datetime().describe('UTC, as in 2026-11-22T00:00:00Z; scenario time 0'),
  durationS: positive.max(30 * 86400).describe('span of the geometry; runs are windows of it'),
  tickS: positive.max(600).default(10).describe('step of geometry, energy and heat; default project choice'),
  constellations: z.array(constellation).min(1),
  satellite: satellite.prefault({}).describe('the satellite flown, the same in every constellation'),
  gatewayLink: gatewayLink.prefault({}).describe('radio between satellites and gateways'),
  terminalLink: terminalLink.prefault({}).describe('radio between satellites and terminals'),
  handoverFactor: z.number().min(1).default(1.1).describe('a new satellite must be this much better; default NodalArc'),
  handoverS: nonNegative
    .default(0.5)
    .describe('no transmission while an antenna changes satellite; default project choice'),
  radios: z.array(radio).default([]).describe('further radios beside `gateway` and `terminal`'),
  relays: z.array(relay).default([]).describe('links between constellations'),
  groundEllipsoid: z.enum(['wgs84', 'wgs72']).default('wgs84').describe('on which latitudes and heights count'),
  antennaScheduler: z
    .enum(['nearest', 'longest', 'fair'])
    .default('nearest')
    .describe('which satellite an antenna takes: the nearest, the one longest in sight, or who waited longest first'),
  weather: weather.prefault({}).describe('over ground nodes, drawn from the seed of the run; default none'),
  faults: z
    .strictObject({
      scheduled: z.array(scheduledFault).default([]).describe('at stated times'),
      hazards: z.array(hazard).default([]),
    })
    .prefault({})
    .describe('what breaks, and who turns hostile'),
  security: security.prefault({}).describe('labels, nations, and the watch on neighbours'),
  gateways: z.array(gateway).default([]).describe('ground stations with backhaul to the data centres'),
  dataCentres: z.array(dataCentre).default([]).describe('reached through gateways over the terrestrial network'),
  terminals: z.array(terminal).default([]).describe('users'),
  wan: z
    .strictObject({
      fixedMs: nonNegative.default(10).describe('equipment, per gateway and data centre pair; default project choice'),
      fibreFactor: nonNegative
        .default(1.5)
        .describe(
          'path length over great circle; below 1 is no fibre, 0 puts every data centre beside every gateway: a bound for comparisons; default project choice',
        ),
      relays: z
        .boolean()
        .default(false)
        .describe('whether data for terminals may come down, go to another gateway and up again there'),
    })
    .prefault({})
    .describe('terrestrial network between gateways and data centres'),
  carryHorizonS: nonNegative
    .max(30 * 86400)
    .default(0)
    .describe('satellites count on their own next ground contact within so long, and carry data to it; 0: they do not'),
  knowledge: z
    .strictObject({
      beaconPeriodS: positive.default(0.5).describe('queue reports to neighbours; default project choice'),
      linkStatePeriodS: positive.default(5).describe('queue reports flooded to all; default project choice'),
      floodS: nonNegative.default(0.3).describe('until a flooded report is everywhere; default project choice'),
    })
    .prefault({})
    .describe('how old the news of other satellites is'),
  traffic: z
    .strictObject({
      load: positive.default(1).describe('factor on every rate'),
      messages: z.array(message).default([]),
      contents: z.array(content).default([]),
      observations: z.array(observation).default([]),
      jobs: z.array(job).default([]),
      backups: z.array(backup).default([]),
    })
    .prefault({})
    .describe('work offered, by family'),
  reward: reward.prefault({}).describe('what a delivery is worth and what it costs; defaults project choice'),
  holdOut: holdOut.optional().describe('kept for evaluation: training never sees it'),
  maxHops: count.max(255).default(32).describe('a task forwarded this often is dropped; default project choice'),
});

export { ORBIT_KINDS } from './schema/orbits.ts';

/** A validated scenario with all defaults filled in. Deeply frozen once loaded. */
export type Scenario = Readonly<z.infer<typeof scenarioSchema>>;
export type ConstellationConfig = Scenario['constellations'][number];
export type SatelliteConfig = Scenario['satellite'];
export type GroundLinkConfig = Scenario['gatewayLink'];
export type WalkerConfig = NonNullable<ConstellationConfig['walker']>;
export type RelayConfig = Scenario['relays'][number];
export type TerminalConfig = Scenario['terminals'][number];
export type GatewayConfig = Scenario['gateways'][number];
export type ScheduledFault = Scenario['faults']['scheduled'][number];
export type Hazard = Scenario['faults']['hazards'][number];
export type LabelConfig = NonNullable<Scenario['traffic']['messages'][number]['label']>;
export type BackupConfig = Scenario['traffic']['backups'][number];

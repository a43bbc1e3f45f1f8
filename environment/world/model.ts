import { type FaultCatalogue, createFaultCatalogue } from '../faults/catalogue.ts';
import type { Geometry } from '../geometry/index.ts';
import { type RateSteps, rateSteps } from '../network/ground-rate.ts';
import { wanDelayS } from '../network/ground-site.ts';
import type { Scenario } from '../scenario/index.ts';
import { type Labels, createLabels } from '../security/labels.ts';
import { type Participants, createParticipants } from '../security/participants.ts';
import { type SequentialTest, createSequentialTest } from '../security/sequential-test.ts';
import { type Traffic, createTraffic } from '../traffic/traffic-classes.ts';
import { type ContactStretches, createStretches } from './stretches.ts';
import type { SiteWeather } from './site-weather.ts';

/** What a world needs of a ground radio. */
export interface RadioModel {
  readonly kind: 'rf' | 'laser';
  readonly steps: RateSteps;
}

/**
 * What all worlds of one scenario share and never write: scenario, geometry, traffic and index arithmetic. Nodes:
 * satellites, gateways, data centres, terminals. Links: ISLs, uplinks, downlinks (links.kernel.ts).
 */
export interface WorldModel {
  readonly scenario: Scenario;
  readonly geometry: Geometry;
  readonly traffic: Traffic;
  readonly satelliteCount: number;
  readonly nodeCount: number;
  readonly firstGateway: number;
  readonly firstDataCentre: number;
  readonly firstTerminal: number;
  readonly dataCentreCount: number;
  readonly gatewayCount: number;
  readonly terminalCount: number;
  readonly islSlots: number;
  readonly antennaCount: number;
  readonly firstUplink: number;
  readonly firstDownlink: number;
  readonly linkCount: number;
  /** [ground nodes + 1] antennas of ground node g: [firstAntenna[g - S], firstAntenna[g - S + 1]). */
  readonly firstAntenna: Int32Array;
  /** [ground nodes + 1] sites of ground node g, likewise. */
  readonly firstSite: Int32Array;
  /** By index as in `Geometry.siteRadio`: gateway, terminal, then the scenario's radios. */
  readonly radios: readonly RadioModel[];
  /** [ground nodes] */
  readonly weather: readonly SiteWeather[];
  /** [U] attenuation in rain at the zenith, dB. */
  readonly rainFadeDb: Float64Array;
  /** [S * D] s, from pointing to first data of a laser terminal. */
  readonly acquisitionS: Float64Array;
  readonly faults: FaultCatalogue;
  /** Whether anything can happen that the contact plan does not foresee. */
  readonly canFail: boolean;
  readonly labels: Labels;
  /** [classes] */
  readonly participants: readonly Participants[];
  /** How satellites judge each other; undefined = they do not. */
  readonly watch: SequentialTest | undefined;
  /** Planned contacts that ways may begin by waiting for; undefined = satellites do not count on their own contacts to come. */
  readonly stretches: ContactStretches | undefined;
  /** [gatewayCount^2] one-way terrestrial delay between gateways, s, 0 to itself; undefined = they carry nothing for each other. */
  readonly gatewayWanS: Float64Array | undefined;
}

export function createWorldModel(scenario: Scenario, geometry: Geometry): WorldModel {
  const S = geometry.satelliteCount;
  const Q = geometry.antennaCount;
  const firstAntenna = new Int32Array(geometry.nodeCount - S + 1);
  for (let q = 0; q < Q; q++) {
    const ground = (geometry.antennaNode[q] as number) - S;
    firstAntenna[ground + 1] = (firstAntenna[ground + 1] as number) + 1;
  }
  for (let g = 0; g + 1 < firstAntenna.length; g++) {
    firstAntenna[g + 1] = (firstAntenna[g + 1] as number) + (firstAntenna[g] as number);
  }
  const firstSite = new Int32Array(geometry.nodeCount - S + 1);
  for (const node of geometry.siteNode) firstSite[node - S + 1] = (firstSite[node - S + 1] as number) + 1;
  for (let g = 0; g + 1 < firstSite.length; g++) {
    firstSite[g + 1] = (firstSite[g + 1] as number) + (firstSite[g] as number);
  }
  const firstUplink = S * geometry.islSlots;
  const weather = weatherOf(scenario);
  const faults = createFaultCatalogue(scenario, geometry);
  const labels = createLabels(scenario, geometry);
  const traffic = createTraffic(scenario, labels.classOf);
  return {
    scenario,
    geometry,
    traffic,
    participants: createParticipants({ scenario, geometry, labels }, traffic.classes),
    satelliteCount: S,
    nodeCount: geometry.nodeCount,
    firstGateway: S,
    firstDataCentre: S + geometry.gatewayCount,
    firstTerminal: S + geometry.gatewayCount + geometry.dataCentreCount,
    dataCentreCount: geometry.dataCentreCount,
    gatewayCount: geometry.gatewayCount,
    terminalCount: geometry.terminalCount,
    islSlots: geometry.islSlots,
    antennaCount: Q,
    firstUplink,
    firstDownlink: firstUplink + Q,
    linkCount: firstUplink + 2 * Q,
    firstAntenna,
    firstSite,
    radios: [scenario.gatewayLink, scenario.terminalLink, ...scenario.radios].map((radio) => ({
      kind: radio.kind,
      steps: rateSteps(radio.maxRateBps, radio.fullRateRangeKm),
    })),
    weather,
    rainFadeDb: Float64Array.from(geometry.siteNode, (node) => (weather[node - S] as SiteWeather).rainFadeDb),
    acquisitionS: acquisitionTimes(scenario, geometry),
    faults,
    canFail:
      faults.sources.length > 0 ||
      scenario.security.watch.enabled ||
      weather.some(({ frac }) => frac[0] > 0 || frac[1] > 0),
    labels,
    watch: scenario.security.watch.enabled ? createSequentialTest(scenario.security.watch) : undefined,
    stretches: scenario.carryHorizonS > 0 ? createStretches(geometry) : undefined,
    gatewayWanS: scenario.wan.relays ? gatewayDelays(scenario) : undefined,
  };
}

function gatewayDelays({ gateways, wan }: Scenario): Float64Array {
  return Float64Array.from(
    gateways.flatMap((from) => gateways.map((to) => (from === to ? 0 : wanDelayS(from, to, wan)))),
  );
}

/** [ground nodes] weather of the scenario, or of the node where it says otherwise; data centres are indoors. */
function weatherOf({ weather, gateways, dataCentres, terminals }: Scenario): SiteWeather[] {
  const over = (here: Scenario['gateways'][number]['weather']): SiteWeather => {
    const value = (field: keyof Scenario['weather']): number => here?.[field] ?? weather[field];
    return {
      frac: [value('rainFrac'), value('cloudFrac')],
      meanS: [value('rainMeanS'), value('cloudMeanS')],
      rainFadeDb: value('rainFadeDb'),
    };
  };
  const indoors: SiteWeather = { frac: [0, 0], meanS: [1, 1], rainFadeDb: 0 };
  return [
    ...gateways.map((node) => over(node.weather)),
    ...dataCentres.map(() => indoors),
    ...terminals.map((node) => over(node.weather)),
  ];
}

/** [S * D] acquisition time of each terminal: its constellation's, or that of the relay it belongs to. */
function acquisitionTimes({ constellations, relays }: Scenario, geometry: Geometry): Float64Array {
  const longestRelayS = Math.max(0, ...relays.map((relay) => relay.acquisitionS));
  return Float64Array.from({ length: geometry.satelliteCount * geometry.islSlots }, (_, track) => {
    const satellite = Math.floor(track / geometry.islSlots);
    const isl = constellations[geometry.constellation[satellite] as number]?.isl;
    if (isl === undefined) return longestRelayS;
    return track % geometry.islSlots < isl.terminals ? isl.acquisitionS : longestRelayS;
  });
}

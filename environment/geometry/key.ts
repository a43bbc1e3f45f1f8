import { hashJson } from '../../core/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import { orbitFileOf } from './constellations.ts';

/** Raised whenever the same scenario would give other columns, or the columns another layout. */
export const GEOMETRY_VERSION = 3;

/**
 * Hash of what a geometry depends on, and only of that: two scenarios that differ in traffic, rewards, weather, faults, labels
 * or satellites' inner life share one geometry. Files of orbits count by content, not by path.
 */
export function geometryKey(scenario: Scenario, scenarioDir: string): string {
  return hashJson({
    version: GEOMETRY_VERSION,
    epoch: scenario.epoch,
    durationS: scenario.durationS,
    tickS: scenario.tickS,
    constellations: scenario.constellations.map((config) => ({
      ...{ name: config.name, walker: config.walker, geostationary: config.geostationary, lunar: config.lunar },
      elements: config.elements && { include: config.elements.include },
      orbitFile: orbitFileOf(config, scenarioDir)?.sha256,
      ...{ isl: config.isl, radios: config.radios },
      groundBeams: config.groundBeams ?? scenario.satellite.groundBeams,
    })),
    relays: scenario.relays,
    gatewayLink: unpriced(scenario.gatewayLink),
    terminalLink: unpriced(scenario.terminalLink),
    radios: scenario.radios.map(unpriced),
    antennaScheduler: scenario.antennaScheduler,
    handoverFactor: scenario.handoverFactor,
    groundEllipsoid: scenario.groundEllipsoid,
    gateways: scenario.gateways.map(({ name, latDeg, lonDeg, heightM, antennas, radio, moreRadios }) => ({
      ...{ name, latDeg, lonDeg, heightM, antennas, radio, moreRadios },
    })),
    dataCentres: scenario.dataCentres.map(({ name, latDeg, lonDeg }) => ({ name, latDeg, lonDeg })),
    terminals: scenario.terminals.map(({ name, latDeg, lonDeg, heightM, track, radios }) => ({
      ...{ name, latDeg, lonDeg, heightM, track, radios },
    })),
    wan: { fixedMs: scenario.wan.fixedMs, fibreFactor: scenario.wan.fibreFactor },
  });
}

/** A radio without what its data cost. */
function unpriced<Radio extends object>(radio: Radio): Radio & { readonly costPerGB: undefined } {
  return { ...radio, costPerGB: undefined };
}

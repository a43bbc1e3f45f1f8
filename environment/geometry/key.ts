import { hashJson } from '../../core/index.ts';
import type { Scenario } from '../scenario/schema.ts';
import { elementsTextOf } from './constellations.ts';

/** Raised whenever the same scenario would give other columns, or the columns another layout. */
export const GEOMETRY_VERSION = 1;

/**
 * Hash of what a geometry depends on, and only of that: two scenarios that differ in traffic, rewards or satellites' inner
 * life share one geometry. Element-set files count by content, not by path.
 */
export function geometryKey(scenario: Scenario, scenarioDir: string): string {
  return hashJson({
    version: GEOMETRY_VERSION,
    epoch: scenario.epoch,
    durationS: scenario.durationS,
    tickS: scenario.tickS,
    constellations: scenario.constellations.map((config) => ({
      ...config,
      elements: config.elements && {
        include: config.elements.include,
        sha256: elementsTextOf(config, scenarioDir)?.sha256,
      },
    })),
    groundBeams: scenario.satellite.groundBeams,
    gatewayLink: scenario.gatewayLink,
    terminalLink: scenario.terminalLink,
    handoverFactor: scenario.handoverFactor,
    gateways: scenario.gateways,
    dataCentres: scenario.dataCentres.map(({ name, latDeg, lonDeg }) => ({ name, latDeg, lonDeg })),
    terminals: scenario.terminals.map(({ name, latDeg, lonDeg, heightM }) => ({ name, latDeg, lonDeg, heightM })),
    wan: scenario.wan,
  });
}

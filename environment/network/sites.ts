import { SpaceCloudError } from '../../core/index.ts';
import type { GroundLinkConfig, Scenario } from '../scenario/schema.ts';

/** A ground radio of the scenario. */
export interface Radio extends GroundLinkConfig {
  readonly name: string;
}

/** Radios by index: `gateway` (0), `terminal` (1), then those of `radios`. */
export function radiosOf(scenario: Scenario): readonly Radio[] {
  return [
    { name: 'gateway', ...scenario.gatewayLink },
    { name: 'terminal', ...scenario.terminalLink },
    ...scenario.radios,
  ];
}

/** Ground radios at nodes and their antennas; columns as in `Geometry`. */
export interface Sites {
  /** Node index of the first gateway, or of whatever ground node comes first. */
  readonly firstGroundNode: number;
  readonly siteCount: number;
  readonly siteNode: Int32Array;
  readonly siteRadio: Int32Array;
  readonly antennaCount: number;
  readonly antennaSite: Int32Array;
  readonly antennaNode: Int32Array;
}

/**
 * The sites of a scenario: a gateway has its radio and further ones, with as many antennas each as it says; a terminal has one
 * antenna per radio; a data centre has none. A radio that a node names twice is one site with the antennas of both.
 *
 * Throws SCENARIO_FIELD when a node names a radio that does not exist.
 */
export function createSites(scenario: Scenario, firstGroundNode: number): Sites {
  const radioNames = radiosOf(scenario).map((radio) => radio.name);
  const siteNode: number[] = [];
  const siteRadio: number[] = [];
  const antennaSite: number[] = [];
  const add = (g: number, nodeName: string, wanted: readonly Wanted[]): void => {
    for (const [radioName, antennas] of antennasByRadio(wanted)) {
      const radio = radioNames.indexOf(radioName);
      if (radio < 0) throw unknownRadio(nodeName, radioName, radioNames);
      siteNode.push(firstGroundNode + g);
      siteRadio.push(radio);
      for (let a = 0; a < antennas; a++) antennaSite.push(siteNode.length - 1);
    }
  };
  scenario.gateways.forEach(({ name, radio, antennas, moreRadios }, g) => {
    add(g, name, [{ radio, antennas }, ...moreRadios]);
  });
  const firstTerminal = scenario.gateways.length + scenario.dataCentres.length;
  scenario.terminals.forEach(({ name, radios }, t) => {
    add(
      firstTerminal + t,
      name,
      [...new Set(radios)].map((radio) => ({ radio, antennas: 1 })),
    );
  });
  return {
    firstGroundNode,
    siteCount: siteNode.length,
    siteNode: Int32Array.from(siteNode),
    siteRadio: Int32Array.from(siteRadio),
    antennaCount: antennaSite.length,
    antennaSite: Int32Array.from(antennaSite),
    antennaNode: Int32Array.from(antennaSite, (site) => siteNode[site] as number),
  };
}

interface Wanted {
  readonly radio: string;
  readonly antennas: number;
}

function antennasByRadio(wanted: readonly Wanted[]): Map<string, number> {
  const antennas = new Map<string, number>();
  for (const { radio, antennas: more } of wanted) antennas.set(radio, (antennas.get(radio) ?? 0) + more);
  return antennas;
}

function unknownRadio(nodeName: string, radioName: string, radioNames: readonly string[]): SpaceCloudError {
  return new SpaceCloudError(
    'SCENARIO_FIELD',
    `Expected the radios of '${nodeName}' to be among those of the scenario, got '${radioName}'.`,
    { hint: `There are ${radioNames.map((name) => `'${name}'`).join(', ')}.` },
  );
}

import type { Geometry } from '../geometry/index.ts';
import { type LabelConfig, type Scenario, type Standing, mayHold } from '../scenario/index.ts';

/** Who may hold which data. Class 0 is data that anybody may hold. */
export interface Labels {
  readonly count: number;
  /** [count * N] 1 = the node may hold data of the class. */
  readonly mayHold: Uint8Array;
  /** Class of a label as scenarios write it. */
  readonly classOf: (label: LabelConfig | undefined) => number;
}

/** The labels that occur in a scenario's traffic, each once, and who may hold what they cover. */
export function createLabels(scenario: Scenario, geometry: Geometry): Labels {
  const { traffic, security } = scenario;
  const keys = new Map<string, number>();
  const labels: (LabelConfig | undefined)[] = [];
  const add = (label: LabelConfig | undefined): void => {
    const key = keyOf(label, security.levels);
    if (keys.has(key)) return;
    keys.set(key, labels.length);
    labels.push(label);
  };
  add(undefined);
  for (const family of [traffic.messages, traffic.contents, traffic.observations, traffic.jobs, traffic.backups]) {
    for (const { label } of family) add(label);
  }
  for (const { productLabel } of traffic.observations) add(productLabel);
  const standings = standingsOf(scenario, geometry);
  return {
    count: labels.length,
    mayHold: Uint8Array.from(
      labels.flatMap((label) => standings.map((standing) => (mayHold(standing, label, security.levels) ? 1 : 0))),
    ),
    classOf: (label) => keys.get(keyOf(label, security.levels)) as number,
  };
}

/** [N] 1 = the node may hold data with this label. */
export function mayHoldByNode(scenario: Scenario, geometry: Geometry, label: LabelConfig): Uint8Array {
  const { levels } = scenario.security;
  return Uint8Array.from(standingsOf(scenario, geometry), (standing) => (mayHold(standing, label, levels) ? 1 : 0));
}

function keyOf(label: LabelConfig | undefined, levels: readonly string[]): string {
  const unlimited = label === undefined || (label.releasableTo === undefined && levels.indexOf(label.level) === 0);
  if (unlimited) return '';
  const nations = label.releasableTo === undefined ? '*' : [...new Set(label.releasableTo)].sort().join();
  return `${label.level}/${nations}`;
}

/** [N] owner and accreditation of every node. */
function standingsOf(scenario: Scenario, geometry: Geometry): Standing[] {
  const { constellations, gateways, dataCentres, terminals } = scenario;
  const satellites = Array.from(geometry.constellation, (c) => constellations[c] as Standing);
  return [...satellites, ...gateways, ...dataCentres, ...terminals];
}

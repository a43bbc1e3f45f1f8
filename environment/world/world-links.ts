import type { Geometry } from '../geometry/index.ts';
import type { WorldLinks } from '../network/explain-types.ts';
import type { LabelConfig, Scenario } from '../scenario/index.ts';
import { mayHoldByNode } from '../security/labels.ts';
import { antennaRateBps } from './antenna-rate.ts';
import type { WorldState } from './state.ts';
import type { World } from './world.ts';

/** What a label alone keeps from being used: nodes that may not hold such data. For `explainLinks`. */
export function labelLinks(scenario: Scenario, geometry: Geometry, label: LabelConfig): WorldLinks {
  const may = mayHoldByNode(scenario, geometry, label);
  return { nodeFault: (node) => (may[node] === 1 ? undefined : 'label'), linkFault: () => undefined };
}

/**
 * What a world takes away at its present time: nodes that are down or in quarantine, terminals that are down, antennas whose
 * radio is drowned by jamming or rain, or whose laser is under cloud; and, with a label, nodes that may not hold such data. For
 * `explainLinks` at the world's time; it follows the world as that runs on.
 *
 * @example
 * explainLinks(scenario, geometry, { from, to, atS: world.timeS }, worldLinks(world));
 */
export function worldLinks(world: World, label?: LabelConfig): WorldLinks {
  const { model } = world;
  const labelled = label === undefined ? undefined : labelLinks(model.scenario, model.geometry, label);
  return {
    nodeFault(node) {
      const { nodeDown, quarantined } = world.columns.outages;
      if (nodeDown[node] !== 0) return 'down';
      if (node < model.satelliteCount && quarantined[node] === 1) return 'quarantined';
      return labelled?.nodeFault(node);
    },
    linkFault(from, to) {
      const S = model.satelliteCount;
      if (from < S && to < S) return terminalDown(world.columns, from, to) ? 'down' : undefined;
      return from < S ? antennaFault(world.columns, to, from) : antennaFault(world.columns, from, to);
    },
  };
}

/** Whether every planned laser link between two satellites has a terminal that is down. */
function terminalDown({ model, plan, outages }: WorldState, from: number, to: number): boolean {
  const { contacts, islSlots } = model.geometry;
  let isPlanned = false;
  for (let track = from * islSlots; track < (from + 1) * islSlots; track++) {
    const row = plan.row[track] as number;
    if (row < 0 || contacts.peer[row] !== to) continue;
    isPlanned = true;
    if (outages.blocked[track] === 0 && outages.blocked[contacts.peerTrack[row] as number] === 0) return false;
  }
  return isPlanned;
}

/** Why no antenna of a ground node that points at a satellite gets anything through; undefined where one does, or none points. */
function antennaFault(w: WorldState, node: number, satellite: number): 'jammed' | 'weather' | undefined {
  const { model, plan, outages } = w;
  const { contacts, antennaSite } = model.geometry;
  if (satellite >= model.satelliteCount) return undefined; // on the ground
  const ground = node - model.satelliteCount;
  let fault: 'jammed' | 'weather' | undefined;
  const end = model.firstAntenna[ground + 1] as number;
  for (let antenna = model.firstAntenna[ground] as number; antenna < end; antenna++) {
    const row = plan.row[model.firstUplink + antenna] as number;
    if (row < 0 || contacts.peer[row] !== satellite) continue;
    if (antennaRateBps(w, antenna, satellite) > 0) return undefined;
    const site = antennaSite[antenna] as number;
    const radio = model.radios[model.geometry.siteRadio[site] as number];
    fault = radio?.kind !== 'laser' && (outages.jammedDb[site] as number) > 0 ? 'jammed' : 'weather';
  }
  return fault;
}

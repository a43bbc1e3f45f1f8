import { rangeBetweenKm } from '../network/antenna-schedule.kernel.ts';
import { passesAt } from '../network/pass-index.kernel.ts';
import type { SpareAntennas } from './spare-columns.ts';
import type { WorldState } from './state.ts';

/** Writes `plan.alternative` for the present tick. */
export function assignSpareAntennas(w: WorldState): void {
  const { spare, plan } = w;
  const n = spare === undefined ? 0 : listStranded(w, spare);
  if (spare === undefined || n === 0) {
    plan.alternative.fill(-1);
    return;
  }
  spare.scheduler.assign({ ...spare, tick: w.clock.tick, n });
  plan.alternative.fill(-1);
  for (let i = 0; i < n; i++) {
    const satellite = spare.assignment[i] as number;
    if (satellite < 0) continue;
    const q = spare.antenna[i] as number;
    plan.alternative[q] = satellite;
    plan.alternativeUntilS[q] = untilS(w, spare, i, satellite);
  }
}

/** Lists the antennas whose planned satellite cannot be used and what they could use instead; returns how many there are. */
function listStranded(w: WorldState, spare: SpareAntennas): number {
  const { model, plan } = w;
  const { antennaNode, beams, contacts } = model.geometry;
  let n = 0;
  let candidates = 0;
  for (let q = 0; q < model.antennaCount; q++) {
    const row = plan.row[model.firstUplink + q] as number;
    if (row < 0 || isUsable(w, contacts.peer[row] as number)) continue;
    if (n === 0) spare.freeBeams.set(beams);
    spare.antenna[n] = q;
    spare.node[n] = antennaNode[q] as number;
    spare.list[n] = n;
    spare.assignment[n] = plan.alternative[q] as number;
    spare.first[n] = candidates;
    candidates = listCandidates(w, spare, q, candidates);
    n++;
    spare.first[n] = candidates;
  }
  for (let q = 0, i = 0; n > 0 && q < model.antennaCount; q++) {
    const row = plan.row[model.firstUplink + q] as number;
    if (i < n && spare.antenna[i] === q) i++;
    else if (row >= 0) takeBeam(spare, contacts.peer[row] as number); // also if rain or a fault keeps the antenna from it now
  }
  return n;
}

function takeBeam({ freeBeams }: SpareAntennas, satellite: number): void {
  freeBeams[satellite] = (freeBeams[satellite] as number) - 1;
}

function listCandidates(w: WorldState, spare: SpareAntennas, q: number, from: number): number {
  const { model, clock } = w;
  const { antennaSite, antennaNode } = model.geometry;
  const { inView } = spare;
  const node = antennaNode[q] as number;
  const row = w.sky.row(clock.tick);
  const seen = passesAt(spare.passes, antennaSite[q] as number, clock.tick, inView);
  let to = from;
  for (let i = 0; i < seen; i++) {
    const satellite = inView.satellite[i] as number;
    if (!isUsable(w, satellite) || isPlannedAt(w, node, satellite)) continue;
    spare.satellite[to] = satellite;
    spare.rangeKm[to] = rangeBetweenKm(row, node, satellite);
    spare.untilTick[to] = inView.untilTick[i] as number;
    to++;
  }
  return to;
}

function isUsable({ outages }: WorldState, satellite: number): boolean {
  return outages.nodeDown[satellite] === 0 && outages.quarantined[satellite] === 0;
}

/** Whether an antenna of the node is on the satellite by the plan. */
function isPlannedAt({ model, plan }: WorldState, node: number, satellite: number): boolean {
  const ground = node - model.satelliteCount;
  const end = model.firstAntenna[ground + 1] as number;
  for (let q = model.firstAntenna[ground] as number; q < end; q++) {
    const row = plan.row[model.firstUplink + q] as number;
    if (row >= 0 && model.geometry.contacts.peer[row] === satellite) return true;
  }
  return false;
}

function untilS(w: WorldState, spare: SpareAntennas, i: number, satellite: number): number {
  const { tickCount, tickS } = w.model.geometry;
  const end = spare.first[i + 1] as number;
  for (let c = spare.first[i] as number; c < end; c++) {
    if (spare.satellite[c] !== satellite) continue;
    const untilTick = spare.untilTick[c] as number;
    return untilTick > tickCount ? Infinity : untilTick * tickS;
  }
  return 0;
}

import { renewServed } from './contacts.ts';
import { resettle } from './faults.ts';
import { renewSnapshot } from './delays.kernel.ts';
import type { WorldState } from './state.ts';
import { renewView } from './view.ts';

/**
 * Takes note that a satellite is, or is no longer, given data: no way leads over it, no antenna points at it, no neighbour
 * hands it anything. A satellite that is down is not in quarantine for that.
 */
export function setQuarantine(w: WorldState, satellite: number, untrusted: boolean): void {
  const { outages, model, links, plan } = w;
  const value = untrusted && outages.nodeDown[satellite] === 0 ? 1 : 0;
  if (outages.quarantined[satellite] === value) return;
  outages.quarantined[satellite] = value;
  writeAllowed(w);
  renewView(w);
  renewSnapshot(w); // what settling antennas asks for must not be answered from the network of before
  for (let q = 0; q < model.antennaCount; q++) {
    const track = model.firstUplink + q;
    const row = plan.row[track] as number;
    const isPlanned = row >= 0 && model.geometry.contacts.peer[row] === satellite;
    if (isPlanned || links.to[track] === satellite) resettle(w, track);
  }
  renewServed(w);
  renewSnapshot(w);
}

/** Which satellites data of each label may pass: those that may hold them and are trusted. */
export function writeAllowed(w: WorldState): void {
  const { model, outages } = w;
  const { labels, satelliteCount: S, nodeCount: N } = model;
  const { allowed } = w.snapshot;
  for (let label = 0; label < labels.count; label++) {
    for (let s = 0; s < S; s++) {
      allowed[label * S + s] = outages.quarantined[s] === 0 ? (labels.mayHold[label * N + s] as number) : 0;
    }
  }
}

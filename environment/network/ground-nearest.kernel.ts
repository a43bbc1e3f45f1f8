import type { GroundTick } from './ground-tick.ts';

/** One tick of the nearest-satellite scheduler; writes `tick.assignment`. `freeBeams` [S] is scratch. */
export function scheduleNearest(tick: GroundTick, beams: number, handoverFactor: number, freeBeams: Int32Array): void {
  const { satelliteCount, antennaGround, rangeKm, assignment } = tick;
  const antennas = assignment.length;
  freeBeams.fill(beams);
  for (let q = 0; q < antennas; q++) {
    const satellite = assignment[q]!;
    if (satellite < 0) continue;
    if (rangeKm[antennaGround[q]! * satelliteCount + satellite]! < Infinity) freeBeams[satellite]!--;
    else assignment[q] = -1;
  }
  for (let q = 0; q < antennas; q++) {
    const ground = antennaGround[q]!;
    const row = ground * satelliteCount;
    const present = assignment[q]!;
    let best = -1;
    let bestKm = present < 0 ? Infinity : rangeKm[row + present]! / handoverFactor;
    for (let s = 0; s < satelliteCount; s++) {
      const range = rangeKm[row + s]!;
      if (range < bestKm && freeBeams[s]! > 0 && !servesNode(s, ground, antennaGround, assignment, q)) {
        best = s;
        bestKm = range;
      }
    }
    if (best < 0) continue;
    if (present >= 0) freeBeams[present]!++;
    freeBeams[best]!--;
    assignment[q] = best;
  }
}

/** Whether any antenna of ground node `ground`, whose antennas stand together around `q`, tracks satellite `s`. */
function servesNode(s: number, ground: number, antennaGround: Int32Array, assignment: Int32Array, q: number): boolean {
  for (let p = q; p >= 0 && antennaGround[p] === ground; p--) if (assignment[p] === s) return true;
  for (let p = q + 1; p < antennaGround.length && antennaGround[p] === ground; p++) {
    if (assignment[p] === s) return true;
  }
  return false;
}

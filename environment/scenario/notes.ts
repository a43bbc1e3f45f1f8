import { R_EARTH_WGS84_KM, RAD_PER_DEG, StrictMath } from '../../core/index.ts';
import { walkerAltitudeKm } from './rules/orbits.ts';
import type { ConstellationConfig, Scenario, WalkerConfig } from './schema.ts';

/** What is valid but hardly meant, in sentences: grids whose laser links can never be, backups with nowhere to return to. */
export function scenarioNotes(scenario: Scenario): readonly string[] {
  const notes = scenario.constellations.flatMap(darkGridNote);
  const { faults, traffic, dataCentres } = scenario;
  if (dataCentres.length < 2) {
    for (const { name } of traffic.backups) {
      notes.push(`Data of backup '${name}' cannot be restored when their data centre is lost: there is no other.`);
    }
  }
  const captures = faults.scheduled.filter(({ kind }) => kind === 'capture').length;
  if (captures > 0 && !scenario.security.watch.enabled) {
    notes.push('Captured satellites are never found out: security.watch is not enabled.');
  }
  return notes;
}

function darkGridNote({ name, walker, isl }: ConstellationConfig): string[] {
  if (!walker || walker.eccentricity > 0 || isl.topology !== 'grid' || walker.planes * walker.satellitesPerPlane < 2) {
    return [];
  }
  const { pattern, planes } = walker;
  // Across the seam any distance occurs.
  if (pattern === 'star' && isl.crossSeam && planes > 1) return [];
  const radiusKm = R_EARTH_WGS84_KM + walkerAltitudeKm(walker);
  // The light path may sink to the clearance: half of it is sqrt(a^2 - (R + clearance)^2).
  const graze2 = radiusKm ** 2 - (R_EARTH_WGS84_KM + isl.earthClearanceKm) ** 2;
  const inSightKm = 2 * Math.sqrt(Math.max(0, graze2));
  const reachKm = Math.min(isl.maxRangeKm, inSightKm);
  const { inPlaneKm, betweenPlanesKm } = gridDistancesKm(walker, radiusKm);
  if (Math.min(inPlaneKm, betweenPlanesKm) <= reachKm) return [];
  const distances = [
    ...(inPlaneKm < Infinity ? [`${Math.round(inPlaneKm)} km apart in a plane`] : []),
    ...(betweenPlanesKm < Infinity ? [`at least ${Math.round(betweenPlanesKm)} km between planes`] : []),
  ];
  const limit =
    isl.maxRangeKm < inSightKm
      ? `isl.maxRangeKm is ${isl.maxRangeKm}`
      : `the Earth stands in the way beyond ${Math.round(inSightKm)} km`;
  return [`No laser link of '${name}' can ever be: neighbours are ${distances.join(' and ')}, and ${limit}.`];
}

/**
 * Least distances of the neighbours of a +grid on circular orbits, km. For planes `D` apart in node at equal inclination `i`
 * and satellites with arguments of latitude `u` and `u - d`, the cosine of the angle between them is greatest, over `u`, at
 * `((1 + cos^2 i) cos D + sin^2 i) cos(d) / 2 + sin^2 i (1 - cos D) / 2 + cos i sin D sin d`.
 */
export function gridDistancesKm(
  walker: WalkerConfig,
  radiusKm: number,
): { readonly inPlaneKm: number; readonly betweenPlanesKm: number } {
  const { planes, satellitesPerPlane, pattern } = walker;
  const inPlaneKm = satellitesPerPlane < 2 ? Infinity : 2 * radiusKm * StrictMath.sin(Math.PI / satellitesPerPlane);
  const slotDeg = 360 / satellitesPerPlane;
  const nodeDeg = walker.raanSpacingDeg ?? (pattern === 'star' ? 180 : 360) / planes;
  const phasingDeg = walker.phasingDeg ?? 360 / (planes * satellitesPerPlane);
  const anomalyDeg = (plane: number): number => plane * phasingDeg + (plane % 2) * walker.oddPlanePhasingDeg;
  let betweenPlanesKm = Infinity;
  const measure = (from: number, to: number, slots: number): void => {
    const lagDeg = anomalyDeg(from) - anomalyDeg(to) - slots * slotDeg;
    const cosine = nearestCosine((to - from) * nodeDeg, lagDeg, walker.inclinationDeg);
    betweenPlanesKm = Math.min(betweenPlanesKm, radiusKm * Math.sqrt(Math.max(0, 2 - 2 * cosine)));
  };
  for (let plane = 0; plane + 1 < planes; plane++) measure(plane, plane + 1, 0);
  // The closing links of a delta: to the facing slot or to the same, whichever is nearer.
  if (pattern === 'delta' && planes > 2) {
    const facing = Math.round((anomalyDeg(planes - 1) + phasingDeg) / slotDeg);
    for (const slots of [0, facing]) measure(planes - 1, 0, slots);
  }
  return { inPlaneKm, betweenPlanesKm };
}

function nearestCosine(nodeDeg: number, lagDeg: number, inclinationDeg: number): number {
  const cosD = StrictMath.cos(nodeDeg * RAD_PER_DEG);
  const sinD = StrictMath.sin(nodeDeg * RAD_PER_DEG);
  const cosI = StrictMath.cos(inclinationDeg * RAD_PER_DEG);
  const sin2 = 1 - cosI * cosI;
  const lag = lagDeg * RAD_PER_DEG;
  const steady = (((1 + cosI * cosI) * cosD + sin2) * StrictMath.cos(lag)) / 2 + cosI * sinD * StrictMath.sin(lag);
  return Math.min(1, steady + (sin2 * (1 - cosD)) / 2);
}

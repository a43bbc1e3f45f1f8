import { RAD_PER_DEG, StrictMath } from '../../core/index.ts';
import type { Geometry } from '../geometry/index.ts';
import { skyReader } from '../geometry/index.ts';

/**
 * Sites within a great-circle distance of a point at scenario start, on a sphere of the mean Earth radius (6,371 km, IUGG); a
 * moving terminal is judged by where it starts.
 */
export function sitesWithinKm(
  geometry: Geometry,
  centre: { readonly latDeg: number; readonly lonDeg: number },
  radiusKm: number,
): number[] {
  const lat = centre.latDeg * RAD_PER_DEG;
  const lon = centre.lonDeg * RAD_PER_DEG;
  const [ux, uy, uz] = [
    StrictMath.cos(lat) * StrictMath.cos(lon),
    StrictMath.cos(lat) * StrictMath.sin(lon),
    StrictMath.sin(lat),
  ];
  const row = skyReader(geometry.sky).row(0);
  const leastCos = StrictMath.cos(Math.min(Math.PI, radiusKm / 6371));
  return Array.from({ length: geometry.siteCount }, (_, u) => u).filter((u) => {
    const node = geometry.siteNode[u] as number;
    const [x, y, z] = row.subarray(3 * node, 3 * node + 3) as unknown as [number, number, number];
    return (x * ux + y * uy + z * uz) / Math.hypot(x, y, z) >= leastCos;
  });
}

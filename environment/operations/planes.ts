import type { WorldModel } from '../world/model.ts';

/**
 * [satellites] which satellites fly in one plane, as numbers from 0: planes of Walker constellations; any other constellation counts as one.
 */
export function planesOf({ scenario, geometry, satelliteCount }: WorldModel): Int32Array {
  const planeOf = new Int32Array(satelliteCount);
  let plane = -1;
  let place = 0;
  for (let s = 0; s < satelliteCount; s++) {
    const constellation = geometry.constellation[s] as number;
    const perPlane = scenario.constellations[constellation]?.walker?.satellitesPerPlane ?? Infinity;
    if (s === 0 || constellation !== geometry.constellation[s - 1] || place === perPlane) {
      plane++;
      place = 0;
    }
    planeOf[s] = plane;
    place++;
  }
  return planeOf;
}

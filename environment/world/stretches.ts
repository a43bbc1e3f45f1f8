import type { Geometry } from '../geometry/index.ts';

/**
 * Planned contacts of antennas as whole stretches with one satellite, whatever the rates: [startTick, untilTick), by antenna
 * and by satellite, each in order of start. Never written.
 */
export interface ContactStretches {
  /** [Q + 1] stretches of antenna q: [antennaFirst[q], antennaFirst[q + 1]). */
  readonly antennaFirst: Int32Array;
  readonly satellite: Int32Array;
  readonly startTick: Int32Array;
  readonly untilTick: Int32Array;
  /** [S + 1] and columns of the stretches of each satellite. */
  readonly satelliteFirst: Int32Array;
  readonly antennaOf: Int32Array;
  readonly startTickOf: Int32Array;
  readonly untilTickOf: Int32Array;
  /** [S] ticks of a satellite's longest stretch. */
  readonly longestTicks: Int32Array;
}

interface Stretch {
  readonly antenna: number;
  readonly satellite: number;
  readonly startTick: number;
  readonly untilTick: number;
}

/** The stretches of a geometry's contact plan. */
export function createStretches(geometry: Geometry): ContactStretches {
  const { contacts, antennaCount: Q, satelliteCount: S } = geometry;
  const byAntenna: Stretch[] = [];
  const antennaFirst = new Int32Array(Q + 1);
  for (let q = 0; q < Q; q++) {
    const end = contacts.antennaFirst[q + 1] as number;
    for (let i = contacts.antennaFirst[q] as number; i < end; i++) {
      const row = contacts.ofAntenna[i] as number;
      const satellite = contacts.peer[row] as number;
      const untilTick = contacts.untilTick[row] as number;
      const last = byAntenna.at(-1);
      // Rows of one stretch, whose rate alone changes, have one end.
      if (last?.antenna === q && last.satellite === satellite && last.untilTick === untilTick) continue;
      byAntenna.push({ antenna: q, satellite, startTick: contacts.startTick[row] as number, untilTick });
    }
    antennaFirst[q + 1] = byAntenna.length;
  }
  const bySatellite = byAntenna.toSorted(
    (a, b) => a.satellite - b.satellite || a.startTick - b.startTick || a.antenna - b.antenna,
  );
  const satelliteFirst = new Int32Array(S + 1);
  const longestTicks = new Int32Array(S);
  for (const { satellite, startTick, untilTick } of bySatellite) {
    satelliteFirst[satellite + 1] = (satelliteFirst[satellite + 1] as number) + 1;
    longestTicks[satellite] = Math.max(longestTicks[satellite] as number, untilTick - startTick);
  }
  for (let s = 0; s < S; s++) satelliteFirst[s + 1] = (satelliteFirst[s + 1] as number) + (satelliteFirst[s] as number);
  return {
    antennaFirst,
    satellite: Int32Array.from(byAntenna, (one) => one.satellite),
    startTick: Int32Array.from(byAntenna, (one) => one.startTick),
    untilTick: Int32Array.from(byAntenna, (one) => one.untilTick),
    satelliteFirst,
    antennaOf: Int32Array.from(bySatellite, (one) => one.antenna),
    startTickOf: Int32Array.from(bySatellite, (one) => one.startTick),
    untilTickOf: Int32Array.from(bySatellite, (one) => one.untilTick),
    longestTicks,
  };
}

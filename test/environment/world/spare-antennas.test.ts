import { describe, expect, it } from 'vitest';
import { C_KM_S } from '../../../core/index.ts';
import { World, createWorldModel } from '../../../environment/index.ts';
import { EASTWARD, type SmallSky, drive, skyOf, smallGeometry, smallScenario } from './small-world.ts';

/** Terminals 0 and 1 are on satellite 0; both also see 1 (nearer, until 90 s) and 2 (farther, to the end). */
const SKY: SmallSky = {
  satellites: 3,
  ticks: 12,
  tickS: 10,
  terminals: 2,
  antennas: [
    { ground: 0, satellite: 0, rangeKm: 800, rateBps: 1e9 },
    { ground: 1, satellite: 0, rangeKm: 800, rateBps: 1e9 },
  ],
  inSight: [0, 1].flatMap((antenna) => [
    { antenna, satellite: 1, toTick: 9 },
    { antenna, satellite: 2, toTick: 12 },
  ]),
};
const POSITIONS = [
  [7378, 0, 0],
  [7378, 300, 0],
  [7378, 900, 0],
  [6378, 0, 0],
  [6378, 0, 0],
].flat();

function world(sky: SmallSky, fields: Record<string, unknown>): World {
  const row = Float32Array.from([...POSITIONS, 1, 1, 1]);
  const rows = Array.from({ length: sky.ticks + 1 }, () => row);
  const model = createWorldModel(smallScenario(sky, fields), { ...smallGeometry(sky), sky: skyOf(rows) });
  return new World(model, { seed: 1, runS: 120, startS: 0 });
}

const lost = (name: string, atS: number, durationS: number): object => ({
  kind: 'satellite-loss',
  target: name,
  atS,
  durationS,
});

/** Satellites that the two antennas are on at each of the times. */
function satellitesAt(w: World, times: readonly number[]): number[][] {
  const { links, model } = w.columns;
  return times.map((atS) => {
    drive(w, EASTWARD, atS);
    return [0, 1].map((q) => links.to[model.firstUplink + q] as number);
  });
}

describe('antennas whose satellite has failed', () => {
  const faults = { scheduled: [lost('node-0', 25, 50)] };

  it('ENV-170 take another one in sight at the next tick, and go back at the tick in which the plan can be followed again', () => {
    // Satellite 1 is the nearer one: 1,044 km against 1,345 km. At 75 s satellite 0 is back.
    expect(satellitesAt(world(SKY, { faults }), [24, 26, 31, 79, 81])).toEqual([
      [0, 0],
      [-1, -1],
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
  });

  it('ENV-171 take no more beams than the satellite has', () => {
    expect(satellitesAt(world({ ...SKY, beams: 1 }, { faults }), [24, 31])).toEqual([
      [0, 0],
      [1, 2],
    ]);
    const oneLeft = { scheduled: [...faults.scheduled, lost('node-2', 5, 100)] };
    expect(satellitesAt(world({ ...SKY, beams: 1 }, { faults: oneLeft }), [31])).toEqual([[1, -1]]);
  });

  it('ENV-171 leave its beam to an antenna that is planned to be there and cannot use it for the moment', () => {
    // Antenna 0 is planned on satellite 0, antenna 1 on satellite 1, one beam each. Rain or not, satellite 1 is antenna 1's.
    const planned = SKY.antennas?.map((antenna, q) => ({ ...antenna, satellite: q })) ?? [];
    const jam = { kind: 'jamming', atS: 5, durationS: 40, latDeg: 0, lonDeg: 0, radiusKm: 9000, fadeDb: 90 };
    const both = { scheduled: [lost('node-0', 25, 50), jam] };
    const w = world({ ...SKY, antennas: planned, beams: 1 }, { faults: both });
    // Jammed at 31 s; at 46 s the air is clear again.
    expect(satellitesAt(w, [4, 31, 46])).toEqual([
      [0, 1],
      [-1, -1],
      [2, 1],
    ]);
  });

  it('ENV-172 choose by the rule of the scenario: the one longest in sight', () => {
    expect(satellitesAt(world(SKY, { faults, antennaScheduler: 'longest' }), [31])).toEqual([[2, 2]]);
  });

  it('ENV-173 send at the rate that the range allows', () => {
    const w = world(SKY, { faults });
    drive(w, EASTWARD, 31);
    const { links, model } = w.columns;
    // 1,044 km is within the 1,250 km of full rate, 1 Gbit/s by default; the pass of satellite 1 ends at 90 s.
    expect([links.rateBps[model.firstUplink], links.untilS[model.firstUplink]]).toEqual([1e9, 90]);
  });

  it('ENV-174 are known to be there when a flooded report has said so, and lead nowhere before', () => {
    const w = world(SKY, { faults, knowledge: { linkStatePeriodS: 5, floodS: 0.3 } });
    // By the report of 25 s satellite 0 is down. The antennas turn at 30 s, and the report of that time is known at 30.3 s.
    drive(w, EASTWARD, 30.2);
    expect(w.knowledge.snapshotDelayS(1, 3)).toBe(Infinity);
    drive(w, EASTWARD, 30.4);
    // 1,044 km of light, and the mean bundle at 1 Gbit/s.
    const delayS = Math.hypot(1000, 300) / C_KM_S + w.model.traffic.meanBits / 1e9;
    expect(w.knowledge.snapshotDelayS(1, 3)).toBeCloseTo(delayS, 9);
    // Satellite 0 is back at 75 s, and known to be by the report of 75 s.
    drive(w, EASTWARD, 81);
    expect(w.knowledge.snapshotDelayS(1, 3)).toBe(Infinity);
    expect(w.knowledge.snapshotDelayS(0, 3)).toBeLessThan(0.1);
  });
});

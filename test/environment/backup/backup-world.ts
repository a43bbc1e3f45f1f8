import { C_KM_S } from '../../../core/index.ts';
import { World, createWorldModel } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { type SmallSky, drive, smallGeometry, smallScenario } from '../world/small-world.ts';

export const RANGE_KM = 0.01 * C_KM_S;
export const ISL_BPS = 1e8;
export const GROUND_BPS = 5e7;
export const WAN_S = 0.01;
export const KNOWLEDGE = { beaconPeriodS: 0.5, linkStatePeriodS: 2, floodS: 0.3 };
/** Light time of every hop, s. */
export const HOP_S = 0.01;

/** Satellites that all see each other, one gateway over satellite 0, two data centres behind it. */
export function mesh(satellites: number, ticks: number, tickS = 10): SmallSky {
  const isls = [];
  for (let a = 0; a < satellites; a++)
    for (let b = a + 1; b < satellites; b++) isls.push({ between: [a, b] as const, rangeKm: RANGE_KM });
  return {
    satellites,
    ticks,
    tickS,
    islRateBps: ISL_BPS,
    isls,
    gateways: 1,
    dataCentres: 2,
    wanDelayS: WAN_S,
    antennas: [{ ground: 0, satellite: 0, rangeKm: RANGE_KM, rateBps: GROUND_BPS }],
  };
}

export const BACKUP = {
  name: 'ledger',
  dataCentre: 'centre-0',
  objects: 1,
  objectBytes: 1e6,
  periodS: 1e6,
  replicas: 3,
  deadlineS: 20,
  restoreTo: 'centre-1',
  restoreDeadlineS: 200,
  value: 5,
};

export interface BackupCase {
  readonly sky: SmallSky;
  readonly backup?: Record<string, unknown>;
  readonly scheduled?: readonly object[];
  readonly hazards?: readonly object[];
  readonly fields?: Record<string, unknown>;
  readonly seed?: number;
}

export function backupWorld({
  sky,
  backup = {},
  scheduled = [],
  hazards = [],
  fields = {},
  seed = 1,
}: BackupCase): World {
  const scenario = smallScenario(sky, {
    knowledge: KNOWLEDGE,
    traffic: { backups: [{ ...BACKUP, ...backup }] },
    faults: { scheduled, hazards },
    ...fields,
  });
  const model = createWorldModel(scenario, smallGeometry(sky));
  return new World(model, { seed, runS: sky.ticks * sky.tickS, startS: 0 });
}

export function run(world: World, untilS: number, policy = 'load-aware+greedy-finish+gdsf'): void {
  drive(world, createBaseline(policy, 1), untilS);
}

/** Satellites that hold each version of an object, in ascending order: existing copies only. */
export function holders(world: World, object: number): Map<number, number[]> {
  const b = world.columns.backups;
  const found = new Map<number, number[]>();
  for (let copy = b.firstCopy[object] as number; copy >= 0; copy = b.copyNext[copy] as number) {
    if (b.copyLostS[copy] !== Infinity) continue;
    const version = b.copyVersion[copy] as number;
    found.set(
      version,
      [...(found.get(version) ?? []), b.copySatellite[copy] as number].sort((x, y) => x - y),
    );
  }
  return found;
}

import { describe, expect, it } from 'vitest';
import { groundReach } from '../../../environment/operations/ground-reach.ts';
import type { OperationsLink } from '../../../environment/operations/operations-contacts.ts';
import { deliveryColumns } from '../../../environment/operations/delivery-columns.ts';
import type { OperationsNetwork } from '../../../environment/operations/plan-delivery.ts';

const GROUND = 3;

/** Both ways between two nodes. */
function link(a: number, b: number, startS: number, endS: number): OperationsLink[] {
  const common = { startS, endS, rateBps: 1e6, owltS: 0.01 };
  return [
    { from: a, to: b, ...common },
    { from: b, to: a, ...common },
  ];
}

function reach(links: readonly OperationsLink[], startS: number, endS: number): string[] {
  const network: OperationsNetwork = {
    ...{ satelliteCount: GROUND, links, columns: deliveryColumns(links, GROUND + 1) },
    options: { via: 'isl', shareFrac: 0.01, stations: ['station'], acquisitionS: 0, resume: true },
  };
  return groundReach(network, startS, endS).map(
    ({ timeS, satellite, isReached }) => `${timeS} ${satellite}${isReached ? '+' : '-'}`,
  );
}

describe('groundReach', () => {
  it('follows whole ways to the ground, and not what waits on the way', () => {
    // Satellite 1 is beside 0 all the while, and has a way to the ground from 20 s to 40 s only; 2 has a link, and never a way.
    const links = [...link(GROUND, 0, 20, 40), ...link(0, 1, 10, 60), ...link(1, 2, 45, 50)];
    expect(reach(links, 0, 100)).toEqual(['20 0+', '20 1+', '40 0-', '40 1-']);
  });

  it('says nothing of one contact that takes over from another at the same moment', () => {
    expect(reach([...link(GROUND, 0, 0, 30), ...link(GROUND, 0, 30, 50)], 0, 100)).toEqual(['0 0+', '50 0-']);
    expect(reach([...link(GROUND, 0, 0, 30), ...link(GROUND, 0, 20, 50)], 0, 100)).toEqual(['0 0+', '50 0-']);
    expect(reach([...link(GROUND, 0, 0, 30), ...link(GROUND, 0, 31, 50)], 0, 100)).toHaveLength(4);
  });

  it('begins and ends with the run', () => {
    const links = [
      ...link(GROUND, 0, 0, 30),
      ...link(GROUND, 1, 40, 90),
      ...link(GROUND, 2, 0, 5),
      ...link(GROUND, 2, 80, 90),
    ];
    expect(reach(links, 10, 50)).toEqual(['10 0+', '30 0-', '40 1+']);
  });
});

import type { LocalKnowledge } from '../../../core/index.ts';

/** Knowledge of a network of 4 satellites and 6 ground nodes in which nothing is planned and nothing leaves; the rest as given. */
export function knowledgeWith(parts: Partial<LocalKnowledge> = {}): LocalKnowledge {
  return {
    ...{ satelliteCount: 4, nodeCount: 10, startS: 0, beaconPeriodS: 0.5 },
    ...{ snapshotDelayS: () => 0, linkStateDelayS: () => 0, linkStateAgeS: () => 0 },
    ...parts,
  };
}

/** A plan without any contact, and departures that never come. */
export const NOTHING_PLANNED: Pick<LocalKnowledge, 'planned' | 'departures'> = {
  planned: { knownOutages: () => ({ sampledS: 0 }), nextNode: () => -1, earliestRoute: () => undefined },
  departures: {
    ...{ n: 0, watch: () => undefined, decision: new Int32Array(0), fate: new Uint8Array(0) },
    ...{ timeS: new Float64Array(0), reachS: new Float64Array(0) },
  },
};

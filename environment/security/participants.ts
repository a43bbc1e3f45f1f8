import type { Geometry } from '../geometry/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { type TrafficClass, cumulative } from '../traffic/traffic-classes.ts';
import type { Labels } from './labels.ts';

/** Nodes between which a traffic class is drawn: those that may hold its data. */
export interface Participants {
  /** [terminals] cumulative population share, last = 1, of those that may hold the data, and of those that may hold the product. */
  readonly sourceCdf: Float64Array;
  readonly consumerCdf: Float64Array;
  /** Satellites that may hold the data (captures start there). */
  readonly satellites: Int32Array;
  /** Data centres that may hold the product, or the objects asked for; node indices. */
  readonly centres: Int32Array;
}

/** [classes] who takes part in each class. Classes that anybody may hold draw as if there were no labels. */
export function createParticipants(
  { scenario, geometry, labels }: { scenario: Scenario; geometry: Geometry; labels: Labels },
  classes: readonly TrafficClass[],
): Participants[] {
  const { satelliteCount, gatewayCount, dataCentreCount, nodeCount } = geometry;
  const firstDataCentre = satelliteCount + gatewayCount;
  const holders = (label: number, first: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => first + i).filter((node) => labels.mayHold[label * nodeCount + node] === 1);
  const ofLabel = Array.from({ length: labels.count }, (_, label) => {
    const terminals = new Set(holders(label, firstDataCentre + dataCentreCount, scenario.terminals.length));
    const weights = scenario.terminals.map(({ population }, i) =>
      terminals.has(firstDataCentre + dataCentreCount + i) ? population : 0,
    );
    return {
      cdf: cumulative(weights),
      satellites: Int32Array.from(holders(label, 0, satelliteCount)),
      centres: Int32Array.from(holders(label, firstDataCentre, dataCentreCount)),
    };
  });
  return classes.map(({ label, productLabel }) => {
    const [data, product] = [ofLabel[label], ofLabel[productLabel]];
    if (data === undefined || product === undefined)
      throw new RangeError(`No label class ${label} or ${productLabel}.`);
    return {
      sourceCdf: data.cdf,
      consumerCdf: product.cdf,
      satellites: data.satellites,
      centres: product.centres,
    };
  });
}

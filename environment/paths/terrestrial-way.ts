import { wanDelayS } from '../network/ground-site.ts';
import type { Scenario } from '../scenario/schema.ts';

/** A way that does not leave the ground. */
export interface TerrestrialWay {
  /** Names of the nodes between the ends. */
  readonly through: readonly string[];
  readonly delayS: number;
}

/**
 * The quickest terrestrial way between two ground nodes, by their indices among gateways, data centres and terminals: from a
 * gateway to a data centre or back, and between two data centres over a gateway of both. Undefined for all others.
 */
export function terrestrialWay(scenario: Scenario, a: number, b: number): TerrestrialWay | undefined {
  const { gateways, dataCentres, wan } = scenario;
  const [centreA, centreB] = [dataCentres[a - gateways.length], dataCentres[b - gateways.length]];
  if (centreA !== undefined && centreB !== undefined) {
    return gateways
      .map((gateway) => ({
        through: [gateway.name],
        delayS: wanDelayS(gateway, centreA, wan) + wanDelayS(gateway, centreB, wan),
      }))
      .sort((one, other) => one.delayS - other.delayS)[0];
  }
  const gateway = gateways[a] ?? gateways[b];
  const centre = centreA ?? centreB;
  if (gateway === undefined || centre === undefined) return undefined;
  return { through: [], delayS: wanDelayS(gateway, centre, wan) };
}

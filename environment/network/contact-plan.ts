import { C_KM_S, SpaceCloudError } from '../../core/index.ts';
import { type Contact, type ContactPlan, sortContacts } from '../contact-graph/contact.ts';
import type { Geometry } from '../geometry/geometry.ts';
import { skyReader } from '../geometry/sky-reader.ts';
import { cutByRange } from './contact-plan.kernel.ts';

export interface ContactPlanOptions {
  /**
   * Rate of the terrestrial network, bit/s. When given, gateways and data centres are joined by contacts that last as long as
   * the geometry; by default the plan holds radio and laser links only.
   */
  readonly terrestrialRateBps?: number;
  /**
   * A contact has one light time, that of its greatest range, and is cut into several where the light time would ever be shorter by
   * more than this, s; at least 1 us, default 1 ms. 0 cuts nothing. A bundle is sent within one contact, so a smaller tolerance also
   * means that less fits into each.
   */
  readonly owltToleranceS?: number;
}

const OWLT_TOLERANCE_S = 1e-3;
/** Below this the ranges of a tick are not known: they are taken as linear, which is off by up to 3 us in low orbit. */
const LEAST_TOLERANCE_S = 1e-6;

/**
 * The contact plan of a geometry: every stretch in which a terminal or antenna stays on one partner at one rate, in both
 * directions; where the rate changes, the next contact begins, and where the light time has changed by the tolerance. The light
 * time is that of the greatest range within the contact. In order of start, then names.
 *
 * @throws SpaceCloudError MISUSE for a tolerance below 1 us that is not 0
 */
export function contactPlan(geometry: Geometry, options: ContactPlanOptions = {}): ContactPlan {
  const { contacts, tickS, nodeNames, satelliteCount, islSlots, antennaNode } = geometry;
  const firstAntenna = satelliteCount * islSlots;
  const nodeOf = Int32Array.from(contacts.track, (track) =>
    track < firstAntenna ? Math.floor(track / islSlots) : (antennaNode[track - firstAntenna] as number),
  );
  const plan: Contact[] = [];
  const add = (i: number, startTick: number, endTick: number, rangeKm: number): void => {
    const here = nodeNames[nodeOf[i] as number] as string;
    const there = nodeNames[contacts.peer[i] as number] as string;
    const rest = {
      startS: startTick * tickS,
      endS: endTick * tickS,
      rateBps: contacts.rateBps[i] as number,
      owltS: rangeKm / C_KM_S,
    };
    plan.push({ fromNode: here, toNode: there, ...rest });
    // The other end of a laser link has a row of its own.
    if ((contacts.track[i] as number) >= firstAntenna) plan.push({ fromNode: there, toNode: here, ...rest });
  };
  const toleranceKm = C_KM_S * toleranceOf(options);
  const { rangeKm } = contacts;
  if (rangeKm === undefined) {
    const sky = skyReader(geometry.sky);
    const pieces = cutByRange(contacts, nodeOf, (k) => sky.row(k), toleranceKm);
    const { contact, startTick, endTick, greatestKm } = pieces;
    for (let p = 0; p < pieces.n; p++) {
      add(contact[p] as number, startTick[p] as number, endTick[p] as number, greatestKm[p] as number);
    }
  } else {
    rangeKm.forEach((km, i) => add(i, contacts.startTick[i] as number, contacts.endTick[i] as number, km));
  }
  if (options.terrestrialRateBps !== undefined) plan.push(...terrestrialContacts(geometry, options.terrestrialRateBps));
  return { contacts: sortContacts(plan) };
}

function toleranceOf({ owltToleranceS = OWLT_TOLERANCE_S }: ContactPlanOptions): number {
  if (owltToleranceS === 0) return Infinity;
  if (owltToleranceS >= LEAST_TOLERANCE_S) return owltToleranceS;
  throw new SpaceCloudError(
    'MISUSE',
    `Expected a tolerance of light times of ${LEAST_TOLERANCE_S} s or more, or 0 for none, got ${owltToleranceS} s.`,
    { hint: 'Positions are known to a microsecond of light or so.' },
  );
}

function terrestrialContacts(geometry: Geometry, rateBps: number): Contact[] {
  const { satelliteCount, gatewayCount, dataCentreCount, nodeNames, wanDelayS, tickCount, tickS } = geometry;
  const plan: Contact[] = [];
  for (let g = 0; g < gatewayCount; g++) {
    for (let c = 0; c < dataCentreCount; c++) {
      const gateway = nodeNames[satelliteCount + g] as string;
      const centre = nodeNames[satelliteCount + gatewayCount + c] as string;
      const rest = { startS: 0, endS: tickCount * tickS, rateBps, owltS: wanDelayS[g * dataCentreCount + c] as number };
      plan.push({ fromNode: gateway, toNode: centre, ...rest }, { fromNode: centre, toNode: gateway, ...rest });
    }
  }
  return plan;
}

import { C_KM_S } from '../../core/index.ts';
import type { Contact, ContactPlan } from '../contact-graph/contact.ts';
import { compareContacts } from '../contact-graph/contact.ts';
import type { Geometry } from '../geometry/geometry.ts';
import { skyReader } from '../geometry/sky-reader.ts';
import { greatestRangesKm } from './contact-plan.kernel.ts';

export interface ContactPlanOptions {
  /**
   * Rate of the terrestrial network, bit/s. When given, gateways and data centres are joined by contacts that last as long as
   * the geometry; by default the plan holds radio and laser links only.
   */
  readonly terrestrialRateBps?: number;
}

/**
 * The contact plan of a geometry: every stretch in which a terminal or antenna stays on one partner at one rate, in both
 * directions; where the rate changes, the next contact begins. The light time is that of the greatest range within the contact.
 * In order of start, then names.
 */
export function contactPlan(geometry: Geometry, options: ContactPlanOptions = {}): ContactPlan {
  const { contacts, tickS, nodeNames, satelliteCount, islSlots, antennaNode } = geometry;
  const sky = skyReader(geometry.sky);
  const firstAntenna = satelliteCount * islSlots;
  const nodeOf = Int32Array.from(contacts.track, (track) =>
    track < firstAntenna ? Math.floor(track / islSlots) : (antennaNode[track - firstAntenna] as number),
  );
  const rangeKm = contacts.rangeKm ?? greatestRangesKm(contacts, nodeOf, (k) => sky.row(k));
  const plan: Contact[] = [];
  for (let i = 0; i < contacts.n; i++) {
    const here = nodeNames[nodeOf[i] as number] as string;
    const there = nodeNames[contacts.peer[i] as number] as string;
    const rest = {
      startS: (contacts.startTick[i] as number) * tickS,
      endS: (contacts.endTick[i] as number) * tickS,
      rateBps: contacts.rateBps[i] as number,
      owltS: (rangeKm[i] as number) / C_KM_S,
    };
    plan.push({ fromNode: here, toNode: there, ...rest });
    // The other end of a laser link has a row of its own.
    if ((contacts.track[i] as number) >= firstAntenna) plan.push({ fromNode: there, toNode: here, ...rest });
  }
  if (options.terrestrialRateBps !== undefined) plan.push(...terrestrialContacts(geometry, options.terrestrialRateBps));
  return { contacts: plan.sort(compareContacts) };
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

import { describe, expect, it } from 'vitest';
import { C_KM_S } from '../../../core/index.ts';
import {
  type Outage,
  type OperationsOptions,
  type Scenario,
  createWorldModel,
  operationsNetwork,
  outagesOf,
  planDelivery,
  planReturn,
  planesOf,
} from '../../../environment/index.ts';
import { drawFaults } from '../../../environment/faults/draw-faults.ts';
import { loadGeometry, loadScenario } from '../../../index.ts';

const scenario = loadScenario('test-12');
const geometry = loadGeometry(scenario);
const model = createWorldModel(scenario, geometry);
const GROUND: OperationsOptions = { via: 'ground' };

function withFaults(scheduled: Scenario['faults']['scheduled']): { outages: Outage[] } {
  const faulty = createWorldModel({ ...scenario, faults: { ...scenario.faults, scheduled } }, geometry);
  return { outages: outagesOf(faulty, drawFaults(faulty.faults, 1, 0, 600)) };
}

/** Contacts of gateways' antennas, straight from the geometry. */
function gatewayContacts() {
  const { contacts, antennaNode, tickS } = geometry;
  return Array.from(contacts.track, (track, i) => ({ track, i }))
    .filter(({ track }) => track >= model.firstUplink)
    .map(({ track, i }) => ({
      node: antennaNode[track - model.firstUplink] as number,
      satellite: contacts.peer[i] as number,
      startS: (contacts.startTick[i] as number) * tickS,
      endS: (contacts.endTick[i] as number) * tickS,
      rateBps: contacts.rateBps[i] as number,
    }))
    .filter(({ node }) => node < model.firstDataCentre);
}

describe('delivery over the contacts of a scenario', () => {
  it('to a satellite over an antenna that is on it from the start takes size / (share of the rate) and light time', () => {
    const open = gatewayContacts().filter(({ startS }) => startS === 0);
    expect(open.length).toBeGreaterThan(0);
    const { arrivalS } = planDelivery(operationsNetwork(model, { ...GROUND, shareFrac: 0.01 }), {
      ...{ sizeBytes: 300_000, startS: 0 },
    });
    for (const { satellite, rateBps } of open) {
      const sendS = (300_000 * 8) / (0.01 * rateBps);
      const lightS = (arrivalS[satellite] as number) - sendS;
      // Between 1,200 km overhead and 4,100 km at the horizon.
      expect(lightS).toBeGreaterThan(1200 / C_KM_S);
      expect(lightS).toBeLessThan(4200 / C_KM_S);
    }
  });

  it('without relays reaches exactly the satellites that a gateway sees', () => {
    const seen = new Set(gatewayContacts().map(({ satellite }) => satellite));
    const { arrivalS, sentBytes } = planDelivery(operationsNetwork(model, GROUND), { sizeBytes: 1000, startS: 0 });
    arrivalS.forEach((timeS, s) => expect(timeS < Infinity, `satellite ${s}`).toBe(seen.has(s)));
    expect(seen.size).toBeLessThan(12);
    expect(sentBytes).toBe(1000 * seen.size);
  });

  it('with relays reaches all, none later, and sends each copy once', () => {
    const order = { sizeBytes: 300_000, startS: 0 };
    const ground = planDelivery(operationsNetwork(model, GROUND), order);
    const relayed = planDelivery(operationsNetwork(model), order);
    relayed.arrivalS.forEach((timeS, s) => expect(timeS).toBeLessThanOrEqual(ground.arrivalS[s] as number));
    expect(relayed.arrivalS.every((timeS) => timeS < Infinity)).toBe(true);
    expect(relayed.sentBytes).toBe(12 * 300_000);
    const one = planDelivery(operationsNetwork(model), { ...order, satellites: [4] });
    expect(one.arrivalS[4]).toBe(relayed.arrivalS[4]);
    expect(one.arrivalS.filter((timeS) => timeS < Infinity)).toHaveLength(1);
    expect(one.sentBytes % 300_000).toBe(0);
  });

  it('comes back the same way: a message of the same size takes as long', () => {
    const network = operationsNetwork(model, GROUND);
    const open = gatewayContacts().filter(({ startS }) => startS === 0);
    const { arrivalS } = planDelivery(network, { sizeBytes: 512, startS: 0 });
    for (const { satellite } of open) {
      expect(planReturn(network, satellite, { sizeBytes: 512, startS: 0 })).toEqual({
        ...{ arrivalS: arrivalS[satellite], sentBytes: 512 },
      });
    }
  });

  it('never comes to a lost satellite, nor from lost gateways, and waits for those that come back', () => {
    const order = { sizeBytes: 1000, startS: 20 };
    const arrivals = (scheduled: Scenario['faults']['scheduled'], options: OperationsOptions = {}) =>
      planDelivery(operationsNetwork(model, options, withFaults(scheduled).outages), order).arrivalS;
    const whole = arrivals([]);
    const lost = arrivals([{ kind: 'satellite-loss', target: 'polar-p1-s3', atS: 10 }]);
    const name = geometry.nodeNames.indexOf('polar-p1-s3');
    expect(lost[name]).toBe(Infinity);
    expect(whole[name]).toBeLessThan(30);
    expect(lost.filter((timeS) => timeS === Infinity)).toHaveLength(1);
    const gateways = ['svalbard', 'hartebeesthoek'].map((target) => ({
      ...{ kind: 'gateway-loss' as const, target, atS: 10 },
    }));
    expect(arrivals(gateways).every((timeS) => timeS === Infinity)).toBe(true);
    const back = arrivals(gateways.map((fault) => ({ ...fault, durationS: 100 })));
    // From 110 s on, when an antenna has acquired its satellite anew.
    for (const timeS of back) expect(timeS).toBeGreaterThan(110 + scenario.handoverS);
    expect(Math.min(...back)).toBeLessThan(130);
    const jammed = arrivals([{ kind: 'jamming', atS: 0, latDeg: 78.33, lonDeg: 15.99, radiusKm: 100, fadeDb: 20 }]);
    const other = planDelivery(operationsNetwork(model, { stations: ['hartebeesthoek'] }), order).arrivalS;
    expect(Array.from(jammed)).toEqual(Array.from(other));
  });

  it('goes round a lost laser terminal, and does not use it', () => {
    const links = (scheduled: Scenario['faults']['scheduled']) =>
      operationsNetwork(model, {}, withFaults(scheduled).outages).links;
    const down = links([{ kind: 'link-loss', target: 'polar-p1-s1', atS: 100, durationS: 50 }]);
    const index = geometry.nodeNames.indexOf('polar-p1-s1');
    const lasers = down.filter(({ from, to }) => (from === index || to === index) && from < 12 && to < 12);
    expect(lasers.length).toBeGreaterThan(0);
    // Out from 100 to 150 s, and 30 s of acquisition (the default of the format).
    for (const { startS, endS } of lasers) expect(endS <= 100 || startS >= 180).toBe(true);
    expect(
      links([]).some(({ from, to, startS, endS }) => from === index && to < 12 && startS < 100 && endS > 180),
    ).toBe(true);
  });

  it('refuses stations that are none, and shares that cannot be', () => {
    expect(() => operationsNetwork(model, { stations: ['london'] })).toThrow(/gateways of 'test-12', got 'london'/);
    expect(() => operationsNetwork(model, { stations: [] })).toThrow(/got none/);
    expect(() => operationsNetwork(model, { shareFrac: 0 })).toThrow(/share of link rates above 0/);
    expect(() => planDelivery(operationsNetwork(model), { sizeBytes: -1, startS: 0 })).toThrow(/0 bytes or more/);
  });

  it('knows the planes of Walker constellations', () => {
    expect([...planesOf(model)]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
  });
});

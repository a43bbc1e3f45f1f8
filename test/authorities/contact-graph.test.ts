import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  Bookings,
  type Contact,
  createContactGraph,
  findRoute,
  readContactPlan,
  routesInOrder,
} from '../../environment/contact-graph/index.ts';
import { must } from '../present.ts';

const FOLDER = '../shared/data/contact-plans';
const available = existsSync(`${FOLDER}/dijkstra_accuracy-contact_plan_1.cp`);
if (!available) console.warn(`Skipped: the contact plans of A-SABR are not in ${FOLDER}.`);

const MODES = ['exact', 'deployed'] as const;

/** Contacts written as in the sources: `A-B 0..60, B-C 5..20 (2)`; the light time in brackets holds for those before it too. */
function planOf(text: string, rateBps = 1): Contact[] {
  const contacts: Contact[] = [];
  let untimed = 0;
  for (const part of text.split(/[,;]\s*/)) {
    const match = must(/^(\w+)-(\w+) (\d+)\.\.(\d+)(?: \((\d+)\))?$/.exec(part));
    const [fromNode, toNode, startS, endS] = match.slice(1, 5) as [string, string, string, string];
    contacts.push({ fromNode, toNode, startS: Number(startS), endS: Number(endS), rateBps, owltS: 0 });
    if (match[5] === undefined) continue;
    for (; untimed < contacts.length; untimed++) {
      contacts[untimed] = { ...must(contacts[untimed]), owltS: Number(match[5]) };
    }
  }
  return contacts;
}

/** Arrival and way of the best route, as `6 A-C-D-E`; null where there is none. */
function best(contacts: readonly Contact[], way: string, atS: number, mode: (typeof MODES)[number]): string | null {
  const [fromNode, toNode] = way.split('->') as [string, string];
  const { route } = findRoute(createContactGraph({ contacts }), { fromNode, toNode, atS, mode });
  if (route === null) return null;
  return `${route.arrivalS} ${[fromNode, ...route.hops.map(({ contact }) => contact.toNode)].join('-')}`;
}

// Published cases: toxic2040/verified-sabr at 7a62802 (MIT), VerifiedSabr/Tests/SearchTests.lean and Examples.lean, the first
// from J. A. Fraire et al., "Routing in the Space Internet: A contact graph routing tutorial", 2021, figure 3;
// DTN-MTP/A-SABR at 1277e36 (MIT), examples; nasa/HDTN issue 71; ducktec/pydtnsim at 916b0eb (MIT), tests.
const TUTORIAL = 'A-B 0..60, B-C 0..60, A-C 0..60, C-D 0..30, A-E 10..20, D-E 0..10, D-E 30..40, D-E 50..60 (1)';
const TWO_HOP = 'A-B 0..10 (1), B-C 5..20 (2), A-C 30..40 (1)';
const ACCURACY_1 = '0-1 0..10, 0-2 25..35, 1-2 10..20, 2-3 30..40 (0)';
const ACCURACY_2 = '0-1 0..10, 0-2 25..35, 1-2 10..20, 2-3 20..40, 3-4 50..60 (0)';
const PIN = 'A-B 0..100, B-C 0..100 (1), A-C 0..100 (3), C-D 0..100, D-E 5..100 (1)';

/** Name, contacts, way, time in s; expected arrival and nodes. */
const SAME_IN_BOTH_MODES: readonly [string, string, string, number, string | null][] = [
  ['tutorial', TUTORIAL, 'A->E', 0, '3 A-C-D-E'],
  ['two hops before one late contact', TWO_HOP, 'A->C', 0, '7 A-B-C'],
  ['the late contact once the first is over', TWO_HOP, 'A->C', 25, '31 A-C'],
  ['a node that is not in the plan', TWO_HOP, 'A->Z', 0, null],
  ['where the bundle is already', TWO_HOP, 'A->A', 0, null],
  ['hop tie', 'A-B 0..10, B-C 0..10, A-C 0..10 (0)', 'A->C', 0, '0 A-C'],
  ['key 3', 'A-B2 0..8, B2-C 2..30, A-B1 0..10, B1-C 2..20 (1)', 'A->C', 0, '3 A-B1-C'],
  ['key 4', 'A-B1 0..10, B1-C 2..20, A-B2 0..20, B2-C 2..10 (1)', 'A->C', 0, '3 A-B1-C'],
  ['key 4, listed the other way round', 'B2-C 2..10, A-B2 0..20, B1-C 2..20, A-B1 0..10 (1)', 'A->C', 0, '3 A-B1-C'],
  ['key 4, node 2 before node 10', '1-10 0..10, 10-3 2..20, 1-2 0..20, 2-3 2..10 (1)', '1->3', 0, '3 1-2-3'],
  ['duplicate', 'A-B 0..10, A-B 5..15, B-C 0..30 (1)', 'A->C', 0, '2 A-B-C'],
  ['accuracy 1: two contacts, not three', ACCURACY_1, '0->3', 0, '30 0-2-3'],
  ['end instant', '1-2 100..200, 2-3 100..200, 1-2 300..400 (3)', '1->3', 197, '203 1-2-3'],
];

describe('routes over contact plans, as others find them', () => {
  for (const mode of MODES) {
    it.each(SAME_IN_BOTH_MODES)(`${mode}: %s`, (...[, text, way, atS, expected]) => {
      expect(best(planOf(text), way, atS, mode)).toBe(expected);
    });
  }

  it('accuracy 2 and visited pin: the list of visited contacts costs a contact, the exact search finds the shorter route', () => {
    expect(best(planOf(ACCURACY_2), '0->4', 0, 'exact')).toBe('50 0-2-3-4');
    expect(best(planOf(ACCURACY_2), '0->4', 0, 'deployed')).toBe('50 0-1-2-3-4');
    expect(best(planOf(PIN), 'A->E', 0, 'exact')).toBe('6 A-C-D-E');
    expect(best(planOf(PIN), 'A->E', 0, 'deployed')).toBe('6 A-B-C-D-E');
  });

  it('the end instant is the last: one second later, the contacts of 300 to 400 s come too late for 2 -> 3', () => {
    const contacts = planOf('1-2 100..200, 2-3 100..200, 1-2 300..400 (3)');
    expect(best(contacts, '1->2', 200, 'exact')).toBe('203 1-2');
    expect(best(contacts, '1->3', 198, 'exact')).toBeNull();
  });

  it('duplicate: the first of two contacts of a pair is the one used', () => {
    const graph = createContactGraph({ contacts: planOf('A-B 0..10, A-B 5..15, B-C 0..30 (1)') });
    const { route } = findRoute(graph, { fromNode: 'A', toNode: 'C', atS: 0 });
    expect(must(route).hops.map(({ contactIndex }) => contactIndex)).toEqual([0, 2]);
  });

  it.each(MODES)('tutorial, %s: all seven routes, one by one', (mode) => {
    const graph = createContactGraph({ contacts: planOf(TUTORIAL) });
    const routes = [...routesInOrder(graph, { fromNode: 'A', toNode: 'E', atS: 0, mode })];
    expect(routes.map(({ arrivalS }) => arrivalS)).toEqual([3, 4, 11, 31, 31, 51, 51]);
    expect(new Set(routes.map(({ hops }) => hops.map(({ contactIndex }) => contactIndex).join())).size).toBe(7);
  });

  it.each(MODES)('volume, %s: earliest delivery, capacity and end of both routes', (mode) => {
    const graph = createContactGraph({
      contacts: planOf('n1-n2 10..20, n1-n3 40..50, n2-n4 20..30, n3-n4 70..80 (0)', 1000),
    });
    const routes = [...routesInOrder(graph, { fromNode: 'n1', toNode: 'n4', atS: 0, mode })];
    // 10 s at 1000 bit/s = 10,000 bits on each contact.
    expect(routes.map(({ arrivalS, capacityBits, terminationS }) => [arrivalS, capacityBits, terminationS])).toEqual([
      [20, 10_000, 20],
      [70, 10_000, 50],
    ]);
  });

  it.each(MODES)('no retention, %s: a node that may hold for 0.2 s only cannot wait from 0 to 11 s', (mode) => {
    const contacts = planOf('0-1 0..10, 1-2 11..20 (0)');
    const query = { fromNode: '0', toNode: '2', atS: 0, mode };
    expect(must(findRoute(createContactGraph({ contacts }), query).route).arrivalS).toBe(11);
    const { route, reason } = findRoute(createContactGraph({ contacts, retentionS: { 1: 0.2 } }), query);
    expect(route).toBeNull();
    expect(reason).toMatchObject({ kind: 'retention' });
    expect(must(reason).message).toContain("Node '1' may hold a bundle for 0.2 s");
    expect(must(reason).message).toContain('11 s, from 0 s');
  });
});

describe.skipIf(!available)('the contact plans of A-SABR', () => {
  const planIn = (name: string) => {
    const file = `${FOLDER}/${name}.cp`;
    return createContactGraph(readContactPlan(readFileSync(file, 'utf8'), file).plan);
  };

  it.each([
    ['dijkstra_accuracy-contact_plan_1', 'exact', '3', 30, 2],
    ['dijkstra_accuracy-contact_plan_1', 'deployed', '3', 30, 2],
    ['dijkstra_accuracy-contact_plan_2', 'exact', '4', 50, 3],
    ['dijkstra_accuracy-contact_plan_2', 'deployed', '4', 50, 4],
    ['satellite_constellation-contact_plan_1', 'exact', '2', 11, 2],
    ['satellite_constellation-contact_plan_1', 'deployed', '2', 11, 2],
  ] as const)('%s, %s: 0 -> %s arrives at %d over %d contacts', (...[name, mode, toNode, arrivalS, hops]) => {
    const { route } = findRoute(planIn(name), { fromNode: '0', toNode, atS: 0, mode });
    expect([must(route).arrivalS, must(route).hops.length]).toEqual([arrivalS, hops]);
  });

  it.each(MODES)('satellite_constellation-contact_plan_2, %s: none, for node 1 may not hold the bundle', (mode) => {
    const { route, reason } = findRoute(planIn('satellite_constellation-contact_plan_2'), {
      ...{ fromNode: '0', toNode: '2', atS: 0, mode },
    });
    expect(route).toBeNull();
    expect(reason).toMatchObject({ kind: 'retention' });
    expect(must(reason).message).toContain("Node '1'");
  });

  it.each(MODES)('eto_management-contact_plan_1, %s: three bundles, queues taken into account', (mode) => {
    const graph = planIn('eto_management-contact_plan_1');
    const bookings = new Bookings(graph);
    const sizeBits = 20 * 8; // 20 units at 1 unit/s: 20 s on every contact
    const to = (toNode: string) => findRoute(graph, { fromNode: '0', toNode, atS: 15, sizeBits, bookings, mode });
    const arrivals = (answer: ReturnType<typeof to>) => must(answer.route).hops.map((hop) => hop.arrivalS);
    const first = to('3');
    expect(arrivals(first)).toEqual([35, 120, 220]);
    const firstBooking = bookings.book(must(first.route), sizeBits);
    const second = to('3');
    // 0 -> 1 after the queue of 20 s: 15 + 20 + 20; 2 -> 3 behind the first bundle: 200 + 20 + 20.
    expect(arrivals(second)).toEqual([55, 120, 240]);
    bookings.book(must(second.route), sizeBits);
    const third = to('4');
    // 15 + 40 + 20 = 75 at node 1, too late for 20 s on a contact that ends at 90.
    expect(third.route).toBeNull();
    expect(third.reason).toMatchObject({ kind: 'booked' });
    expect(must(third.reason).message).toContain("'0' -> '1'");
    bookings.withdraw(firstBooking);
    expect(arrivals(to('4'))).toEqual([55, 75]);
  });

  it('ion-format: rates are bytes/s, ranges light seconds', () => {
    const file = `${FOLDER}/ion-format.cp`;
    const { plan, format } = readContactPlan(readFileSync(file, 'utf8'), file);
    expect(format).toBe('ion');
    expect(plan.contacts[0]).toEqual({
      ...{ fromNode: '1', toNode: '2', startS: 60, endS: 7260, rateBps: 80_000, owltS: 10 },
    });
    const { route } = findRoute(createContactGraph(plan), { fromNode: '1', toNode: '6', atS: 0 });
    // 60 + 10 + 15 + 20 + 25 + 30
    expect(must(route).arrivalS).toBe(160);
  });
});

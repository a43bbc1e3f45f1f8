import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpaceCloudError } from '../../../core/index.ts';
import {
  type Contact,
  type ContactPlan,
  type PlanFormat,
  readContactPlan,
  writeHdtnPlan,
  writeIonPlan,
  writeJsonPlan,
} from '../../../environment/contact-graph/index.ts';
import { must } from '../../present.ts';

const read = (text: string, format?: PlanFormat): ContactPlan => readContactPlan(text, 'plan', format).plan;

/** Plans that ION and HDTN can state: whole numbers, and for each pair one contact after the other. */
const wholePlan = fc
  .array(
    fc.record({
      pair: fc.constantFrom(['1', '2'], ['2', '1'], ['2', '10'], ['10', '2'], ['3', '1']),
      gapS: fc.integer({ min: 0, max: 50 }),
      lengthS: fc.integer({ min: 1, max: 100 }),
      bytesPerS: fc.integer({ min: 1, max: 1e9 }),
      owltS: fc.integer({ min: 0, max: 3 }),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((rows): ContactPlan => {
    const endOf = new Map<string, number>();
    const contacts = rows.map(({ pair, gapS, lengthS, bytesPerS, owltS }): Contact => {
      const startS = (endOf.get(pair.join()) ?? 0) + gapS;
      endOf.set(pair.join(), startS + lengthS);
      const [fromNode, toNode] = pair as [string, string];
      return { fromNode, toNode, startS, endS: startS + lengthS, rateBps: 8 * bytesPerS, owltS };
    });
    return { contacts };
  });

/** JSON has no -0; adding 0 makes it 0. */
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((value) => value + 0);
const anyPlan = fc
  .array(
    fc.record({
      pair: fc.constantFrom(['paris', 'sat-1'], ['sat-1', 'paris'], ['sat-1', 'sat-2']),
      startS: number(-5, 50),
      lengthS: number(0.25, 30),
      rateBps: number(1, 1e9),
      owltS: number(0, 3),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((rows): ContactPlan => {
    const contacts = rows.map(({ pair, startS, lengthS, ...rest }): Contact => {
      const [fromNode, toNode] = pair as [string, string];
      return { fromNode, toNode, startS, endS: startS + lengthS, ...rest };
    });
    return { contacts };
  });

const key = (contact: Contact): string => JSON.stringify(Object.entries(contact).sort());
const sorted = (plan: ContactPlan): string[] => plan.contacts.map(key).sort();

describe('round trips', () => {
  it.each([
    ['ion', (plan: ContactPlan) => writeIonPlan(plan).text],
    ['hdtn', (plan: ContactPlan) => writeHdtnPlan(plan).text],
    ['json', writeJsonPlan],
  ] as const)('%s: a plan of whole seconds is the same after writing and reading', (format, write) => {
    fc.assert(
      fc.property(wholePlan, (plan) => {
        const once = readContactPlan(write(plan), 'plan');
        expect(once.format).toBe(format);
        expect(sorted(once.plan)).toEqual(sorted(plan));
        expect(read(write(once.plan))).toEqual(once.plan);
        expect(write(read(write(once.plan)))).toBe(write(once.plan));
      }),
    );
  });

  it('json: any plan is the same to the last bit, with limits, confidence and queues', () => {
    fc.assert(
      fc.property(anyPlan, number(0, 1e6), fc.constantFrom('evl', 'qd', 'eto'), ({ contacts }, limitS, queueRule) => {
        const attributes = { confidence: 0.5, queueRule } as const;
        const plan: ContactPlan = {
          contacts: contacts.map((contact, i) => (i % 2 === 0 ? contact : { ...contact, ...attributes })),
          retentionS: { 'sat-1': limitS },
        };
        expect(read(writeJsonPlan(plan))).toEqual(plan);
      }),
    );
  });
});

describe('export into whole seconds', () => {
  it.each([
    ['ion', writeIonPlan, 8],
    ['hdtn', writeHdtnPlan, 1],
  ] as const)('%s: nothing gets longer, faster or nearer, and what is lost is told', (format, write, bits) => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const { text, loss, nodeNames } = write(plan);
        const written = read(text, format).contacts.map((contact): Contact => {
          const [fromNode, toNode] = [contact.fromNode, contact.toNode].map((n) =>
            must(must(nodeNames)[Number(n) - 1]),
          );
          return { ...contact, fromNode: must(fromNode), toNode: must(toNode) };
        });
        for (const contact of written) {
          const source = plan.contacts.find(
            ({ fromNode, toNode, startS, endS, rateBps, owltS }) =>
              fromNode === contact.fromNode &&
              toNode === contact.toNode &&
              startS <= contact.startS &&
              endS >= contact.endS &&
              rateBps - contact.rateBps >= 0 &&
              rateBps - contact.rateBps < bits &&
              contact.owltS === Math.ceil(owltS),
          );
          expect(source, JSON.stringify(contact)).toBeDefined();
        }
        const lengthS = (contacts: readonly Contact[]): number => {
          return contacts.reduce((sum, { startS, endS }) => sum + endS - startS, 0);
        };
        // Sums of at most 12 numbers below 60 in two orders: a few units in the last place.
        expect(Math.abs(loss.lostS - (lengthS(plan.contacts) - lengthS(written)))).toBeLessThan(1e-10);
      }),
    );
  });

  const base: Contact = { fromNode: '1', toNode: '2', startS: 0, endS: 10, rateBps: 1e6, owltS: 0.004 };

  it('counts what it shortens, drops and rounds', () => {
    const plan: ContactPlan = {
      contacts: [
        { ...base, startS: 0.5, endS: 9.25 }, // 1 to 9: 0.75 s lost
        { ...base, startS: 10.2, endS: 10.9, rateBps: 1e6 }, // nothing left: 0.7 s lost
        { ...base, startS: 20, endS: 30, rateBps: 1001, owltS: 1 }, // 125.125 bytes/s
        { ...base, startS: 40, endS: 50, rateBps: 7 }, // less than a byte/s: 10 s lost
      ],
      retentionS: { 1: 5 },
    };
    const { text, loss } = writeIonPlan(plan);
    expect(text).toBe(
      'a contact +1 +9 1 2 125000\na contact +20 +30 1 2 125\na range +1 +9 1 2 1\na range +20 +30 1 2 1\n',
    );
    expect(loss.lostS).toBeCloseTo(0.75 + 0.7 + 10, 12);
    expect({ ...loss, lostS: 0 }).toEqual({
      droppedContacts: 2,
      joinedContacts: 0,
      shortenedContacts: 1,
      lostS: 0,
      roundedLightTimes: 1,
      roundedRates: 1,
      droppedRetentionLimits: 1,
      droppedAttributes: 0,
    });
  });

  it('keeps the faster one where contacts of a pair overlap', () => {
    const contacts = [base, { ...base, startS: 4, endS: 6, rateBps: 8e6 }];
    const { text, loss } = writeIonPlan({ contacts });
    expect(text.split('\n').slice(0, 3)).toEqual([
      'a contact +0 +4 1 2 125000',
      'a contact +4 +6 1 2 1000000',
      'a contact +6 +10 1 2 125000',
    ]);
    expect(loss).toMatchObject({ droppedContacts: 0, shortenedContacts: 1, lostS: 2 });
  });

  it('joins what follows without a gap and differs in fractions of light time only', () => {
    const pieces = [
      base,
      { ...base, startS: 10, endS: 20.5, owltS: 0.005 },
      { ...base, startS: 20.5, endS: 30, owltS: 0.006 }, // one with those before: 20.5 is no end that could be written
      { ...base, startS: 30, endS: 40, owltS: 1.5 }, // 2 s
      { ...base, startS: 40, endS: 50, owltS: 1.5, rateBps: 1e6 + 1 }, // another rate, in bytes the same
      { ...base, startS: 51, endS: 60, owltS: 1.6, rateBps: 1e6 + 1 }, // a gap
    ];
    const { text, loss, contacts } = writeIonPlan({ contacts: pieces });
    expect(text.split('\n').filter((line) => line.startsWith('a contact'))).toEqual([
      'a contact +0 +30 1 2 125000',
      'a contact +30 +40 1 2 125000',
      'a contact +40 +50 1 2 125000',
      'a contact +51 +60 1 2 125000',
    ]);
    expect(contacts).toBe(4);
    expect(loss).toMatchObject({ joinedContacts: 2, droppedContacts: 0, shortenedContacts: 0, lostS: 0 });
  });

  it('leaves contacts of whole light times as they are, so that what was read is written again', () => {
    const text = 'a contact +0 +10 1 2 100\na contact +10 +20 1 2 100\na range +0 +10 1 2 1\na range +10 +20 1 2 1\n';
    expect(writeIonPlan(read(text)).text).toBe(text);
  });

  it('numbers nodes that have names, and says which is which', () => {
    const contacts = [{ ...base, fromNode: 'paris', toNode: '7' }];
    expect(writeIonPlan({ contacts }).text).toContain(
      '# node 1 = "7"\n# node 2 = "paris"\na contact +0 +10 2 1 125000\n',
    );
    expect(JSON.parse(writeHdtnPlan({ contacts }).text)).toEqual({
      nodeNames: { 1: '7', 2: 'paris' },
      contacts: [{ contact: 0, source: 2, dest: 1, startTime: 0, endTime: 10, rateBitsPerSec: 1e6, owlt: 1 }],
    });
  });
});

describe('names of numbered nodes', () => {
  const contacts = [{ fromNode: 'london', toNode: 'a "b"', startS: 0, endS: 9, rateBps: 1e6, owltS: 1 }];
  it.each([
    ['ion', writeIonPlan({ contacts }).text],
    ['hdtn', writeHdtnPlan({ contacts }).text],
  ])('%s: are read back from what we write', (_, text) => {
    // In the order of characters: a "b", london.
    expect([...readContactPlan(text, 'plan').nodeNames]).toEqual([
      ['a "b"', '1'],
      ['london', '2'],
    ]);
  });

  it('come from the declarations of A-SABR, and other comments give none', () => {
    const asabr = 'node 0 paris\nnode 1 rome noret 3\ncontact 0 1 0 9 100 0\n';
    expect(readContactPlan(asabr, 'plan').nodeNames).toEqual(
      new Map([
        ['paris', '0'],
        ['rome', '1'],
      ]),
    );
    const ion = '# node 1 is in paris\n# node 2 = "\\x"\na contact +0 +9 1 2 8\na range +0 +9 1 2 0\n';
    expect(readContactPlan(ion, 'plan').nodeNames.size).toBe(0);
  });
});

describe('units', () => {
  it('1 Mbit/s is 125000 in ION, 1000000 in HDTN, 1 in its old field, 125000 bytes/s in A-SABR', () => {
    const texts = [
      'a contact +0 +10 1 2 125000\na range +0 +10 1 2 1\n',
      '{"contacts": [{"contact": 0, "source": 1, "dest": 2, "startTime": 0, "endTime": 10, "rateBitsPerSec": 1000000, "owlt": 1}]}',
      '{"contacts": [{"contact": 0, "source": 1, "dest": 2, "startTime": 0, "endTime": 10, "rate": 1, "owlt": 1}]}',
      'node 1 a\nnode 2 b\ncontact 1 2 0 10 125000 1\n',
    ];
    const expected = { fromNode: '1', toNode: '2', startS: 0, endS: 10, rateBps: 1e6, owltS: 1 };
    for (const text of texts) expect(read(text).contacts).toEqual([expected]);
  });
});

describe('ION', () => {
  const bothWays = 'a contact +0 +10 1 2 100\na contact +0 +10 2 1 100\n';

  it('a range serves the way back only if its first node is the smaller one', () => {
    expect(read(`${bothWays}a range +0 +10 1 2 3`).contacts.map(({ owltS }) => owltS)).toEqual([3, 3]);
    expect(() => read(`${bothWays}a range +0 +10 2 1 3`)).toThrow('a range for the contact from 1 to 2');
  });

  it('a range for the way back goes before the implied one, for as long as it holds', () => {
    const plan = read(`${bothWays}a range +0 +10 1 2 3\na range +4 +6 2 1 5\n`);
    const back = plan.contacts.filter(({ fromNode }) => fromNode === '2');
    expect(back.map(({ startS, endS, owltS }) => [startS, endS, owltS])).toEqual([
      [0, 4, 3],
      [4, 6, 5],
      [6, 10, 3],
    ]);
  });

  it('passes over what has nothing to do with contacts, and counts dates from the reference', () => {
    const text = [
      '## begin ionadmin',
      '1 1 ""',
      '@ 2026/11/22-00:00:00',
      's',
      'm horizon +0',
      'a contact 2026/11/22-00:01:00 +90 1 2 100 0.5 # one minute in',
      '@ 2026/11/22-01:00:00',
      'a range +0 +60 1 2 0',
      'a range 2026/11/22-00:00:00 2026/11/22-01:00:00 1 2 1',
    ].join('\n');
    expect(read(text).contacts).toEqual([
      { fromNode: '1', toNode: '2', startS: 60, endS: 90, rateBps: 800, owltS: 1, confidence: 0.5 },
    ]);
  });
});

describe('what cannot be read is refused with its place', () => {
  const hdtn = (contact: string): string => `{\n "contacts": [\n  ${contact}\n ]\n}`;
  const ours = (contact: string): string => `{"format": "spacecloud.contact-plan.v1",\n"contacts": [\n${contact}]}`;
  it.each([
    ['', 1, 1, 'a file without content'],
    ['hello world', 1, 1, "got 'hello'"],
    ['a contact +0 +10 1 2', 1, 21, 'a rate in whole bytes/s above 0, got the end of the line'],
    ['\n  a contact +0.5 +10 1 2 100', 2, 13, 'in whole seconds'],
    ['a contact +10 +10 1 2 100', 1, 15, 'an end after 10 s'],
    ['a contact 2026/13/01-00:00:00 +10 1 2 100', 1, 11, 'a time +seconds'],
    ['a contact 2026/11/22-00:00:00 +10 1 2 100', 1, 11, 'a reference time'],
    ['a contact +0 +10 one 2 100', 1, 18, "a whole number above 0, got 'one'"],
    ['a contact +0 +10 1 1 100', 1, 1, 'two nodes, got 1 twice'],
    ['a contact +0 +10 1 2 100 2', 1, 26, 'a confidence from 0 to 1'],
    ['a contact +0 +10 1 2 100 1 9', 1, 28, "the end of the line, got '9'"],
    ['a contact +0 +10 1 2 100\na contact +9 +20 1 2 100', 2, 1, 'one contact at a time from 1 to 2'],
    ['a contact +0 +10 1 2 100', 1, 1, 'a range for the contact from 1 to 2, got none from 0 s on'],
    ['a contact +0 +10 1 2 100\na range +0 +5 1 2 1', 1, 1, 'got none from 5 s on'],
    ['a contact +0 +10 1 2 100\nd contact +0 1 2', 2, 1, "got 'd contact'"],
    ['a contact +0 +10 1 2 100\na plan 1', 2, 1, "got 'a plan'"],
    ['node 0 a\nnode 1 b\ncontact 0 1 0 10 seg 1', 3, 18, 'evl, qd, eto or a rate'],
    ['node 0 a\ncontact 0 1 0 10 1 0', 2, 11, "to be declared above, got '1'"],
    ['node 0 a\nnode 0 b', 2, 6, 'one node 0'],
    ['node 0 a forever', 1, 10, "'none' or 'noret'"],
    ['node 0 a noret -1', 1, 16, 'the longest time of retention'],
    ['enode 0 a\nnode 1 b', 1, 1, "got 'enode'"],
    ['{"contacts": 3}', 1, 1, "a list 'contacts'"],
    ['{"contacts": [', 1, 15, 'not JSON'],
    [hdtn('{"source": 1, "dest": 2, "startTime": 0.5, "endTime": 9, "owlt": 0, "rate": 1}'), 3, 41, 'startTime'],
    [hdtn('{"source": 1, "dest": 1, "startTime": 0, "endTime": 9, "owlt": 0, "rate": 1}'), 3, 25, 'other than 1'],
    [hdtn('{"source": 1, "dest": 2, "startTime": 0, "endTime": 9, "owlt": 0}'), 3, 3, 'rateBitsPerSec'],
    [hdtn('{"source": 1, "dest": 2, "startTime": 0, "endTime": 9, "owlt": 0, "rate": 0}'), 3, 77, 'Mbit/s above 0'],
    [hdtn('7'), 1, 1, 'contacts[0] to be an object'],
    [
      ours('{"fromNode": "a", "toNode": "b", "startS": 0, "endS": 1, "rateBps": 1, "owltS": 0, "colour": 1}'),
      3,
      94,
      'absent',
    ],
    [ours('{"fromNode": "a", "toNode": "a"}'), 3, 29, "another node than 'a'"],
    [ours('{"fromNode": "a", "toNode": "b", "startS": "0"}'), 3, 44, 'a time in s'],
  ])('%#: %j', (text, line, column, message) => {
    let thrown: unknown;
    try {
      read(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SpaceCloudError);
    const { code, place, message: got, exitStatus, hint } = thrown as SpaceCloudError;
    expect(hint).toMatch(/\w/);
    expect(got).toContain(message);
    expect({ code, exitStatus, place }).toEqual({
      code: 'CONTACTS_SYNTAX',
      exitStatus: 4,
      place: { file: 'plan', line, column },
    });
  });

  it.each([
    ['a plan without rate', 'a contact +0 +10 1 2', undefined, /'a contact \+start \+end from to bytes\/s/],
    ['an end before the start', 'a contact +10 +5 1 2 100', undefined, /neither is a length/],
    ['an unknown verb', 'a contact +0 +10 1 2 100\nz 1', undefined, /'a range/],
    ['an empty file', '', undefined, /begin with '\{'/],
    ['a file cut off', '{"contacts": [{"source": 1, ', undefined, /cut off/],
    [
      'a misspelt field',
      hdtn('{"source": 1, "dest": 2, "strtTime": 0}'),
      undefined,
      /'startTime' where it says 'strtTime'/,
    ],
    ['a misspelt list', '{"contact": []}', undefined, /'contacts' where it says 'contact'/],
    ['a field of ours misspelt', ours('{"fromNodes": "a"}'), undefined, /Did you mean 'fromNode'/],
    ['ION read as HDTN', 'a contact +0 +10 1 2 100', 'hdtn', /looks like format ion, not hdtn/],
    ['HDTN read as ION', '{"contacts": []}', 'ion', /looks like format hdtn, not ion/],
  ] as const)('and with what to do: %s', (_, text, format, hint) => {
    expect(() => read(text, format)).toThrow(expect.objectContaining({ hint: expect.stringMatching(hint) as string }));
  });

  it('a misspelt field is pointed at by its value', () => {
    const text = hdtn('{"source": 1, "dest": 2, "strtTime": 0}');
    const column = must(text.split('\n')[2]).indexOf(': 0') + 3;
    const place = { file: 'plan', line: 3, column };
    expect(() => read(text)).toThrow(expect.objectContaining({ place }));
  });

  it('never ends in anything but a plan or CONTACTS_SYNTAX, whatever a plan is changed to', () => {
    const texts = [
      'node 0 a\nnode 1 b noret 2\ncontact 0 1 0 10 eto 1 0\n',
      'a contact +0 +10 1 2 100\na range +0 +10 1 2 1\n',
      writeHdtnPlan({ contacts: [] }).text,
      writeJsonPlan({ contacts: [], retentionS: { a: 1 } }),
      hdtn('{"source": 1, "dest": 2, "startTime": 0, "endTime": 9, "owlt": 0, "rate": 1}'),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(200),
        fc.nat(4),
        fc.string({ maxLength: 3 }),
        (text, at, cut, put) => {
          const changed = text.slice(0, at) + put + text.slice(at + cut);
          try {
            read(changed);
          } catch (error) {
            expect(error, changed).toBeInstanceOf(SpaceCloudError);
            expect((error as SpaceCloudError).code).toBe('CONTACTS_SYNTAX');
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('a long plan', () => {
  /** `n` contacts of 50 s per minute among `nodes` nodes, with a range for each. */
  function longPlan(n: number, nodes: number): string {
    const lines: string[] = [];
    for (let i = 0; i < n; i++) {
      const [from, startS] = [1 + (i % nodes), 60 * Math.floor(i / nodes)];
      const stretch = `+${startS} +${startS + 50} ${from} ${1 + (from % nodes)}`;
      lines.push(`a contact ${stretch} 125000`, `a range ${stretch} 1`);
    }
    return `${lines.join('\n')}\n`;
  }

  // With 2 nodes all contacts are of one pair, with ranges given both ways; with 500 few are.
  it.each([2, 500])(
    'of %d nodes takes time in proportion to its length',
    (nodes) => {
      const [half, full] = [longPlan(50_000, nodes), longPlan(100_000, nodes)];
      // CPU time: other work on the machine does not count.
      const tookMs = (text: string): number => {
        const before = process.cpuUsage();
        expect(read(text).contacts.length).toBe(text.length === full.length ? 100_000 : 50_000);
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1000;
      };
      tookMs(half);
      const least = { half: Infinity, full: Infinity };
      for (let i = 0; i < 2; i++) {
        least.half = Math.min(least.half, tookMs(half));
        least.full = Math.min(least.full, tookMs(full));
      }
      console.log(`ION plan of 100,000 contacts, ${nodes} nodes: read in ${Math.round(least.full)} ms`);
      // Linear: 2; sorting adds a sixteenth; quadratic: 4. The rest is for collections of garbage that fall into one of them.
      expect(least.full / least.half).toBeLessThan(3);
    },
    60_000,
  );
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-contacts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const route = (plan: string, ...rest: readonly string[]) => captured(['contacts', 'route', '--plan', plan, ...rest]);
const fields = (line: string): string[] => line.trim().split(/\s+/);

// Contacts 1-2, 2-3 at 0 to 100 s, light times 1 s, 125,000 bytes/s = 1 Mbit/s.
const ION = fileOf(
  'plan.ion',
  [
    'a contact +0 +100 1 2 125000',
    'a contact +20 +100 2 3 125000',
    'a range +0 +100 1 2 1',
    'a range +20 +100 2 3 1',
  ].join('\n'),
);
const HDTN = fileOf(
  'plan.json',
  JSON.stringify({
    contacts: [
      { contact: 0, source: 1, dest: 2, startTime: 0, endTime: 100, rateBitsPerSec: 1_000_000, owlt: 1 },
      { contact: 1, source: 2, dest: 3, startTime: 20, endTime: 100, rateBitsPerSec: 1_000_000, owlt: 1 },
    ],
  }),
);
// The plan "accuracy 2" of A-SABR (MIT): over 0-2 three contacts, over 0-1-2 four, both there at 50 s.
const ASABR = fileOf(
  'plan.cp',
  [
    ...['node 0 a', 'node 1 b noret 10', 'node 2 c', 'node 3 d', 'node 4 e'],
    ...['contact 0 1 0 10 1 0', 'contact 0 2 25 35 1 0', 'contact 1 2 10 20 1 0'],
    ...['contact 2 3 20 40 1 0', 'contact 3 4 50 60 1 0'],
  ].join('\n'),
);

describe('spacecloud contacts route', () => {
  it('prints the contacts used as a table', async () => {
    const { status, out, err } = await route(ION, '--from', '1', '--to', '3', '--at', '2', '--size', '250000');
    // 250,000 bytes at 125,000 bytes/s take 2 s: sent at 4, there at 5; sent at 22, there at 23.
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toBe('route from 1 to 3 at 2 s (exact): arrival 23 s over 2 contacts');
    expect(fields(lines[2] ?? '')).toEqual(['1', '2', '0', '100', '2', '4', '5']);
    expect(fields(lines[3] ?? '')).toEqual(['2', '3', '20', '100', '20', '22', '23']);
    // From 20 to 100 s at 125,000 bytes/s.
    expect(lines[4]?.trim()).toBe('exists until 100 s, can carry 10000000 bytes');
  });

  it('answers with one JSON document, the same for one plan in two formats', async () => {
    const answers = await Promise.all(
      [ION, HDTN].map(async (plan) => {
        const { out } = await route(plan, '--from', '1', '--to', '3', '--at', '0', '--json');
        return JSON.parse(out) as Record<string, unknown>;
      }),
    );
    expect(answers.map(({ format }) => format)).toEqual(['ion', 'hdtn']);
    const [ion, hdtn] = answers.map(({ plan: _, format: __, ...answer }) => answer);
    expect(hdtn).toEqual(ion);
    expect(ion).toMatchObject({
      found: true,
      arrivalS: 21,
      reason: null,
      contacts: [
        {
          from: '1',
          to: '2',
          startS: 0,
          endS: 100,
          rateBps: 1e6,
          owltS: 1,
          readyS: 0,
          sendS: 0,
          sentS: 0,
          arrivalS: 1,
        },
        { from: '2', to: '3', startS: 20, readyS: 1, sendS: 20, sentS: 20, arrivalS: 21 },
      ],
    });
  });

  it('searches exactly, or as deployed', async () => {
    const count = async (mode: string): Promise<unknown> => {
      const { out } = await route(ASABR, '--from', '0', '--to', '4', '--at', '0', '--mode', mode, '--json');
      const { arrivalS, contacts } = JSON.parse(out) as { arrivalS: number; contacts: unknown[] };
      return [arrivalS, contacts.length];
    };
    expect(await count('exact')).toEqual([50, 3]);
    expect(await count('deployed')).toEqual([50, 4]);
  });

  it('says why there is no route, which is an answer', async () => {
    const plain = await route(ASABR, '--from', '0', '--to', '1', '--at', '10.5');
    expect(plain).toEqual({
      status: 0,
      out: "no route from 0 to 1 at 10.5 s: No contact enters '1' at or after 10.5 s; the last one ends at 10 s.\n",
      err: '',
    });
    const asJson = await route(ASABR, '--from', '0', '--to', '1', '--at', '10.5', '--json');
    expect(asJson.status).toBe(0);
    expect(JSON.parse(asJson.out)).toMatchObject({
      found: false,
      arrivalS: null,
      contacts: [],
      reason: { kind: 'never-entered' },
    });
  });

  it('takes the names that a plan gives its numbers, and offers the nearest of them', async () => {
    const named = fileOf('named.ion', `# node 1 = "london"\n# node 3 = "cairo"\n${readFileSync(ION, 'utf8')}`);
    const { out } = await route(named, '--from', 'london', '--to', 'cairo', '--at', '0');
    expect(out).toMatch(/^route from london to cairo at 0 s/);
    expect(out).toContain('1 (london)');
    const asJson = async (...ends: readonly string[]) => {
      return (await route(named, '--from', ends[0] ?? '', '--to', ends[1] ?? '', '--at', '0', '--json')).out;
    };
    expect(await asJson('london', 'cairo')).toBe(await asJson('1', '3'));
    const near = await route(named, '--from', 'londno', '--to', 'cairo', '--at', '0');
    expect([near.status, near.out]).toEqual([2, '']);
    expect(near.err).toContain("Expected a node of the plan for --from, got 'londno'.");
    expect(near.err).toContain("Did you mean 'london'?");
    const none = await route(ION, '--from', '1', '--to', 'atlantis', '--at', '0');
    expect([none.status, none.err]).toEqual([2, expect.stringContaining('The plan has 1, 2, 3.') as string]);
  });

  it('writes microseconds, and in JSON all digits; a time may be below 0', async () => {
    const contact = { fromNode: 'a', toNode: 'b', startS: -10, endS: 10, rateBps: 24, owltS: 0 };
    const plan = fileOf('below.json', JSON.stringify({ format: 'spacecloud.contact-plan.v1', contacts: [contact] }));
    // 1 byte at 3 bytes/s: a third of a second after -4 s.
    const asked = ['--from', 'a', '--to', 'b', '--at', '-4', '--size', '1'];
    expect((await route(plan, ...asked)).out).toContain('arrival -3.666667 s');
    const { arrivalS } = JSON.parse((await route(plan, ...asked, '--json')).out) as { arrivalS: number };
    expect(arrivalS).toBeCloseTo(-11 / 3, 14);
    expect(arrivalS).not.toBe(-3.666667);
  });

  it('takes the format it is told', async () => {
    const { status, err } = await route(ION, '--from', '1', '--to', '3', '--at', '0', '--format', 'asabr');
    expect(status).toBe(4);
    expect(err).toContain("plan.ion:1:1: CONTACTS_SYNTAX: Expected 'node' or 'contact', got 'a'.");
  });

  it.each([
    ['a file that is not there', ['--plan', 'missing.ion', '--at', '0'], 5, 'FILE_NOT_FOUND'],
    ['a time that is none', ['--plan', ION, '--at', 'noon'], 2, 'USAGE'],
    ['a negative size', ['--plan', ION, '--at', '0', '--size', '-1'], 2, 'USAGE'],
    ['a mode that is none', ['--plan', ION, '--at', '0', '--mode', 'fast'], 2, 'USAGE'],
    ['no time', ['--plan', ION], 2, 'USAGE'],
  ])('refuses %s', async (_, options, exitStatus, code) => {
    const { status, out } = await captured(['contacts', 'route', '--from', '1', '--to', '2', ...options, '--json']);
    expect(status).toBe(exitStatus);
    expect(JSON.parse(out)).toMatchObject({ error: { code, exitStatus } });
  });
});

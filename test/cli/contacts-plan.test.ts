import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Contact, readContactPlan } from '../../environment/contact-graph/index.ts';
import { must } from '../present.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-plan-'));
const cacheBefore = process.env['XDG_CACHE_HOME'];
beforeAll(() => {
  process.env['XDG_CACHE_HOME'] = folder;
});
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = cacheBefore;
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]) => captured(['contacts', ...args]);
const jsonOf = async <T>(...args: readonly string[]): Promise<T> => {
  const { status, out, err } = await run(...args, '--json');
  expect(status, err + out).toBe(0);
  return JSON.parse(out) as T;
};

/** A shipped scenario cut to `durationS`, as a file. */
function shortened(name: string, durationS: number): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    readFileSync(`scenarios/${name}.yaml`, 'utf8').replace(/^durationS: .*$/m, `durationS: ${durationS}`),
  );
  return file;
}

interface Sample {
  readonly path: readonly string[] | null;
  readonly delayS: number | null;
}
interface RouteAnswer {
  readonly found: boolean;
  readonly arrivalS: number | null;
  readonly contacts: readonly { readonly from: string; readonly to: string }[];
}

/** Within a tick ranges in the plan lie on chords: off by up to 1 km, 3 us, per hop. */
const CHORD_S = 3.4e-6;

describe('contacts plan, read by contacts route', () => {
  const iridium = shortened('iridium-66', 600);
  it.each([
    ['iridium-66', 'tokyo', 'london', 1],
    ['iridium-66', 'tokyo', 'london', 0.1],
    ['iridium-66', 'sao-paulo', 'dc-frankfurt', 1],
    ['iridium-66', 'delhi', 'iridium-p3-s07', 0.1],
    ['test-12', 'london', 'cairo', 1],
    ['test-12', 'lagos', 'svalbard', 0.01],
    ['test-12', 'london', 'dc-frankfurt', 1],
  ])('%s, %s - %s, %d ms: arrives when contacts paths --as-scheduled says', async (name, from, to, toleranceMs) => {
    const scenario = name === 'iridium-66' ? iridium : name;
    const plan = join(folder, 'plan.json');
    const cut = toleranceMs === 1 ? [] : ['--owlt-tolerance', `${toleranceMs}`];
    await run('plan', '--scenario', scenario, '--terrestrial', '10e9', '--out', plan, ...cut);
    const { contacts } = readContactPlan(readFileSync(plan, 'utf8'), plan).plan;
    const ends = ['--from', from, '--to', to];
    let compared = 0;
    // In the middle of ticks, so that no contact begins or ends while the data are under way.
    for (const at of [4, 104, 254, 304, 494]) {
      const times = ['--start', `${at}`, '--end', `${at}`];
      const { samples } = await jsonOf<{ readonly samples: readonly Sample[] }>(
        ...['paths', '--scenario', scenario, ...ends, ...times, '--as-scheduled'],
      );
      const { path, delayS } = must(samples[0]);
      const route = await jsonOf<RouteAnswer>('route', '--plan', plan, ...ends, '--at', `${at}`);
      if (path === null || delayS === null) {
        // The route may wait for a contact; it cannot be there at once.
        expect(route.arrivalS ?? Infinity).toBeGreaterThan(at + 1);
        continue;
      }
      compared++;
      // The plan has the light time of the greatest range of each contact: its route is slower by up to the tolerance per hop.
      const roundedS = path
        .slice(1)
        .reduce((sum, node, i) => sum + must(contactAt(contacts, must(path[i]), node, at)).owltS, 0);
      const tookS = must(route.arrivalS) - at;
      expect(tookS).toBeLessThanOrEqual(roundedS + 1e-9);
      expect(tookS - delayS).toBeLessThan((toleranceMs / 1000 + CHORD_S) * (path.length - 1));
      const relayed = route.contacts.slice(1).filter((hop) => !/-p\d+-s\d+$/.test(hop.from));
      // Plans let ground nodes relay, paths do not, but for the gateways of a data centre.
      if (relayed.length <= (to.startsWith('dc-') ? 1 : 0))
        expect(tookS).toBeGreaterThan(delayS - CHORD_S * path.length);
    }
    expect(compared).toBeGreaterThan(1);
  });
});

function contactAt(contacts: readonly Contact[], from: string, to: string, at: number): Contact | undefined {
  return contacts.find(
    ({ fromNode, toNode, startS, endS }) => fromNode === from && toNode === to && startS <= at && at < endS,
  );
}

describe('spacecloud contacts plan', () => {
  const count = (text: string, pattern: RegExp): number => (text.match(pattern) ?? []).length;

  it('writes the same contacts in three formats, with what whole seconds lose', async () => {
    const exact = await run('plan', '--scenario', 'test-12', '--owlt-tolerance', 'none');
    expect(exact.err).toBe('');
    const { plan } = readContactPlan(exact.out, 'plan.json');
    expect(plan.contacts.length).toBeGreaterThan(100);
    const cut = readContactPlan((await run('plan', '--scenario', 'test-12')).out, 'cut.json').plan.contacts;
    expect(cut.length).toBeGreaterThan(1.25 * plan.contacts.length);
    for (const format of ['ion', 'hdtn'] as const) {
      const { out, err } = await run('plan', '--scenario', 'test-12', '--format', format);
      const read = readContactPlan(out, `plan.${format}`);
      expect([read.format, read.plan.contacts.length]).toEqual([format, plan.contacts.length]);
      // Ticks are 10 s, so no contact is shortened; light times of milliseconds become 1 s, and what was cut for them is one again.
      expect(err).toContain(
        `of ${cut.length} contacts: ${cut.length - plan.contacts.length} joined to the one before, ${cut.length} light times rounded up`,
      );
      expect(new Set(read.plan.contacts.map(({ owltS }) => owltS))).toEqual(new Set([1]));
    }
    const ion = await run('plan', '--scenario', 'test-12', '--format', 'ion');
    // 10 Gbit/s are 1,250,000,000 bytes/s; the numbers of nodes are told in comments.
    expect(count(ion.out, /^a contact \+\d+ \+\d+ \d+ \d+ 1250000000$/gm)).toBe(
      plan.contacts.filter(({ rateBps }) => rateBps === 10e9).length,
    );
    expect(ion.out).toContain('= "polar-p1-s1"');
  });

  it('tells about the plan in one document, and writes a file when asked', async () => {
    const file = join(folder, 'out', 'plan.ion');
    const told = await jsonOf<Readonly<Record<string, unknown>>>(
      'plan',
      '--scenario',
      'test-12',
      '--format',
      'ion',
      '--out',
      file,
    );
    expect(told).toMatchObject({ scenario: 'test-12', format: 'ion', file, loss: { droppedContacts: 0, lostS: 0 } });
    expect(told).not.toHaveProperty('text');
    const printed = await jsonOf<{ readonly text: string }>('plan', '--scenario', 'test-12', '--format', 'ion');
    expect(readFileSync(file, 'utf8')).toBe(printed.text);
  });

  it('joins gateways and data centres when asked', async () => {
    const ground = async (...more: readonly string[]): Promise<number> =>
      count((await run('plan', '--scenario', 'test-12', ...more)).out, /"(from|to)Node":"dc-frankfurt"/g);
    // Two gateways and one data centre, both ways.
    expect([await ground(), await ground('--terrestrial', '1e9')]).toEqual([0, 4]);
  });

  it('gives the pieces of a contact again as that contact where light times are whole seconds', async () => {
    const text = async (format: string, tolerance: string): Promise<string> =>
      (await run('plan', '--scenario', 'test-12', '--format', format, '--owlt-tolerance', tolerance)).out;
    for (const format of ['ion', 'hdtn']) {
      const whole = await text(format, '0');
      expect(await text(format, 'none')).toBe(whole);
      expect(await text(format, '1')).toBe(whole);
      // 0.05 ms: 15 km, less than the range to a satellite changes in a tick of 10 s, so that ticks are cut as well.
      expect(await text(format, '0.05')).toBe(whole);
    }
  });

  it('refuses a format or a rate that is none', async () => {
    expect((await run('plan', '--format', 'cgr')).status).toBe(2);
    expect((await run('plan', '--terrestrial', '0')).err).toContain(
      "Expected a number above 0 for --terrestrial, got '0'.",
    );
    for (const tolerance of ['-1', 'some', '0.0001', '']) {
      const { status, err } = await run('plan', '--owlt-tolerance', tolerance);
      expect([status, err]).toEqual([2, expect.stringContaining(`none for --owlt-tolerance, got '${tolerance}'`)]);
    }
  });
});

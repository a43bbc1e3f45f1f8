import { SaxesParser } from 'saxes';
import { beforeAll, describe, expect, it } from 'vitest';
import { studyHtml } from '../../../training/study/report/index.ts';
import type { StudyReport, StudyResult } from '../../../training/study/result.ts';
import { barren, HOSTILE, hostile, studyFixture } from './fixture.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly parent: Element | null;
  text: string;
}

/** All elements of a document that is well-formed XML; throws where it is not. */
function parse(html: string): Element[] {
  const parser = new SaxesParser();
  const elements: Element[] = [];
  const open: Element[] = [];
  parser.on('opentag', (tag) => {
    const attributes = tag.attributes as Record<string, string>;
    const element = { name: tag.name, attributes, parent: open.at(-1) ?? null, text: '' };
    elements.push(element);
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  parser.on('text', (text) => open.forEach((element) => (element.text += text)));
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(html).close();
  return elements;
}

function within(element: Element | null, outer: Element | undefined): boolean {
  return element !== null && (element === outer || within(element.parent, outer));
}

/** Cells of the table whose caption begins so, row by row. */
function tableOf(elements: readonly Element[], caption: string, section?: string): string[][] {
  const outer = section === undefined ? undefined : elements.find(({ attributes }) => attributes['id'] === section);
  const table = elements.find(
    ({ name, text, parent }) =>
      name === 'caption' && text.startsWith(caption) && (outer === undefined || within(parent, outer)),
  )?.parent;
  if (table === null || table === undefined) throw new Error(`No table '${caption}'.`);
  const rows = elements.filter((element) => element.name === 'tr' && within(element, table));
  return rows.map((row) =>
    elements.filter(({ name, parent }) => (name === 'td' || name === 'th') && parent === row).map(({ text }) => text),
  );
}

function texts(elements: readonly Element[], name: string, id: string): string[] {
  const outer = elements.find(({ attributes }) => attributes['id'] === id);
  return elements.filter((element) => element.name === name && within(element, outer)).map(({ text }) => text);
}

describe('study page', () => {
  const report = studyFixture();
  let html = '';
  let elements: Element[] = [];
  beforeAll(async () => {
    html = await studyHtml(report, { command: 'spacecloud study --note "<b> & co"' });
    elements = parse(html);
  });

  it('is well-formed and has each id once, and every link leads to one', () => {
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(ids.length).toBeGreaterThan(30);
    expect(new Set(ids).size).toBe(ids.length);
    const links = elements.flatMap(({ attributes }) => attributes['href'] ?? []);
    expect(links).toEqual(['#study-flash-detection', '#study-free-the-pipes', '#study-coalition-release']);
    for (const link of links) expect(ids).toContain(link.slice(1));
  });

  it('needs nothing from outside and runs no script', () => {
    const addresses = (html.match(/(https?:)?\/\/[^\s"'<)]+/g) ?? []).filter(
      (text) => text !== 'http://www.w3.org/2000/svg',
    );
    expect(addresses).toEqual([]);
    expect(html).not.toMatch(/@import|url\(|javascript:/);
    for (const { name, attributes } of elements) {
      expect(['script', 'link', 'img', 'iframe', 'object', 'use', 'image']).not.toContain(name);
      for (const key of Object.keys(attributes)) expect(key).not.toMatch(/^on|^src$/);
    }
  });

  it('begins with a table of all claims whose numbers are those of the result', () => {
    const [header, flash, pipes, nations] = tableOf(elements, 'Of each claim');
    expect(header).toEqual([
      'claim',
      'verdict',
      'measured by',
      'cloud in orbit',
      'best comparator',
      'difference',
      'breaches',
    ]);
    // 25.7 - 96.2 = -70.5; half width 0.04 * 96.2 = 3.848; -70.5 / 96.2 = -73.3 %.
    expect(flash?.slice(1)).toEqual([
      'orbit winson 4 seeds',
      'latency p50, observation[s], lower is better',
      '25.7joint',
      '96.2relay, compressed on board',
      '-70.5[-74.3, -66.7] -73.3 %',
      '0comparator 0',
    ]);
    // 2.31 - 2.05 = +0.26; half width 0.04 * 2.05 = 0.082; 0.26 / 2.05 = 12.7 %.
    expect(pipes?.[6]).toBe('0.5comparator 0');
    expect(pipes?.slice(1, 6)).toEqual([
      'orbit loseson 4 seeds',
      'bytes down[GB], lower is better',
      '2.31damped+greedy-finish+least-rate',
      '2.05bent pipe, compressed on board',
      '+0.260[+0.178, +0.342] +12.7 %',
    ]);
    // 0.917 - 0.914 = 0.3 points; half width 0.04 * 91.4 = 3.656.
    expect(nations?.slice(1, 6)).toEqual([
      'unclear',
      'deadlines met[%], higher is better',
      '91.7masked-delay+local+lru',
      '91.4relay through national gateways',
      '+0.300[-3.356, +3.956] +0.3 %',
    ]);
  });

  it('says in words how many claims hold and what is assumed', () => {
    const findings = elements.filter(({ name, parent }) => name === 'li' && parent?.attributes['class'] === 'findings');
    expect(findings.map(({ text }) => text)).toEqual([
      'Of 3 claims the cloud in orbit wins 1 and loses 1; 1 is unclear.',
      'In Free the pipes the policy that stands for the cloud in orbit broke limits of power, heat, storage or labels (breaches): weigh its number with that.',
      'Of the parameters listed, 1 from a primary source, 1 derived, 1 from secondary sources, 1 from memory, 2 choices of this project. Orbits, numbers of satellites, links and power of the announced system are not public; results hold for the values stated here.',
    ]);
  });

  it('draws every column on the headline KPI in groups by role, its number and interval printed', () => {
    const labels = texts(elements, 'text', 'study-flash-detection');
    const order = labels.filter((text) => /^(Comparators|Cloud in orbit, |Oracles)/.test(text));
    expect(order).toEqual([
      'Comparators: flown or built today, or without the part in question',
      'Cloud in orbit, heuristics (fixed rules)',
      'Cloud in orbit, learned policies',
      'Oracles: know what nobody can know',
    ]);
    // Half width 4 %: 0.04 * 2412 = 96.48, 0.04 * 22.1 = 0.884.
    for (const text of ['2412.0 [2315.5, 2508.5]', '96.2 [92.4, 100.0]', '25.7 [24.7, 26.7]', '22.1 [21.2, 23.0]']) {
      expect(labels).toContain(text);
    }
    expect(labels).toContain('latency p50, observation [s], lower is better (logarithmic axis)');
  });

  it('shows each step from the number it starts at to the one it reaches', () => {
    const rows = tableOf(elements, 'Steps in', 'study-flash-detection');
    expect(rows).toHaveLength(7);
    // 188 - 2412 = -2224 with 0.04 * 2412 = 96.5; 25.7 - 28.4 = -2.7 with 0.04 * 28.4 = 1.1.
    expect(rows[1]).toEqual([
      'relay between satellites',
      'bent pipe',
      'bent pipe with relay',
      '-2224.0 [-2320.5, -2127.5]',
      '-92.2 %',
      'better',
    ]);
    expect(rows[6]).toEqual([
      'learning',
      'damped+greedy-finish+least-rate',
      'joint',
      '-2.7 [-3.8, -1.6]',
      '-9.5 %',
      'better',
    ]);
    const drawn = texts(elements, 'text', 'study-flash-detection-attribution');
    expect(drawn).toContain('bent pipe to bent pipe with relay');
    expect(drawn.some((text) => text.startsWith('-2224.0 [-2320.5, -2127.5]'))).toBe(true);
  });

  it('marks where orbit fails and says what size pays', () => {
    const section = texts(elements, 'p', 'study-flash-detection-size');
    expect(section).toEqual([
      'What size of constellation pays: 33 satellites or more; tested up to 132.',
      'Satellites: the cloud in orbit does not win at 11, 22 of 11, 22, 33, 66, 132; it wins from 33 on.',
      'Offered load: the cloud in orbit wins at all 4 values tested (0.25, 0.5, 1, 2).',
    ]);
    const drawn = (id: string): string[] => texts(elements, 'text', id);
    expect(drawn('study-flash-detection-by-satellites').filter((text) => text === 'does not win')).toHaveLength(1);
    for (const value of ['11', '22', '33', '66', '132']) {
      expect(drawn('study-flash-detection-by-satellites')).toContain(value);
    }
    expect(drawn('study-flash-detection-by-load')).not.toContain('does not win');
    // 11 satellites: 2.6 * 96.2 = 250.1 against 12 * 25.7 = 308.4.
    const row = tableOf(elements, 'latency p50, observation [s], lower is better, at each value of satellites')[1];
    expect(row?.[0]).toBe('11');
    expect(row?.[1]).toMatch(/^250\.1/);
    expect(row?.[3]).toMatch(/^308\.4/);
    expect(row?.[5]).toBe('orbit loses');
  });

  it('shows the three parameters that move the difference most, and all in the table', () => {
    const drawn = texts(elements, 'text', 'study-flash-detection-sensitivity');
    const names = drawn.filter((text) => /, (\(|primary|derived)/.test(text));
    expect(names).toEqual([
      'satellite.tflopsPerAccelerator, (!) secondary',
      'compression.keptFrac, (*) choice',
      'wan.delayS, (!!) memory',
    ]);
    // -70.5 * 0.62 = -43.71, * 1.18 = -83.19.
    expect(drawn).toContain('at 45.8: -43.7; at 183.2: -83.2');
    const rows = tableOf(elements, 'Difference in');
    expect(rows).toHaveLength(5);
    expect(rows[4]).toEqual(['gateways.*.antennas', '(*) choice', '1', 'nonenone', '8', 'nonenone', 'none']);
  });

  it('marks parameters of memory, secondary sources and choices, each with its source', () => {
    const rows = tableOf(elements, 'Parameters and where');
    expect(rows.slice(1).map((row) => row.slice(0, 3))).toEqual([
      ['satellite.tflopsPerAccelerator', '91.6', '(!) secondary'],
      ['satellite.storageTB', '100', 'primary'],
      ['compression.keptFrac', '0.33', '(*) choice'],
      ['wan.delayS', '0.05', '(!!) memory'],
      ['isl.rateBps', '2.5e9', 'derived'],
    ]);
    expect(rows[1]?.[3]).toBe('data sheet, via a reseller');
  });

  it('states seeds, hashes, versions and the command', () => {
    const facts = texts(elements, 'dd', 'study-flash-detection-setup');
    expect(facts).toContain('9f2c41d07be85a63');
    expect(facts).toContain('1 to 4 (4)');
    expect(facts).toContain('joint, on seeds 21 to 23 (3), which no figure here uses');
    const footer = elements.find(({ name }) => name === 'footer')?.text ?? '';
    expect(footer).toContain('spacecloud study --note "<b> & co"');
    expect(footer).toContain('Version 0.1.0, decision specification 2.');
  });

  it('makes up the command where none is given', async () => {
    const own = parse(await studyHtml(report)).find(({ name }) => name === 'pre')?.text;
    expect(own).toBe(
      'spacecloud study flash-detection free-the-pipes coalition-release --size full --policy joint=RUN_FOLDERS',
    );
  });

  it('gives the same bytes for the same input', async () => {
    expect(await studyHtml(studyFixture())).toBe(await studyHtml(report));
  });

  it('shows names as they are, whatever characters they have', async () => {
    const page = await studyHtml(hostile(report));
    const parsed = parse(page);
    const ids = parsed.flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(parsed.some(({ name, text }) => name === 'h2' && text === HOSTILE)).toBe(true);
    expect(parsed.some(({ name, text }) => name === 'text' && text === HOSTILE)).toBe(true);
    expect(page).not.toContain('<script');
  });

  it('says with one seed that there is no interval, and prints none', async () => {
    const page = await studyHtml(studyFixture({ seeds: 1 }));
    const parsed = parse(page);
    const claims = tableOf(parsed, 'Of each claim');
    expect(claims[1]?.slice(1, 6)).toEqual([
      'unclear (no interval)',
      'latency p50, observation[s], lower is better',
      '25.7joint',
      '96.2relay, compressed on board',
      '-70.5-73.3 %',
    ]);
    expect(parsed.map(({ text }) => text)).toContain(
      'A study has one seed only: it has no intervals, and its verdict cannot be other than unclear.',
    );
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it.each([
    ['no value of the headline', (study: StudyResult) => barren(study)],
    ['no points at all', (study: StudyResult) => ({ ...barren(study), points: [], columns: [] })],
  ])('stays whole with %s', async (_, empty) => {
    const bare: StudyReport = { ...report, size: 'quick', studies: report.studies.map(empty) };
    const page = await studyHtml(bare);
    const parsed = parse(page);
    const columns = bare.studies[0]?.columns.length;
    expect(tableOf(parsed, 'Of each claim')[1]?.slice(1)).toEqual([
      'none',
      'latency p50, observation[s], lower is better',
      expect.stringMatching(/^none/),
      'none',
      'none',
      columns === 0 ? 'not counted' : 'not countedcomparator not counted',
    ]);
    expect(parsed.map(({ text }) => text)).toContain(
      'These are short runs on few seeds, made to check that the studies work. Decide on the full size.',
    );
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('stays whole without studies', async () => {
    expect(parse(await studyHtml({ ...report, studies: [] })).map(({ text }) => text)).toContain(
      '0 studies · full size · 0 runs · spacecloud 0.1.0',
    );
  });
});

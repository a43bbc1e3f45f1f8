import { SaxesParser } from 'saxes';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderReport, type RunRecord, summarise } from '../../../training/evaluation/index.ts';
import { POLICIES, syntheticRecords } from './synthetic.ts';

const OPTIONS = { reference: 'learned', replicates: 200, seed: 1 };
const EXTRAS = {
  versions: { spacecloud: '0.1.0', node: '20.19.0' },
  scenarioHashes: { 'iridium-66': '0123abcd' },
  command: 'spacecloud evaluate a.yaml --note "<b> & co"',
};

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
    const element = {
      name: tag.name,
      attributes: tag.attributes as Record<string, string>,
      parent: open.at(-1) ?? null,
      text: '',
    };
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

describe('report', () => {
  const records = syntheticRecords(4);
  const summary = summarise(records, OPTIONS);
  let html = '';
  let elements: Element[] = [];
  beforeAll(async () => {
    const steps = [0, 1000, 2000];
    html = await renderReport(summary, records, {
      ...EXTRAS,
      trainingCurve: steps.map((step) => ({
        step,
        metrics: { entropy: 1 / (1 + step), 'value loss': step === 0 ? NaN : 0.5 },
      })),
      sweeps: [
        {
          label: 'utility per task [1]',
          xLabel: 'load [1]',
          points: ['learned', 'random'].flatMap((policy, p) => [
            { x: 0.5, policy, mean: 0.8 - p / 2, lo: 0.7 - p / 2, hi: 0.9 - p / 2 },
            { x: 1.5, policy, mean: 0.6 - p / 2, lo: null, hi: null },
          ]),
        },
      ],
    });
    elements = parse(html);
  });

  it('is well-formed and has each id once', () => {
    expect(elements.length).toBeGreaterThan(1000);
    const ids = elements.flatMap(({ attributes }) => (attributes['id'] === undefined ? [] : [attributes['id']]));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('needs nothing from outside and runs no script', () => {
    const addresses = (html.match(/(https?:)?\/\/[^\s"'<)]+/g) ?? []).filter(
      (text) => text !== 'http://www.w3.org/2000/svg',
    );
    expect(addresses).toEqual([]);
    expect(html).not.toMatch(/@import|url\(|javascript:/);
    for (const { name, attributes } of elements) {
      expect(['script', 'link', 'img', 'iframe', 'object', 'use', 'image']).not.toContain(name);
      for (const key of Object.keys(attributes)) expect(key).not.toMatch(/^on|href$|^src$/);
    }
  });

  it('gives every drawing a title and a description', () => {
    const drawings = elements.filter(({ name, attributes }) => name === 'svg' && attributes['class'] === 'plot');
    // utility, difference, 2 of families (4 panels each), latency, delivery, drops, bytes, cache, breaches, improvement, profile, 2 training curves, sweep
    expect(drawings).toHaveLength(15);
    for (const { attributes } of drawings) {
      expect(attributes['role']).toBe('img');
      const [title, description] = (attributes['aria-labelledby'] ?? '').split(' ');
      expect(elements.find((e) => e.name === 'title' && e.attributes['id'] === title)?.text).toBeTruthy();
      expect(
        elements.find((e) => e.name === 'desc' && e.attributes['id'] === description)?.text.length,
      ).toBeGreaterThan(20);
    }
  });

  it('names every KPI with its unit', () => {
    const texts = new Set(elements.map((element) => element.text));
    for (const spec of summary.kpis.filter((kpi) => kpi.key !== 'utility')) {
      const unit = spec.key.includes('Frac') ? '%' : spec.unit;
      const caption = `${spec.label} [${unit}]${spec.better === 'none' ? '' : `, ${spec.better} is better`}`;
      expect(texts.has(caption), caption).toBe(true);
    }
    expect(texts.has('utility per task [1]')).toBe(true);
  });

  it('prints each mean on its drawing, so that no hovering is needed', () => {
    const labels = elements
      .filter(({ name, parent }) => name === 'text' && parent !== null)
      .map((element) => element.text);
    for (const { policy, kpis } of summary.policies) {
      expect(labels).toContain(policy);
      const { mean, interval } = kpis['utility'] ?? { mean: NaN, interval: null };
      const printed = labels.map((text) => /^([\d.]+) \[([\d.]+), ([\d.]+)\]$/.exec(text)?.slice(1).map(Number));
      // Three decimals or more are printed, so half a unit of the third.
      const isThis = ([m, lo, hi]: readonly number[]): boolean =>
        [m, lo, hi].every((v, i) => Math.abs((v ?? NaN) - ([mean, interval?.lo, interval?.hi][i] ?? NaN)) <= 0.0005);
      expect(printed.some((numbers) => numbers !== undefined && isThis(numbers))).toBe(true);
      const deliveredPercent = 100 * (kpis['deliveredFrac']?.mean ?? NaN);
      expect(labels.some((text) => /^\d+\.\d+$/.test(text) && Math.abs(Number(text) - deliveredPercent) <= 0.05)).toBe(
        true,
      );
    }
  });

  it('draws policies in the order of utility', () => {
    const drawing = elements.find(({ attributes }) => attributes['aria-labelledby']?.startsWith('utility-title'));
    const within = (element: Element | null): boolean =>
      element === drawing || (element !== null && within(element.parent));
    const order = elements
      .filter((e) => e.name === 'text' && within(e))
      .map((e) => e.text)
      .filter((text) => POLICIES.some(([name]) => name === text));
    expect(order).toEqual(summary.policies.map((entry) => entry.policy));
  });

  it('begins with what was compared and what was found, and ends with the command', () => {
    const header = elements.find(({ name }) => name === 'header')?.text ?? '';
    expect(header).toContain('14 policies on iridium-66 with seeds 1 to 4 (4) · spacecloud 0.1.0 · node 20.19.0');
    expect(header).toMatch(/learned loses on latency p99 to 12 of 12/);
    expect(elements.find(({ name }) => name === 'footer')?.text).toContain(EXTRAS.command);
    const method = elements.find(({ attributes }) => attributes['id'] === 'method')?.text ?? '';
    expect(method).toContain('0123abcd');
    expect(method).toContain('4 seeds make these intervals too narrow');
  });

  it('gives the same page for the same input', async () => {
    const again = await renderReport(summary, records, EXTRAS);
    expect(await renderReport(summary, records, EXTRAS)).toBe(again);
  });

  it('stays whole with one seed, missing values and no drop or breach', async () => {
    const bare = syntheticRecords(1).map((record): RunRecord => ({
      ...record,
      policy: record.policy === 'random' ? '<random> & "co"' : record.policy,
      kpis: {
        utility: record.kpis['utility'] ?? NaN,
        latencyP50S: record.policy === 'random' ? NaN : 1,
        breaches: 0,
        'drop.deadline': 0,
      },
    }));
    const page = await renderReport(summarise(bare, OPTIONS), bare, EXTRAS);
    const texts = parse(page).map((element) => element.text);
    expect(texts).toContain('<random> & "co"');
    expect(texts).toContain('none');
    expect(texts).toContain('No policy breached a constraint in any run.');
    expect(texts).toContain('No policy dropped a task in any run.');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('stays whole with one policy', async () => {
    const alone = records.filter((record) => record.policy === 'learned');
    const page = await renderReport(summarise(alone, OPTIONS), alone, EXTRAS);
    expect(parse(page).map((element) => element.text)).toContain('No baseline was evaluated beside it.');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('refuses records of another summary', async () => {
    await expect(renderReport(summary, records.slice(1), EXTRAS)).rejects.toThrow(/Expected the 56 records/);
  });
});

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { type JsonSchema, scenarioFileJsonSchema, scenarioJsonSchema } from '../../../environment/scenario/index.ts';

const FILE = 'docs/scenario.schema.json';

it(`${FILE} is the schema in force (after a change: npx vitest run test/environment/scenario/json-schema.test.ts -u)`, async () => {
  const options = { ...(await resolveConfig(FILE)), parser: 'json' };
  const text = await format(JSON.stringify(scenarioFileJsonSchema()), options);
  await expect(text).toMatchFileSnapshot(`../../../${FILE}`);
});

it('describes every field and refuses unknown ones in every map', () => {
  const undescribed: string[] = [];
  const open: string[] = [];
  const walk = (schema: JsonSchema, at: string): void => {
    if (schema.properties && schema.additionalProperties !== false) open.push(at);
    for (const [name, child] of Object.entries(schema.properties ?? {})) {
      const list = child.items?.description !== undefined || child.items?.properties !== undefined;
      // A constant says itself what it is.
      if (child.description === undefined && child.const === undefined && !list) undescribed.push(`${at}.${name}`);
      walk(child, `${at}.${name}`);
    }
    if (schema.items) walk(schema.items, `${at}[]`);
    // Variants are maps of their own; the choice among kinds of orbit only says which fields exclude each other.
    for (const variant of schema.oneOf ?? []) if (variant.properties) walk(variant, `${at}|`);
  };
  walk(scenarioFileJsonSchema(), '');
  expect(open).toEqual([]);
  expect(undescribed).toEqual([]);
});

it('tells editors the kinds of orbit and of faults apart', () => {
  const { constellations, faults } = scenarioJsonSchema().properties ?? {};
  const kinds = ['walker', 'elements', 'geostationary', 'ephemeris', 'lunar'];
  expect(constellations?.items?.oneOf).toEqual(kinds.map((kind) => ({ required: [kind] })));
  const variants = faults?.properties?.['scheduled']?.items?.oneOf ?? [];
  expect(variants.map(({ properties }) => properties?.['kind']?.const)).toEqual([
    'satellite-loss',
    'link-loss',
    'gateway-loss',
    'data-centre-loss',
    'jamming',
    'accelerator-reset',
    'storage-failure',
    'capture',
  ]);
  for (const { required } of variants) expect(required).toEqual(expect.arrayContaining(['kind', 'atS']));
});

it('accepts either form: written out, or a base and what differs', () => {
  const [writtenOut, variant, ...others] = scenarioFileJsonSchema().oneOf ?? [];
  expect(others).toEqual([]);
  expect(writtenOut?.properties).toEqual(scenarioJsonSchema().properties);
  expect(variant?.required).toEqual(['schema', 'base', 'name']);
  expect(Object.keys(variant?.properties ?? {})).toEqual(['schema', 'base', 'name', 'description', 'set']);
});

it('asks only for what has no default', () => {
  expect(scenarioJsonSchema().$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  expect(scenarioJsonSchema().required).toEqual(['schema', 'name', 'epoch', 'durationS', 'constellations']);
  expect(scenarioJsonSchema().properties?.['tickS']?.default).toBe(10);
});

it('every shipped scenario names the schema for editors', () => {
  const files = readdirSync('scenarios').filter((file) => file.endsWith('.yaml'));
  expect(files.length).toBeGreaterThanOrEqual(8);
  for (const file of files) {
    const [first] = readFileSync(`scenarios/${file}`, 'utf8').split('\n');
    expect(first, file).toBe('# yaml-language-server: $schema=../docs/scenario.schema.json');
  }
  expect(existsSync(FILE)).toBe(true);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashJson } from '../../../../core/index.ts';
import {
  loadScenario,
  overrideScenario,
  parseScenario,
  scenarioBases,
  scenarioJsonSchema,
  sourcePlace,
} from '../../../../environment/scenario/index.ts';
import { lineAndColumn, refusal } from '../refusal.ts';
import { VALID_TEXT, changed } from '../valid-text.ts';

let folder = '';
const at = (...name: string[]): string => path.join(folder, ...name);
const variant = (base: string, name: string, ...set: string[]): string => {
  const changes = set.length === 0 ? [] : ['set:', ...set.map((line) => `  ${line}`)];
  return ['schema: 1', `base: ${base}`, `name: ${name}`, ...changes, ''].join('\n');
};
const FLOWN = VALID_TEXT.replace(/ {4}walker:\n(?: {6}.*\n)+/, '    elements: { file: sets/real.tle }\n');

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bases-'));
  for (const name of ['sets', 'mine', 'mine/sets', 'library']) mkdirSync(at(name));
  writeFileSync(at('small.yaml'), VALID_TEXT);
  writeFileSync(at('flown.yaml'), FLOWN);
  for (const file of [at('sets', 'real.tle'), at('mine', 'sets', 'own.tle')]) writeFileSync(file, '');
  writeFileSync(at('heavy.yaml'), variant('small', 'heavy', 'traffic.load: 2'));
  writeFileSync(at('library', 'shipped.yaml'), VALID_TEXT);
  writeFileSync(at('mine', 'flown.yaml'), variant('../flown.yaml', 'flown', 'traffic.load: 2'));
  writeFileSync(at('a.yaml'), variant('b', 'a'));
  writeFileSync(at('b.yaml'), variant('c.yaml', 'b'));
  writeFileSync(at('c.yaml'), variant('a', 'c'));
  writeFileSync(at('self.yaml'), variant('self', 'self'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a scenario with a base', () => {
  it('equals the one written out, hash and all', () => {
    const file = at('composed.yaml');
    writeFileSync(
      file,
      variant(
        'heavy.yaml',
        'composed',
        'terminals.accra: { latDeg: 5.6, lonDeg: -0.19 }',
        'traffic.messages.bulk.deadlineS: 60',
        'constellations.*.isl.rateBps: 2.5e9',
        'traffic.contents: []',
      ),
    );
    const text = [
      ['name: small', 'name: composed'],
      ['load: 1\n', 'load: 2\n'],
      ['deadlineS: 30', 'deadlineS: 60'],
      ['rateBps: 10e9', 'rateBps: 2.5e9'],
      ['traffic:\n', '  - { name: accra, latDeg: 5.6, lonDeg: -0.19 }\ntraffic:\n'],
    ]
      .reduce((whole, [from = '', to = '']) => whole.replace(from, to), VALID_TEXT)
      .replace(/ {2}contents:[^]*$/, '');
    const writtenOut = parseScenario(text, 'out.yaml');
    const composed = loadScenario(file);
    expect(composed).toEqual(writtenOut);
    expect(JSON.stringify(composed)).toBe(JSON.stringify(writtenOut));
    expect(hashJson(composed)).toBe(hashJson(writtenOut));
    expect(Object.isFrozen(composed.terminals[2])).toBe(true);
  });

  it('has the description of its base, or its own', () => {
    const base = parseScenario(`${VALID_TEXT}description: a base\n`, 'x.yaml');
    writeFileSync(at('described.yaml'), `${VALID_TEXT}description: a base\n`);
    const text = 'schema: 1\nbase: described\nname: v\n';
    expect(parseScenario(text, at('v.yaml')).description).toBe(base.description);
    expect(parseScenario(`${text}description: own\n`, at('v.yaml')).description).toBe('own');
  });

  it('takes overrides as any other does', () => {
    const scenario = loadScenario(at('heavy.yaml'), { load: 3, elements: at('sets', 'real.tle') });
    expect(scenario.traffic.load).toBe(3);
    expect(scenario.constellations[0]?.elements?.file).toBe(at('sets', 'real.tle'));
  });

  it('finds its base beside itself first, then in the library', () => {
    const library = at('library');
    const text = variant('shipped', 'v', 'traffic.load: 5');
    expect(parseScenario(text, at('v.yaml'), { library }).traffic.load).toBe(5);
    writeFileSync(at('mine', 'shipped.yaml'), changed('planes: 2', 'planes: 3'));
    expect(parseScenario(text, at('mine', 'v.yaml'), { library }).constellations[0]?.walker?.planes).toBe(3);
    // A variant under the name of its base means that of the library.
    writeFileSync(at('mine', 'shipped.yaml'), variant('shipped', 'shipped', 'traffic.load: 7'));
    expect(loadScenario(at('mine', 'shipped.yaml'), {}, { library }).traffic.load).toBe(7);
  });

  it('keeps element sets relative to the file that names them', () => {
    expect(loadScenario(at('mine', 'flown.yaml')).constellations[0]?.elements?.file).toBe(at('sets', 'real.tle'));
    const own = at('mine', 'sets', 'own.tle');
    for (const setting of [
      'constellations.ring.elements.file: sets/own.tle',
      'constellations.*.elements: { file: sets/own.tle }',
      'constellations.ring: { elements: { file: sets/own.tle } }',
      'constellations: [{ name: ring, elements: { file: sets/own.tle } }]',
    ]) {
      const scenario = parseScenario(
        variant('../flown.yaml', 'own', setting.replace('ring: {', 'ring: { name: ring,')),
        at('mine', 'own.yaml'),
      );
      expect(scenario.constellations[0]?.elements?.file, setting).toBe(own);
    }
  });

  it('tells what it was made of', () => {
    const scenario = overrideScenario(loadScenario(at('heavy.yaml')), { load: 4 });
    expect(scenarioBases(scenario).map(({ scenario: { name }, file }) => [name, file])).toEqual([
      ['heavy', at('heavy.yaml')],
      ['small', at('small.yaml')],
    ]);
    expect(scenarioBases(parseScenario(VALID_TEXT, 'x.yaml'))).toHaveLength(1);
  });
});

describe('refusals of a scenario with a base', () => {
  const refused = (text: string) => refusal(() => parseScenario(text, at('v.yaml')));

  it('name the path and the line and column of the setting', () => {
    const error = refused(variant('small', 'v', 'traffic.load: 2', 'gateways.svalbrd.antennas: 4'));
    expect(lineAndColumn(error)).toBe('6:3');
    expect([error.place?.file, error.hint]).toEqual([at('v.yaml'), 'Did you mean svalbard?']);
  });

  it('point into the value of a setting', () => {
    const error = refused(variant('small', 'v', 'traffic.load: much'));
    expect([lineAndColumn(error), error.place?.file]).toEqual(['5:17', at('v.yaml')]);
    const deep = refused(
      variant(
        'heavy',
        'v',
        'gateways:',
        '  - { name: a, latDeg: 1, lonDeg: 2 }',
        '  - { name: b, latDeg: 95, lonDeg: 2 }',
      ),
    );
    expect(lineAndColumn(deep)).toBe('7:26');
    expect(deep.message).toContain('gateways[1].latDeg: expected a number in degrees from -90 to 90, found 95');
  });

  it('point into the base where the base is what no longer fits', () => {
    writeFileSync(
      at('hazard.yaml'),
      `${VALID_TEXT}faults:\n  hazards: [{ kind: gateway-loss, of: svalbard, ratePerYear: 1 }]\n`,
    );
    const error = refused(
      variant('hazard', 'v', 'gateways.svalbard: null', 'gateways.+: { name: oslo, latDeg: 60, lonDeg: 11 }'),
    );
    expect([error.place?.file, error.place?.line]).toEqual([at('hazard.yaml'), VALID_TEXT.split('\n').length + 1]);
    expect(error.message).toContain(`found 'svalbard', once the settings of ${at('v.yaml')} are applied`);
  });

  it('point at a bad name of its own', () => {
    expect(lineAndColumn(refused(variant('small', '"two words"')))).toBe('3:7');
  });

  it('keep the places of the fields through every base', () => {
    const scenario = parseScenario(variant('heavy', 'v', 'terminals.lagos.population: 9'), at('v.yaml'));
    expect(sourcePlace(scenario, ['traffic', 'load'])).toEqual({ file: at('heavy.yaml'), line: 5, column: 17 });
    expect(sourcePlace(scenario, ['terminals', 1, 'population'])).toEqual({ file: at('v.yaml'), line: 5, column: 31 });
    expect(sourcePlace(scenario, ['gateways', 0, 'name'])?.file).toBe(at('small.yaml'));
  });

  it('say where a base is looked for', () => {
    const error = refused(variant('smal', 'v'));
    expect([error.code, lineAndColumn(error), error.hint]).toEqual(['FILE_NOT_FOUND', '2:7', 'Did you mean small?']);
    expect(refused(variant('nothing-like-it', 'v')).hint).toContain('path relative to this file');
  });

  it('name the circle of bases', () => {
    const error = refusal(() => loadScenario(at('a.yaml')));
    expect([error.code, error.message, error.place?.file]).toEqual([
      'SCENARIO_FIELD',
      'base: expected bases that come to an end, found a -> b -> c -> a',
      at('c.yaml'),
    ]);
    expect(refusal(() => loadScenario(at('self.yaml'))).message).toContain('found self -> self');
    expect(refused(variant('a', 'v')).message).toContain('found a -> b -> c -> a');
  });

  it('tell the two forms apart', () => {
    const error = refused('schema: 1\nbase: small\nname: v\ntraffic: { load: 2 }\n');
    expect([lineAndColumn(error), error.hint]).toEqual([
      '4:1',
      'Changes of the base stand under set, by path: set: { traffic: ... }.',
    ]);
    expect(refused('schema: 1\nname: v\nset: {}\n').message).toContain(
      'base: expected text that is not empty, found nothing',
    );
    expect(refused(variant('small', 'v', 'name: w')).hint).toBe('Write name beside base.');
    expect(refused('schema: 1\nbase: small\nname: v\nset: [1]\n').message).toContain(
      'set: expected a map of fields, found a list',
    );
    expect(refused('schema: 1\nbase: small\nnam: v\n').hint).toBe('Did you mean name?');
  });

  it('keep to the fields of the long form in the guide of the format', () => {
    expect(Object.keys(scenarioJsonSchema().properties ?? {})).not.toContain('base');
  });
});

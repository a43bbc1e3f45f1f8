import { describe, expect, it } from 'vitest';
import {
  nodePlace,
  overrideScenario,
  parseScenario,
  sourcePlace,
  varyScenario,
} from '../../../environment/scenario/index.ts';
import { VALID_TEXT } from './valid-text.ts';

const scenario = parseScenario(VALID_TEXT, 'demo/small.yaml');
const lineOf = (part: string): number => VALID_TEXT.slice(0, VALID_TEXT.indexOf(part)).split('\n').length;
const at = (line: number, column: number) => ({ file: 'demo/small.yaml', line, column });

describe('the place of a named node', () => {
  it.each([
    ['svalbard', 'name: svalbard', 11],
    ['dc-frankfurt', 'name: dc-frankfurt', 11],
    ['lagos', 'name: lagos', 11],
    ['ring', 'name: ring', 11],
    ['ring-p2-s6', 'name: ring', 11],
  ])('%s is that of its name, or of its constellation', (name, part, column) => {
    expect(nodePlace(scenario, name)).toEqual(at(lineOf(part), column));
  });

  it('is unknown for names that are not there', () => {
    expect(nodePlace(scenario, 'atlantis')).toBeUndefined();
    expect(nodePlace(scenario, 'ring-p3-s1')).toBeUndefined();
  });
});

describe('the place of a field', () => {
  it('is that of its value', () => {
    expect(sourcePlace(scenario, ['gateways', 0, 'latDeg'])).toEqual(at(lineOf('latDeg: 78.33'), 13));
  });

  it('is that of its holder where the default was taken', () => {
    expect(sourcePlace(scenario, ['gateways', 0, 'antennas'])).toEqual(at(lineOf('name: svalbard'), 5));
  });

  it('survives overrides, but for what they replace', () => {
    const heavy = overrideScenario(scenario, { load: 2 });
    expect(nodePlace(heavy, 'svalbard')).toEqual(nodePlace(scenario, 'svalbard'));
    const flown = overrideScenario(heavy, { elements: 'sets.tle' });
    expect(nodePlace(flown, 'svalbard')).toEqual(nodePlace(scenario, 'svalbard'));
    expect(nodePlace(flown, 'ring')).toBeUndefined();
    expect(nodePlace(overrideScenario(flown, { load: 3 }), 'ring')).toBeUndefined();
  });

  it('is unknown for free variants and copies, which may differ from the text', () => {
    const variant = varyScenario(scenario, (draft) => {
      draft.terminals.reverse();
    });
    expect(nodePlace(variant, 'lagos')).toBeUndefined();
    expect(nodePlace(structuredClone(scenario), 'lagos')).toBeUndefined();
  });
});

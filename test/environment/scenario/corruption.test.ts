import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Node, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { parseScenario } from '../../../environment/scenario/index.ts';
import { refusal } from './refusal.ts';
import { VALID_TEXT } from './valid-text.ts';

interface Leaf {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly type: 'number' | 'string' | 'boolean';
}

/** Every scalar value of the text, found without the code under test. */
function leavesOf(node: Node | null, path: string): Leaf[] {
  if (isMap<Node, Node>(node)) {
    return node.items.flatMap(({ key, value }) => leavesOf(value, `${path === '' ? '' : `${path}.`}${String(key)}`));
  }
  if (isSeq<Node>(node)) return node.items.flatMap((item, i) => leavesOf(item, `${path}[${i}]`));
  if (!isScalar(node) || !node.range) return [];
  const type = typeof node.value;
  if (type !== 'number' && type !== 'string' && type !== 'boolean') throw new Error(`${path} is a ${type}`);
  return [{ path, start: node.range[0], end: node.range[1], type }];
}

const LEAVES = leavesOf(parseDocument<Node>(VALID_TEXT).contents, '');

/** Values that no field of the type accepts, as YAML. */
const word = fc.stringMatching(/^q[a-z]{0,12}$/);
const digits = fc.integer({ min: -1000, max: 100_000 }).map(String);
const nested = fc.constantFrom('[]', '[1, 2]', '{}', '{ a: 1 }', '~');
const WRONG = {
  number: fc.oneof(word, nested, fc.constantFrom('true', '.nan', '.inf', '-.inf', '""')),
  string: fc.oneof(digits, nested, fc.constantFrom('true', '1.5', '.nan')),
  boolean: fc.oneof(word, digits, nested),
};

const corruption = fc.constantFrom(...LEAVES).chain((leaf) => WRONG[leaf.type].map((wrong) => ({ leaf, wrong })));

it('finds every leaf of the text', () => {
  // In this text a leaf is a line with something after the colon.
  const valueLines = VALID_TEXT.split('\n').filter((line) => /: ?\S/.test(line));
  expect(LEAVES).toHaveLength(valueLines.length);
  expect(LEAVES.length).toBeGreaterThan(30);
});

it('refuses every value of a wrong type at its line and column, naming the field', () => {
  fc.assert(
    fc.property(corruption, ({ leaf, wrong }) => {
      const text = VALID_TEXT.slice(0, leaf.start) + wrong + VALID_TEXT.slice(leaf.end);
      const error = refusal(() => parseScenario(text, 'small.yaml'));
      const before = VALID_TEXT.slice(0, leaf.start).split('\n');
      expect(error.code).toBe('SCENARIO_FIELD');
      expect(error.place).toEqual({
        file: 'small.yaml',
        line: before.length,
        column: (before.at(-1)?.length ?? 0) + 1,
      });
      expect(error.message.startsWith(`${leaf.path}: expected `)).toBe(true);
      expect(error.message).not.toContain('\n');
      expect(error.hint, error.message).toMatch(/\w.*\.$/);
    }),
    { numRuns: 500, seed: 20261122 },
  );
});

it('refuses every field renamed by one letter at its line', () => {
  const keys = [...VALID_TEXT.matchAll(/[a-zA-Z]+(?=:[ \n])/g)];
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.nat(), (key, at) => {
      const name = key[0];
      const cut = at % name.length;
      const renamed = `${name.slice(0, cut)}q${name.slice(cut + 1)}`;
      const text = VALID_TEXT.slice(0, key.index) + renamed + VALID_TEXT.slice(key.index + name.length);
      const error = refusal(() => parseScenario(text, 'small.yaml'));
      expect(error.code).toBe('SCENARIO_FIELD');
      const line = VALID_TEXT.slice(0, key.index).split('\n').length;
      expect(error.details['problems']).toContainEqual(
        expect.objectContaining({ line, found: `'${renamed}'`, expected: 'a known field' }),
      );
    }),
    { numRuns: 300, seed: 20261122 },
  );
});

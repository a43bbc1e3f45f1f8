import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../core/index.ts';
import { parseScenario } from '../../../environment/scenario/index.ts';
import { lineAndColumn, refusal } from './refusal.ts';
import { VALID_TEXT, changed } from './valid-text.ts';

interface Case {
  readonly what: string;
  readonly text: string;
  readonly at: string;
  readonly says: string;
}

const SYNTAX: readonly Case[] = [
  { what: 'an open quote', text: changed('name: small', 'name: "small'), at: '48:1', says: 'Missing closing "quote' },
  { what: 'wrong indentation', text: changed('tickS: 10', ' tickS: 10'), at: '4:12', says: 'well-formed YAML' },
  { what: 'a tab', text: changed('  load: 1', '\tload: 1'), at: '36:1', says: 'Tabs are not allowed' },
  {
    what: 'a field given twice',
    text: changed('tickS: 10', 'durationS: 700'),
    at: '5:1',
    says: "Expected each field of a map once, found 'durationS' a second time.",
  },
  { what: 'two documents', text: `${VALID_TEXT}---\nname: b\n`, at: '48:1', says: 'multiple documents' },
  { what: 'a tag', text: changed('tickS: 10', 'tickS: !!js/function x'), at: '5:8', says: 'Unresolved tag' },
  { what: 'a map as a field name', text: changed('tickS: 10', '? [tickS]\n: 10'), at: '5:3', says: 'a field name' },
  { what: 'an alias without anchor', text: changed('tickS: 10', 'tickS: *ten'), at: '5:8', says: 'anchor &ten before' },
  {
    what: 'a value inside itself',
    text: changed('  load: 1', '  load: &loop [*loop]'),
    at: '36:16',
    says: 'stands inside &loop itself',
  },
];

describe('a scenario that is not well-formed YAML', () => {
  it.each(SYNTAX)('$what: SCENARIO_SYNTAX at $at', ({ text, at, says }) => {
    const error = refusal(() => parseScenario(text, 'small.yaml'));
    expect(error.code).toBe('SCENARIO_SYNTAX');
    expect(lineAndColumn(error)).toBe(at);
    expect(error.message).toContain(says);
    expect(error.hint).toMatch(/^[A-Z].*\.$/);
  });

  it('an empty file is no map', () => {
    const error = refusal(() => parseScenario('# nothing\n', 'small.yaml'));
    expect(error.code).toBe('SCENARIO_FIELD');
    expect(error.message).toBe('scenario: expected a map of fields, found nothing');
  });
});

describe('YAML that scenarios may use', () => {
  it('shares values by anchor and alias', () => {
    const text = changed('    lonDeg: 31.24', '    lonDeg: &east 31.24').replace('lonDeg: 3.4\n', 'lonDeg: *east\n');
    expect(parseScenario(text, 'small.yaml').terminals.map((terminal) => terminal.lonDeg)).toEqual([31.24, 31.24]);
  });

  it('points into the anchored value when an alias brings in something wrong', () => {
    const text = changed('    lonDeg: 31.24', '    lonDeg: &east far').replace('lonDeg: 3.4\n', 'lonDeg: *east\n');
    const error = refusal(() => parseScenario(text, 'small.yaml'));
    // The alias itself for the scalar it stands for, the anchor for its own field: both are reported.
    expect(error.details['problems']).toMatchObject([
      { field: 'terminals[0].lonDeg', line: 30, column: 19 },
      { field: 'terminals[1].lonDeg', line: 34, column: 13 },
    ]);
  });

  it('keeps to YAML 1.2 whatever the directive says', () => {
    const text = `%YAML 1.1\n---\n${changed('crossSeam: false', 'crossSeam: no')}`;
    const error = refusal(() => parseScenario(text, 'small.yaml'));
    expect(error.message).toContain("expected true or false, found the text 'no'");
    expect(lineAndColumn(error)).toBe('20:18');
  });

  it('reads hexadecimal numbers and exponents', () => {
    const scenario = parseScenario(changed('durationS: 600', 'durationS: 0x258').replace('50e6', '5E+7'), 'small.yaml');
    expect([scenario.durationS, scenario.traffic.messages[0]?.sizeBytes]).toEqual([600, 50_000_000]);
  });
});

describe('a scenario that is small on disk and huge in memory', () => {
  /** Nine lists of nine aliases each: 9^9 = 387,420,489 values from 500 bytes. */
  const billionLaughs = [
    'a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]',
    ...[...'bcdefghi'].map((name, i) => {
      const inner = `*${'abcdefgh'.charAt(i)}`;
      return `${name}: &${name} [${Array.from({ length: 9 }, () => inner).join(', ')}]`;
    }),
  ].join('\n');
  const wide = `terminals: &t [${'{ name: x, latDeg: 1, lonDeg: 1 }, '.repeat(1000)}]\ngateways: [${'*t, '.repeat(200)}]\n`;

  const BOMBS: readonly { what: string; text: string; code: ErrorCode; says: string }[] = [
    { what: 'aliases of aliases', text: billionLaughs, code: 'SCENARIO_TOO_LARGE', says: '300000 values once aliases' },
    // (1 + 1,000 x 4) x 200 = 800,200 values.
    { what: 'a list aliased often', text: wide, code: 'SCENARIO_TOO_LARGE', says: '300000 values once aliases' },
    {
      what: 'a million values',
      text: `[${'1,'.repeat(1e6)}]`,
      code: 'SCENARIO_TOO_LARGE',
      says: '500000 YAML tokens',
    },
    { what: 'ten thousand brackets', text: '['.repeat(1e4), code: 'SCENARIO_TOO_LARGE', says: '100 levels of nesting' },
    {
      what: 'ten thousand dashes',
      text: `${'- '.repeat(1e4)}1`,
      code: 'SCENARIO_TOO_LARGE',
      says: '100 levels of nesting',
    },
    {
      what: 'a staircase of a thousand steps',
      text: Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
      code: 'SCENARIO_TOO_LARGE',
      says: '100 levels of nesting',
    },
    { what: 'twenty megabytes', text: `a: "${'x'.repeat(20e6)}"`, code: 'SCENARIO_TOO_LARGE', says: '16777216 bytes' },
  ];

  it.each(BOMBS)('$what: $code within a CPU second and 150 MB', ({ text, code, says }) => {
    const rssBefore = process.memoryUsage().rss;
    const before = process.cpuUsage();
    const error = refusal(() => parseScenario(text, 'bomb.yaml'));
    const { user, system } = process.cpuUsage(before);
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
    // Measured: at most 0.33 s and 18 MB; expanded, the first would take gigabytes.
    expect((user + system) / 1e6).toBeLessThan(1); // CPU seconds: other work on the machine does not count
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(150e6);
  });

  it('accepts large honest files: 5,000 terminals', () => {
    const more = Array.from({ length: 5000 }, (_, i) => `  - { name: t${i}, latDeg: 0, lonDeg: ${i / 100} }\n`).join(
      '',
    );
    expect(parseScenario(changed('terminals:\n', `terminals:\n${more}`), 'large.yaml').terminals).toHaveLength(5002);
  });

  it('says on which line the limit was passed', () => {
    const text = changed('schema: 1', `description: |\n  two\n  lines\nschema: ${'['.repeat(101)}`);
    const error = refusal(() => parseScenario(text, 'bomb.yaml'));
    expect(error.place).toEqual({ file: 'bomb.yaml', line: 4 });
  });

  it('counts no brackets in text', () => {
    const text = changed('schema: 1', `description: |\n  ${'[ '.repeat(300)}\nschema: 1`);
    // 300 pairs and the line end that `|` keeps.
    expect(parseScenario(text, 'small.yaml').description).toHaveLength(601);
  });

  it('accepts nesting up to the limit of indentation', () => {
    const text = changed('tickS: 10', `tickS:\n${' '.repeat(99)}10`);
    expect(parseScenario(text, 'small.yaml').tickS).toBe(10);
  });
});

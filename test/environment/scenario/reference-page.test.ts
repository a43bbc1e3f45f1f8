import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseScenario, scenarioJsonSchema, scenarioNotes } from '../../../environment/scenario/index.ts';

const PAGE = readFileSync('docs/SCENARIO.md', 'utf8');
const examples = [...PAGE.matchAll(/```yaml\n([^`]*)```/g)].map(([, text]) => text).join('');

it('the examples of docs/SCENARIO.md make one valid scenario', () => {
  const scenario = parseScenario(examples, 'docs/SCENARIO.md');
  expect(scenario.name).toBe('reference');
  expect(scenarioNotes(scenario)).toEqual([]);
});

it('docs/SCENARIO.md shows every section of the format', () => {
  const shown = [...examples.matchAll(/^(\w+):/gm)].map(([, field]) => field);
  // The radio of gateways is described by the same fields as that of terminals.
  const fields = Object.keys(scenarioJsonSchema().properties ?? {}).filter((field) => field !== 'gatewayLink');
  expect(shown.sort()).toEqual(fields.sort());
});

it('docs/SCENARIO.md names every kind of orbit and of fault', () => {
  const { constellations, faults } = scenarioJsonSchema().properties ?? {};
  const orbits = constellations?.items?.oneOf?.map(({ required }) => required?.[0]) ?? [];
  const kinds =
    faults?.properties?.['scheduled']?.items?.oneOf?.map(({ properties }) => properties?.['kind']?.const) ?? [];
  expect(orbits.length + kinds.length).toBe(5 + 8);
  for (const kind of [...orbits, ...kinds]) expect(PAGE, kind?.toString()).toContain(`| \`${String(kind)}\``);
});

it('the variant of docs/SCENARIO.md is valid', () => {
  const [, text = ''] = /```yml\n([^`]*)```/.exec(PAGE) ?? [];
  const scenario = parseScenario(text, 'docs/SCENARIO.md', { library: 'scenarios' });
  expect([scenario.name, scenario.traffic.load]).toEqual(['heavy', 1.5]);
});

import type { Draft } from 'immer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpaceCloudError } from '../../../../core/index.ts';
import {
  type Scenario,
  applySettings,
  loadScenario,
  parseScenario,
  scenarioDifferences,
  varyScenario,
} from '../../../../environment/scenario/index.ts';
import { randomScenario } from '../../../properties/random-scenario.ts';
import { VALID_TEXT } from '../valid-text.ts';

const scenario = parseScenario(VALID_TEXT, 'small.yaml');
const between = (recipe: (draft: Draft<Scenario>) => void) =>
  scenarioDifferences(scenario, varyScenario(scenario, recipe));
const turned = (a: Scenario, b: Scenario): Scenario =>
  applySettings(a, Object.fromEntries(scenarioDifferences(a, b).map(({ path, to }) => [path, to])));

describe('scenarioDifferences', () => {
  it('finds nothing between equals', () => {
    expect(scenarioDifferences(scenario, structuredClone(scenario))).toEqual([]);
  });

  it('names fields and items by the paths of settings', () => {
    const found = between((draft) => {
      draft.traffic.load = 2;
      (draft.terminals[1] as Draft<Scenario>['terminals'][number]).population = 9;
    });
    expect(found).toEqual([
      { path: 'terminals.lagos.population', from: 1, to: 9 },
      { path: 'traffic.load', from: 1, to: 2 },
    ]);
  });

  it('shows items that went and came', () => {
    const found = between((draft) => {
      draft.gateways = [{ ...(draft.gateways[0] as Draft<Scenario>['gateways'][number]), name: 'oslo' }];
      draft.holdOut = { startWindows: [], loads: [{ from: 1.5, to: 2 }] };
    });
    expect(found.map(({ path, from, to }) => [path, from === undefined, to === undefined])).toEqual([
      ['gateways.svalbard', false, true],
      ['gateways.oslo', true, false],
      ['holdOut', true, false],
    ]);
  });

  it('takes a list in another order as a whole', () => {
    const found = between((draft) => void draft.terminals.reverse());
    expect(found.map(({ path }) => path)).toEqual(['terminals']);
  });

  it('takes items of another kind as a whole', () => {
    const fault = { kind: 'satellite-loss', target: 'ring-p1-s1', atS: 5 } as const;
    const a = applySettings(scenario, { 'faults.scheduled.+': fault });
    const b = applySettings(scenario, { 'faults.scheduled.+': { ...fault, kind: 'capture', lies: true } });
    expect(scenarioDifferences(a, b).map(({ path }) => path)).toEqual(['faults.scheduled']);
    const later = applySettings(scenario, { 'faults.scheduled.+': { ...fault, atS: 6 } });
    expect(scenarioDifferences(a, later)).toEqual([{ path: 'faults.scheduled.0.atS', from: 5, to: 6 }]);
  });
});

/** A scenario of the world's property tests; what the loader refuses is no case. */
const anyScenario = randomScenario.map(({ content }) => content);
function parsed(content: object): Scenario {
  try {
    return parseScenario(JSON.stringify(content), 'random.yaml');
  } catch (error) {
    if (error instanceof SpaceCloudError && error.code.startsWith('SCENARIO_')) fc.pre(false);
    throw error;
  }
}

/** An edit of a named list: which of its items stay, in which order, and whether names change. */
const listEdit = fc.record({
  list: fc.constantFrom('gateways', 'dataCentres', 'terminals', 'constellations'),
  order: fc.array(fc.nat({ max: 5 }), { maxLength: 6 }),
  renamed: fc.array(fc.constantFrom('zeta', 'alpha', 'alpha-2', '7'), { maxLength: 2 }),
});

function edited(
  content: Readonly<Record<string, unknown>>,
  edit: typeof listEdit extends fc.Arbitrary<infer T> ? T : never,
) {
  const items = content[edit.list] as readonly object[];
  const order = [...new Set(edit.order.map((i) => i % items.length))];
  const copies = edit.renamed.map((name, i) => ({ ...items[i % items.length], name }));
  return { ...content, [edit.list]: [...order.map((i) => items[i]), ...copies] };
}

describe('the differences of two scenarios, applied as settings to the first, give the second', () => {
  it('for two scenarios drawn apart', () => {
    fc.assert(
      fc.property(anyScenario, anyScenario, (a, b) => {
        const [from, to] = [parsed(a), parsed(b)];
        expect(turned(from, to)).toStrictEqual(to);
      }),
      { numRuns: 150 },
    );
  });

  it('for items taken away, moved, added and renamed', () => {
    let cases = 0;
    fc.assert(
      fc.property(anyScenario, listEdit, (content, edit) => {
        const [from, to] = [parsed(content), parsed(edited(content, edit))];
        expect(turned(from, to)).toStrictEqual(to);
        expect(turned(to, from)).toStrictEqual(from);
        cases++;
      }),
      { numRuns: 100 },
    );
    expect(cases).toBeGreaterThan(50);
  });

  it('for the shipped scenarios among each other', () => {
    const all = ['iridium-66', 'test-12', 'lunar-relay', 'leo-geo-relay', 'contested-iridium', 'backup-walker'].map(
      (name) => loadScenario(`scenarios/${name}.yaml`),
    );
    for (const a of all) for (const b of all) expect(turned(a, b)).toStrictEqual(b);
  });
});

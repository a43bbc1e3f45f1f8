import { describe, expect, it } from 'vitest';
import { World, createWorldModel, loadOrBuildGeometry } from '../../../environment/index.ts';
import { type Scenario, loadScenario, startTicks, varyScenario } from '../../../environment/scenario/index.ts';
import { refusal } from './refusal.ts';

const base = loadScenario('scenarios/test-12.yaml', { durationS: 600 });
const holding = (holdOut: Partial<NonNullable<Scenario['holdOut']>>): Scenario =>
  varyScenario(base, (draft) => {
    draft.holdOut = { startWindows: [], loads: [], ...holdOut };
  });
const windowed = holding({ startWindows: [{ fromS: 200, toS: 300 }] });

describe('held-out start windows', () => {
  it('keep training runs clear of them and held-out runs within', () => {
    // Ticks of 10 s, runs of 3 ticks, last start 57: training may end at 200 s (tick 17) or begin at 300 s (tick 30).
    const run = { ticks: 3, last: 57 };
    const training = [...startTicks(windowed, { ...run, part: 'training' })];
    expect(training).toEqual([...Array(18).keys(), ...Array.from({ length: 28 }, (_, i) => 30 + i)]);
    expect([...startTicks(windowed, { ...run, part: 'held-out' })]).toEqual([20, 21, 22, 23, 24, 25, 26, 27]);
    expect(startTicks(windowed, { ...run, part: undefined })).toHaveLength(58);
    expect(startTicks(base, { ...run, part: 'held-out' })).toHaveLength(58);
  });

  it('are where worlds start or do not, and worlds without a part start where they always did', () => {
    const model = createWorldModel(windowed, loadOrBuildGeometry(windowed));
    const plain = createWorldModel(base, loadOrBuildGeometry(base));
    for (let seed = 1; seed <= 40; seed++) {
      const training = new World(model, { seed, runS: 30, part: 'training' }).startS;
      expect(training + 30 <= 200 || training >= 300).toBe(true);
      const heldOut = new World(model, { seed, runS: 30, part: 'held-out' }).startS;
      expect(heldOut >= 200 && heldOut + 30 <= 300).toBe(true);
      expect(new World(model, { seed, runS: 30 }).startS).toBe(new World(plain, { seed, runS: 30 }).startS);
    }
  });

  it('refuse a training run that was told to start in one, and a run that finds no room', () => {
    const model = createWorldModel(windowed, loadOrBuildGeometry(windowed));
    expect(refusal(() => new World(model, { seed: 1, runS: 30, startS: 250, part: 'training' })).code).toBe('HELD_OUT');
    expect(refusal(() => startTicks(windowed, { ticks: 11, last: 49, part: 'held-out' })).code).toBe('HELD_OUT');
    const everything = holding({ startWindows: [{ fromS: 0, toS: 600 }] });
    expect(refusal(() => startTicks(everything, { ticks: 1, last: 59, part: 'training' })).code).toBe('HELD_OUT');
  });

  it.each([
    [{ startWindows: [{ fromS: 300, toS: 300 }] }, 'more than fromS'],
    [{ startWindows: [{ fromS: 300, toS: 601 }] }, 'at most durationS'],
    [{ loads: [{ from: 2, to: 1 }] }, 'at least from'],
  ])('are validated: %o', (holdOut, message) => {
    expect(refusal(() => holding(holdOut)).message).toContain(message);
  });
});

describe('held-out loads', () => {
  it('are refused by worlds for training, not by others', () => {
    const scenario = varyScenario(holding({ loads: [{ from: 1.4, to: 1.6 }] }), (draft) => {
      draft.traffic.load = 1.5;
    });
    const model = createWorldModel(scenario, loadOrBuildGeometry(scenario));
    expect(refusal(() => new World(model, { seed: 1, runS: 30, part: 'training' })).message).toContain('1.4 to 1.6');
    expect(new World(model, { seed: 1, runS: 30, part: 'held-out' }).startS).toBeGreaterThanOrEqual(0);
  });
});

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MAX_COUNT, SCENE_PATCHES, SCENE_RAW_BYTES, SceneGenerator } from '../../../environment/index.ts';

const PIXELS = 64 * 64;
const generator = new SceneGenerator();
const scenes = Array.from({ length: 400 }, (_, index) => generator.generate({ seed: 5, purpose: 'evaluation', index }));

function digest(counts: Uint16Array): string {
  return createHash('sha256').update(Buffer.from(counts.buffer)).digest('hex');
}

describe('SceneGenerator', () => {
  it('draws a scene from its options alone, whatever was drawn before', () => {
    const alone = new SceneGenerator().generate({ seed: 5, purpose: 'evaluation', index: 399 });
    expect(digest(alone.counts)).toBe(digest(scenes[399]?.counts as Uint16Array));
    expect(alone).toEqual(scenes[399]);
  });

  it('gives other scenes for another seed, number or purpose', () => {
    const of = (seed: number, purpose: 'evaluation' | 'training', index: number): string =>
      digest(generator.generate({ seed, purpose, index }).counts);
    const all = [of(5, 'evaluation', 0), of(6, 'evaluation', 0), of(5, 'training', 0), of(5, 'evaluation', 1)];
    expect(new Set(all).size).toBe(4);
  });

  it('keeps to 12 bits and to the size of a capture', () => {
    for (const { counts, labels } of scenes.slice(0, 50)) {
      expect(counts.byteLength).toBe(SCENE_RAW_BYTES);
      expect(Math.max(...counts)).toBeLessThanOrEqual(MAX_COUNT);
      expect(labels).toHaveLength(SCENE_PATCHES);
    }
  });

  it('is mostly cloudy in about two thirds of scenes (MICRO 2023)', () => {
    // 4 standard errors of a share of 2/3 with 400 scenes: 4 x sqrt(2/9 / 400) = 0.094
    const share = scenes.filter(({ cloudFrac }) => cloudFrac > 0.5).length / scenes.length;
    expect(Math.abs(share - 2 / 3)).toBeLessThan(0.094);
  });

  it('labels what is in sight: every visible target bears its label, every other target label is absent', () => {
    let targets = 0;
    for (const { targets: all, labels } of scenes) {
      const inSight = all.filter(({ visible }) => visible);
      targets += inSight.length;
      for (const { kind, patches } of inSight) {
        // A fire goes before a ship in the same patch.
        for (const patch of patches) expect(labels[patch]).toBeGreaterThanOrEqual(kind === 'ship' ? 2 : 3);
      }
      const marked = new Set(inSight.flatMap(({ patches }) => patches));
      labels.forEach((label, patch) => expect(label >= 2).toBe(marked.has(patch)));
    }
    expect(targets).toBeGreaterThan(100);
  });

  it('puts ships on the sea and fires on land only', () => {
    for (const { surface, targets } of scenes) {
      if (surface === 'sea') expect(targets.every(({ kind }) => kind === 'ship')).toBe(true);
      if (surface === 'land') expect(targets.every(({ kind }) => kind === 'fire')).toBe(true);
    }
  });

  it('shows a fire as light in the mid infrared: without clouds its pixel is brighter than the median', () => {
    let brighter = 0;
    let fires = 0;
    for (let index = 0; index < 60; index++) {
      const { counts, targets } = generator.generate({
        ...{ seed: 5, purpose: 'evaluation', index, surface: 'land', targetFrac: 1, cloudFrac: 0 },
      });
      const mir = counts.subarray(3 * PIXELS);
      const median = Float64Array.from(mir).sort()[PIXELS / 2] as number;
      for (const { x, y } of targets) {
        fires++;
        if ((mir[Math.round(y) * 64 + Math.round(x)] as number) > median) brighter++;
      }
    }
    expect(fires).toBeGreaterThan(60);
    expect(brighter / fires).toBeGreaterThan(0.9);
  });

  it('leaves out clouds and targets when told to', () => {
    const { cloudFrac, targets, labels } = generator.generate({
      ...{ seed: 5, purpose: 'evaluation', index: 0, targetFrac: 0, cloudFrac: 0 },
    });
    expect({ cloudFrac, targets, highest: Math.max(...labels) }).toEqual({ cloudFrac: 0, targets: [], highest: 0 });
  });
});

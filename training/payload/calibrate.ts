import { PATCH_CLASSES, SCENE_PATCHES, type Scene } from '../../environment/index.ts';

const CLASSES = PATCH_CLASSES.length;
const FIRST_TARGET = PATCH_CLASSES.indexOf('ship');

/**
 * How far the logits of ships and fires must come down so that no more than `falseFrac` of the patches without any part of
 * a target are taken for one of that kind. Folded into the biases of the last layer: the highest logit then decides.
 *
 * @param logits [scenes * patches, classes]
 * @returns [classes] what to subtract, 0 for clear and cloud
 */
export function targetMargins(logits: Float32Array, scenes: readonly Scene[], falseFrac: number): Float64Array {
  const margins = new Float64Array(CLASSES);
  for (let target = FIRST_TARGET; target < CLASSES; target++) {
    const leads: number[] = [];
    scenes.forEach((scene, n) => {
      const near = new Set(scene.targets.flatMap(({ patches }) => patches));
      for (let patch = 0; patch < SCENE_PATCHES; patch++) {
        if (near.has(patch)) continue;
        const row = logits.subarray((n * SCENE_PATCHES + patch) * CLASSES, (n * SCENE_PATCHES + patch + 1) * CLASSES);
        const others = row.subarray(0, FIRST_TARGET).reduce((a, b) => Math.max(a, b));
        leads.push((row[target] as number) - others);
      }
    });
    leads.sort((a, b) => b - a);
    margins[target] = Math.max(0, leads[Math.floor(falseFrac * leads.length)] ?? 0);
  }
  return margins;
}

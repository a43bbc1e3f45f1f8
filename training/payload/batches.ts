import { SCENE_BANDS, SCENE_PATCHES, SCENE_SIDE_PX, type Scene } from '../../environment/index.ts';
import { COUNT_SCALE } from './layers.ts';

const PIXELS = SCENE_SIDE_PX ** 2;

/** Scenes as the network reads them, and what it should say. */
export interface SceneBatch {
  /** [n, side, side, bands]. */
  readonly images: Float32Array;
  readonly shape: readonly [number, number, number, number];
  /** [n * patches] index of the class. */
  readonly labels: Uint8Array;
}

export function batchOf(scenes: readonly Scene[]): SceneBatch {
  const bands = SCENE_BANDS.length;
  const images = new Float32Array(scenes.length * PIXELS * bands);
  const labels = new Uint8Array(scenes.length * SCENE_PATCHES);
  scenes.forEach((scene, n) => {
    for (let band = 0; band < bands; band++) {
      for (let i = 0; i < PIXELS; i++) {
        images[(n * PIXELS + i) * bands + band] = (scene.counts[band * PIXELS + i] as number) / COUNT_SCALE;
      }
    }
    labels.set(scene.labels, n * SCENE_PATCHES);
  });
  return { images, shape: [scenes.length, SCENE_SIDE_PX, SCENE_SIDE_PX, bands], labels };
}

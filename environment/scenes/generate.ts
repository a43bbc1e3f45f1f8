import { Rng } from '../../core/index.ts';
import { Canvas, between } from './canvas.ts';
import { drawCloudFrac, paintClouds } from './clouds.ts';
import { blur } from './noise.kernel.ts';
import {
  MAX_COUNT,
  SCENE_BANDS,
  SCENE_PATCHES,
  SCENE_SIDE_PX,
  type Scene,
  type SceneTarget,
  type Surface,
  patchOf,
} from './scene.ts';
import { paintDecoys, paintGlint, paintSurface, shapeGround } from './surface.ts';
import { describeTarget, paintFire, paintShip } from './targets.ts';

/** What scenes are drawn for; each purpose has streams of its own, so no seed makes training and evaluation meet. */
export const SCENE_PURPOSES = ['training', 'calibration', 'evaluation'] as const;
export type ScenePurpose = (typeof SCENE_PURPOSES)[number];

/** What is fixed about a scene; the rest is drawn. */
export interface SceneOptions {
  readonly seed: number;
  readonly purpose: ScenePurpose;
  /** Number of the scene; a scene depends on no other. */
  readonly index: number;
  readonly surface?: Surface;
  /** Share of scenes with ships at sea and fires on land; default half. */
  readonly targetFrac?: number;
  /** Share of the scene under cloud; default drawn. */
  readonly cloudFrac?: number;
}

/** 70 % ocean (Denby et al., MICRO 2023); a tenth of scenes shows both sea and land (project choice). */
const SEA_FRAC = 0.65;
const LAND_FRAC = 0.25;

/** Draws scenes. One generator reuses its planes, so it is not for two threads; the scenes it gives are the caller's. */
export class SceneGenerator {
  private readonly canvas = new Canvas();

  /**
   * Draws one scene: surface, glint, decoys, targets, clouds, then what the sensor adds (haze, blur, stripes, noise, 12 bits).
   * The same options give the same bytes in every engine.
   */
  generate(options: SceneOptions): Scene {
    const { seed, purpose, index, targetFrac = 0.5 } = options;
    const { canvas } = this;
    const rng = new Rng(seed, `scene/${purpose}/${index}`);
    canvas.clear();
    const surface = drawSurface(rng, options.surface);
    shapeGround(canvas, rng, surface);
    paintSurface(canvas, rng);
    paintGlint(canvas, rng);
    paintDecoys(canvas, rng);
    const painted = [];
    const hasShips = rng.uniform() < targetFrac && surface !== 'land';
    const hasFires = rng.uniform() < targetFrac && surface !== 'sea';
    for (let n = hasShips ? 1 + rng.int(3) : 0; n > 0; n--) painted.push(paintShip(canvas, rng));
    for (let n = hasFires ? 1 + rng.int(3) : 0; n > 0; n--) painted.push(paintFire(canvas, rng));
    const drawnFrac = drawCloudFrac(rng);
    paintClouds(canvas, rng, options.cloudFrac ?? drawnFrac);
    const counts = sense(canvas, rng);
    const targets = painted.filter((each) => each !== undefined).map((each) => describeTarget(canvas, each));
    return { counts, surface, cloudFrac: cloudFracOf(canvas), targets, labels: labelsOf(canvas, targets) };
  }
}

function drawSurface(rng: Rng, wanted: Surface | undefined): Surface {
  const u = rng.uniform();
  if (wanted !== undefined) return wanted;
  return u < SEA_FRAC ? 'sea' : u < SEA_FRAC + LAND_FRAC ? 'land' : 'coast';
}

function cloudFracOf({ cloud }: Canvas): number {
  let covered = 0;
  for (const opacity of cloud) if (opacity > 0.5) covered++;
  return covered / cloud.length;
}

/** Fires before ships before clouds; cloud when it covers more than half of the patch. */
function labelsOf({ cloud }: Canvas, targets: readonly SceneTarget[]): Uint8Array {
  const covered = new Float64Array(SCENE_PATCHES);
  cloud.forEach((opacity, pixel) => {
    if (opacity > 0.5) covered[patchOf(pixel)] = (covered[patchOf(pixel)] as number) + 1;
  });
  const half = cloud.length / SCENE_PATCHES / 2;
  const labels = Uint8Array.from(covered, (pixels) => (pixels > half ? 1 : 0));
  for (const { kind, visible, patches } of targets) {
    if (!visible) continue;
    const label = kind === 'ship' ? 2 : 3;
    for (const patch of patches) labels[patch] = Math.max(labels[patch] as number, label);
  }
  return labels;
}

/** What the sensor makes of the light: sun and haze, point spread, column stripes, shot and read noise, 12-bit counts. */
function sense({ planes, scratch }: Canvas, rng: Rng): Uint16Array {
  const sun = between(rng, 0.55, 1.1);
  const haze = between(rng, 0, 0.05);
  const counts = new Uint16Array(planes.length * SCENE_SIDE_PX ** 2);
  planes.forEach((plane, band) => {
    const isMir = SCENE_BANDS[band] === 'mir';
    blur(plane, scratch, SCENE_SIDE_PX, 0.12);
    const stripes = Float64Array.from({ length: SCENE_SIDE_PX }, () => 0.002 * rng.normal());
    for (let i = 0; i < plane.length; i++) {
      const light = isMir ? (plane[i] as number) : (plane[i] as number) * sun + haze;
      const spread = Math.sqrt(1.6e-5 + 2.5e-4 * Math.max(0, light));
      const signal = light + (stripes[i % SCENE_SIDE_PX] as number) + spread * rng.normal();
      const count = Math.round(signal * (MAX_COUNT / 1.2));
      counts[band * plane.length + i] = Math.min(MAX_COUNT, Math.max(0, count));
    }
  });
  return counts;
}

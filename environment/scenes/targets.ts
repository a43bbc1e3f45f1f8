import { type Rng, StrictMath } from '../../core/index.ts';
import { type Canvas, type Spectrum, between, ramp } from './canvas.ts';
import { SCENE_SIDE_PX, type SceneTarget, TARGET_SHARE, patchOf } from './scene.ts';

/** A target that was painted, and how much of it lies on each pixel. */
interface Painted {
  readonly kind: SceneTarget['kind'];
  readonly x: number;
  readonly y: number;
  /** [pixel, weight] pairs. */
  readonly weights: readonly (readonly [pixel: number, weight: number])[];
}

/**
 * Paints a ship with its wake where there is sea around, or nothing when ten tries find none. Hulls are 4 to 12 px long and one
 * to two wide (with 10 m pixels 40 to 120 m), from darker than glint to bright.
 */
export function paintShip(canvas: Canvas, rng: Rng): Painted | undefined {
  const place = findPlace(canvas, rng, 'sea');
  if (place === undefined) return undefined;
  const { x, y } = place;
  const heading = 2 * Math.PI * rng.uniform();
  const alongX = StrictMath.cos(heading);
  const alongY = StrictMath.sin(heading);
  const halfLength = between(rng, 2, 6);
  const halfWidth = between(rng, 0.5, 1.1);
  const bright = between(rng, 0.1, 0.55);
  const tint = between(rng, -0.15, 0.15);
  const hull: Spectrum = [bright * (1 + tint), bright, bright * (1 - tint), between(rng, 0.1, 0.4)];
  const wake = rng.uniform() < 0.75 ? between(rng, 0.01, 0.08) : 0;
  const wakeLength = between(rng, 8, 28);
  const weights: [number, number][] = [];
  for (let pixel = 0; pixel < canvas.height.length; pixel++) {
    if ((canvas.height[pixel] as number) >= 0) continue;
    const dx = (pixel % SCENE_SIDE_PX) - x;
    const dy = Math.floor(pixel / SCENE_SIDE_PX) - y;
    const along = dx * alongX + dy * alongY;
    const across = Math.abs(dy * alongX - dx * alongY);
    const behind = -along - halfLength;
    if (wake > 0 && behind > 0 && behind < wakeLength) {
      const arm = 0.3 * behind;
      const near = Math.min(Math.abs(across - arm), across * 1.3);
      canvas.add(pixel, [1, 1, 1, 0.4], wake * (1 - behind / wakeLength) * StrictMath.exp(-near * near));
    }
    const share =
      (1 - ramp(across, halfWidth - 0.5, halfWidth + 0.5)) *
      (1 - ramp(Math.abs(along), halfLength - 0.5, halfLength + 0.5));
    if (share > 0.02) {
      canvas.over(pixel, hull, share);
      weights.push([pixel, share]);
    }
  }
  return { kind: 'ship', x, y, weights };
}

/**
 * Paints a fire with its smoke on land, or nothing when ten tries find none. Its light in the mid infrared goes from barely
 * above warm soil to beyond what the sensor can count.
 */
export function paintFire(canvas: Canvas, rng: Rng): Painted | undefined {
  const place = findPlace(canvas, rng, 'land');
  if (place === undefined) return undefined;
  const { x, y } = place;
  const radius = between(rng, 0.6, 2.2);
  const power = 0.2 * StrictMath.exp(between(rng, 0, 2.3));
  const wind = 2 * Math.PI * rng.uniform();
  const windX = StrictMath.cos(wind);
  const windY = StrictMath.sin(wind);
  const smoke = rng.uniform() < 0.8 ? between(rng, 0.1, 0.55) : 0;
  const smokeLength = between(rng, 10, 35);
  const puffs = canvas.noise(rng, { periodPx: 8, finestPx: 2, persistence: 0.6 });
  const weights: [number, number][] = [];
  for (let pixel = 0; pixel < canvas.height.length; pixel++) {
    const dx = (pixel % SCENE_SIDE_PX) - x;
    const dy = Math.floor(pixel / SCENE_SIDE_PX) - y;
    const down = dx * windX + dy * windY;
    const across = dy * windX - dx * windY;
    if (smoke > 0 && down > 0 && down < smokeLength) {
      const width = 1 + 0.25 * down;
      const cover = smoke * (1 - down / smokeLength) * StrictMath.exp(-(across * across) / (2 * width * width));
      canvas.over(
        pixel,
        [0.3, 0.3, 0.32, 0.12],
        Math.min(0.9, Math.max(0, cover * (1 + 0.5 * (puffs[pixel] as number)))),
      );
    }
    const near = (dx * dx + dy * dy) / (2 * radius * radius);
    if (near < 6) {
      const share = StrictMath.exp(-near);
      canvas.add(pixel, [0.08, 0.02, 0, power], share);
      if (share > 0.1) weights.push([pixel, share]);
    }
  }
  return { kind: 'fire', x, y, weights };
}

/** The target as the scene's label states it, once clouds are known. */
export function describeTarget(canvas: Canvas, { kind, x, y, weights }: Painted): SceneTarget {
  const perPatch = new Map<number, number>();
  let total = 0;
  let letThrough = 0;
  for (const [pixel, weight] of weights) {
    const patch = patchOf(pixel);
    perPatch.set(patch, (perPatch.get(patch) ?? 0) + weight);
    total += weight;
    letThrough += weight * (1 - (canvas.cloud[pixel] as number));
  }
  const patches = [...perPatch]
    .filter(([, weight]) => weight >= TARGET_SHARE * total)
    .sort(([a, weightA], [b, weightB]) => weightB - weightA || a - b)
    .map(([patch]) => patch);
  return { kind, x, y, visible: letThrough > 0.5 * total, patches };
}

/** Away from the edge, so that the target is wholly in the scene. */
function findPlace(canvas: Canvas, rng: Rng, kind: 'sea' | 'land'): { x: number; y: number } | undefined {
  for (let attempt = 0; attempt < 10; attempt++) {
    const x = between(rng, 4, SCENE_SIDE_PX - 4);
    const y = between(rng, 4, SCENE_SIDE_PX - 4);
    const isSea = (canvas.height[Math.floor(y) * SCENE_SIDE_PX + Math.floor(x)] as number) < -0.02;
    if (isSea === (kind === 'sea')) return { x, y };
  }
  return undefined;
}

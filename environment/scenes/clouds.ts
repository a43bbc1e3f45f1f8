import type { Rng } from '../../core/index.ts';
import { type Canvas, type Spectrum, between, ramp } from './canvas.ts';
import { SCENE_SIDE_PX } from './scene.ts';

/**
 * Share of the scene under cloud. Two thirds of scenes are mostly cloudy, as published for early discard (Denby et al.,
 * MICRO 2023: two thirds of the Earth under cloud); one in twelve has none. Thin clouds cover, but hide little.
 */
export function drawCloudFrac(rng: Rng): number {
  const u = rng.uniform();
  if (u < 0.08) return 0;
  if (u < 0.22) return between(rng, 0.02, 0.5);
  return u < 0.46 ? between(rng, 0.5, 0.85) : between(rng, 0.85, 1);
}

/** Paints fractal clouds over the wanted share of the scene, with their shadows, and keeps their opacity in the canvas. */
export function paintClouds(canvas: Canvas, rng: Rng, wantedFrac: number): void {
  const popcorn = rng.uniform() < 0.25;
  const shape = popcorn
    ? { periodPx: 8, finestPx: 1, persistence: 0.5 }
    : { periodPx: 64, finestPx: 2, persistence: 0.55 };
  const density = canvas.noise(rng, shape);
  const texture = canvas.noise(rng, { periodPx: 16, finestPx: 1, persistence: 0.6 });
  const isThin = rng.uniform() < 0.12;
  const thickest = isThin ? between(rng, 0.2, 0.6) : between(rng, 0.85, 1);
  const brightness = between(rng, 0.45, 0.95);
  const mir = between(rng, 0.08, 0.45);
  const softness = between(rng, 0.05, 0.25);
  const shadowX = rng.int(7) - 3;
  const shadowY = 1 + rng.int(4);
  if (wantedFrac === 0) return;
  const sorted = Float64Array.from(density).sort();
  const edge = sorted[Math.floor((1 - wantedFrac) * (sorted.length - 1))] as number;
  for (let i = 0; i < density.length; i++) {
    const opacity = thickest * ramp(density[i] as number, edge - softness, edge + softness);
    canvas.cloud[i] = wantedFrac >= 1 ? thickest : opacity;
  }
  for (let y = 0; y < SCENE_SIDE_PX; y++) {
    for (let x = 0; x < SCENE_SIDE_PX; x++) {
      const fromX = x - shadowX;
      const fromY = y - shadowY;
      const inside = fromX >= 0 && fromX < SCENE_SIDE_PX && fromY >= 0;
      const shade = inside ? (canvas.cloud[fromY * SCENE_SIDE_PX + fromX] as number) : 0;
      const pixel = y * SCENE_SIDE_PX + x;
      canvas.add(pixel, canvas.planes.map((plane) => plane[pixel] as number) as unknown as Spectrum, -0.45 * shade);
    }
  }
  for (let i = 0; i < density.length; i++) {
    const bright = brightness * (1 + 0.15 * (texture[i] as number));
    const spectrum: Spectrum = [bright, bright, bright * 1.02, mir * (1 + 0.2 * (texture[i] as number))];
    canvas.over(i, spectrum, canvas.cloud[i] as number);
  }
}

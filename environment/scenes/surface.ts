import { type Rng, StrictMath } from '../../core/index.ts';
import { type Canvas, type Spectrum, between, ramp } from './canvas.ts';
import { SCENE_SIDE_PX, type Surface } from './scene.ts';

const SEA: Spectrum = [0.03, 0.045, 0.07, 0.03];
const VEGETATION: Spectrum = [0.05, 0.09, 0.04, 0.14];
const SOIL: Spectrum = [0.22, 0.17, 0.12, 0.3];
const SAND: Spectrum = [0.38, 0.34, 0.27, 0.42];
const ROOF: Spectrum = [0.45, 0.43, 0.42, 0.35];
const WHITE: Spectrum = [1, 1, 1, 0.7];

/** Height of the ground above the sea by noise; seas and lands lie wholly on one side. */
export function shapeGround(canvas: Canvas, rng: Rng, surface: Surface): void {
  canvas.noise(rng, { periodPx: 64, finestPx: 4, persistence: 0.45 }, canvas.height);
  const offset = surface === 'sea' ? -2 : surface === 'land' ? 2 : between(rng, -0.15, 0.15);
  for (let i = 0; i < canvas.height.length; i++) canvas.height[i] = (canvas.height[i] as number) + offset;
}

/** Paints sea with waves and land with plants, soil, sand, warm ground and roofs. */
export function paintSurface(canvas: Canvas, rng: Rng): void {
  const swell = canvas.noise(rng, { periodPx: 16, finestPx: 2, persistence: 0.7 });
  const cover = canvas.noise(rng, { periodPx: 32, finestPx: 2, persistence: 0.6 });
  const warmth = canvas.noise(rng, { periodPx: 16, finestPx: 2, persistence: 0.55 });
  const dryness = between(rng, -0.5, 0.6);
  const heat = between(rng, 0, 0.35);
  const roofs = rng.uniform() < 0.4 ? between(rng, 0.002, 0.03) : 0;
  const whitecaps = rng.uniform() < 0.3 ? between(rng, 0.002, 0.012) : 0;
  for (let i = 0; i < canvas.height.length; i++) {
    if ((canvas.height[i] as number) < 0) {
      canvas.over(i, SEA, 1);
      canvas.add(i, SEA, 0.35 * (swell[i] as number));
      if (whitecaps > 0 && rng.uniform() < whitecaps) canvas.add(i, WHITE, between(rng, 0.05, 0.25));
      continue;
    }
    const dry = ramp((cover[i] as number) + dryness, -0.3, 0.5);
    canvas.over(i, VEGETATION, 1);
    canvas.over(i, SOIL, dry);
    canvas.over(i, SAND, ramp((cover[i] as number) + dryness, 0.5, 1));
    canvas.add(i, [0, 0, 0, 1], heat * dry * Math.max(0, warmth[i] as number));
    if (roofs > 0 && rng.uniform() < roofs) canvas.over(i, ROOF, between(rng, 0.4, 1));
  }
}

/** Sun glint on the sea in about a third of scenes: a broad bright patch that sparkles, also in the infrared. */
export function paintGlint(canvas: Canvas, rng: Rng): void {
  if (rng.uniform() >= 0.35) return;
  const centreX = between(rng, -16, SCENE_SIDE_PX + 16);
  const centreY = between(rng, -16, SCENE_SIDE_PX + 16);
  const radius = between(rng, 14, 45);
  const strength = between(rng, 0.04, 0.3);
  for (let i = 0; i < canvas.height.length; i++) {
    if ((canvas.height[i] as number) >= 0) continue;
    const dx = (i % SCENE_SIDE_PX) - centreX;
    const dy = Math.floor(i / SCENE_SIDE_PX) - centreY;
    const broad = strength * StrictMath.exp(-(dx * dx + dy * dy) / (2 * radius * radius));
    const sparkle = 0.6 + 0.8 * rng.uniform() ** 2;
    canvas.add(i, WHITE, broad * sparkle);
  }
}

/** Things that are taken for targets: rocks at sea, and sunlit roofs that are bright in all bands on land. */
export function paintDecoys(canvas: Canvas, rng: Rng): void {
  const decoys = rng.uniform() < 0.35 ? 1 + rng.int(3) : 0;
  for (let n = 0; n < decoys; n++) {
    const x = between(rng, 2, SCENE_SIDE_PX - 2);
    const y = between(rng, 2, SCENE_SIDE_PX - 2);
    const radius = between(rng, 0.6, 1.8);
    const brightness = between(rng, 0.1, 0.5);
    const isSea = (canvas.height[Math.floor(y) * SCENE_SIDE_PX + Math.floor(x)] as number) < 0;
    const spectrum: Spectrum = isSea ? [0.5, 0.42, 0.33, 0.45] : [0.9, 0.9, 0.95, 0.9];
    for (let i = 0; i < canvas.height.length; i++) {
      const dx = (i % SCENE_SIDE_PX) - x;
      const dy = Math.floor(i / SCENE_SIDE_PX) - y;
      const near = (dx * dx + dy * dy) / (2 * radius * radius);
      if (near < 8) canvas.add(i, spectrum, brightness * StrictMath.exp(-near));
    }
  }
}

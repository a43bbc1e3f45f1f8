import type { Rng } from '../../core/index.ts';
import { addFractalNoise } from './noise.kernel.ts';
import { SCENE_BANDS, SCENE_SIDE_PX } from './scene.ts';

const PIXELS = SCENE_SIDE_PX ** 2;

/** Reflectance per band; of `mir` the radiance on the same scale. */
export type Spectrum = readonly [red: number, green: number, blue: number, mir: number];

export interface NoiseShape {
  readonly periodPx: number;
  readonly finestPx: number;
  readonly persistence: number;
}

/** Planes of top-of-atmosphere reflectance on which surfaces, clouds and targets are painted. Reused from scene to scene. */
export class Canvas {
  /** [bands] of [side * side]. */
  readonly planes: readonly Float64Array[] = SCENE_BANDS.map(() => new Float64Array(PIXELS));
  /** Share of light that clouds stop, per pixel. */
  readonly cloud = new Float64Array(PIXELS);
  /** Height of the ground; the sea is below 0. */
  readonly height = new Float64Array(PIXELS);
  readonly scratch = new Float64Array(PIXELS);
  private readonly lattice = new Float64Array((SCENE_SIDE_PX + 2) ** 2);

  clear(): void {
    for (const plane of this.planes) plane.fill(0);
    this.cloud.fill(0);
    this.height.fill(0);
  }

  /** A new field of noise, about -1 to 1. */
  noise(rng: Rng, shape: NoiseShape, into: Float64Array = new Float64Array(PIXELS)): Float64Array {
    into.fill(0);
    addFractalNoise(into, this.lattice, rng, { side: SCENE_SIDE_PX, ...shape });
    return into;
  }

  /** Puts a layer that hides the share `cover` of what is below it over one pixel. */
  over(pixel: number, spectrum: Spectrum, cover: number): void {
    this.planes.forEach((plane, band) => {
      plane[pixel] = (plane[pixel] as number) * (1 - cover) + (spectrum[band] as number) * cover;
    });
  }

  /** Adds light to one pixel. */
  add(pixel: number, spectrum: Spectrum, factor: number): void {
    this.planes.forEach((plane, band) => {
      plane[pixel] = (plane[pixel] as number) + (spectrum[band] as number) * factor;
    });
  }
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function ramp(value: number, from: number, to: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** Uniform between two bounds. */
export function between(rng: Rng, low: number, high: number): number {
  return low + (high - low) * rng.uniform();
}

import type { PayloadProfile } from '../../../environment/index.ts';

type Stratum = PayloadProfile['strata']['none'];

/** Scenes of which `products` have a product of the same size, `falseBytes` of it each of false detections. */
export function stratum(scenes: number, products: number, bytesEach: number, falseEach: number): Stratum {
  return {
    scenes,
    discards: scenes - products,
    summaries: 0,
    products,
    bytes: products * bytesEach,
    bytesSquared: products * bytesEach ** 2,
    falseBytes: products * falseEach,
    falseBytesSquared: products * falseEach ** 2,
    falseTimesBytes: products * bytesEach * falseEach,
  };
}

/** A profile with round numbers. */
export function smallProfile(): PayloadProfile {
  return {
    format: 'spacecloud-payload-profile/1',
    model: { sha256: '0'.repeat(64), opset: 17, runtime: 'none' },
    scenes: { seed: 1, count: 1200, pixels: 1000, bands: 4, sampleBytes: 2, noteBytes: 10 },
    prevalence: { ship: 0.1, fire: 0, grade: 'test' },
    strata: { none: stratum(1000, 100, 500, 500), ship: stratum(200, 100, 1000, 0), fire: stratum(0, 0, 0, 0) },
    targets: { ship: { inSight: 200, found: 100 }, fire: { inSight: 0, found: 0 } },
    confusion: [0, 1, 2, 3].map(() => [0, 0, 0, 0]),
    work: { flopsPerPixel: 2000, bytesPerPixel: 100 },
    accelerator: { name: 'test', peakTflops: 100, memoryGBps: 1000, kernelEfficiency: 0.5, grade: 'test' },
  };
}

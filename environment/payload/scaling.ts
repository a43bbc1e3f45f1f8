import type { PayloadProfile } from './profile.ts';
import { profileFigures } from './figures.ts';

/**
 * Share of an accelerator's peak that a model reaches at best, by the roofline (Williams, Waterman, Patterson 2009): held back
 * by memory where the operations per byte moved are fewer than the peak has per byte of bandwidth, and never above the
 * efficiency of its kernels.
 */
export function rooflineUtilisation({ work, accelerator }: Pick<PayloadProfile, 'work' | 'accelerator'>): number {
  const flopsPerByte = work.flopsPerPixel / work.bytesPerPixel;
  const { peakTflops, memoryGBps, kernelEfficiency } = accelerator;
  return Math.min(kernelEfficiency, (flopsPerByte * memoryGBps) / (peakTflops * 1000));
}

/**
 * Compute that a capture takes from a satellite's accelerators [TFLOP at peak]: operations of the model on its pixels, divided
 * by the share of the peak that they reach. A satellite of T TFLOPS then needs workTflop / T seconds.
 */
export function captureWorkTflop(profile: PayloadProfile, rawBytes: number): number {
  const { bands, sampleBytes } = profile.scenes;
  const pixels = rawBytes / (bands * sampleBytes);
  return (pixels * profile.work.flopsPerPixel) / 1e12 / rooflineUtilisation(profile);
}

/** What a profile puts in place of the constants of a class of observations or jobs. */
export interface ProfileValues {
  readonly workTflop: number;
  readonly reduction: number;
  readonly falseAlertFrac: number;
}

/** The values for captures, or inputs of jobs, of that many bytes. */
export function profileValues(profile: PayloadProfile, rawBytes: number): ProfileValues {
  const { reduction, falseAlertFrac } = profileFigures(profile);
  return {
    workTflop: rounded(captureWorkTflop(profile, rawBytes)),
    reduction: rounded(Math.max(1, reduction.value)),
    falseAlertFrac: rounded(falseAlertFrac.value),
  };
}

/** Six digits: what was measured has no more, and scenarios stay legible. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

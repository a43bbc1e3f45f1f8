import {
  MAX_COUNT,
  PATCH_CLASSES,
  PATCH_SIDE_PX,
  SCENE_PATCHES,
  SCENE_SIDE_PX,
  type Scene,
  patchCorner,
} from '../../../environment/index.ts';

const PIXELS = SCENE_SIDE_PX ** 2;
const [CLEAR, CLOUD, SHIP, FIRE] = PATCH_CLASSES.map((_, i) => i) as [number, number, number, number];

/** Limits of the rule, on counts of full scale 1. */
export interface ThresholdRule {
  /** Mean of the visible bands above which a patch is cloud. */
  readonly cloud: number;
  /** Highest visible pixel above the patch's mean in standard deviations, where the infrared is as dark as the sea's. */
  readonly ship: number;
  /** Mean of the infrared below which a patch may be sea. */
  readonly sea: number;
  /** Highest infrared pixel above the patch's mean, beyond what is as bright in the visible. */
  readonly fire: number;
}

/** What the rule looks at, per patch. */
interface PatchFeatures {
  readonly visibleMean: number;
  readonly mirMean: number;
  readonly shipScore: number;
  readonly fireScore: number;
}

/** What a brightness and temperature test makes of a scene: the classical detector that the model has to beat. */
export function classifyByThreshold(counts: Uint16Array, rule: ThresholdRule): Uint8Array {
  return Uint8Array.from({ length: SCENE_PATCHES }, (_, patch) => {
    const { visibleMean, mirMean, shipScore, fireScore } = featuresOf(counts, patch);
    if (fireScore > rule.fire) return FIRE;
    if (mirMean < rule.sea && shipScore > rule.ship) return SHIP;
    return visibleMean > rule.cloud ? CLOUD : CLEAR;
  });
}

/**
 * The best rule of this form for scenes: limits of ships and fires as the model's margins are set, so that the share
 * `falseFrac` of patches without a target is taken for each; cloud and sea limits by trying 40 values each, the first for
 * accuracy between clear and cloud, the second for ships found.
 */
export function tuneThresholds(scenes: readonly Scene[], falseFrac: number): ThresholdRule {
  const rows = scenes.flatMap(({ counts, labels, targets }) => {
    const near = new Set(targets.flatMap(({ patches }) => patches));
    return Array.from(labels, (label, patch) => ({ label, isFree: !near.has(patch), ...featuresOf(counts, patch) }));
  });
  const free = rows.filter(({ isFree }) => isFree);
  const limitOf = (scores: number[]): number =>
    scores.sort((a, b) => b - a)[Math.floor(falseFrac * free.length)] ?? Math.max(0, ...scores);
  const steps = Array.from({ length: 40 }, (_, i) => (i + 1) / 80);
  const cloud = best(steps, (limit) => {
    return free.filter(({ label, visibleMean }) => (visibleMean > limit ? CLOUD : CLEAR) === label).length;
  });
  const shipLimit = (sea: number): number =>
    limitOf(free.filter(({ mirMean }) => mirMean < sea).map(({ shipScore }) => shipScore));
  const ships = rows.filter(({ label }) => label === SHIP);
  const sea = best(steps, (limit) => {
    const ship = shipLimit(limit);
    return ships.filter(({ mirMean, shipScore }) => mirMean < limit && shipScore > ship).length;
  });
  return { cloud, sea, ship: shipLimit(sea), fire: limitOf(free.map(({ fireScore }) => fireScore)) };
}

function best(limits: readonly number[], score: (limit: number) => number): number {
  let chosen = limits[0] as number;
  let highest = -Infinity;
  for (const limit of limits) {
    const reached = score(limit);
    if (reached > highest) [chosen, highest] = [limit, reached];
  }
  return chosen;
}

function featuresOf(counts: Uint16Array, patch: number): PatchFeatures {
  const [left, top] = patchCorner(patch);
  let visibleSum = 0;
  let visibleSquares = 0;
  let mirSum = 0;
  let brightest = 0;
  let hottest = -Infinity;
  for (let y = top; y < top + PATCH_SIDE_PX; y++) {
    for (let x = left; x < left + PATCH_SIDE_PX; x++) {
      const i = y * SCENE_SIDE_PX + x;
      const [red, green, blue] = [counts[i], counts[PIXELS + i], counts[2 * PIXELS + i]] as [number, number, number];
      const mir = (counts[3 * PIXELS + i] as number) / MAX_COUNT;
      const visible = (red + green + blue) / (3 * MAX_COUNT);
      visibleSum += visible;
      visibleSquares += visible ** 2;
      mirSum += mir;
      brightest = Math.max(brightest, visible);
      hottest = Math.max(hottest, mir - visible);
    }
  }
  const n = PATCH_SIDE_PX ** 2;
  const [visibleMean, mirMean] = [visibleSum / n, mirSum / n];
  const spread = Math.sqrt(Math.max(1e-12, visibleSquares / n - visibleMean ** 2));
  const shipScore = (brightest - visibleMean) / spread;
  return { visibleMean, mirMean, shipScore, fireScore: hottest - (mirMean - visibleMean) };
}

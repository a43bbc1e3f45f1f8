/** Spectral bands of a scene, in the order of its planes: visible red, green, blue, and mid-wave infrared (3.9 um). */
export const SCENE_BANDS = ['red', 'green', 'blue', 'mir'] as const;
/** Side of a scene [px]. */
export const SCENE_SIDE_PX = 64;
/** Side of the patches that are labelled and classified [px]; scenes are whole numbers of them. */
export const PATCH_SIDE_PX = 16;
/** Patches of a scene, row by row. */
export const SCENE_PATCHES = (SCENE_SIDE_PX / PATCH_SIDE_PX) ** 2;
const PATCHES_ACROSS = SCENE_SIDE_PX / PATCH_SIDE_PX;

/** Left and top edge of a patch [px]. */
export function patchCorner(patch: number): readonly [left: number, top: number] {
  return [(patch % PATCHES_ACROSS) * PATCH_SIDE_PX, Math.floor(patch / PATCHES_ACROSS) * PATCH_SIDE_PX];
}

/** Index of the patch that a pixel lies in. */
export function patchOf(pixel: number): number {
  const column = Math.floor((pixel % SCENE_SIDE_PX) / PATCH_SIDE_PX);
  const row = Math.floor(pixel / SCENE_SIDE_PX / PATCH_SIDE_PX);
  return row * PATCHES_ACROSS + column;
}

/** Largest count of a sample: 12 bits, stored in 16. */
export const MAX_COUNT = 4095;
/** Bytes of a sample as stored and sent. */
export const SAMPLE_BYTES = 2;
/** Bytes of the raw capture of one scene. */
export const SCENE_RAW_BYTES = SCENE_BANDS.length * SCENE_SIDE_PX ** 2 * SAMPLE_BYTES;

/** What a patch shows; a target that is seen goes before the cloud it is seen through. */
export const PATCH_CLASSES = ['clear', 'cloud', 'ship', 'fire'] as const;
export type PatchClass = (typeof PATCH_CLASSES)[number];

export const SURFACES = ['sea', 'land', 'coast'] as const;
export type Surface = (typeof SURFACES)[number];

/** A ship or a fire as it was painted. */
export interface SceneTarget {
  readonly kind: 'ship' | 'fire';
  /** Centre [px], from the left and from the top. */
  readonly x: number;
  readonly y: number;
  /** Whether the cloud above its centre lets more than half of the light through. */
  readonly visible: boolean;
  /** Patches that hold at least {@link TARGET_SHARE} of it each; the first holds most. */
  readonly patches: readonly number[];
}

/** A patch that holds less of a target than this does not bear its label. */
export const TARGET_SHARE = 0.3;

/** An image with what is known about it. */
export interface Scene {
  /** [bands][side][side] counts, 0 to {@link MAX_COUNT}; all that a node gets. */
  readonly counts: Uint16Array;
  readonly surface: Surface;
  /** Share of pixels under cloud that stops more than half of the light. */
  readonly cloudFrac: number;
  readonly targets: readonly SceneTarget[];
  /** [SCENE_PATCHES] index into {@link PATCH_CLASSES}. */
  readonly labels: Uint8Array;
}

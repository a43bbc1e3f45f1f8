import { gunzipSync, gzipSync } from 'node:zlib';
import {
  MAX_COUNT,
  PATCH_CLASSES,
  PATCH_SIDE_PX,
  SCENE_BANDS,
  SCENE_PATCHES,
  SCENE_SIDE_PX,
  patchCorner,
} from '../../environment/index.ts';

/** What a node does with a scene: nothing, a line about it, or detections with the pixels around them. */
export const SCENE_DECISIONS = ['discard', 'summary', 'product'] as const;
export type SceneDecision = (typeof SCENE_DECISIONS)[number];

/** Scenes with at least this share of cloudy patches are given up when nothing was detected (project choice). */
export const DISCARD_CLOUD_FRAC = 0.75;

/** Bytes of the note that goes down for every scene: number (4), decision (1), classes of its patches (2 bits each). */
export const NOTE_BYTES = 5 + SCENE_PATCHES / 4;

const FIRST_TARGET = PATCH_CLASSES.indexOf('ship');
const CLOUD = PATCH_CLASSES.indexOf('cloud');

/** Detections go before clouds: a fire seen through a gap is sent. */
export function decideScene(classes: Uint8Array): SceneDecision {
  if (classes.some((found) => found >= FIRST_TARGET)) return 'product';
  const cloudy = classes.filter((found) => found === CLOUD).length;
  return cloudy >= DISCARD_CLOUD_FRAC * classes.length ? 'discard' : 'summary';
}

/**
 * What goes down for a scene: the note, and for a product a gzip of its detections (a GeoJSON-like collection in pixel
 * coordinates, with a length before it) and of the raw counts of each detected patch.
 */
export function encodeProduct(index: number, counts: Uint16Array, classes: Uint8Array): Buffer {
  const decision = decideScene(classes);
  const note = Buffer.alloc(NOTE_BYTES);
  note.writeUInt32LE(index, 0);
  note.writeUInt8(SCENE_DECISIONS.indexOf(decision), 4);
  classes.forEach((found, patch) => {
    const at = 5 + (patch >> 2);
    note.writeUInt8(note.readUInt8(at) | (found << (2 * (patch & 3))), at);
  });
  if (decision !== 'product') return note;
  const detected = [...classes.keys()].filter((patch) => (classes[patch] as number) >= FIRST_TARGET);
  const text = Buffer.from(
    JSON.stringify({ type: 'FeatureCollection', features: detected.map((patch) => feature(patch, classes)) }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length, 0);
  const chips = detected.map((patch) => chipOf(counts, patch));
  return Buffer.concat([note, gzipSync(Buffer.concat([length, text, ...chips]), { level: 9 })]);
}

/** What the ground reads from a product. */
export interface DecodedProduct {
  readonly index: number;
  readonly decision: SceneDecision;
  readonly classes: Uint8Array;
  /** Patch and raw counts [bands][patch side][patch side] of each detection. */
  readonly chips: readonly { readonly patch: number; readonly counts: Uint16Array }[];
}

/** The inverse of {@link encodeProduct}. */
export function decodeProduct(bytes: Buffer): DecodedProduct {
  const classes = Uint8Array.from({ length: SCENE_PATCHES }, (_, patch) => {
    return (bytes.readUInt8(5 + (patch >> 2)) >> (2 * (patch & 3))) & 3;
  });
  const head = {
    index: bytes.readUInt32LE(0),
    decision: SCENE_DECISIONS[bytes.readUInt8(4)] as SceneDecision,
    classes,
  };
  if (bytes.length === NOTE_BYTES) return { ...head, chips: [] };
  const body = gunzipSync(bytes.subarray(NOTE_BYTES));
  const chipBytes = SCENE_BANDS.length * PATCH_SIDE_PX ** 2 * 2;
  const detected = [...classes.keys()].filter((patch) => (classes[patch] as number) >= FIRST_TARGET);
  const start = 4 + body.readUInt32LE(0);
  const chips = detected.map((patch, n) => ({
    patch,
    counts: Uint16Array.from({ length: chipBytes / 2 }, (_, i) => body.readUInt16LE(start + n * chipBytes + 2 * i)),
  }));
  return { ...head, chips };
}

function feature(patch: number, classes: Uint8Array): object {
  const [left, top] = patchCorner(patch);
  return {
    type: 'Feature',
    bbox: [left, top, left + PATCH_SIDE_PX, top + PATCH_SIDE_PX],
    properties: { class: PATCH_CLASSES[classes[patch] as number], fullScale: MAX_COUNT },
  };
}

function chipOf(counts: Uint16Array, patch: number): Buffer {
  const [left, top] = patchCorner(patch);
  const chip = Buffer.alloc(SCENE_BANDS.length * PATCH_SIDE_PX ** 2 * 2);
  let at = 0;
  for (let band = 0; band < SCENE_BANDS.length; band++) {
    for (let y = top; y < top + PATCH_SIDE_PX; y++) {
      for (let x = left; x < left + PATCH_SIDE_PX; x++) {
        at = chip.writeUInt16LE(counts[(band * SCENE_SIDE_PX + y) * SCENE_SIDE_PX + x] as number, at);
      }
    }
  }
  return chip;
}

import {
  PATCH_CLASSES,
  PROFILE_STRATA,
  type PayloadProfile,
  type ProfileStratum,
  SCENE_BANDS,
  SCENE_SIDE_PX,
  SAMPLE_BYTES,
  type Scene,
} from '../../environment/index.ts';
import { NOTE_BYTES, decideScene } from './product.ts';

const FIRST_TARGET = PATCH_CLASSES.indexOf('ship');

type Counts = Pick<PayloadProfile, 'strata' | 'targets' | 'confusion'>;

/** Adds up what a node made of scenes against what is known of them. */
export class PayloadTally {
  private readonly strata = Object.fromEntries(PROFILE_STRATA.map((name) => [name, emptyStratum()])) as Record<
    ProfileStratum,
    ReturnType<typeof emptyStratum>
  >;
  private readonly targets = { ship: { inSight: 0, found: 0 }, fire: { inSight: 0, found: 0 } };
  private readonly confusion = PATCH_CLASSES.map(() => PATCH_CLASSES.map(() => 0));

  /** @param productBytes all that goes down for the scene, its note included */
  add(scene: Scene, classes: Uint8Array, productBytes: number): void {
    scene.labels.forEach((label, patch) => {
      const row = this.confusion[label] as number[];
      row[classes[patch] as number] = (row[classes[patch] as number] as number) + 1;
    });
    for (const { kind, visible, patches } of scene.targets) {
      if (!visible) continue;
      this.targets[kind].inSight++;
      if (patches.some((patch) => classes[patch] === PATCH_CLASSES.indexOf(kind))) this.targets[kind].found++;
    }
    const of = this.strata[stratumOf(scene)];
    const decision = decideScene(classes);
    const bytes = productBytes - NOTE_BYTES;
    const falseBytes = bytes * falseShare(scene, classes);
    of.scenes++;
    if (decision === 'discard') of.discards++;
    else if (decision === 'summary') of.summaries++;
    else of.products++;
    of.bytes += bytes;
    of.bytesSquared += bytes ** 2;
    of.falseBytes += falseBytes;
    of.falseBytesSquared += falseBytes ** 2;
    of.falseTimesBytes += falseBytes * bytes;
  }

  counts(): Counts {
    return structuredClone({ strata: this.strata, targets: this.targets, confusion: this.confusion });
  }
}

/** What every scene has in common. */
export function sceneFacts(seed: number, count: number): PayloadProfile['scenes'] {
  const pixels = SCENE_SIDE_PX ** 2;
  return { seed, count, pixels, bands: SCENE_BANDS.length, sampleBytes: SAMPLE_BYTES, noteBytes: NOTE_BYTES };
}

function emptyStratum(): PayloadProfile['strata'][ProfileStratum] {
  return {
    scenes: 0,
    discards: 0,
    summaries: 0,
    products: 0,
    bytes: 0,
    bytesSquared: 0,
    falseBytes: 0,
    falseBytesSquared: 0,
    falseTimesBytes: 0,
  };
}

function stratumOf({ targets }: Scene): ProfileStratum {
  const inSight = targets.filter(({ visible }) => visible);
  if (inSight.some(({ kind }) => kind === 'fire')) return 'fire';
  return inSight.length > 0 ? 'ship' : 'none';
}

/** Share of the detections that show no target of their kind, hidden or not; 0 without detections. */
function falseShare({ targets }: Scene, classes: Uint8Array): number {
  let detections = 0;
  let wrong = 0;
  classes.forEach((found, patch) => {
    if (found < FIRST_TARGET) return;
    detections++;
    const kind = PATCH_CLASSES[found];
    if (!targets.some((target) => target.kind === kind && target.patches.includes(patch))) wrong++;
  });
  return detections === 0 ? 0 : wrong / detections;
}

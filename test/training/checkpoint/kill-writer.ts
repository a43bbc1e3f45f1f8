import { saveCheckpoint } from '../../../training/checkpoint.ts';

/** Writes ever new checkpoints to argv[2] until it is killed; 4 MB each, so that a kill often lands inside a write. */
const path = process.argv[2] as string;
for (let version = 1; ; version++) {
  const weights = new Float64Array(500_000).fill(version);
  saveCheckpoint(path, { manifest: { identity: { scenario: 's' }, state: { version } }, sections: { weights } });
  process.send?.(version);
}

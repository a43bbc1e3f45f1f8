/** Files of a run folder. */
export const CHECKPOINT_FILE = 'checkpoint.bin';
/** One record per iteration. */
export const METRICS_FILE = 'metrics.jsonl';
/** One record per evaluation during training, with its episodes. */
export const EVALUATIONS_FILE = 'evaluations.jsonl';
export const TENSORBOARD_FILE = 'events.out.tfevents.spacecloud';
/** The whole configuration and what it ran on. */
export const MANIFEST_FILE = 'run.json';

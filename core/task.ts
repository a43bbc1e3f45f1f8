/** Families of work, in column order. */
export const TASK_FAMILIES = ['message', 'content', 'observation', 'job', 'backup'] as const;
export type TaskFamily = (typeof TASK_FAMILIES)[number];
export const MESSAGE = 0;
export const CONTENT = 1;
export const OBSERVATION = 2;
export const JOB = 3;
export const BACKUP = 4;

/** Why a task was not delivered; exactly one per undelivered task. Index 0 is "not dropped". */
export const DROP_REASONS = [
  'none',
  'deadline',
  'buffer-full',
  'no-allowed-candidate',
  'hop-limit',
  'source-unattached',
  'executor-lost',
  'node-lost',
  'hostile-node',
  'end-of-run',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** Breaches of constraints, counted and printed beside every reward. */
export const BREACHES = ['batteryFloor', 'batteryEmpty', 'overTemperature', 'illegalChoice', 'labelViolation'] as const;
export type Breach = (typeof BREACHES)[number];

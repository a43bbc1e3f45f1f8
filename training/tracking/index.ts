export * from './metrics-log.ts';
export * from './tensorboard-log.ts';

export { BASELINE_NAMES, createBaseline } from './create-baseline.ts';

export { type LoadedTrainingFile, isTrainingFile, loadTrainingFile, overridesOf, parseTrainingFile } from './load.ts';
export { type TrainingFile, trainingJsonSchema } from './schema.ts';

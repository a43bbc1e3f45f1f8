export { type ImageTrainingOptions, trainImageModel } from './train-image-model.ts';

import type * as TfCore from '@tensorflow/tfjs-core';

/** The TensorFlow.js module, as every network and loss receives it. */
export type Tf = typeof TfCore;

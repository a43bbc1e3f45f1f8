export { type GraphCost, type ImageShape, graphCost } from './graph-cost.ts';
export { type ImageModel, loadImageModel } from './image-model.ts';
export type { PayloadAnswer, PayloadHello } from './messages.ts';
export { type PayloadNodeOptions, runPayloadNode } from './payload-node.ts';
export {
  DISCARD_CLOUD_FRAC,
  type DecodedProduct,
  NOTE_BYTES,
  SCENE_DECISIONS,
  type SceneDecision,
  decideScene,
  decodeProduct,
  encodeProduct,
} from './product.ts';
export { type ServePayloadOptions, servePayload } from './serve-payload.ts';
export { PayloadTally, sceneFacts } from './tally.ts';

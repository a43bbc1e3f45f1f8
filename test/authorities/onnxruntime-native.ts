import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as OnnxRuntime from 'onnxruntime-web';
import { AUTHORITIES, mustHaveAuthorities } from './python.ts';

/**
 * The native build of ONNX Runtime for Node that `npm run setup:authorities` fetches (290 MB, so no dependency), or undefined
 * where it was not.
 */
export function nativeOnnxRuntime(): typeof OnnxRuntime | undefined {
  const folder = `${AUTHORITIES}/node/node_modules/onnxruntime-node`;
  if (existsSync(folder)) return createRequire(import.meta.url)(folder) as typeof OnnxRuntime;
  if (mustHaveAuthorities()) throw new Error('Expected onnxruntime-node; run npm run setup:authorities.');
  console.warn('SKIPPED: onnxruntime-node not found (npm run setup:authorities fetches it).');
  return undefined;
}

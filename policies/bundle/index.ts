export type {
  BundleContent,
  BundleLineage,
  BundleLimits,
  BundleValidity,
  PreviousRelease,
  ProgramSource,
  TrainedScenario,
} from './content.ts';
export { DEFAULT_LIMITS } from './content.ts';
export { renderBundle } from './files.ts';
export { flownPolicy } from './flown-policy.ts';
export type { GoldenAgreement } from './golden.ts';
export { GOLDEN_TOLERANCE } from './golden.ts';
export type { BundleTrust, BundleVerification, LoadedBundle, VerifiedBundle } from './load.ts';
export { loadBundle, recheckBundle, verifyBundle } from './load.ts';
export type { Int8Agreement, RecordedDecisions } from './int8.ts';
export type { BundleManifest } from './manifest.ts';
export { BUNDLE_FILES, int8File, onnxFile } from './manifest.ts';
export type { OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './onnx/model.ts';
export { encodeOnnx } from './onnx/model.ts';
export type { NetworkToExport } from './onnx/network.ts';
export { networkToOnnx } from './onnx/network.ts';
export { floats, node } from './onnx/parts.ts';
export type { OnnxInput, OnnxOperation, OnnxOutline } from './onnx/read.ts';
export { readOnnxOutline } from './onnx/read.ts';
export { readManifest, releaseOf } from './release.ts';
export type { SigningKey, SigningKeyType } from './signing/keys.ts';
export { fingerprintOf, generateSigningKey } from './signing/keys.ts';
export { countersignBundle, signBundle } from './signing/sign.ts';
export { FLIGHT_SIGNATURE_FILE, SIGNATURE_FILE } from './signing/signature-files.ts';
export type { BundleSigner } from './signing/signers.ts';
export type { VerifiedFolder } from './signing/verify.ts';
export { digestOfBundle, verifySignedFolder } from './signing/verify.ts';
export type { CheckTime } from './trust/clock.ts';
export type { DocumentBytes } from './trust/documents.ts';
export type { Installed, InstalledRelease } from './trust/installed.ts';
export {
  checkSeen,
  INSTALLED_FILE,
  installedWith,
  NOTHING_INSTALLED,
  readInstalled,
  writeInstalled,
} from './trust/installed.ts';
export type { RevocationList, RevocationListContent } from './trust/revocations.ts';
export { createRevocationList, readRevocationList } from './trust/revocations.ts';
export type { RollbackOrder, RollbackOrderContent } from './trust/rollback.ts';
export { createRollbackOrder, readRollbackOrder } from './trust/rollback.ts';
export type { KeyUse, TrustedKey, TrustStore, TrustStoreContent } from './trust/store.ts';
export { createTrustStore, nextTrustStore, readTrustStore } from './trust/store.ts';
export type { UntrustedDocument } from './trust/untrusted.ts';
export { peekDocument, signDocumentAgain } from './trust/untrusted.ts';
export type { WriteOptions } from './write.ts';
export { writeBundle } from './write.ts';

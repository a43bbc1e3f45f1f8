import type { BundleManifest } from './manifest.ts';

/** `README.txt`: one screen for whoever finds the folder. */
export function readmeOf(manifest: BundleManifest): string {
  const { policyName, version, lineage, validity, fallback, licence, previous } = manifest;
  const memory =
    manifest.memory === null
      ? ''
      : `Memory      ${manifest.memory.units} numbers per satellite and decision kind, zeros at the start (policy.json: memory)\n`;
  const graphs = Object.values(manifest.onnx.files).join(', ');
  return `${policyName}, version ${version}
A policy by which satellites decide where data goes, what is kept and where work runs.

Valid       ${validity.notBefore} until ${validity.notAfter}
Replaces    ${previous === null ? 'nothing' : `${previous.policyName} ${previous.version}, digest ${previous.rootDigest}`}
Fallback    ${fallback}
Trained on  ${lineage.scenarios.map(({ name }) => name).join(', ')}, ${lineage.decisionsTrained} decisions, engine ${lineage.engine}
Decisions   specification ${manifest.specHash}
Licence     ${licence}
${memory}
policy.json      what the policy is: features, units, order, limits, lineage. Start here
weights.bin      float32, little-endian, layout in policy.json
normaliser.json  mean and deviation of each feature
golden.json      recorded decisions with the logits and choices a runtime must reproduce
evaluation.json  how it fared against the baselines
${graphs}
                 the same network as ONNX, normalisation and mask inside (policy.json: onnx);
                 *.int8.onnx with 7-bit weights (policy.json: int8 says what that costs)
bundle.sig       signature over every other file (OpenSSF Model Signing v1.0, ECDSA key)

Verify before use:  spacecloud verify FOLDER --key PUBLIC.pem
or with another tool:
  model_signing verify key FOLDER --signature FOLDER/bundle.sig --public_key PUBLIC.pem
`;
}

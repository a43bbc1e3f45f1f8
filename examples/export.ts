/**
 * Exports the policy of `train.ts` as a signed bundle, and verifies it as a node would. The private key stays with the
 * publisher; nodes get the public one.
 *
 *     npx tsx examples/export.ts [folder]
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportPolicy, generateSigningKey, loadScenario, verifyBundle } from 'spacecloud';

const folder = process.argv[2] ?? 'runs/examples';
const { privateKeyPem, publicKeyPem } = generateSigningKey();
writeFileSync(join(folder, 'private.pem'), privateKeyPem, { mode: 0o600 });
writeFileSync(join(folder, 'public.pem'), publicKeyPem);

await exportPolicy({
  runFolder: join(folder, 'run'),
  bundleFolder: join(folder, 'bundle'),
  overwrite: true,
  scenario: loadScenario('test-12'),
  privateKeyPem,
  policyName: 'example-policy',
});

const { manifest, files, golden } = verifyBundle(join(folder, 'bundle'), publicKeyPem);
for (const { name, bytes } of files) console.log(`${name.padEnd(16)} ${bytes} bytes`);
console.log(`${manifest.policyName} ${manifest.version} is valid until ${manifest.validity.notAfter};`);
console.log(`${golden.rows} golden vectors reproduced to ${golden.maxDifference}.`);

// `npm run build:kernels`: compiles policies/kernels to WebAssembly and embeds the binaries as base64 in TypeScript modules.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { ROOT, fail, main, say } from './run.mjs';

const SHARED = ['--initialMemory', '1', '--maximumMemory', '65536', '--sharedMemory'];

/** Entry, features, more options, and the module that holds the binary. */
export const KERNELS = [
  { entry: 'forward', features: 'simd,bulk-memory', options: [], module: 'policies/runtime/wasm/forward-binary.ts' },
  {
    entry: 'learner',
    features: 'simd,bulk-memory,threads',
    options: SHARED,
    module: 'training/ppo/engines/fused/learner-binary.ts',
  },
  {
    entry: 'learner',
    features: 'simd,bulk-memory,threads,relaxed-simd',
    options: SHARED,
    module: 'training/ppo/engines/fused/learner-fma-binary.ts',
  },
];

/** The text of the module that embeds a kernel's binary. */
export async function kernelModule({ entry, features, options }) {
  const source = `policies/kernels/${entry}.ts`;
  const files = new Map();
  const { error, stderr } = await asc.main(
    // prettier-ignore
    [source, '--baseDir', ROOT, '-O3', '--noAssert', '--runtime', 'stub', '--importMemory',
      '--enable', features, ...options, '--outFile', 'kernel.wasm'],
    { writeFile: (name, contents) => void files.set(name, contents) },
  );
  const binary = files.get('kernel.wasm');
  if (error !== null || binary === undefined) fail(`${source} does not compile`, stderr.toString());
  const base64 = Buffer.from(binary).toString('base64');
  return `/** ${source} with ${features}, ${binary.length} bytes, as base64. Written by \`npm run build:kernels\`. */
export const BINARY =
  // prettier-ignore
  '${base64}';
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    for (const kernel of KERNELS) {
      const text = await kernelModule(kernel);
      writeFileSync(join(ROOT, kernel.module), text);
      say(`${kernel.module}: ${text.match(/[0-9]+ bytes/)?.[0]}`);
    }
  });
}

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, build } from 'esbuild';

const HERE = fileURLToPath(new URL('.', import.meta.url));
export const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** The product's modules are not bundled but loaded from the compiled `dist/`. */
const fromDist: Plugin = {
  name: 'from-dist',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/\.\.\/.*\.ts$/ }, ({ path }) => ({
      path: join(DIST, path.slice('../../'.length).replace(/\.ts$/, '.js')),
      external: true,
    }));
  },
};

/**
 * Modules of Node, in a page: each of their functions throws. Loading orbits from files, and geometries from a cache, needs
 * them; simulating must not.
 */
const withoutNode: Plugin = {
  name: 'without-node',
  setup({ onResolve, onLoad }) {
    // Importing a module of the product does nothing by itself, so that what is not used falls away.
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path),
      sideEffects: false,
    }));
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'without-node', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'without-node' }, async ({ path }) => {
      const names = Object.keys((await import(path)) as object).filter((name) => /^[A-Za-z]\w*$/.test(name));
      const refuse = names.map((name) =>
        name === 'default'
          ? `export default new Proxy({}, { get: (_, name) => refuse('${path}.' + String(name)) });`
          : `export const ${name} = refuse('${path}.${name}');`,
      );
      return {
        contents: [
          `const refuse = (name) => function () { throw new Error(name + ' was called while simulating.'); };`,
          ...refuse,
        ].join('\n'),
      };
    });
  },
};

/** `node-engine.ts` as one module beside `dist/`, written to `file`. */
export async function bundleForNode(file: string): Promise<void> {
  await build({
    entryPoints: [join(HERE, 'node-engine.ts')],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    plugins: [fromDist],
    logLevel: 'silent',
  });
}

/** `page.ts` with all it needs, as the text of an ECMAScript module. */
export async function bundleForPage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(HERE, 'page.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    plugins: [withoutNode],
    write: false,
    logLevel: 'silent',
  });
  return (outputFiles[0] as { text: string }).text;
}

import { Worker } from 'node:worker_threads';
import { type BuildResult, build } from 'esbuild';
import { type Page, chromium } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import { architectureOf } from '../../../policies/runtime/index.ts';
import { browserOnPath } from '../../determinism/engines.ts';
import { randomBatch, randomNormaliser, randomWeights } from '../batches.ts';
import { recordBatch } from '../recorded-batch.ts';
import { bundleJson } from './bundle-json.ts';
import { type StandaloneAnswer, type StandaloneWork, decideStandalone } from './standalone-entry.ts';

/** `policies/runtime` by itself: small, without imports, and the same decisions to the bit wherever JavaScript runs. */

const MOST_BYTES = 100_000;
const SLOW_MS = 60_000;
const spec = SPACE_CLOUD_SPEC;
const ENTRY = 'test/policies/runtime/standalone-entry.ts';

/** Work for a network with the given parts: 60 random rows of all kinds. */
function work(options: { attention?: number; memory?: number }): StandaloneWork {
  const architecture = architectureOf(spec, options);
  const batch = randomBatch(spec, { rows: 60, seed: 5, masked: 0.3, scale: 2 });
  const { policy, normaliser, weights } = bundleJson(spec, {
    architecture,
    weights: randomWeights(architecture, 1),
    normaliser: randomNormaliser(architecture, 2),
  });
  const rows = recordBatch(batch, '').rows.map((row) => ({ ...row, kind: spec.kinds[row.kind]?.kind ?? '' }));
  return { policy, normaliser, weightsBase64: Buffer.from(weights).toString('base64'), rows };
}

const WORKS: readonly [string, StandaloneWork][] = [
  ['default network', work({})],
  ['attention and memory', work({ attention: 16, memory: 16 })],
];

async function bundled(entry: string): Promise<BuildResult<{ write: false; metafile: true }>> {
  return build({
    ...{ entryPoints: [entry], bundle: true, minify: true, format: 'esm', platform: 'neutral', target: 'es2023' },
    ...{ write: false, metafile: true, logLevel: 'silent' },
  });
}

let script = '';
beforeAll(async () => {
  script = (await bundled(ENTRY)).outputFiles[0]?.text ?? '';
}, SLOW_MS);

describe('policies/runtime alone', () => {
  it(`is below ${MOST_BYTES} bytes minified, imports nothing and needs no Node`, async () => {
    const { outputFiles, metafile } = await bundled('policies/runtime/index.ts');
    const [file] = outputFiles;
    expect(file?.contents.length).toBeGreaterThan(10_000);
    expect(file?.contents.length).toBeLessThan(MOST_BYTES);
    expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
    expect(Object.keys(metafile.inputs).filter((path) => !/^(policies\/runtime|core)\//.test(path))).toEqual([]);
    expect(file?.text).not.toMatch(/node:|\brequire\b|\bimport\s*\(|\bprocess\.|\bBuffer\b/);
  });

  it.each(WORKS)('decides alike in this thread and in a worker thread: %s', async (name, given) => {
    const expected = decideStandalone(given);
    expect(new Set(expected.choices).size).toBeGreaterThan(3); // more than one constant choice
    const code = `${script}
      const { parentPort, workerData } = await import('node:worker_threads');
      parentPort.postMessage(globalThis.decideStandalone(workerData));`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData: given });
    const answer = await new Promise<StandaloneAnswer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    expect(answer).toEqual(expected);
    await import(`data:text/javascript,${encodeURIComponent(`${script}//${name}`)}`);
    const { decideStandalone: fromBundle } = globalThis as unknown as { decideStandalone: typeof decideStandalone };
    expect(fromBundle).not.toBe(decideStandalone);
    expect(fromBundle(given)).toEqual(expected);
  });

  const executablePath = browserOnPath();
  if (executablePath === undefined) console.warn('No Chromium on the path: the runtime is not tried in a browser.');
  it.skipIf(executablePath === undefined)(
    'decides alike in a page and in a web worker of Chromium',
    async () => {
      const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []; // Chromium refuses its sandbox to root
      const browser = await chromium.launch({ executablePath: executablePath ?? '', args });
      try {
        const page = await browser.newPage();
        // A page of no origin may not start a worker: this one has an origin, without a server behind it.
        await page.route('http://localhost/', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
        await page.goto('http://localhost/');
        await page.addScriptTag({ content: script, type: 'module' });
        await page.waitForFunction('globalThis.decideStandalone !== undefined');
        for (const [name, given] of WORKS) {
          const expected = decideStandalone(given);
          const inPage = await page.evaluate<StandaloneAnswer>(`decideStandalone(${JSON.stringify(given)})`);
          expect(inPage, `${name} in a page`).toEqual(expected);
          expect(await inWebWorker(page, given), `${name} in a web worker`).toEqual(expected);
        }
      } finally {
        await browser.close();
      }
    },
    SLOW_MS,
  );
});

function inWebWorker(page: Page, given: StandaloneWork): Promise<StandaloneAnswer> {
  const code = `${script}; onmessage = ({ data }) => postMessage(globalThis.decideStandalone(data));`;
  return page.evaluate<StandaloneAnswer>(`new Promise((resolve, reject) => {
    const url = URL.createObjectURL(new Blob([${JSON.stringify(code)}], { type: 'text/javascript' }));
    const worker = new Worker(url, { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(${JSON.stringify(given)});
  })`);
}

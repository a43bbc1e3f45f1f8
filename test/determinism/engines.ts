import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { chromium } from 'playwright-core';
import type { Geometry } from '../../environment/index.ts';
import type { EngineAnswer, Given, Trajectory } from './trajectories.ts';

const CACHE = fileURLToPath(new URL('../../.spacecloud/other-nodes/', import.meta.url));
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

/** The Node of that major version that `npm run setup:engines` has fetched. */
export function otherNode(major: number): string | undefined {
  const path = join(CACHE, 'node_modules', `node-${major}`, 'bin', 'node');
  return existsSync(path) ? path : undefined;
}

/** A Chromium on the path. */
export function browserOnPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs the bundled engine in a process of its own. Resolves to its version of Node and what it answers. */
export function inProcess(node: string, engine: string, given: readonly Given[]): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [engine], { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve(JSON.parse(out) as EngineAnswer);
      else reject(new Error(`${node} ended with status ${status}: ${err}`));
    });
    child.stdin.end(JSON.stringify(given));
  });
}

/** Runs the bundled engine in a worker thread that shares the geometries. */
export function inWorker(
  engine: string,
  work: { given: readonly Given[]; geometries: readonly Geometry[] },
): Promise<Trajectory[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(engine, { workerData: work });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** Runs the page in a headless browser, from a server that isolates it, as shared memory asks for. */
export async function inBrowser(
  executablePath: string,
  script: string,
  given: readonly Given[],
): Promise<{ version: string; answer: EngineAnswer }> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.writeHead(200, {
      'content-type': isScript ? 'text/javascript' : 'text/html',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    response.end(isScript ? script : '<!doctype html><title>spacecloud</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Chromium refuses its sandbox to root, which is who runs in containers.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage();
    const failed = new Promise<never>((_, reject) => page.once('pageerror', reject));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.addScriptTag({ url: '/page.js', type: 'module' });
    await Promise.race([failed, page.waitForFunction('globalThis.answerOf !== undefined')]);
    const answer = await page.evaluate<EngineAnswer>(`globalThis.answerOf(${JSON.stringify(given)})`);
    return { version: browser.version(), answer };
  } finally {
    await browser.close();
    server.close();
  }
}

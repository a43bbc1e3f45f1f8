import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserOnPath, otherNode } from './engines.ts';
import { hashOfLogits } from './forward-page.ts';

/** The acting forward pass gives the same bits in every engine; no `node:*`, and small enough for a page's main thread. */

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-forward-'));
const script = join(folder, 'forward.mjs');
beforeAll(async () => {
  const entryPoints = [join(import.meta.dirname, 'forward-page.ts')];
  await build({ entryPoints, bundle: true, format: 'esm', platform: 'browser', outfile: script, logLevel: 'silent' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('logits by WebAssembly', () => {
  it('are computed by it here', () => {
    expect(hashOfLogits()).toMatch(/^wasm -?\d+$/);
  });

  it.each([20, 22, 24])('are the same bits in Node %i', (major) => {
    const node = major === Number(process.versions.node.split('.')[0]) ? process.execPath : otherNode(major);
    if (node === undefined) return console.warn(`Node ${major} is absent: run \`npm run setup:engines\`.`);
    const code = `await import(${JSON.stringify(script)}); console.log(globalThis.hashOfLogits);`;
    const { stdout, stderr } = spawnSync(node, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    expect(stdout.trim(), stderr).toBe(hashOfLogits());
  });

  it('are the same bits in Chromium, in the main thread of a page', { timeout: 60_000 }, async () => {
    const executablePath = browserOnPath();
    if (executablePath === undefined) return console.warn('No Chromium on the path.');
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: readFileSync(script, 'utf8'), type: 'module' });
      await page.waitForFunction('globalThis.hashOfLogits !== undefined');
      expect(await page.evaluate('globalThis.hashOfLogits')).toBe(hashOfLogits());
    } finally {
      await browser.close();
    }
  });
});

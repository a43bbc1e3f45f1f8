/** The page of a replay as a browser shows it: from a file, at the width of a phone and of a screen, in light and dark. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePlantedFault, replayTelemetry, synthesise, usualNoise } from '../../environment/index.ts';
import { renderTwinReport } from '../../training/index.ts';
import { browserOnPath } from '../determinism/engines.ts';
import { LINK, SATELLITE, flight } from '../environment/twin/flight.ts';

const executablePath = browserOnPath();
if (executablePath === undefined) console.warn('No Chromium on the path: the twin page is not looked at in a browser.');

const REFERENCE = { satellite: SATELLITE, tickS: 10, link: LINK };
const INTERVAL_S = 30;

/** These run in the page; the project's types know no DOM, so they are text. */
const STICKING_OUT = `[...document.querySelectorAll('main *, footer *')].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.right > innerWidth + 1 && box.width > 0 && !element.closest('.scroll, figure');
}).map((element) => element.outerHTML.slice(0, 80))`;
const LEFT_EDGES = `[...document.querySelectorAll('svg.plot')].map((svg) => {
  const ticks = [...svg.querySelectorAll('.mark-group.role-frame > g > path.background')];
  return Math.round(ticks[0].getBoundingClientRect().left);
})`;

describe.skipIf(executablePath === undefined)('twin page in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'twin-page-'));
  const file = join(folder, 'twin.html');
  let browser: Browser;
  beforeAll(async () => {
    const faults = [parsePlantedFault('array*0.875@4000')];
    const telemetry = synthesise(flight(400, INTERVAL_S), {
      ...REFERENCE,
      noise: usualNoise(REFERENCE, INTERVAL_S),
      faults,
    });
    const replay = replayTelemetry(telemetry, REFERENCE);
    const text = { title: 'A & B < C', findings: ['found <this>'], command: 'twin replay "a b.csv"' };
    writeFileSync(file, await renderTwinReport(replay, text));
    // Chromium refuses its sandbox to root, which is who runs in containers.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launch({ executablePath: executablePath as string, args });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  async function open(width: number, colorScheme: 'light' | 'dark'): Promise<{ page: Page; said: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) said.push(`asked for ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    return { page, said };
  }

  it.each([
    [400, 'light'],
    [1200, 'light'],
    [1200, 'dark'],
  ] as const)('fits %i px, %s, and asks for nothing', async (width, scheme) => {
    const { page, said } = await open(width, scheme);
    expect(said).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await page.evaluate(STICKING_OUT)).toEqual([]);
    expect(await page.title()).toBe('A & B < C');
    await page.close();
  });

  it('draws every channel over the same times, with the change and the interval of its time', async () => {
    const { page } = await open(1200, 'light');
    // Array, load, charge, temperature, work, storage, link.
    const edges = await page.evaluate<number[]>(LEFT_EDGES);
    expect(edges).toHaveLength(7);
    expect(new Set(edges).size).toBe(1);
    const counted = (selector: string): Promise<number> =>
      page.evaluate<number>(`document.querySelectorAll('svg.plot ${selector}').length`);
    expect(await counted('g.mark-line path')).toBeGreaterThanOrEqual(14);
    expect(await counted('g.mark-rect path')).toBe(7);
    expect(await counted('g.mark-rule [stroke-dasharray]')).toBe(7);
    expect(await page.evaluate(`document.querySelector('#changes').textContent`)).toMatch(/arrayPowerW.*-12\.\d+ %/);
    await page.close();
  });
});

/** The page as a browser shows it: from a file, at the width of a phone and of a screen, in light, dark and print. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { studyHtml } from '../../../training/study/report/index.ts';
import { browserOnPath } from '../../determinism/engines.ts';
import { studyFixture } from './fixture.ts';

const executablePath = browserOnPath();
if (executablePath === undefined)
  console.warn('No Chromium on the path: the study page is not looked at in a browser.');

/** Runs in the page; the project's types know no DOM, so it is text. Names of boxes that stick out of the window. */
const STICKING_OUT = `[...document.querySelectorAll('main *, footer *')].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.right > innerWidth + 1 && box.width > 0 && !element.closest('.scroll, figure, details:not([open])');
}).map((element) => element.outerHTML.slice(0, 80))`;

/** Pairs of texts of one drawing that lie over each other by more than 2 px both ways. */
const OVERLAPS = `[...document.querySelectorAll('svg.plot')].flatMap((svg) => {
  const texts = [...svg.querySelectorAll('text')].filter((text) => text.textContent.trim() !== '');
  const boxes = texts.map((text) => text.getBoundingClientRect());
  return texts.flatMap((text, a) => texts.slice(a + 1).flatMap((other, i) => {
    const [p, q] = [boxes[a], boxes[a + 1 + i]];
    const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    return wide > 2 && high > 2 && p.width * q.width > 0 ? [text.textContent + ' / ' + other.textContent] : [];
  }));
})`;

/** Texts of drawings that are cut off at the drawing's edge by more than 2 px. */
const CUT_OFF = `[...document.querySelectorAll('svg.plot')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].flatMap((text) => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left - 2 || box.right > frame.right + 2 ? [text.textContent] : [];
  });
})`;

describe.skipIf(executablePath === undefined)('study page in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'study-page-'));
  const file = join(folder, 'study.html');
  let browser: Browser;
  beforeAll(async () => {
    writeFileSync(file, await studyHtml(studyFixture()));
    // Chromium refuses its sandbox to root, which is who runs in containers.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launch({ executablePath: executablePath as string, args });
  });
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
  ] as const)('fits %i px, %s, and says nothing on the console', async (width, scheme) => {
    const { page, said } = await open(width, scheme);
    expect(said).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await page.evaluate(STICKING_OUT)).toEqual([]);
    // Dark ink on light paper or the other way round: each far from the other.
    const [paper, ink] = await page.evaluate<string[]>(
      '[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]',
    );
    const brightness = (colour = ''): number => Number(/\d+/.exec(colour)?.[0]);
    expect(brightness(paper) > brightness(ink)).toBe(scheme === 'light');
    expect(Math.abs(brightness(paper) - brightness(ink))).toBeGreaterThan(150);
    await page.close();
  });

  it('shows every drawing with marks, no text over another or cut off', async () => {
    const { page } = await open(1200, 'light');
    const marks = await page.evaluate<number[]>(
      `[...document.querySelectorAll('svg.plot')].map((svg) => [...svg.querySelectorAll('g[class*="mark-symbol"] path, g[class*="mark-rect"] path')].filter((mark) => mark.getBoundingClientRect().width > 3).length)`,
    );
    // Flash: headline, steps, 2 sweeps, sensitivity; pipes: headline, steps, 1 sweep; nations: headline.
    expect(marks).toHaveLength(9);
    // As many symbols as columns in the headline figures.
    expect([marks[0], marks[5], marks[8]]).toEqual([9, 3, 2]);
    for (const count of marks) expect(count).toBeGreaterThanOrEqual(2);
    expect(await page.evaluate(OVERLAPS)).toEqual([]);
    expect(await page.evaluate(CUT_OFF)).toEqual([]);
    await page.close();
  });

  it('prints on pages of A4', async () => {
    const { page } = await open(1200, 'light');
    const pdf = await page.pdf({ format: 'A4' });
    const pages = pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;
    // A cover and at least one page per study; a page per section would be a fault of the breaks.
    expect(pages).toBeGreaterThanOrEqual(4);
    expect(pages).toBeLessThanOrEqual(12);
    await page.close();
  });
});

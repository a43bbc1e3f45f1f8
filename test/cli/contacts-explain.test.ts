import { describe, expect, it } from 'vitest';
import { captured } from './captured.ts';

const run = (...args: readonly string[]) =>
  captured(['contacts', 'explain', ...args, '--scenario', 'test-12', '--no-cache']);

describe('contacts explain', () => {
  it('answers in the first line, then lists the links of both nodes with the reason', async () => {
    const { status, out } = await run('cairo', 'karachi', '--at', '300');
    expect(status).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^There is no path from cairo to karachi at 300 s: no link of karachi is up\./);
    expect(lines).toContain('Links of cairo: 1 of 12 up');
    expect(lines.some((line) => /^ {2}polar-p2-s1 +terminal +\d+ km {2}up$/.test(line))).toBe(true);
    expect(lines.some((line) => /deg elevation, the mask is 10 deg$/.test(line))).toBe(true);
  });

  it('takes UTC, and gives one JSON document', async () => {
    const { status, out } = await run('cairo', 'london', '--at', '2026-11-22T00:01:00Z', '--json');
    expect(status).toBe(0);
    const document = JSON.parse(out) as { atS: number; path: string[] };
    expect(document.atS).toBe(60);
    expect([document.path[0], document.path[document.path.length - 1]]).toEqual(['cairo', 'london']);
  });

  it('refuses a time it cannot read and nodes that are not there', async () => {
    const late = await run('cairo', 'london', '--at', 'noon');
    expect([late.status, late.err]).toEqual([2, expect.stringContaining("got 'noon'") as string]);
    const lost = await run('cairo', 'atlantis', '--at', '0');
    expect([lost.status, lost.err]).toEqual([2, expect.stringContaining("got 'atlantis'") as string]);
  });
});

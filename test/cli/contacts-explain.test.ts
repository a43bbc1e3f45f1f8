import { describe, expect, it } from 'vitest';
import { captured } from './captured.ts';

const run = (...args: readonly string[]) =>
  captured(['contacts', 'explain', ...args, '--scenario', 'test-12', '--no-cache']);

describe('contacts explain', () => {
  it('answers in the first line, then lists the links of both nodes with the reason', async () => {
    const { status, out } = await run('cairo', 'karachi', '--at', '300');
    expect(status).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(
      /^There is no path from cairo to karachi at 300 s, as scheduled in the tick from 300 s to 310 s: no link of karachi is up\./,
    );
    expect(lines).toContain('Links of cairo: 1 of 12 up');
    expect(
      lines.some((line) => /^ {2}polar-p2-s1 +terminal +[\d,.]+ km +[\d.]+ deg +\d+\.\d{3} ms {2}up$/.test(line)),
    ).toBe(true);
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
    const near = await run('cario', 'london', '--at', '0');
    expect([near.status, near.err]).toEqual([2, expect.stringContaining("Did you mean 'cairo'?") as string]);
    const before = await run('cairo', 'london', '--at=-1');
    expect([before.status, before.err]).toEqual([2, expect.stringContaining('Expected --at from 0 s') as string]);
    expect(before.err).toContain('Times before the start, 2026-11-22T00:00:00Z, are not simulated');
  });
});

describe('contacts explain of a running world', () => {
  const contested = (...args: readonly string[]) =>
    captured(['contacts', 'explain', ...args, '--scenario', 'contested-iridium', '--no-cache']);

  it('tells what is down at that time of that run', async () => {
    // The scenario loses north-p1-s07 2,400 s after the start of the run.
    const ends = ['north-p1-s07', 'north-p1-s08', '--at', '2500'];
    const lost = await contested(...ends, '--run');
    expect([lost.status, lost.err]).toEqual([0, '']);
    expect(lost.out).toContain('no link of north-p1-s07 is up');
    expect(lost.out).toContain('north-p1-s07 is down');
    for (const more of [[], ['--run', '--start', '2400']]) {
      expect((await contested(...ends, ...more)).out).toContain('There is a path from north-p1-s07 to north-p1-s08');
    }
  }, 60_000);

  it('tells who may not hold data with a label, without a run', async () => {
    const { out } = await contested('london', 'dc-cape-town', '--at', '60', '--label', 'secret/norland');
    expect(out).toContain('dc-cape-town may not hold such data');
    const level = await contested('london', 'paris', '--at', '60', '--label', 'secrt');
    expect([level.status, level.err]).toEqual([2, expect.stringContaining("Did you mean 'secret'?") as string]);
    const nation = await contested('london', 'paris', '--at', '60', '--label', 'secret/norland,atlantis');
    expect([nation.status, nation.err]).toEqual([2, expect.stringContaining("got 'atlantis'") as string]);
  });

  it('refuses a run that starts too late or between ticks', async () => {
    for (const start of ['70', '15']) {
      const { status, err } = await contested('london', 'paris', '--at', '60', '--run', '--start', start);
      expect([status, err]).toEqual([2, expect.stringContaining(`got ${start} s`) as string]);
    }
  });
});

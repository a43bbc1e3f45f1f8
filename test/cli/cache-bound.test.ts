import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-cache-bound-'));
const cacheBefore = process.env['XDG_CACHE_HOME'];
beforeAll(() => {
  process.env['XDG_CACHE_HOME'] = folder;
});
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = cacheBefore;
  rmSync(folder, { recursive: true, force: true });
});

// 5 requests a second: in 1 us nobody asks for anything.
const NO_REQUESTS = ['cache-bound', 'test-12', '--seeds', '1', '--arrivals', '1e-6', '--drain', '0.1'];
// In 4 s, about 20 requests on empty caches of 12 satellites: nothing has to be evicted yet, so no cache is better than another.
const NOTHING_TO_GAIN = ['cache-bound', 'test-12', '--seeds', '1', '--arrivals', '4', '--drain', '1'];

describe('cache-bound', () => {
  it('says that there were no requests instead of dividing by them', async () => {
    const { status, out, err } = await captured(NO_REQUESTS);
    expect(status, err).toBe(0);
    expect(out).not.toContain('NaN');
    expect(out).toContain('-: no requests.');
    expect(out).toContain('Best classic: none.');
    const { bestClassic, rows } = JSON.parse((await captured([...NO_REQUESTS, '--json'])).out) as {
      readonly bestClassic: string | null;
      readonly rows: readonly Record<string, unknown>[];
    };
    expect(bestClassic).toBeNull();
    expect(rows[0]).toMatchObject({ requests: 0, byteMissFrac: null, gapClosedFrac: null });
  });

  it('says that there is nothing to gain instead of dividing by it', async () => {
    const { status, out, err } = await captured([...NOTHING_TO_GAIN, '--policy', 'load-aware+greedy-finish+bypass']);
    expect(status, err).toBe(0);
    expect(out).toContain('gap closed -: nothing to gain, the gap is below 0.1 percentage points.');
    expect(out).toMatch(/\+lru .* - +\d+\.\d %\n/);
  });
});

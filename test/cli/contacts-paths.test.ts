import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-paths-'));
const cacheBefore = process.env['XDG_CACHE_HOME'];
beforeAll(() => {
  process.env['XDG_CACHE_HOME'] = folder;
});
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = cacheBefore;
  rmSync(folder, { recursive: true, force: true });
});

const paths = (...args: readonly string[]) => captured(['contacts', 'paths', ...args]);
const TEST_12 = ['--scenario', 'test-12', '--from', 'london', '--to', 'dc-frankfurt'];

interface Document {
  readonly count: number;
  readonly withPath: number;
  readonly samples: readonly {
    readonly timeS: number;
    readonly path: readonly string[] | null;
    readonly delayS: number | null;
    readonly reason: { readonly kind: string; readonly message: string } | null;
  }[];
}

describe('spacecloud contacts paths', () => {
  it('gives the published round trip of Kuiper-630 at t = 0', async () => {
    const { status, out, err } = await paths(
      ...['--scenario', 'kuiper-630-hypatia', '--from', 'manila', '--to', 'saint-petersburg'],
      ...['--start', '2000-01-01T00:00:00Z', '--end', '0', '--json'],
    );
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const { count, samples } = JSON.parse(out) as Document;
    expect([count, samples.length, samples[0]?.timeS]).toEqual([1, 1, 0]);
    expect(samples[0]?.path).toHaveLength(10);
    // Hypatia: a round trip of 76.846048722 ms; within 1 us.
    expect(Math.abs(2 * (samples[0]?.delayS ?? NaN) - 0.076846048722)).toBeLessThan(1e-6);
  });

  it('asks at the exact instants, the last one included', async () => {
    const { out } = await paths(...TEST_12, '--start', '0.2', '--end', '0.7', '--step', '0.1', '--json');
    const { samples } = JSON.parse(out) as Document;
    expect(samples.map(({ timeS }) => timeS)).toEqual([0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    // The satellite moves by some 700 m from one instant to the next.
    expect(new Set(samples.map(({ delayS }) => delayS)).size).toBe(6);
  });

  it('takes UTC, and by default the ticks of the whole scenario', async () => {
    const { out } = await paths(...TEST_12, '--start', '2026-11-22T00:09:30Z', '--jsonl');
    const times = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { timeS: number }).timeS);
    expect(times).toEqual([570, 580, 590, 600]);
  });

  it('says why there is no path, as text and as JSON', async () => {
    const asked = [...TEST_12, '--start', '400', '--end', '400'];
    expect((await paths(...asked)).out).toBe('400 s  no path: no satellite in sight of london\n');
    const { withPath, samples } = JSON.parse((await paths(...asked, '--json')).out) as Document;
    const reason = { kind: 'out-of-sight', message: 'no satellite in sight of london' };
    expect({ withPath, samples }).toEqual({
      withPath: 0,
      samples: [{ timeS: 400, path: null, delayS: null, reason }],
    });
  });

  it('as scheduled, an antenna may be on no satellite though one is in sight', async () => {
    const asked = ['--scenario', 'test-12', '--from', 'london', '--to', 'dc-frankfurt', '--step', '1'];
    const count = async (...more: readonly string[]) =>
      (JSON.parse((await paths(...asked, '--json', ...more)).out) as Document).withPath;
    // Contacts last for whole ticks, which passes do not: the schedule loses up to a tick at either end of a pass.
    const [inSight, scheduled] = [await count(), await count('--as-scheduled')];
    expect(scheduled).toBeGreaterThan(100);
    expect(scheduled).toBeLessThan(inSight);
  });

  it.each([
    [['--from', 'londn'], "Expected the name of a node, got 'londn'.", "Did you mean 'london'?"],
    [['--from', 'dc-frankfurt'], "Expected two different nodes, got 'dc-frankfurt' twice.", undefined],
    [['--start', '700'], 'Expected --start from 0 s to 600 s', undefined],
    [['--start', '-1'], 'got -1 s', undefined],
    [['--end', '2026-11-22T01:00:00Z'], 'Expected --end from 0 s to 600 s', undefined],
    [['--start', '20', '--end', '10'], 'Expected --end at or after --start (20 s), got 10 s.', undefined],
    [['--step', '0'], "Expected a number above 0 for --step, got '0'.", undefined],
    [['--step', '-3'], "Expected a number above 0 for --step, got '-3'.", undefined],
    [['--start', 'noon'], "UTC time for --start, got 'noon'.", undefined],
    [['--step', '1e-5', '--json'], 'at most 1000000 samples in one JSON document', 'Use --jsonl'],
  ])('refuses %j', async (args, message, hint) => {
    const asked = await paths(...TEST_12, '--json', ...args);
    const { error } = JSON.parse(asked.out) as { readonly error: { code: string; message: string; hint: string } };
    expect([asked.status, error.code]).toEqual([2, 'USAGE']);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint ?? '');
  });
});

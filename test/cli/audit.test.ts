import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DecisionLog, auditedPolicy } from '../../agents/audit/index.ts';
import { SPACE_CLOUD_SPEC } from '../../core/index.ts';
import { LearnedPolicy, Scorer } from '../../policies/index.ts';
import { drawnNetwork } from '../agents/audit/networks.ts';
import { randomBatch } from '../agents/audit/random-batches.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-audit-cli-'));
const log = join(folder, 'run.log');

beforeAll(() => {
  const { spec, architecture, weights, normaliser } = drawnNetwork();
  const policy = new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), {
    name: 'net',
    mode: 'greedy',
  });
  const session = { writer: 'test', startedAt: '2026-01-01T00:00:00.000Z', spec: SPACE_CLOUD_SPEC, satellite: 'sat-a' };
  const writer = new DecisionLog(log, session, { flush: 'call' });
  auditedPolicy(policy, writer, { name: 'net', kind: 'network' }).choose(randomBatch(spec, 6, 3), new Uint8Array(6));
  writer.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('spacecloud audit', () => {
  it('verifies a log, and refuses a head that is not in it', async () => {
    const { status, out } = await captured(['audit', 'verify', log, '--json']);
    expect(status).toBe(0);
    const { valid, decisions, digest, torn } = JSON.parse(out) as Record<string, unknown>;
    expect({ valid, decisions, torn }).toEqual({ valid: true, decisions: 6, torn: null });
    const anchored = await captured(['audit', 'verify', log, '--head', String(digest)]);
    expect(anchored.out).toContain('vouches for the first 6 decisions; 0 were written since');
    const other = await captured(['audit', 'verify', log, '--head', 'ab'.repeat(32)]);
    expect(other).toMatchObject({ status: 11, out: '' });
    expect(other.err).toContain('AUDIT_CHAIN');
    expect((await captured(['audit', 'verify', log, '--head', 'ab'])).status).toBe(2);
  });

  it('lists what matches', async () => {
    const { out } = await captured(['audit', 'list', log, '--json', '--limit', '2', '--by', 'policy']);
    const { matching, decisions } = JSON.parse(out) as { matching: number; decisions: unknown[] };
    expect([matching, decisions.length]).toEqual([6, 2]);
    const none = await captured(['audit', 'list', log, '--by', 'fallback', '--json']);
    expect(JSON.parse(none.out)).toEqual({ matching: 0, decisions: [] });
  });

  it('explains a decision: probabilities sum to 1 and the choice has the largest', async () => {
    const { out } = await captured(['audit', 'explain', log, '--decision', '2', '--json']);
    const { candidates, choice } = JSON.parse(out) as {
      candidates: { probability: number | null; isChosen: boolean }[];
      choice: number;
    };
    const shares = candidates.map(({ probability }) => probability ?? 0);
    // float64 sums of at most 16 terms.
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(shares[choice]).toBe(Math.max(...shares));
    const text = await captured(['audit', 'explain', log, '--decision', '2']);
    expect(text.out).toMatch(/^Decision 2: (forward|place|cache) by sat-a at \d+\.\d{3} s/);
    expect((await captured(['audit', 'explain', log, '--decision', '6'])).status).toBe(2);
  });

  it('says which file is no log', async () => {
    const file = join(folder, 'no.log');
    writeFileSync(file, 'x'.repeat(100));
    const { status, out } = await captured(['audit', 'verify', file, '--json']);
    expect(status).toBe(11);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'AUDIT_FORMAT', place: { file } } });
  });
});

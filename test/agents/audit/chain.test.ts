import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DecisionLog, verifyLog } from '../../../agents/audit/index.ts';
import { SpaceCloudError } from '../../../core/index.ts';
import { SESSION, freshLog } from './logs.ts';
import { SMALL_SPEC, firstAllowed, randomBatch } from './random-batches.ts';

/** A log of `calls` blocks of decisions behind its session and policy; where each block begins. */
function writeLog(file: string, calls: number): { readonly bytes: Buffer; readonly starts: number[] } {
  const log = new DecisionLog(file, SESSION, { flush: 'call' });
  const policy = log.policy({ name: 'p', kind: 'baseline' });
  for (let i = 0; i < calls; i++) {
    const batch = randomBatch(SMALL_SPEC, 2, i + 1);
    log.append({ policy, by: 'policy' }, { batch, choices: firstAllowed(batch), first: 0, end: 2 });
  }
  log.close();
  const bytes = readFileSync(file);
  const starts: number[] = [];
  for (let at = 0; at < bytes.length; at += 72 + bytes.readUInt32LE(at + 8) + 32) starts.push(at);
  return { bytes, starts };
}

function errorOf(work: () => unknown): SpaceCloudError {
  try {
    work();
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
  throw new Error('Expected an error, got none.');
}

describe('the chain', () => {
  it('finds every byte that is changed, at its block', () => {
    const file = freshLog();
    const { bytes, starts } = writeLog(file, 3);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      writeFileSync(file, changed);
      const { code, details } = errorOf(() => verifyLog(file));
      const block = starts.filter((start) => start <= at).length - 1;
      // The very first bytes say what the file is.
      if (at < 4) expect(code).toBe('AUDIT_FORMAT');
      else expect({ at, code, ...details }).toMatchObject({ at, code: 'AUDIT_CHAIN', block, offset: starts[block] });
    }
  });

  it('finds blocks removed, repeated, put in another order, or inserted from another log', () => {
    const file = freshLog();
    const { bytes, starts } = writeLog(file, 4);
    const block = (i: number): Buffer => bytes.subarray(starts[i], starts[i + 1] ?? bytes.length);
    const other = writeLog(freshLog(), 5);
    const foreign = other.bytes.subarray(other.starts[6]);
    const cases: readonly [string, readonly Buffer[], number][] = [
      ['removed', [block(0), block(1), block(2), block(4), block(5)], 3],
      ['repeated', [block(0), block(1), block(2), block(2), block(3)], 3],
      ['swapped', [block(0), block(1), block(3), block(2), block(4)], 2],
      ['first removed', [block(1), block(2)], 0],
      ['foreign', [block(0), block(1), block(2), block(3), foreign], 4],
    ];
    for (const [name, blocks, at] of cases) {
      writeFileSync(file, Buffer.concat(blocks));
      const { code, details, message } = errorOf(() => verifyLog(file));
      expect({ name, code, block: details['block'] }).toEqual({ name, code: 'AUDIT_CHAIN', block: at });
      expect(message).toMatch(/Expected block \d+ after .* got block \d+/);
    }
    // The same log, written twice, is the same to the byte: nothing in it but what was logged.
    expect(foreign.equals(bytes)).toBe(false);
    expect(other.bytes.subarray(0, other.starts[6]).equals(bytes)).toBe(true);
  });

  it('names a last block that was not written to its end, at every length, and goes on behind the one before', () => {
    const file = freshLog();
    const { bytes, starts } = writeLog(file, 3);
    const last = starts[4] as number;
    for (let length = last + 1; length < bytes.length; length++) {
      writeFileSync(file, bytes.subarray(0, length));
      const { torn, head } = verifyLog(file);
      expect(torn).toEqual({ block: 4, offset: last, bytes: length - last });
      expect(head).toMatchObject({ blocks: 4, decisions: 4 });
    }
    const log = new DecisionLog(file, SESSION);
    expect(log.recovered).toMatchObject({ block: 4, offset: last });
    const head = log.close();
    expect(verifyLog(file)).toMatchObject({ head, torn: undefined });
    expect(head).toMatchObject({ blocks: 5, decisions: 4 });
    expect(readFileSync(file).subarray(0, last).equals(bytes.subarray(0, last))).toBe(true);
  });

  it('takes no bytes behind the end for a torn block, unless they could be one', () => {
    const file = freshLog();
    writeLog(file, 1);
    appendFileSync(file, 'SCAM');
    expect(errorOf(() => verifyLog(file))).toMatchObject({ code: 'AUDIT_CHAIN', details: { block: 3 } });
    expect(errorOf(() => new DecisionLog(file, SESSION)).code).toBe('AUDIT_CHAIN');
  });

  it('finds a cut between two blocks with an anchored head only', () => {
    const file = freshLog();
    const { starts } = writeLog(file, 3);
    const { head } = verifyLog(file);
    truncateSync(file, starts[4]);
    expect(verifyLog(file).head).toMatchObject({ blocks: 4, decisions: 4 });
    expect(errorOf(() => verifyLog(file, { head: head.digest }))).toMatchObject({ code: 'AUDIT_CHAIN' });
    // A head from before is still in the chain when the log has gone on.
    const early = verifyLog(file).head;
    const log = new DecisionLog(file, SESSION);
    log.close();
    expect(verifyLog(file, { head: early.digest.toUpperCase() }).anchor).toEqual({ blocks: 4, decisions: 4 });
  });

  it('refuses what is no log', () => {
    const file = freshLog();
    writeFileSync(file, 'a text of some length, so that there is room for a header and more than that: 72 bytes.');
    expect(errorOf(() => verifyLog(file)).code).toBe('AUDIT_FORMAT');
    writeFileSync(file, 'short');
    expect(errorOf(() => verifyLog(file)).code).toBe('AUDIT_FORMAT');
    expect(errorOf(() => verifyLog(`${file}.none`)).code).toBe('FILE_NOT_FOUND');
  });

  it('is verified by 50 lines of Python that know the documented format only', () => {
    const file = freshLog();
    const { bytes, starts } = writeLog(file, 3);
    const python = (...args: string[]): { readonly status: number | null; readonly out: string } => {
      const { status, stdout } = spawnSync('python3', [join(import.meta.dirname, 'verify_log.py'), ...args], {
        encoding: 'utf8',
      });
      return { status, out: stdout };
    };
    if (spawnSync('python3', ['--version']).status !== 0) {
      console.warn('skipped: no python3 on this machine');
      return;
    }
    const { head } = verifyLog(file);
    const { out } = python(file, head.digest);
    expect(JSON.parse(out)).toEqual({ head: head.digest, blocks: 5, decisions: 6, torn: 0, sessions: 1 });
    for (const at of [5, 40, 65, 100, bytes.length - 1, (starts[3] as number) + 90]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 4;
      writeFileSync(file, changed);
      expect(python(file).status).toBe(1);
    }
    writeFileSync(file, bytes.subarray(0, -1));
    expect(JSON.parse(python(file).out)).toMatchObject({ blocks: 4, torn: bytes.length - 1 - (starts[4] as number) });
    expect(python(file, head.digest).status).toBe(1);
  });
});

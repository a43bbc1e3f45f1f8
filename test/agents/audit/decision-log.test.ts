import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecisionLog, observationHash, verifyLog } from '../../../agents/audit/index.ts';
import { SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import { SESSION, allDecisions, freshLog } from './logs.ts';
import { SMALL_SPEC, firstAllowed, randomBatch } from './random-batches.ts';

/** The bits of floats: NaN and -0 are told apart. */
function bits(values: Float32Array | undefined): number[] {
  return values === undefined ? [] : [...new Uint32Array(values.slice().buffer)];
}

describe('DecisionLog', () => {
  it('gives back every column bit by bit, whatever the batches, flushes and sessions', () => {
    const file = freshLog();
    const parts = fc.array(
      fc.record({
        rows: fc.integer({ min: 1, max: 40 }),
        seed: fc.nat(1e6),
        units: fc.constantFrom(0, 0, 3),
        logits: fc.boolean(),
        by: fc.constantFrom('policy' as const, 'fallback' as const),
        flush: fc.constantFrom('none', 'flush', 'reopen'),
        // Mostly without a thread: each takes a good part of a second to start from source.
        each: fc.constantFrom(...Array<'call'>(15).fill('call'), 'block' as const),
      }),
      { minLength: 1, maxLength: 6 },
    );
    let before = 0;
    fc.assert(
      fc.property(parts, (given) => {
        let log = new DecisionLog(file, SESSION, { flush: given[0]?.each ?? 'block' });
        let policy = log.policy({ name: 'p', kind: 'other' });
        const expected = given.map(({ rows, seed, units, logits: hasLogits, by, flush, each }) => {
          const batch = randomBatch(SMALL_SPEC, rows, seed);
          const choices = firstAllowed(batch);
          const logits = hasLogits
            ? Float32Array.from({ length: rows * 5 }, (_, i) => Math.fround(i / 7 - seed))
            : undefined;
          const memory =
            units > 0 ? Float32Array.from({ length: rows * units }, (_, i) => Math.fround(i / 3)) : undefined;
          log.append({ policy, by, logits, memory, memoryUnits: units }, { batch, choices, first: 0, end: rows });
          if (flush === 'flush') log.flush();
          if (flush === 'reopen') {
            log.close();
            log = new DecisionLog(file, SESSION, { flush: each });
            policy = log.policy({ name: 'p', kind: 'other' });
          }
          return { batch, choices, logits, memory, units, by };
        });
        log.close();
        const read = allDecisions(file).slice(before);
        before += read.length;
        let i = 0;
        for (const { batch, choices, logits, memory, units, by } of expected) {
          for (let row = 0; row < batch.n; row++) {
            const got = read[i++];
            const kind = SMALL_SPEC.kinds[batch.kind[row] as number] as (typeof SMALL_SPEC)['kinds'][number];
            const count = batch.candidateCount[row] as number;
            expect(got).toMatchObject({
              kind: batch.kind[row],
              by,
              choice: choices[row],
              world: batch.world[row],
              agent: batch.agent[row],
              decision: batch.decision[row],
              task: batch.task[row],
              destination: batch.destination[row],
              sizeBits: batch.sizeBits[row],
              timeS: batch.timeS[row],
              count,
            });
            const c = row * batch.contextStride;
            expect(bits(got?.context)).toEqual(bits(batch.context.subarray(c, c + kind.context.length)));
            const candidates = Array.from({ length: count }, (_, k) => {
              const at = (row * 5 + k) * batch.candidateStride;
              return bits(batch.candidates.subarray(at, at + kind.candidate.length));
            });
            expect(bits(got?.candidates)).toEqual(candidates.flat());
            expect([...(got?.actionMask ?? [])]).toEqual([...batch.actionMask.subarray(row * 5, row * 5 + count)]);
            expect([...(got?.candidateNode ?? [])]).toEqual([
              ...batch.candidateNode.subarray(row * 5, row * 5 + count),
            ]);
            expect(bits(got?.logits)).toEqual(bits(logits?.subarray(row * 5, row * 5 + count)));
            expect(bits(got?.memory)).toEqual(bits(memory?.subarray(row * units, (row + 1) * units)));
          }
        }
        expect(i).toBe(read.length);
      }),
      { numRuns: 40 },
    );
    expect(before).toBeGreaterThan(500);
  });

  it('keeps the bits of NaN and of -0', () => {
    const file = freshLog();
    const batch = randomBatch(SMALL_SPEC, 1, 1);
    batch.kind[0] = 0;
    const words = new Uint32Array(batch.context.buffer);
    words[0] = 0x7fc01234; // a NaN with something in it
    words[1] = 0x80000000; // -0
    const log = new DecisionLog(file, SESSION);
    const policy = log.policy({ name: 'p', kind: 'baseline' });
    log.append({ policy, by: 'policy' }, { batch, choices: firstAllowed(batch), first: 0, end: 1 });
    log.close();
    expect(bits(allDecisions(file)[0]?.context).slice(0, 2)).toEqual([0x7fc01234, 0x80000000]);
  });

  it('fills blocks and begins the next: 1,000 decisions of the space cloud take several', () => {
    const file = freshLog();
    const batch = randomBatch(SPACE_CLOUD_SPEC, 1000, 2);
    const log = new DecisionLog(file, { ...SESSION, spec: SPACE_CLOUD_SPEC });
    const policy = log.policy({ name: 'p', kind: 'baseline' });
    log.append({ policy, by: 'policy' }, { batch, choices: firstAllowed(batch), first: 0, end: 1000 });
    const head = log.close();
    const read = allDecisions(file);
    expect(read.map(({ decision }) => decision)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    // About 0.7 kB each, so that a block of 64 KiB holds some 90: twelve blocks, session and policy.
    expect(head?.blocks).toBe(14);
    expect(head?.decisions).toBe(1000);
    expect(head).toEqual(verifyLog(file).head);
  });

  it('has the digest of the last block as its head, and an observation the hash of its bytes in the file', () => {
    const file = freshLog();
    const batch = randomBatch(SMALL_SPEC, 1, 3);
    const log = new DecisionLog(file, SESSION, { flush: 'call' });
    const policy = log.policy({ name: 'p', kind: 'baseline' });
    log.append({ policy, by: 'policy' }, { batch, choices: firstAllowed(batch), first: 0, end: 1 });
    // Flushed by the call: the file is complete before the log is closed.
    const bytes = readFileSync(file);
    expect(log.head().digest).toBe(bytes.subarray(-32).toString('hex'));
    const last = bytes.lastIndexOf('SCAL');
    expect(createHash('sha256').update(bytes.subarray(last, -32)).digest('hex')).toBe(log.head().digest);
    const record = bytes.subarray(last + 72, -32);
    const observation = record.subarray(16, 16 + record.readUInt32LE(4));
    const [decision] = allDecisions(file);
    expect(observationHash(decision as NonNullable<typeof decision>)).toBe(
      createHash('sha256').update(observation).digest('hex'),
    );
    log.close();
  });

  it('refuses decisions of another specification, and any after the end', () => {
    const log = new DecisionLog(freshLog(), SESSION);
    const policy = log.policy({ name: 'p', kind: 'baseline' });
    const batch = randomBatch(SPACE_CLOUD_SPEC, 1, 4);
    const rows = { batch, choices: firstAllowed(batch), first: 0, end: 1 };
    expect(() => log.append({ policy, by: 'policy' }, rows)).toThrow(/Expected decisions of specification/);
    expect(log.close()).toMatchObject({ blocks: 2, decisions: 0 });
    expect(log.close()).toBeUndefined();
    expect(() => log.append({ policy, by: 'policy' }, rows)).toThrow(/open decision log/);
  });

  it('seals when it is told that there is time: what came meanwhile is one block, and a normal end loses nothing', () => {
    const file = freshLog();
    const due: (() => void)[] = [];
    const log = new DecisionLog(file, SESSION, { flush: (seal) => void due.push(seal) });
    const policy = log.policy({ name: 'p', kind: 'baseline' });
    const append = (seed: number): void => {
      const batch = randomBatch(SMALL_SPEC, 2, seed);
      log.append({ policy, by: 'policy' }, { batch, choices: firstAllowed(batch), first: 0, end: 2 });
    };
    append(1);
    append(2);
    expect(due.length).toBe(1);
    expect(verifyLog(file).head).toMatchObject({ blocks: 2, decisions: 0 });
    due[0]?.();
    expect(verifyLog(file).head).toMatchObject({ blocks: 3, decisions: 4 });
    append(3);
    expect(due.length).toBe(2);
    expect(log.close()).toMatchObject({ blocks: 4, decisions: 6 });
    due[1]?.();
    expect(verifyLog(file).head).toMatchObject({ blocks: 4, decisions: 6 });
  });

  it('says what stands in the way of writing, also from the thread that writes', () => {
    expect(() => new DecisionLog(`${import.meta.filename}/x.log`, SESSION)).toThrow(
      expect.objectContaining({ code: 'FILE_WRITE' }),
    );
    if (!existsSync('/dev/full')) return;
    const full = expect.objectContaining({ code: 'DISK_FULL' }) as Error;
    expect(() => new DecisionLog('/dev/full', SESSION, { flush: 'call' })).toThrow(full);
    const log = new DecisionLog('/dev/full', SESSION);
    expect(() => log.head()).toThrow(full);
    expect(() => log.close()).toThrow(full);
  });
});

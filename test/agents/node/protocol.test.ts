import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeRequest,
  encodeRequest,
  requestRows,
  rowBytes,
  rowsPerRequest,
} from '../../../agents/node/batch-codec.ts';
import { FRAME, FrameReader, HEADER_BYTES, MAX_FRAME_BYTES, createFrame } from '../../../agents/node/frames.ts';
import {
  decodeAnswer,
  decodeHello,
  decodeRefusal,
  encodeAnswer,
  encodeHello,
  encodeRefusal,
} from '../../../agents/node/messages.ts';
import { SPACE_CLOUD_SPEC, createDecisionBatch } from '../../../core/index.ts';
import { ScriptedWorld } from '../scripted-world.ts';

const payloadOf = (frame: Buffer): Buffer => frame.subarray(HEADER_BYTES);
const hello = {
  protocol: 1,
  specHash: 'abc',
  satellite: 'sat-ü',
  policy: 'p',
  bundleVersion: '1.2',
  refusal: null,
} as const;

describe('frames', () => {
  it('are the same however the bytes are chopped', () => {
    const frames = [encodeHello(hello), createFrame(FRAME.goodbye, 0), encodeAnswer(7, Uint8Array.of(1, 2, 3), 3)];
    const stream = Buffer.concat(frames);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: stream.length }), { maxLength: 20 }), (cuts) => {
        const reader = new FrameReader(MAX_FRAME_BYTES);
        const read: string[] = [];
        const ends = [...new Set([...cuts, stream.length])].sort((a, b) => a - b);
        let from = 0;
        for (const end of ends) {
          reader.push(stream.subarray(from, end), ({ kind, payload }) =>
            read.push(`${kind}:${payload.toString('hex')}`),
          );
          from = end;
        }
        expect(read).toEqual(frames.map((frame) => `${frame[4]}:${payloadOf(frame).toString('hex')}`));
      }),
      { seed: 4 },
    );
  });

  it('with an impossible length are refused before they are stored', () => {
    for (const length of [0, 4097, 0xffffffff]) {
      const header = Buffer.alloc(4);
      header.writeUInt32LE(length);
      expect(() => new FrameReader(4096).push(header, () => undefined)).toThrow(
        expect.objectContaining({ code: 'NODE_PROTOCOL' }),
      );
    }
  });

  it('too large to send are refused', () => {
    expect(() => createFrame(FRAME.request, MAX_FRAME_BYTES)).toThrow(/2097152/);
  });
});

describe('messages', () => {
  it('survive the way, with text beyond ASCII and a refusal', () => {
    expect(decodeHello(payloadOf(encodeHello(hello)))).toEqual(hello);
    const refused = { ...hello, refusal: 'expired' } as const;
    expect(decodeHello(payloadOf(encodeHello(refused)))).toEqual(refused);
    const refusal = { code: 'BUNDLE_SPEC', message: 'other' };
    expect(decodeRefusal(payloadOf(encodeRefusal(refusal)))).toEqual(refusal);
    const { sequence, choices } = decodeAnswer(payloadOf(encodeAnswer(0xfffffffe, Uint8Array.of(4, 5, 6), 2)));
    expect([sequence, ...choices]).toEqual([0xfffffffe, 4, 5]);
  });

  it('of another version, of no known reason or with too long a text are refused', () => {
    expect(() => decodeHello(payloadOf(encodeHello({ ...hello, protocol: 2 })))).toThrow(/version 1, got 2/);
    const strange = { ...hello, refusal: 'mood' as 'expired' };
    expect(() => decodeHello(payloadOf(encodeHello(strange)))).toThrow(/mood/);
    expect(() => encodeHello({ ...hello, satellite: 'x'.repeat(600) })).toThrow(/512/);
  });

  it('cut short, lengthened or made of noise throw NODE_PROTOCOL, never anything else', () => {
    const good = payloadOf(encodeHello(hello));
    const payload = fc.oneof(
      fc.integer({ min: 0, max: good.length - 1 }).map((length) => good.subarray(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 9 }).map((more) => Buffer.concat([good, more])),
      fc.uint8Array({ maxLength: 80 }).map((noise) => Buffer.concat([Buffer.of(1, 0), noise])),
    );
    fc.assert(
      fc.property(payload, (bytes) => {
        for (const decode of [decodeHello, decodeAnswer, (p: Buffer) => requestRows(p, SPACE_CLOUD_SPEC)]) {
          try {
            decode(Buffer.from(bytes));
          } catch (error) {
            expect(error).toMatchObject({ code: 'NODE_PROTOCOL' });
          }
        }
      }),
      { seed: 5 },
    );
    expect(() => decodeHello(good.subarray(0, good.length - 1))).toThrow();
  });
});

describe('requests', () => {
  it('carry every column of the rows in use', () => {
    const sent = createDecisionBatch(SPACE_CLOUD_SPEC, 16);
    new ScriptedWorld({ seed: 3, burst: 5 }).advance(sent, 2, 10);
    sent.task.fill(-7, 0, 5);
    sent.timeS.fill(1 / 3, 0, 5);
    const frame = encodeRequest(9, sent);
    // 2 bytes kind and count, 2 world, 4 x 4 ids, 2 x 8 size and time, 16 context, 16 x (17 candidate + mask + node).
    expect(rowBytes(SPACE_CLOUD_SPEC)).toBe(2 + 2 + 16 + 16 + 16 * 4 + 16 * (17 * 4 + 1 + 4));
    expect(frame.length).toBe(HEADER_BYTES + 6 + 5 * 1268);
    const received = createDecisionBatch(SPACE_CLOUD_SPEC, 5);
    expect(requestRows(payloadOf(frame), SPACE_CLOUD_SPEC)).toBe(5);
    expect(decodeRequest(payloadOf(frame), received)).toBe(9);
    expect(received.n).toBe(5);
    for (const [name, column] of Object.entries(received)) {
      if (!ArrayBuffer.isView(column)) continue;
      const whole = (sent as unknown as Record<string, Float64Array>)[name] as Float64Array;
      expect([...(column as Float64Array)], name).toEqual([...whole.subarray(0, (column as Float64Array).length)]);
    }
  });

  it('with rows of no known kind are refused', () => {
    const sent = createDecisionBatch(SPACE_CLOUD_SPEC, 1);
    new ScriptedWorld({ seed: 3, burst: 1 }).advance(sent, 0, 10);
    sent.kind[0] = 3;
    const frame = encodeRequest(1, sent);
    const received = createDecisionBatch(SPACE_CLOUD_SPEC, 1);
    expect(() => decodeRequest(payloadOf(frame), received)).toThrow(/kind 3/);
  });

  it('fit at least the rows of sixteen worlds', () => {
    // (2^21 - 1 - 6) / 1268 = 1653.9
    expect(rowsPerRequest(SPACE_CLOUD_SPEC)).toBe(1653);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ABSTAINED, decodeAnswer, encodeAnswer } from '../../../agents/node/answer.ts';
import {
  decodeRequest,
  encodeRequest,
  requestRows,
  rowBytes,
  rowsPerRequest,
} from '../../../agents/node/batch-codec.ts';
import { FrameReader } from '../../../agents/node/frames.ts';
import {
  HEADER_BYTES,
  KIND,
  MAX_MESSAGE_BYTES,
  createMessage,
  openMessage,
  seal,
} from '../../../agents/node/message.ts';
import {
  decodeHeartbeat,
  decodeHello,
  decodeRefusal,
  decodeStanding,
  decodeWelcome,
  encodeHeartbeat,
  encodeHello,
  encodeRefusal,
  encodeStanding,
  encodeWelcome,
} from '../../../agents/node/messages.ts';
import { decodeEvent, decodeSnapshot, encodeEvent, encodeSnapshot } from '../../../agents/node/mirror-messages.ts';
import { SPACE_CLOUD_SPEC, createDecisionBatch } from '../../../core/index.ts';
import { ScriptedWorld } from '../scripted-world.ts';

const bodyOf = (message: Buffer): Buffer => message.subarray(HEADER_BYTES);
const hello = {
  nonce: 0xfedcba98,
  specHash: 'abc',
  satellite: 'sat-ü',
  policy: 'p',
  bundleVersion: '1.2',
  refusal: null,
} as const;

describe('a message', () => {
  const sent = seal(encodeWelcome(7), 0x89abcdef, 0xfffffffe);

  it('arrives with its kind, session and number', () => {
    expect(openMessage(sent)).toEqual({
      kind: KIND.welcome,
      flags: 0,
      session: 0x89abcdef,
      sequence: 0xfffffffe,
      body: bodyOf(sent),
    });
  });

  it('has the CRC-32 of ISO 3309 over header and body', () => {
    // CRC-32 of "123456789" is cbf43926; here of the twelve bytes of the header and the body.
    const message = seal(createMessage(KIND.ping, 0), 1, 2);
    // By hand, bit by bit.
    let crc = 0xffffffff;
    for (const byte of message.subarray(0, 12)) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
    }
    expect(message.readUInt32LE(12)).toBe((crc ^ 0xffffffff) >>> 0);
  });

  it('with any one bit changed, cut short or lengthened is corrupt', () => {
    for (let bit = 0; bit < sent.length * 8; bit++) {
      const damaged = Buffer.from(sent);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(openMessage(damaged), `bit ${bit}`).toBe('corrupt');
    }
    for (let length = 0; length < sent.length; length++) expect(openMessage(sent.subarray(0, length))).toBe('corrupt');
    expect(openMessage(Buffer.concat([sent, Buffer.of(0)]))).toBe('corrupt');
  });

  it('of another version is told from a damaged one', () => {
    const other = Buffer.from(sent);
    other[1] = 3;
    expect(openMessage(seal(other, 1, 1))).toBe('version');
  });

  it('too large to send is refused', () => {
    expect(() => createMessage(KIND.request, MAX_MESSAGE_BYTES)).toThrow(/2097152/);
  });
});

describe('frames', () => {
  it('are the same however the bytes are chopped', () => {
    const messages = [seal(encodeHello(hello), 0, 0), seal(createMessage(KIND.goodbye, 0), 3, 9)];
    const stream = Buffer.concat(
      messages.flatMap((message) => {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(message.length);
        return [length, message];
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: stream.length }), { maxLength: 20 }), (cuts) => {
        const reader = new FrameReader(4096);
        const read: string[] = [];
        const ends = [...new Set([...cuts, stream.length])].sort((a, b) => a - b);
        let from = 0;
        for (const end of ends) {
          reader.push(stream.subarray(from, end), (message) => read.push(message.toString('hex')));
          from = end;
        }
        expect(read).toEqual(messages.map((message) => message.toString('hex')));
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
});

describe('bodies', () => {
  it('survive the way, with text beyond ASCII and a refusal', () => {
    expect(decodeHello(bodyOf(encodeHello(hello)))).toEqual(hello);
    const refused = { ...hello, refusal: 'revoked' } as const;
    expect(decodeHello(bodyOf(encodeHello(refused)))).toEqual(refused);
    expect(decodeWelcome(bodyOf(encodeWelcome(0xffffffff)))).toBe(0xffffffff);
    expect(decodeHeartbeat(bodyOf(encodeHeartbeat(12)))).toBe(12);
    const refusal = { nonce: 4, code: 'BUNDLE_SPEC', message: 'other' };
    expect(decodeRefusal(bodyOf(encodeRefusal(refusal)))).toEqual(refusal);
    const standing = { policy: 'p', bundleVersion: '2', refusal: 'rollback' } as const;
    expect(decodeStanding(bodyOf(encodeStanding(standing)))).toEqual(standing);
    const event = { world: 3, event: { type: 'bundle.refused', reason: 'signers' } } as const;
    expect(decodeEvent(bodyOf(encodeEvent(event)))).toEqual(event);
    const plain = { world: 65_535, event: { type: 'power.low' } } as const;
    expect(decodeEvent(bodyOf(encodeEvent(plain)))).toEqual(plain);
    const snapshot = { world: 1, snapshot: { value: { power: 'safe' } } };
    expect(decodeSnapshot(bodyOf(encodeSnapshot(snapshot)))).toEqual(snapshot);
  });

  it('of answers carry choices, capabilities and why rows were left out', () => {
    const answer = {
      request: 0xfffffffe,
      abstention: 'input',
      choices: Uint8Array.of(4, ABSTAINED, 6),
      capabilities: Uint8Array.of(63, 47, 0),
    } as const;
    const { request, abstention, choices, capabilities } = decodeAnswer(bodyOf(encodeAnswer(answer, 2)));
    expect([request, abstention, [...choices], [...capabilities]]).toEqual([0xfffffffe, 'input', [4, 255], [63, 47]]);
  });

  it('of no known reason or with too long a text are refused', () => {
    const strange = { ...hello, refusal: 'mood' as 'expired' };
    expect(() => decodeHello(bodyOf(encodeHello(strange)))).toThrow(/mood/);
    expect(() => encodeHello({ ...hello, satellite: 'x'.repeat(600) })).toThrow(/512/);
  });

  it('cut short, lengthened or made of noise throw NODE_PROTOCOL, never anything else', () => {
    const good = bodyOf(encodeHello(hello));
    const bodies = fc.oneof(
      fc.integer({ min: 0, max: good.length - 1 }).map((length) => good.subarray(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 9 }).map((more) => Buffer.concat([good, more])),
      fc.uint8Array({ maxLength: 80 }),
    );
    const decoders = [
      ...[decodeHello, decodeWelcome, decodeRefusal, decodeStanding, decodeHeartbeat],
      ...[decodeAnswer, decodeEvent, decodeSnapshot],
      (body: Buffer) => requestRows(body, SPACE_CLOUD_SPEC),
    ];
    fc.assert(
      fc.property(bodies, (bytes) => {
        for (const decode of decoders) {
          try {
            decode(Buffer.from(bytes));
          } catch (error) {
            expect(error).toMatchObject({ code: 'NODE_PROTOCOL' });
          }
        }
      }),
      { seed: 5, numRuns: 2000 },
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
    const message = encodeRequest(sent);
    // 2 bytes kind and count, 2 world, 4 x 4 ids, 2 x 8 size and time, 16 context, 16 x (17 candidate + mask + node).
    expect(rowBytes(SPACE_CLOUD_SPEC)).toBe(2 + 2 + 16 + 16 + 16 * 4 + 16 * (17 * 4 + 1 + 4));
    expect(message.length).toBe(HEADER_BYTES + 2 + 5 * 1268);
    const received = createDecisionBatch(SPACE_CLOUD_SPEC, 5);
    expect(requestRows(bodyOf(message), SPACE_CLOUD_SPEC)).toBe(5);
    decodeRequest(bodyOf(message), received);
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
    const message = encodeRequest(sent);
    const received = createDecisionBatch(SPACE_CLOUD_SPEC, 1);
    expect(() => decodeRequest(bodyOf(message), received)).toThrow(/kind 3/);
  });

  it('fit at least the rows of sixteen worlds, and of a bus whose messages end at 1 MiB', () => {
    // (2^21 - 16 - 2) / 1268 = 1653.9; (2^20 - 18) / 1268 = 826.9
    expect(rowsPerRequest(SPACE_CLOUD_SPEC, MAX_MESSAGE_BYTES)).toBe(1653);
    expect(rowsPerRequest(SPACE_CLOUD_SPEC, 1 << 20)).toBe(826);
  });
});

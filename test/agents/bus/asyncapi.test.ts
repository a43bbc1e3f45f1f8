import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { tokenOf, subjectsOf } from '../../../agents/bus/index.ts';
import { type GroundOrder, type NodeReport, decodeOrder, decodeReport } from '../../../agents/bus/ops/orders.ts';
import { encodeAnswer } from '../../../agents/node/answer.ts';
import { encodeRequest } from '../../../agents/node/batch-codec.ts';
import { HEADER_BYTES, KIND, PROTOCOL_VERSION, RETRY, seal } from '../../../agents/node/message.ts';
import {
  encodeBare,
  encodeHeartbeat,
  encodeHello,
  encodeRefusal,
  encodeStanding,
  encodeWelcome,
} from '../../../agents/node/messages.ts';
import { encodeEvent, encodeSnapshot } from '../../../agents/node/mirror-messages.ts';
import { BUNDLE_REFUSALS } from '../../../agents/satellite.machine.ts';
import { SPACE_CLOUD_SPEC, candidateWidth, contextWidth, createDecisionBatch } from '../../../core/index.ts';
import { must } from '../../present.ts';

interface Field {
  readonly name: string;
  readonly type: 'u8' | 'u16' | 'u32' | 'i32' | 'f32' | 'f64' | 'text' | 'json';
  readonly count?: string;
}
interface MessageDoc {
  readonly 'x-kind'?: number;
  readonly 'x-type'?: string;
  readonly 'x-layout'?: readonly Field[];
  readonly payload?: {
    readonly required?: readonly string[];
    readonly properties?: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
  };
  readonly examples?: readonly { readonly payload: Readonly<Record<string, unknown>> }[];
}
interface Reference {
  readonly $ref: string;
}
interface Document {
  readonly asyncapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly 'x-header': { readonly bytes: number; readonly layout: readonly Field[] };
  readonly channels: Readonly<
    Record<
      string,
      {
        readonly address: string;
        readonly parameters: Readonly<Record<string, unknown>>;
        readonly messages: Readonly<Record<string, Reference>>;
      }
    >
  >;
  readonly operations: Readonly<Record<string, { readonly action: string; readonly channel: Reference }>>;
  readonly components: { readonly messages: Readonly<Record<string, MessageDoc>> };
}

const document = parse(readFileSync(new URL('../../../docs/asyncapi.yaml', import.meta.url), 'utf8')) as Document;
const { channels, operations } = document;
const messages = document.components.messages;

/** Messages of the document that a channel carries. */
function carried(channel: string): readonly string[] {
  return Object.keys(must(channels[channel]).messages);
}

describe('docs/asyncapi.yaml', () => {
  it('is AsyncAPI 3.0 whose references lead somewhere, and whose parameters stand in the addresses', () => {
    expect(document.asyncapi).toBe('3.0.0');
    for (const [name, { address, parameters, messages: references }] of Object.entries(channels)) {
      expect(
        [...address.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter),
        name,
      ).toEqual(Object.keys(parameters));
      for (const [message, { $ref }] of Object.entries(references)) {
        expect($ref).toBe(`#/components/messages/${message}`);
        expect(messages, $ref).toHaveProperty(message);
      }
    }
    for (const [name, { action, channel }] of Object.entries(operations)) {
      expect(['send', 'receive'], name).toContain(action);
      expect(channels, name).toHaveProperty(must(/^#\/channels\/(\w+)$/.exec(channel.$ref)?.[1]));
    }
    const used = new Set(Object.keys(channels).flatMap(carried));
    expect([...used].sort()).toEqual(Object.keys(messages).sort());
  });

  it('has every subject of the code, and no other', () => {
    const subjects = subjectsOf('demo');
    const code = {
      satelliteIn: subjects.satelliteIn('sat 1'),
      satelliteOut: subjects.satelliteOut('sat 1'),
      opsIn: subjects.opsIn('sat 1'),
      opsOut: subjects.opsOut('sat 1'),
      telemetry: subjects.telemetry('sat 1'),
      mode: `$KV.${subjects.modeBucket}.${subjects.modeKey('sat 1')}`,
      bundle: `$O.${subjects.bundleBucket}.>`,
      takeover: `${subjects.takeover('station 1')}.>`,
    };
    const filled = Object.entries(channels).map(([name, { address }]) => [
      name,
      address
        .replace('{fleet}', 'demo')
        .replace('{satellite}', tokenOf('sat 1'))
        .replace('{domain}', tokenOf('station 1')),
    ]);
    expect(Object.fromEntries(filled)).toEqual(code);
    expect(Object.keys(subjects.every).filter((name) => !(name in channels))).toEqual([]);
  });

  it('has every kind of message of the body plane, and no other', () => {
    const body = [...carried('satelliteIn'), ...carried('satelliteOut')];
    expect(Object.fromEntries(body.map((name) => [name, must(messages[name])['x-kind']]))).toEqual(KIND);
  });

  it('has the header of the code', () => {
    const message = seal(encodeRefusal({ nonce: 1, code: 'NODE_NAME', message: '' }, true), 77, 78);
    const { values, end } = read(message, 0, document['x-header'].layout, {});
    expect(end).toBe(HEADER_BYTES);
    expect(document['x-header'].bytes).toBe(HEADER_BYTES);
    expect(values).toMatchObject({
      magic: 167,
      version: PROTOCOL_VERSION,
      kind: KIND.refused,
      flags: RETRY,
      session: 77,
      sequence: 78,
    });
    expect(document.info.version.split('.')[0]).toBe(String(PROTOCOL_VERSION));
  });

  it('has every message of the operations plane, and no other', () => {
    const orders: Record<GroundOrder['type'], true> = { update: true, revoke: true };
    const reports: Record<NodeReport['type'], true> = {
      installed: true,
      refused: true,
      revoked: true,
      failed: true,
      auditHead: true,
    };
    const typesOf = (channel: string): unknown[] =>
      carried(channel)
        .map((name) => must(messages[name])['x-type'])
        .sort();
    expect(typesOf('opsIn')).toEqual(Object.keys(orders).sort());
    expect(typesOf('opsOut')).toEqual(Object.keys(reports).sort());
    expect(must(messages['orderRefused']).payload?.properties?.['reason']?.enum).toEqual(BUNDLE_REFUSALS);
  });

  it('has schemas of orders and reports as strict as the code', () => {
    const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
    for (const [channel, decode] of [
      ['opsIn', decodeOrder],
      ['opsOut', decodeReport],
    ] as const) {
      for (const name of carried(channel)) {
        const { payload, examples } = must(messages[name]);
        const example = must(examples?.[0]).payload;
        expect(decode(encode(example)), name).toEqual(example);
        expect(decode(encode({ ...example, other: 1 })), name).toBeUndefined();
        const required = must(payload?.required);
        for (const field of required) {
          const rest = Object.fromEntries(Object.entries(example).filter(([key]) => key !== field));
          expect(decode(encode(rest)), `${name} without ${field}`).toBeUndefined();
        }
        const optional = Object.keys(must(payload?.properties)).filter((key) => !required.includes(key));
        for (const field of optional) expect(decode(encode({ ...example, [field]: 'text' })), field).toBeDefined();
      }
    }
  });
});

const BYTES = { u8: 1, u16: 2, u32: 4, i32: 4, f32: 4, f64: 8 } as const;

/** Reads a message by the layout of the document. */
function read(
  bytes: Buffer,
  from: number,
  layout: readonly Field[],
  sizes: Readonly<Record<string, number>>,
): { readonly values: Readonly<Record<string, unknown>>; readonly end: number } {
  const values: Record<string, unknown> = {};
  let at = from;
  for (const { name, type, count } of layout) {
    if (type === 'text') {
      const length = bytes.readUInt16LE(at);
      values[name] = bytes.toString('utf8', at + 2, at + 2 + length);
      at += 2 + length;
    } else if (type === 'json') {
      values[name] = JSON.parse(bytes.toString('utf8', at)) as unknown;
      at = bytes.length;
    } else {
      const factors = count?.split(' * ').map((factor) => must(sizes[factor] ?? (values[factor] as number)));
      const numbers = Array.from({ length: factors?.reduce((a, b) => a * b, 1) ?? 1 }, (_, i) =>
        number(bytes, at + i * BYTES[type], type),
      );
      at += numbers.length * BYTES[type];
      values[name] = count === undefined ? numbers[0] : numbers;
    }
  }
  return { values, end: at };
}

function number(bytes: Buffer, at: number, type: keyof typeof BYTES): number {
  if (type === 'f32') return bytes.readFloatLE(at);
  if (type === 'f64') return bytes.readDoubleLE(at);
  if (type === 'i32') return bytes.readInt32LE(at);
  return bytes.readUIntLE(at, BYTES[type]);
}

describe('layouts of docs/asyncapi.yaml', () => {
  const spec = SPACE_CLOUD_SPEC;
  const sizes = { K: spec.maxCandidates, C: contextWidth(spec), F: candidateWidth(spec) };
  const standing = { policy: 'ppo', bundleVersion: '3', refusal: 'expired' } as const;
  const hello = { nonce: 5, specHash: 'abc', satellite: 'sat-1 ü', ...standing };
  const refusal = { nonce: 5, code: 'NODE_NAME', message: 'Expected another name.' };
  const snapshot = { world: 300, snapshot: { value: { power: 'nominal' } } };
  const answer = { choices: Uint8Array.of(2, 255, 9), capabilities: Uint8Array.of(7, 255, 9) };
  const batch = createDecisionBatch(spec, 3);
  batch.n = 2;
  batch.kind.set([1, 0]);
  batch.candidateCount.set([2, 3]);
  batch.world.set([0, 300]);
  batch.agent.set([4, 5]);
  batch.decision.set([70_000, 6]);
  batch.task.set([8, 9]);
  batch.destination.set([-1, 3]);
  batch.sizeBits.set([1e9, 2.5]);
  batch.timeS.set([0.1, 86_400]);
  for (const column of [batch.context, batch.candidates, batch.candidateNode])
    column.forEach((_, i) => (column[i] = i));
  batch.actionMask.fill(1, 0, 5);
  const { K, C, F } = sizes;
  const rows = (column: ArrayLike<number>, width: number): number[] => Array.from(column).slice(0, 2 * width);

  const cases: Readonly<Record<keyof typeof KIND, readonly [message: Buffer, values: object]>> = {
    hello: [encodeHello(hello), hello],
    welcome: [encodeWelcome(6), { nonce: 6 }],
    refused: [encodeRefusal(refusal), refusal],
    request: [
      encodeRequest(batch),
      {
        n: 2,
        kind: [1, 0],
        candidateCount: [2, 3],
        world: [0, 300],
        agent: [4, 5],
        decision: [70_000, 6],
        task: [8, 9],
        destination: [-1, 3],
        sizeBits: [1e9, 2.5],
        timeS: [0.1, 86_400],
        context: rows(batch.context, C),
        candidates: rows(batch.candidates, K * F),
        actionMask: rows(batch.actionMask, K),
        candidateNode: rows(batch.candidateNode, K),
      },
    ],
    answer: [
      encodeAnswer({ request: 9, abstention: 'missing', ...answer }, 2),
      // The reasons after `input` (1) and `mode` (2).
      {
        request: 9,
        abstention: 3 + BUNDLE_REFUSALS.indexOf('missing'),
        n: 2,
        choices: [2, 255],
        capabilities: [7, 255],
      },
    ],
    goodbye: [encodeBare(KIND.goodbye), {}],
    ready: [encodeBare(KIND.ready), {}],
    who: [encodeBare(KIND.who), {}],
    snapshot: [encodeSnapshot(snapshot), snapshot],
    event: [
      encodeEvent({ world: 2, event: { type: 'bundle.refused', reason: 'key' } }),
      { world: 2, type: 'bundle.refused', reason: 'key' },
    ],
    ping: [encodeBare(KIND.ping), {}],
    heartbeat: [encodeHeartbeat(11), { ping: 11 }],
    standing: [encodeStanding(standing), standing],
    bye: [encodeBare(KIND.bye), {}],
  };

  it.each(Object.entries(cases))('%s: is what the code writes, to the last byte', (name, [message, expected]) => {
    const { values, end } = read(message, HEADER_BYTES, must(must(messages[name])['x-layout']), sizes);
    expect(values).toEqual(expected);
    expect(end).toBe(message.length);
    expect(message[2]).toBe(must(messages[name])['x-kind']);
  });
});

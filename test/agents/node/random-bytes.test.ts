import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DoorEvents, LineEvents, NodeChannel } from '../../../agents/node/channel.ts';
import { type NodeResult, runNode, serveNodes } from '../../../agents/node/index.ts';
import { HEADER_BYTES, KIND, createMessage, openMessage, seal } from '../../../agents/node/message.ts';
import { ScriptedWorld } from '../scripted-world.ts';
import { CLOCK } from './clock.ts';
import { constellationOf, loadAware, namesOf, shortest } from './meeting.ts';

/** Deadlines pass; pings and second hellos come too late to matter. */
const DEADLINE_MS = 2;
const timing = { ...CLOCK, deadlineMs: DEADLINE_MS, pingMs: 1e6 };

/**
 * Bytes that a hostile end may send: noise, and messages of the right form with any kind, session and number, whose body is
 * noise or a piece of a real one.
 */
function hostile(session: () => number): fc.Arbitrary<() => Buffer> {
  const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => () => Buffer.from(bytes));
  const formed = fc
    .record({
      kind: fc.integer({ min: 0, max: 20 }),
      flags: fc.integer({ min: 0, max: 255 }),
      body: fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(...REAL).map((text) => Buffer.from(text, 'latin1')),
      ),
      ours: fc.boolean(),
      other: fc.integer({ min: 0, max: 0xffffffff }),
      sequence: fc.integer({ min: 0, max: 0xffffffff }),
    })
    // `goodbye` and `bye` end the work in order; what they do is tested elsewhere.
    .filter(({ kind }) => kind !== KIND.goodbye && kind !== KIND.bye)
    .map(({ kind, flags, body, ours, other, sequence }) => () => {
      const message = createMessage(kind, body.length, flags);
      message.set(body, HEADER_BYTES);
      return seal(message, ours ? session() : other, sequence);
    });
  return fc.oneof(noise, formed);
}

const REAL = [
  '\x00\x00{"value":{"power":"nominal"}}',
  '\x00\x00null',
  '\x00\x00{"status":"active","value":{"power":"no such"},"children":{},"context":{}}',
  '\x00\x00\x09\x00power.low\x00\x00',
  '\x00\x00\x07\x00unknown\x00\x00',
  '\x01\x00\x00\x00',
];

/** A world and a node in one process, with nothing but function calls between them. */
async function pair(seed: number) {
  const world = new ScriptedWorld({ seed });
  let door: DoorEvents | undefined;
  let line: LineEvents | undefined;
  const channel: NodeChannel = {
    satellite: 'sat-1',
    maxBytes: 1 << 20,
    send: (message) => {
      const copy = Buffer.from(message);
      queueMicrotask(() => line?.message(copy));
    },
    end: () => undefined,
  };
  let drawn = 0;
  const draw = () => ++drawn * 7919;
  const nodes = await serveNodes({
    door: {
      open: (events) => {
        door = events;
        return Promise.resolve();
      },
      close: () => new Promise((resolve) => setImmediate(resolve)),
    },
    ...{ satelliteNames: namesOf(world), local: loadAware(), fallback: shortest(), ...timing, draw },
  });
  let session = 0;
  const running: Promise<NodeResult> = runNode({
    line: {
      where: 'here',
      outlivesWorlds: true,
      open: (events) => {
        line = events;
        queueMicrotask(() => events.connected());
      },
      send: (message) => {
        const copy = Buffer.from(message);
        const whole = openMessage(copy);
        if (typeof whole !== 'string' && whole.session !== 0) ({ session } = whole);
        queueMicrotask(() => door?.message(channel, copy));
      },
      close: () => undefined,
    },
    ...{ ...CLOCK, satellite: 'sat-1', policy: loadAware(), draw },
  });
  await nodes.whenJoined(['sat-1']);
  return {
    ...{ world, nodes, running, session: () => session },
    toWorld: (bytes: Buffer) => door?.message(channel, bytes),
    toNode: (bytes: Buffer) => line?.message(bytes),
  };
}

describe('random bytes', () => {
  it('never end a world, and never stop the run of the others', async () => {
    let session = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          hostile(() => session),
          { maxLength: 40 },
        ),
        async (messages) => {
          const { world, nodes, toWorld, running, ...rest } = await pair(5);
          running.catch(() => undefined);
          session = rest.session();
          for (const message of messages) toWorld(message());
          const result = await constellationOf(world, nodes).run({ untilS: 4 });
          expect(result.decisions).toBe(12);
          const [status] = nodes.nodes;
          const { decisions = 0, fallbackDecisions = 0 } = status ?? {};
          expect(decisions + fallbackDecisions).toBeLessThanOrEqual(3);
          await nodes.close();
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });

  it('never end a node but with an error of the protocol', async () => {
    let session = 0;
    let survived = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          hostile(() => session),
          { maxLength: 40 },
        ),
        async (messages) => {
          const { nodes, toNode, running, ...rest } = await pair(6);
          let ended: unknown = 'goodbye';
          const watched = running.catch((error: unknown) => (ended = error));
          session = rest.session();
          for (const message of messages) toNode(message());
          await nodes.close();
          // A request or an event with the highest number leaves no room for the goodbye.
          toNode(seal(createMessage(KIND.goodbye, 0), session, 0xffffffff));
          await Promise.race([watched, new Promise((resolve) => setImmediate(resolve))]);
          if (ended === 'goodbye') survived++;
          else expect(ended).toMatchObject({ code: expect.stringMatching(/^NODE_PROTOCOL$/) as string });
        },
      ),
      { seed: 12, numRuns: 300 },
    );
    expect(survived).toBeGreaterThan(280);
  });
});

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeAnswer, NodeControl, NodeServer } from '../../../agents/node/index.ts';
import { encodeAnswer } from '../../../agents/node/answer.ts';
import { HEADER_BYTES, KIND, openMessage, seal } from '../../../agents/node/message.ts';
import { encodeHello } from '../../../agents/node/messages.ts';
import { encodeEvent } from '../../../agents/node/mirror-messages.ts';
import { type Policy, SPACE_CLOUD_SPEC, SpaceCloudError, decisionSpecHash } from '../../../core/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { NATS_VERSION } from '../../nats.ts';
import { ScriptedWorld } from '../scripted-world.ts';
import {
  type Meeting,
  type Tap,
  busMeeting,
  constellationOf,
  inProcess,
  loadAware,
  socketMeeting,
  tapped,
} from './meeting.ts';

const WAYS: readonly (readonly [string, () => Promise<Meeting>])[] = [
  ['a local socket', socketMeeting],
  ...(NATS_VERSION === undefined ? [] : [['a bus', busMeeting] as const]),
];
/** A satellite decides every fourth of 3 decisions per second. */
const PER_10_S = 7.5;

describe.each(WAYS)('over %s, a node', (_way, meet) => {
  let meeting: Meeting;
  beforeEach(async () => {
    meeting = await meet();
  });
  afterEach(() => meeting.end());

  const kindOf = (message: Buffer): number => message[2] as number;
  const statusOf = (nodes: NodeServer) => nodes.nodes[0];

  it('gives the trajectory of the run without nodes', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await meeting.serve(world);
    const constellation = constellationOf(world, nodes);
    const running = meeting.node('sat-1', { bundleVersion: '7' });
    await nodes.whenJoined(['sat-1']);
    const result = await constellation.run({ untilS: 40 });
    // 120 decisions, every fourth by satellite 1.
    expect(result).toMatchObject({ decisions: 120, fallbackDecisions: 0 });
    expect(nodes.nodes).toEqual([
      {
        ...{ satellite: 'sat-1', policy: loadAware().name, bundleVersion: '7', isJoined: true, isReady: true },
        ...{ decisions: 4 * PER_10_S, fallbackDecisions: 0, abstained: 0, corrupt: 0, stale: 0 },
        ...{ illegal: 0, late: 0, rejoined: 0, astray: 0 },
      },
    ]);
    await nodes.close();
    expect(await running).toEqual({
      ...{ requests: 30, decisions: 30, abstentions: 0, sessions: 1 },
      ...{ dropped: { corrupt: 0, stale: 0 }, endedBy: 'goodbye' },
    });
    expect(world.trajectory()).toBe(inProcess(1, 40));
  });

  it('really decides: with another policy on the node the trajectory differs', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await meeting.serve(world);
    const running = meeting.node('sat-1', { policy: createBaseline('random+random+random', 9) });
    await nodes.whenJoined(['sat-1']);
    await constellationOf(world, nodes).run({ untilS: 40 });
    await nodes.close();
    await running;
    expect(world.trajectory()).not.toBe(inProcess(1, 40));
  });

  it('that refuses its own bundle is known, not asked, and its satellite falls back', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await meeting.serve(world);
    const running = meeting.node('sat-2', { refusal: 'expired' });
    await nodes.whenJoined(['sat-2']);
    const constellation = constellationOf(world, nodes);
    // Joined before the constellation was made, and reported to it all the same.
    expect(await constellation.run({ untilS: 8 })).toMatchObject({ decisions: 24, fallbackDecisions: 6 });
    expect(constellation.ledgers[0]?.state.recent[0]).toMatchObject({ name: 'sat-2', reason: 'expired' });
    await nodes.close();
    expect(await running).toMatchObject({ requests: 0 });
  });

  it('leaves by an abort, which the world hears at once', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await meeting.serve(world);
    const abort = new AbortController();
    const running = meeting.node('sat-0', { signal: abort.signal });
    await nodes.whenJoined(['sat-0']);
    abort.abort();
    expect((await running).endedBy).toBe('abort');
    await expect.poll(() => statusOf(nodes)?.isJoined).toBe(false);
  });

  it('of another specification or another world is refused with the reason', async () => {
    await meeting.serve(new ScriptedWorld({ seed: 3 }));
    const spec = { ...SPACE_CLOUD_SPEC, version: 99 };
    await expect(meeting.node('sat-0', { spec })).rejects.toMatchObject({ code: 'BUNDLE_SPEC' });
    await expect(meeting.node('ground-0')).rejects.toMatchObject({ code: 'NODE_PROTOCOL' });
  });

  it('is told of modes, its machine follows, and nothing goes astray', async () => {
    const modes = [
      { timeS: 3.5, event: 'power.low', node: 1 },
      { timeS: 5.5, event: 'power.critical', node: 1 },
      { timeS: 9.5, event: 'power.nominal', node: 1 },
    ] as const;
    const world = new ScriptedWorld({ seed: 1, modes });
    const nodes = await meeting.serve(world);
    const constellation = constellationOf(world, nodes);
    const tap: Partial<Tap> = {};
    const kinds: number[] = [];
    tap.arriving = (message) => {
      kinds.push(kindOf(message));
      return [message];
    };
    const running = meeting.node('sat-1', { line: tapped(await meeting.line('sat-1'), tap) });
    await nodes.whenJoined(['sat-1']);
    await constellation.run({ untilS: 20 });
    expect(statusOf(nodes)).toMatchObject({ decisions: 15, fallbackDecisions: 0, astray: 0, abstained: 0 });
    expect(kinds.filter((kind) => kind === KIND.snapshot)).toHaveLength(1);
    expect(kinds.filter((kind) => kind === KIND.event)).toHaveLength(3);
    await nodes.close();
    await running;
  });

  it('whose machine missed an event is found out by its answer, and sent a new one', async () => {
    const world = new ScriptedWorld({ seed: 1, modes: [{ timeS: 3.5, event: 'power.low', node: 1 }] });
    const nodes = await meeting.serve(world);
    const snapshots: unknown[] = [];
    const arriving = (message: Buffer): readonly Buffer[] => {
      if (kindOf(message) === KIND.snapshot) snapshots.push(message);
      return kindOf(message) === KIND.event ? [] : [message];
    };
    const running = meeting.node('sat-1', { line: tapped(await meeting.line('sat-1'), { arriving }) });
    await nodes.whenJoined(['sat-1']);
    await constellationOf(world, nodes).run({ untilS: 20 });
    // One answer with the old capabilities, and from the next request on the right ones.
    expect(statusOf(nodes)).toMatchObject({ decisions: 15, fallbackDecisions: 0, astray: 1 });
    expect(snapshots).toHaveLength(2);
    await nodes.close();
    await running;
  });

  it('whose own machine allows no choice abstains until it is set right', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await meeting.serve(world);
    const constellation = constellationOf(world, nodes);
    let said = 0;
    // In the place of the fifth request's first message: an event that only the mirror hears.
    const arriving = (message: Buffer): readonly Buffer[] => {
      const whole = openMessage(message);
      if (typeof whole === 'string' || whole.kind !== KIND.request || ++said !== 5) return [message];
      const slow = encodeEvent({ world: 0, event: { type: 'policy.slow' } });
      return [seal(slow, whole.session, whole.sequence), seal(Buffer.from(message), whole.session, whole.sequence + 1)];
    };
    const leaving = (message: Buffer): readonly Buffer[] => {
      // The answer names the request by the number that it was given above.
      if (kindOf(message) !== KIND.answer || said !== 5) return [message];
      const { session, sequence } = openMessage(message) as { session: number; sequence: number };
      message.writeUInt32LE(message.readUInt32LE(HEADER_BYTES) - 1, HEADER_BYTES);
      return [seal(message, session, sequence)];
    };
    const running = meeting.node('sat-1', { line: tapped(await meeting.line('sat-1'), { arriving, leaving }) });
    await nodes.whenJoined(['sat-1']);
    await constellation.run({ untilS: 20 });
    // The number after it was used up: the snapshot that repairs it is dropped once, and sent again after the next answer.
    expect(statusOf(nodes)).toMatchObject({ abstained: expect.any(Number) as number, illegal: 0, late: 0 });
    expect(statusOf(nodes)?.abstained).toBeGreaterThanOrEqual(1);
    expect(statusOf(nodes)?.abstained).toBeLessThanOrEqual(2);
    expect(statusOf(nodes)?.decisions).toBe(15 - (statusOf(nodes)?.abstained ?? 0));
    await nodes.close();
    await running;
  });

  it('abstains from rows that its policy refuses, and decides the others', async () => {
    const world = new ScriptedWorld({ seed: 1, burst: 8, satellites: 4 });
    const nodes = await meeting.serve(world);
    const policy = loadAware();
    // Two rows of satellite 1 per burst, task numbers 2 and 6, 10 and 14, ...
    const picky: Policy = {
      name: 'picky',
      choose(batch, out) {
        for (let row = 0; row < batch.n; row++) {
          if (batch.task[row] === 6) throw new SpaceCloudError('MISUSE', 'Expected finite features.');
        }
        policy.choose(batch, out);
      },
    };
    const running = meeting.node('sat-1', { policy: picky });
    await nodes.whenJoined(['sat-1']);
    const result = await constellationOf(world, nodes).run({ untilS: 5 });
    expect(result).toMatchObject({ decisions: 40, fallbackDecisions: 0 });
    expect(statusOf(nodes)).toMatchObject({ decisions: 9, abstained: 1, fallbackDecisions: 1, isReady: true });
    await nodes.close();
    expect(await running).toMatchObject({ decisions: 9, abstentions: 1 });
  });

  it('whose bundle ends while it runs abstains, falls back, and comes back with another one', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await meeting.serve(world);
    const constellation = constellationOf(world, nodes);
    let requests = 0;
    let control: NodeControl | undefined;
    const running = meeting.node('sat-1', {
      bundleVersion: '1',
      refusal: () => (++requests > 6 ? 'expired' : null),
      onControl: (given) => (control = given),
    });
    await nodes.whenJoined(['sat-1']);
    await constellation.run({ untilS: 20 });
    expect(constellation.ledgers[0]?.state.recent[0]).toMatchObject({
      name: 'sat-1',
      to: 'fallback',
      reason: 'expired',
    });
    expect(statusOf(nodes)).toMatchObject({ abstained: 1, isReady: false, isJoined: true, astray: 0 });
    const asked = requests;
    control?.install(loadAware(), '2');
    await expect.poll(() => statusOf(nodes)).toMatchObject({ isReady: true, bundleVersion: '2' });
    expect(await constellation.run({ untilS: 40 })).toMatchObject({ fallbackDecisions: 0 });
    expect(requests).toBe(asked);
    expect(statusOf(nodes)).toMatchObject({ astray: 0, abstained: 1 });
    control?.refuse('revoked');
    await expect.poll(() => statusOf(nodes)?.isReady).toBe(false);
    expect((await constellation.run({ untilS: 44 })).fallbackDecisions).toBe(3);
    expect(constellation.ledgers[0]?.state.recent.at(-1)).toMatchObject({ reason: 'revoked' });
    await nodes.close();
    await running;
  });

  it('that chooses what is masked is replaced each time, and dismissed after three', async () => {
    const world = new ScriptedWorld({ seed: 3 });
    const nodes = await meeting.serve(world);
    const constellation = constellationOf(world, nodes);
    const liar: Policy = { name: 'liar', choose: (batch, out) => out.fill(7, 0, batch.n) };
    const running = expect(meeting.node('sat-1', { policy: liar })).rejects.toMatchObject({ code: 'NODE_PROTOCOL' });
    await nodes.whenJoined(['sat-1']);
    const result = await constellation.run({ untilS: 20 });
    expect(result.decisions).toBe(60);
    expect(statusOf(nodes)).toMatchObject({ decisions: 0, illegal: 3, fallbackDecisions: 3, isJoined: false });
    expect(constellation.ledgers[0]?.state.recent).toEqual([
      expect.objectContaining({ name: 'sat-1', reason: 'lost' }),
    ]);
    await running;
    // Its word counts no more.
    await expect(meeting.node('sat-1')).rejects.toThrow(/3 answers/);
  });

  it.each([
    ['choices beyond all candidates', { choices: Uint8Array.of(200), capabilities: Uint8Array.of(0) }, 1],
    ['too few rows', { choices: new Uint8Array(0), capabilities: new Uint8Array(0) }, 0],
  ])('that answers with %s is replaced for that request', async (_, wrong, n) => {
    const world = new ScriptedWorld({ seed: 3, burst: 4 });
    const nodes = await meeting.serve(world);
    let answers = 0;
    const leaving = (message: Buffer): readonly Buffer[] => {
      const whole = openMessage(message);
      if (typeof whole === 'string' || whole.kind !== KIND.answer || ++answers > 1) return [message];
      const request = whole.body.readUInt32LE(0);
      return [seal(encodeAnswer({ request, abstention: null, ...wrong }, n), whole.session, whole.sequence)];
    };
    const running = meeting.node('sat-1', { line: tapped(await meeting.line('sat-1'), { leaving }) });
    await nodes.whenJoined(['sat-1']);
    await constellationOf(world, nodes).run({ untilS: 10 });
    expect(statusOf(nodes)).toMatchObject({ illegal: 1, decisions: 9, fallbackDecisions: 1, isJoined: true });
    await nodes.close();
    await running;
  });

  it('is not fooled by anything said again, damaged, or of another session, and neither is the world', async () => {
    const world = new ScriptedWorld({ seed: 4 });
    const nodes = await meeting.serve(world);
    const said: Buffer[] = [];
    const heard: Buffer[] = [];
    const tap: Partial<Tap> = {
      leaving: (message) => {
        said.push(Buffer.from(message));
        return [message];
      },
      arriving: (message) => {
        heard.push(Buffer.from(message));
        return [message];
      },
    };
    const running = meeting.node('sat-1', { line: tapped(await meeting.line('sat-1'), tap) });
    await nodes.whenJoined(['sat-1']);
    const constellation = constellationOf(world, nodes);
    await constellation.run({ untilS: 10 });
    // Of decisions 0 to 29: 1, 5, ..., 29.
    const [requests, decisions] = [8, 8];
    expect(statusOf(nodes)).toMatchObject({ decisions, stale: 0, corrupt: 0 });
    const again = [...said];
    // Everything the node said: hello, ready, answers.
    expect(new Set(again.map(kindOf))).toEqual(new Set([KIND.hello, KIND.ready, KIND.answer]));
    for (const message of again) tap.toWorld?.(message);
    for (const message of [...heard]) tap.toNode?.(message);
    // Cut short, and with a bit changed.
    for (const message of again) {
      const damaged = Buffer.from(message);
      damaged[message.length - 1] = (damaged[message.length - 1] as number) ^ 4;
      tap.toWorld?.(damaged);
      tap.toWorld?.(message.subarray(0, message.length - 1));
      tap.toNode?.(damaged);
    }
    // Of another session, else in order.
    const last = openMessage(again.at(-1) as Buffer);
    if (typeof last === 'string') throw new Error(last);
    tap.toWorld?.(seal(Buffer.from(again.at(-1) as Buffer), (last.session ^ 1) >>> 0, last.sequence + 1));
    await expect.poll(() => statusOf(nodes)).toMatchObject({ stale: again.length + 1, corrupt: 2 * again.length });
    expect(statusOf(nodes)).toMatchObject({ isReady: true, isJoined: true, rejoined: 0 });
    expect(await constellation.run({ untilS: 40 })).toMatchObject({ fallbackDecisions: 0 });
    await nodes.close();
    const result = await running;
    expect(result).toMatchObject({ requests: 30, sessions: 1 });
    expect(result.dropped.corrupt).toBe(again.length);
    expect(result.dropped.stale).toBeGreaterThanOrEqual(requests + 2);
    expect(world.trajectory()).toBe(inProcess(4, 40));
  });

  it('that is there keeps its satellite when somebody else says hello in its name', async () => {
    const nodes = await meeting.serve(new ScriptedWorld({ seed: 3 }), { pingMs: 50 });
    const first = meeting.node('sat-0');
    await nodes.whenJoined(['sat-0']);
    const line = await meeting.line('sat-0');
    const nonce = 99;
    const specHash = decisionSpecHash(SPACE_CLOUD_SPEC);
    const hello = { nonce, specHash, satellite: 'sat-0', policy: 'other', bundleVersion: '', refusal: null };
    line.open({
      connected: () => line.send(seal(encodeHello(hello), 0, 0)),
      message: () => undefined,
      closed: () => undefined,
    });
    await sleep(500);
    expect(statusOf(nodes)).toMatchObject({ policy: loadAware().name, isJoined: true, rejoined: 0 });
    line.close();
    await nodes.close();
    expect((await first).sessions).toBe(1);
  });

  it('whose answer is lost is late once, asked again after the next sign of life', async () => {
    const world = new ScriptedWorld({ seed: 3 });
    const nodes = await meeting.serve(world, { deadlineMs: 100, pingMs: 50 });
    let answers = 0;
    const leaving = (message: Buffer): readonly Buffer[] =>
      kindOf(message) === KIND.answer && ++answers === 3 ? [] : [message];
    const running = meeting.node('sat-1', { line: tapped(await meeting.line('sat-1'), { leaving }) });
    await nodes.whenJoined(['sat-1']);
    const constellation = constellationOf(world, nodes);
    const prompt = new Promise<void>((resolve) => {
      let slow = false;
      nodes.reports$.subscribe(({ event }) => {
        if (event.type === 'policy.slow') slow = true;
        if (slow && event.type === 'policy.prompt') resolve();
      });
    });
    await constellation.run({ untilS: 6 });
    expect(constellation.ledgers[0]?.state.recent[0]).toMatchObject({ reason: 'slow' });
    await prompt;
    expect(await constellation.run({ untilS: 14 })).toMatchObject({ fallbackDecisions: 0 });
    expect(statusOf(nodes)).toMatchObject({ late: 1, isReady: true });
    await nodes.close();
    await running;
  });

  it('has its answers watched: how long, how many rows, and what became of them', async () => {
    const world = new ScriptedWorld({ seed: 3 });
    const answers: NodeAnswer[] = [];
    let nowMs = 0;
    const nodes = await meeting.serve(world, {
      ...{ deadlineMs: 150, pingMs: 50 },
      nowMs: () => (nowMs += 7),
      onAnswer: (answer) => answers.push(answer),
    });
    let count = 0;
    const leaving = (message: Buffer): readonly Buffer[] =>
      kindOf(message) === KIND.answer && ++count === 3 ? [] : [message];
    const running = meeting.node('sat-1', { line: tapped(await meeting.line('sat-1'), { leaving }) });
    await nodes.whenJoined(['sat-1']);
    await constellationOf(world, nodes).run({ untilS: 4 });
    // Decisions 1, 5 and 9 of 12; the clock goes on by 7 ms whenever it is read, which is twice per request.
    const answer = { satellite: 1, rows: 1, durationMs: 7 };
    expect(answers).toEqual([
      { ...answer, outcome: 'answered' },
      { ...answer, outcome: 'answered' },
      { ...answer, outcome: 'late' },
    ]);
    await nodes.close();
    await running;
  });

  describe('in a process of its own', () => {
    it('gives the same trajectory, and ends with the world', async () => {
      const world = new ScriptedWorld({ seed: 2 });
      const nodes = await meeting.serve(world);
      const { process: node, lines } = meeting.child('sat-3');
      await nodes.whenJoined(['sat-3']);
      await constellationOf(world, nodes).run({ untilS: 40 });
      const ended = once(node, 'exit');
      await nodes.close();
      expect([(await ended)[0], lines[0]]).toEqual([0, 'welcome']);
      expect(JSON.parse(lines[1] ?? '')).toMatchObject({ requests: 30, decisions: 30, endedBy: 'goodbye' });
      expect(world.trajectory()).toBe(inProcess(2, 40));
    }, 60_000);

    it('stopped for a while is slow, then lost, and comes back with a new session when it goes on', async () => {
      const world = new ScriptedWorld({ seed: 2 });
      const nodes = await meeting.serve(world, { deadlineMs: 200, pingMs: 100 });
      const constellation = constellationOf(world, nodes);
      const { process: node, lines } = meeting.child('sat-3');
      await nodes.whenJoined(['sat-3']);
      await constellation.run({ untilS: 10 });
      node.kill('SIGSTOP');
      const startMs = performance.now();
      const paused = await constellation.run({ untilS: 20 });
      // One request waited for its deadline, the others were not asked.
      expect(performance.now() - startMs).toBeLessThan(2000);
      expect(paused.decisions).toBe(30);
      const reasonsOf = () => constellation.ledgers[0]?.state.recent.map(({ reason }) => reason);
      expect(reasonsOf()).toEqual(['slow']);
      expect(statusOf(nodes)).toMatchObject({ late: 1, isReady: false });
      await expect.poll(() => statusOf(nodes)?.isJoined, { timeout: 5000 }).toBe(false);
      node.kill('SIGCONT');
      await nodes.whenJoined(['sat-3']);
      expect(statusOf(nodes)).toMatchObject({ rejoined: 1, isReady: true });
      expect(await constellation.run({ untilS: 40 })).toMatchObject({ fallbackDecisions: 0 });
      const ended = once(node, 'exit');
      await nodes.close();
      await ended;
      expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ sessions: 2, endedBy: 'goodbye' });
    }, 60_000);

    it('killed is replaced by its fallback, nothing is lost, and another takes its place', async () => {
      const world = new ScriptedWorld({ seed: 2 });
      const nodes = await meeting.serve(world, { deadlineMs: 300, pingMs: 100 });
      const constellation = constellationOf(world, nodes);
      const first = meeting.child('sat-3');
      await nodes.whenJoined(['sat-3']);
      let batches = 0;
      constellation.decisions$.subscribe(() => {
        if (++batches === 10) first.process.kill('SIGKILL');
      });
      const result = await constellation.run({ untilS: 40 });
      expect([result.decisions, world.decisions]).toEqual([120, 120]);
      expect(result.fallbackDecisions).toBeGreaterThan(0);
      await expect.poll(() => statusOf(nodes)?.isJoined, { timeout: 5000 }).toBe(false);
      const before = statusOf(nodes)?.decisions ?? 0;
      meeting.child('sat-3');
      await nodes.whenJoined(['sat-3']);
      expect((await constellation.run({ untilS: 60 })).fallbackDecisions).toBe(0);
      expect(statusOf(nodes)).toMatchObject({ decisions: before + 15, rejoined: 1 });
    }, 60_000);

    it('is not taken for lost by a world that was busy for long', async () => {
      const nodes = await meeting.serve(new ScriptedWorld({ seed: 2 }), { pingMs: 50 });
      meeting.child('sat-3');
      await nodes.whenJoined(['sat-3']);
      for (let round = 0; round < 3; round++) {
        const untilMs = performance.now() + 500; // ten pings long
        while (performance.now() < untilMs);
        await sleep(100);
      }
      expect(statusOf(nodes)).toMatchObject({ isJoined: true, rejoined: 0 });
    }, 60_000);

    it('told to end says bye and is lost at once', async () => {
      const world = new ScriptedWorld({ seed: 2 });
      const nodes = await meeting.serve(world);
      const { process: node, lines } = meeting.child('sat-3');
      await nodes.whenJoined(['sat-3']);
      node.kill('SIGTERM');
      await once(node, 'exit');
      await expect.poll(() => statusOf(nodes)?.isJoined).toBe(false);
      expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ endedBy: 'abort' });
    }, 60_000);
  });
});

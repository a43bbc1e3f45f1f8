import { describe, expect, it } from 'vitest';
import { Constellation } from '../../../agents/index.ts';
import { type Policy, Rng, SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import {
  LearnedPolicy,
  Scorer,
  architectureOf,
  createBaseline,
  identityNormaliser,
  weightCount,
  weightLayout,
} from '../../../policies/index.ts';
import { itWithNats } from '../../nats.ts';
import { ScriptedWorld } from '../scripted-world.ts';
import { type Meeting, busMeeting, constellationOf, socketMeeting } from './meeting.ts';

const architecture = architectureOf(SPACE_CLOUD_SPEC, { hidden: 8, memory: 6, prior: 'hidden' });
const rng = new Rng(3, 'node-memory');
const weights = Float32Array.from({ length: weightCount(architecture) }, () => rng.normal());
// So strong a memory that choices hang on it.
for (const { name, offset, size } of weightLayout(architecture)) {
  if (!name.endsWith('policy.memory.w')) continue;
  for (let e = offset; e < offset + size; e++) weights[e] = 20 * rng.normal();
}
const scorer = new Scorer(SPACE_CLOUD_SPEC, architecture, weights, identityNormaliser(SPACE_CLOUD_SPEC));
const learned = (): LearnedPolicy => new LearnedPolicy(scorer, { name: 'learned', mode: 'greedy' });
const fallback = (): Policy => createBaseline('shortest-delay+greedy-finish+gdsf', 1);

function inProcess(policy: Policy): string {
  const world = new ScriptedWorld({ seed: 1 });
  new Constellation({ worlds: [world], policy, fallback: fallback() }).runSync({ untilS: 40 });
  return world.trajectory();
}

async function withNode(meet: () => Promise<Meeting>, policy: Policy): Promise<string> {
  const world = new ScriptedWorld({ seed: 1 });
  const meeting = await meet();
  try {
    const nodes = await meeting.serve(world, { local: learned(), fallback: fallback() });
    const running = meeting.node('sat-1', { policy });
    await nodes.whenJoined(['sat-1']);
    await constellationOf(world, nodes).run({ untilS: 40 });
    await nodes.close();
    await running;
    return world.trajectory();
  } finally {
    await meeting.end();
  }
}

describe('a node whose policy remembers', () => {
  it('holds the state of its satellite: the trajectory is that of the run without nodes', async () => {
    expect(await withNode(socketMeeting, learned())).toBe(inProcess(learned()));
  });

  itWithNats('does so over a bus', async () => {
    expect(await withNode(busMeeting, learned())).toBe(inProcess(learned()));
  });

  it('would decide otherwise if it forgot', async () => {
    const policy = learned();
    const forgetful: Policy = {
      name: 'forgetful',
      choose: (batch, out) => {
        policy.forget(0);
        policy.choose(batch, out);
      },
    };
    expect(await withNode(socketMeeting, forgetful)).not.toBe(inProcess(learned()));
  });
});

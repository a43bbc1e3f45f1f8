import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Constellation, runNode, serveNodes } from '../../../agents/index.ts';
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
import { ScriptedWorld } from '../scripted-world.ts';
import { CLOCK } from './clock.ts';

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

async function withNode(policy: Policy): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nodes-'));
  const world = new ScriptedWorld({ seed: 1 });
  const address = { socketPath: join(folder, 'world.sock') };
  const nodes = await serveNodes({
    address,
    satelliteNames: world.nodeNames.slice(0, world.satelliteCount),
    local: learned(),
    fallback: fallback(),
    deadlineMs: 5000,
    ...CLOCK,
  });
  try {
    const running = runNode({ ...CLOCK, address, satellite: 'sat-1', policy });
    await nodes.whenJoined(['sat-1']);
    const constellation = new Constellation({
      worlds: [world],
      policy: nodes.decide,
      fallback: fallback(),
      reports$: nodes.reports$,
    });
    nodes.mirror(constellation);
    await constellation.run({ untilS: 40 });
    await nodes.close();
    await running;
    return world.trajectory();
  } finally {
    await nodes.close();
    rmSync(folder, { recursive: true });
  }
}

describe('a node whose policy remembers', () => {
  it('holds the state of its satellite: the trajectory is that of the run without nodes', async () => {
    expect(await withNode(learned())).toBe(inProcess(learned()));
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
    expect(await withNode(forgetful)).not.toBe(inProcess(learned()));
  });
});

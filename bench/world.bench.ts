import { createBaseline } from '../policies/index.ts';
import { measureShare } from './agents-share.ts';
import type { Figure } from './figures.ts';
import { HEURISTIC, loadFixture } from './fixture.ts';

/** The world with the heuristic, through the agents and beside the bare loop; one thread. */
export function measure(): Figure[] {
  const { model } = loadFixture();
  const policy = (): ReturnType<typeof createBaseline> => createBaseline(HEURISTIC, 1);
  const one = measureShare(model, { worlds: 1, warmUpS: 40, sampleS: 30, samples: 9, turns: 3, policy });
  const many = measureShare(model, { worlds: 16, warmUpS: 10, sampleS: 10, samples: 5, turns: 5, policy });
  return [
    { name: 'world/decisions/1-world', ...one.decisionsPerS },
    { name: 'world/decisions/16-worlds', ...many.decisionsPerS },
    { name: 'world/event', ...many.eventNs },
    { name: 'agents/share/1-world', samples: one.share },
    { name: 'agents/share/16-worlds', samples: many.share },
  ];
}

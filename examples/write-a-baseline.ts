/**
 * Writes a baseline of one's own and puts it beside the built-in ones. This one weighs the queue before each link against
 * the detour over it, blind to queues further on, and leaves the other kinds of decision to a built-in rule.
 *
 *     npx tsx examples/write-a-baseline.ts
 */
import {
  type DecisionBatch,
  FORWARD,
  type Policy,
  SPACE_CLOUD_SPEC,
  candidateColumn,
  createBaseline,
  customSource,
  evaluate,
  evaluationTable,
  loadScenario,
} from 'spacecloud';

const IS_HOLD = candidateColumn(SPACE_CLOUD_SPEC, FORWARD, 'isHold');
const OWN_QUEUE_S = candidateColumn(SPACE_CLOUD_SPEC, FORWARD, 'ownQueueS');
const EXCESS_S = candidateColumn(SPACE_CLOUD_SPEC, FORWARD, 'snapshotExcessS');

/** Cost of a candidate: seconds in its queue, and a penalty for the seconds that its path is longer than the shortest. */
function costS(batch: DecisionBatch, row: number, candidate: number): number {
  const first = (row * batch.maxCandidates + candidate) * batch.candidateStride;
  const feature = (column: number): number => batch.candidates[first + column] ?? 0;
  return feature(OWN_QUEUE_S) + 4 * feature(EXCESS_S) + 60 * feature(IS_HOLD);
}

function shortestQueue(seed: number): Policy {
  const others = createBaseline('random+greedy-finish+gdsf', seed);
  return {
    name: 'shortest-queue',
    choose(batch, out) {
      others.choose(batch, out);
      for (let row = 0; row < batch.n; row++) {
        if (batch.kind[row] !== FORWARD) continue;
        let best = Infinity;
        for (let k = 0; k < batch.maxCandidates; k++) {
          if (batch.actionMask[row * batch.maxCandidates + k] !== 1) continue; // masks are law
          const cost = costS(batch, row, k);
          if (cost < best) [best, out[row]] = [cost, k];
        }
      }
    },
  };
}

const { summary } = await evaluate({
  scenario: loadScenario('test-12', { load: 2 }),
  policies: [customSource('shortest-queue', shortestQueue), 'load-aware+greedy-finish+gdsf', 'random+random+random'],
  seeds: [1, 2, 3],
  arrivalsS: 10,
  replicates: 2000,
});
if (summary !== undefined) console.log(evaluationTable(summary));

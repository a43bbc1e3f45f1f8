/**
 * Verifies the bundle of `export.ts`, then lets its policy decide for a whole constellation.
 *
 *     npx tsx examples/run-exported-policy.ts [folder]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DECISION_KINDS, loadPolicy, loadScenario, simulate } from 'spacecloud';

const folder = process.argv[2] ?? 'runs/examples';
const { source, manifest } = loadPolicy(join(folder, 'bundle'), readFileSync(join(folder, 'public.pem'), 'utf8'));

const decided = DECISION_KINDS.map(() => 0);
const { kpis, trajectoryHash } = await simulate({
  scenario: loadScenario('test-12'),
  policy: source,
  seed: 7,
  arrivalsS: 10,
  onBatch: ({ batch }) => {
    // Columns are valid during the call only; row r is one decision of satellite batch.agent[r].
    for (const kind of batch.kind.subarray(0, batch.n)) decided[kind] = (decided[kind] ?? 0) + 1;
  },
});

console.log(`${manifest.policyName} ${manifest.version}, trained on ${manifest.lineage.decisionsTrained} decisions`);
DECISION_KINDS.forEach((kind, i) => console.log(`  ${kind}: ${decided[i]} decisions`));
console.log(`  utility per task ${kpis['utility']?.toFixed(3)}, p95 latency ${kpis['latencyP95S']?.toFixed(2)} s`);
console.log(`  trajectory hash ${trajectoryHash}`);

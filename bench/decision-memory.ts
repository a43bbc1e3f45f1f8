/**
 * A process of its own: prints the resident memory, MB (10^6 bytes), that the runtime added to a bare Node, and that of the
 * whole process, after 10,000 decisions. Memory that Node took for itself before is not the runtime's.
 */
import process from 'node:process';

const before = process.memoryUsage.rss();
const { SPACE_CLOUD_SPEC: spec, createDecisionBatch } = await import('../core/index.ts');
const { LearnedPolicy, Scorer, architectureOf, identityNormaliser, initialWeights } =
  await import('../policies/runtime/index.ts');

const architecture = architectureOf(spec, { attention: 32, memory: 32 });
const scorer = new Scorer(spec, architecture, initialWeights(architecture, 1), identityNormaliser(spec));
const policy = new LearnedPolicy(scorer, { name: 'memory', mode: 'greedy' });
const batch = createDecisionBatch(spec, 1);
batch.n = 1;
batch.candidateCount[0] = spec.maxCandidates;
batch.actionMask.fill(1);
const choice = new Uint8Array(1);
let most = 0;
for (let i = 0; i < 10_000; i++) {
  batch.kind[0] = i % spec.kinds.length;
  batch.candidates.fill((i % 100) / 100);
  policy.choose(batch, choice);
  if (i % 1000 === 0) most = Math.max(most, process.memoryUsage.rss());
}
most = Math.max(most, process.memoryUsage.rss());
process.stdout.write(JSON.stringify({ addedMB: (most - before) / 1e6, totalMB: most / 1e6 }));

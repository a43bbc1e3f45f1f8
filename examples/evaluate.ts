/**
 * Compares the policy of `train.ts` with baselines on seeds that training never saw: a table here, a page with plots in the
 * folder. Ten seeds and all of `DEFAULT_RIVALS` make an evaluation to rely on; this one takes seconds.
 *
 *     npx tsx examples/evaluate.ts [folder]
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION, evaluate, evaluationJson, evaluationTable, loadScenario, renderReport } from 'spacecloud';

const folder = process.argv[2] ?? 'runs/examples';
const scenario = loadScenario('test-12', { load: 2 });

const { records, summary } = await evaluate({
  scenario,
  policies: [join(folder, 'run'), 'load-aware+greedy-finish+gdsf', 'shortest-delay+greedy-finish+gdsf', 'prior'],
  seeds: [1, 2, 3],
  arrivalsS: 10,
  replicates: 2000,
});
if (summary === undefined) throw new Error('No seed was completed.');

const origin = { versions: { spacecloud: VERSION }, scenarioHashes: {}, command: 'npx tsx examples/evaluate.ts' };
writeFileSync(join(folder, 'evaluation.json'), evaluationJson(summary, records, origin));
const page = await renderReport(summary, records, { ...origin, when: new Date().toISOString() });
writeFileSync(join(folder, 'report.html'), page);

console.log(evaluationTable(summary));
console.log(`Report: ${join(folder, 'report.html')}`);

/**
 * Records decisions of the default scenario for the twin's tests: `npx tsx test/policies/record-batches.ts`. Needed again
 * whenever the decision specification changes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SPACE_CLOUD_SPEC } from '../../core/index.ts';
import { createWorldModel, loadOrBuildGeometry, loadScenario } from '../../environment/index.ts';
import { createBaseline } from '../../policies/index.ts';
import { runEpisode } from '../../training/index.ts';
import { RECORDED_FOLDER, type RecordedBatch, recordBatch } from './recorded-batch.ts';

const SCENARIO = join(import.meta.dirname, '..', '..', 'scenarios', 'iridium-66.yaml');
const POLICY = 'load-aware+greedy-finish+gdsf';
const SEED = 7;
const ARRIVALS_S = 60;
/** The n-th decision of a kind is kept when n has grown by this factor: from the first second to the last, few in all. */
const GROWTH = 1.4;

const scenario = loadScenario(SCENARIO);
const model = createWorldModel(scenario, loadOrBuildGeometry(scenario, {}));
const seen = SPACE_CLOUD_SPEC.kinds.map(() => 0);
const next = SPACE_CLOUD_SPEC.kinds.map(() => 0);
const rows = SPACE_CLOUD_SPEC.kinds.map((): RecordedBatch['rows'][number][] => []);
let specHash = '';
await runEpisode(model, createBaseline(POLICY, SEED), {
  seed: SEED,
  arrivalsS: ARRIVALS_S,
  drainS: 60,
  fallback: POLICY,
  role: 'baseline',
  onBatch: ({ batch }) => {
    const recorded = recordBatch(batch, '');
    specHash = recorded.specHash;
    for (const row of recorded.rows) {
      const index = seen[row.kind] as number;
      seen[row.kind] = index + 1;
      if (index < (next[row.kind] as number)) continue;
      next[row.kind] = Math.ceil(index * GROWTH) + 1;
      rows[row.kind]?.push(row);
    }
  },
});
const origin = `${scenario.name}, seed ${SEED}, ${ARRIVALS_S} s of arrivals, ${POLICY}`;
const file = join(RECORDED_FOLDER, 'iridium-66.json');
mkdirSync(dirname(file), { recursive: true });
const record: RecordedBatch = { specHash, origin, rows: rows.flat() };
writeFileSync(file, `${JSON.stringify(record)}\n`);
console.log(`${file}: ${rows.map((kept) => kept.length).join(' + ')} rows of ${seen.join(' + ')} decisions`);

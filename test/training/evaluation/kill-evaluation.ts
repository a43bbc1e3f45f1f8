import { loadOrBuildGeometry, loadScenario } from '../../../environment/index.ts';
import { RecordStore, baselineSource, evaluate } from '../../../training/index.ts';
import { EVALUATION } from './small-evaluation.ts';

/** Evaluates into argv[2] until it is done or killed; tells of every run. */
const scenario = loadScenario('scenarios/test-12.yaml');
const store = RecordStore.open(process.argv[2] as string, { resume: true });
const { policies, ...rest } = EVALUATION;
await evaluate({
  ...rest,
  scenario,
  geometry: loadOrBuildGeometry(scenario),
  policies: policies.map(baselineSource),
  store,
  onProgress: (done) => process.send?.(done),
});
store.close();

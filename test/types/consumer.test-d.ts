/** What a user's project does with the package; compiled against the built types by public-types.test.ts, never run. */
import {
  type DecisionBatch,
  type EvaluateResult,
  type Geometry,
  type Kpis,
  type Policy,
  type PpoConfig,
  type RunRecord,
  type Scenario,
  SpaceCloudError,
  World,
  Constellation,
  createBaseline,
  createWorldModel,
  customSource,
  evaluate,
  evaluationTable,
  exportPolicy,
  generateSigningKey,
  loadGeometry,
  loadPolicy,
  loadScenario,
  renderReport,
  simulate,
  train,
  varyScenario,
  verifyBundle,
} from 'spacecloud';
import { verifyLog } from 'spacecloud/audit';
import { loadBundle } from 'spacecloud/bundle';
import { Bus, busLine } from 'spacecloud/bus';
import { ROLLOUT_DEFAULTS, type RolloutPlan } from 'spacecloud/fleet';
import { runNode } from 'spacecloud/node';
import { LearnedPolicy, Scorer } from 'spacecloud/runtime';

const scenario: Scenario = varyScenario(loadScenario('test-12', { load: 2 }), (draft) => {
  draft.traffic.load = 3;
});
const altitudeKm: number | undefined = scenario.constellations[0]?.walker?.altitudeKm;
const geometry: Geometry = loadGeometry(scenario, { cacheDir: null });
const first: Policy = {
  name: 'first-allowed',
  choose(batch: DecisionBatch, out: Uint8Array): void {
    for (let row = 0; row < batch.n; row++) {
      out[row] = batch.actionMask.subarray(row * batch.maxCandidates).indexOf(1);
    }
  },
};
const ppo: Partial<PpoConfig> = { epochs: 2, learningRate: 1e-3 };

export async function all(): Promise<Kpis | undefined> {
  const { weights } = await train({ scenario, geometry, runFolder: 'runs/a', config: { decisions: 10_000, ppo } });
  const floats: Float32Array = weights;
  const result: EvaluateResult = await evaluate({
    scenario,
    policies: ['runs/a', customSource('first', () => first), 'prior'],
    onProgress: (done, total, last: RunRecord) => console.log(done / total, last.policy, floats.length),
  });
  if (result.summary === undefined) return undefined;
  console.log(evaluationTable(result.summary, { colour: false }));
  await renderReport(result.summary, result.records, { versions: {}, scenarioHashes: {}, command: '', when: '' });
  const { privateKeyPem, publicKeyPem } = generateSigningKey();
  await exportPolicy({ runFolder: 'runs/a', bundleFolder: 'b', scenario, privateKeyPem });
  const bytes: number = verifyBundle('b', publicKeyPem).files.reduce((sum, file) => sum + file.bytes, 0);
  const { policy, source, manifest } = loadPolicy('b', publicKeyPem);
  const { kpis } = await simulate({ scenario, policy: source, seed: 2 });
  const world = new World(createWorldModel(scenario, geometry), { seed: 1, runS: 60 });
  const constellation = new Constellation({
    worlds: [world],
    policy,
    fallback: createBaseline('shortest-delay+at-source+bypass', 1),
  });
  constellation.decisions$.subscribe((batch) => console.log(batch.n, bytes, altitudeKm, manifest.version));
  constellation.runSync({ untilS: 60 });
  return kpis;
}

export async function fly(seed: Uint8Array): Promise<number> {
  const { spec, architecture, weights, normaliser } = loadBundle('b', { publicKeyPem: '', now: Date.now });
  const policy = new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), { name: 'b', mode: 'greedy' });
  const bus = await Bus.connect({ servers: 'nats://127.0.0.1:4222', name: 'a', seed });
  const timer = { set: setTimeout, clear: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout) };
  const line = busLine({ bus, fleet: 'f' }, 'a');
  const { decisions } = await runNode({ line, satellite: 'a', policy, timer, draw: () => 1 });
  return decisions;
}

export const plan: RolloutPlan = ROLLOUT_DEFAULTS;
export const verify: typeof verifyLog = verifyLog;

export function place(error: unknown): string | undefined {
  return error instanceof SpaceCloudError && error.code === 'SCENARIO_FIELD' ? error.place?.file : undefined;
}

// @ts-expect-error a scenario is frozen
scenario.name = 'x';
// @ts-expect-error the run folder is missing
void train({ scenario });
// @ts-expect-error no such code
export const isNone = (error: SpaceCloudError): boolean => error.code === 'NO_SUCH_CODE';
// @ts-expect-error a baseline takes a name and a seed
createBaseline('random+random+random');

export { LearnedPolicy, Scorer };

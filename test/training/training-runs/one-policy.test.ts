import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { buildGeometry, loadScenario, varyScenario } from '../../../environment/index.ts';
import { evaluate, readTrainedPolicy, resolvePolicy, train } from '../../../training/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-sizes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EPISODE_S = 10;

it('one policy trained on 66 satellites runs on 1,584 unchanged', async () => {
  const small = varyScenario(loadScenario('scenarios/iridium-66.yaml'), (draft) => {
    draft.durationS = 900;
  });
  await train({
    ...{ scenario: small, geometry: buildGeometry(small), runFolder: folder, engine: 'wasm', clockMs: Date.now },
    config: {
      ...{ decisions: 4000, rowsPerIteration: 2000, worldsPerWorker: 2, episodeS: EPISODE_S, network: { hidden: 8 } },
      ...{ calibrationDecisions: 2000, ppo: { minibatchRows: 500, learningRate: 3e-3 } },
    },
  });

  // The first Starlink shell over the ground and traffic of walker-176.
  const large = varyScenario(loadScenario('scenarios/walker-176.yaml'), (draft) => {
    draft.name = 'walker-1584';
    draft.durationS = 120;
    draft.traffic.load = 0.1;
    const walker = draft.constellations[0]?.walker;
    if (walker === undefined) throw new Error('Expected a Walker constellation.');
    Object.assign(walker, { planes: 72, satellitesPerPlane: 22, altitudeKm: 550, inclinationDeg: 53 });
  });
  const geometry = buildGeometry(large);
  expect(geometry.satelliteCount).toBe(1584);
  const learned = resolvePolicy(folder, { now: Date.now });
  expect(learned).toMatchObject({ kind: 'network', network: { weights: readTrainedPolicy(folder).network.weights } });
  const { records } = await evaluate({
    ...{
      scenario: large,
      geometry,
      policies: [learned],
      seeds: [1],
      workers: 1,
      fallback: 'load-aware+greedy-finish+gdsf',
    },
    ...{ arrivalsS: 5, drainS: 20, replicates: 10 },
  });
  // Every decision passed the check for masked candidates, and every joule and byte was accounted for (CONSERVATION).
  const [record] = records;
  expect(record?.role).toBe('learned');
  expect(record?.decisions).toBeGreaterThan(100);
  expect(record?.kpis['breaches']).toBe(0);
  expect(record?.kpis['deliveredFrac']).toBeGreaterThan(0.5);
}, 120_000);

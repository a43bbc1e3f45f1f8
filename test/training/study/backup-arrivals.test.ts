import { expect, it } from 'vitest';
import { loadGeometry, loadScenario } from '../../../index.ts';
import { type World, applySettings, createWorldModel } from '../../../environment/index.ts';
import { baselineSource, createPolicy, runEpisode } from '../../../training/index.ts';
import { arrivalsKey } from '../../../training/study/plan.ts';

const centre = { latDeg: 48.58, lonDeg: 7.75 };
const backup = { name: 'ledger', dataCentre: 'near', objects: 4, objectBytes: 1e6, periodS: 10, deadlineS: 20 };
const mirror = { dataCentre: 'far', rateBps: 1e9 };

function scenarioWith(own: object): ReturnType<typeof loadScenario> {
  return applySettings(loadScenario('test-12'), {
    dataCentres: [
      { name: 'near', ...centre },
      { name: 'far', ...centre, lonDeg: 100 },
    ],
    'traffic.backups': [{ ...backup, ...own }],
  });
}

/** State of the generator after the last arrival, and tasks other than copies. */
async function demand(own: object): Promise<readonly number[]> {
  const scenario = scenarioWith(own);
  let drawn: readonly number[] = [];
  await runEpisode(
    createWorldModel(scenario, loadGeometry(scenario)),
    createPolicy(baselineSource('damped+greedy-finish+lru'), 5),
    {
      ...{ seed: 5, arrivalsS: 20, drainS: 20, fallback: 'shortest-delay+at-source+bypass', role: 'baseline' },
      onEnd: ({ columns }: World) => (drawn = [...columns.arrivalRng.state, ...columns.statistics.created.slice(0, 4)]),
    },
  );
  return drawn;
}

it('ENV-24 where copies of data sets go draws nothing: other tasks are the same, and studies do not say otherwise', async () => {
  const orbit = { replicas: 3 };
  const ground = { replicas: 0, mirror };
  expect(await demand(ground)).toEqual(await demand(orbit));
  expect(arrivalsKey(scenarioWith(ground))).toBe(arrivalsKey(scenarioWith(orbit)));
  expect(arrivalsKey(scenarioWith({ ...orbit, objectBytes: 2e6 }))).not.toBe(arrivalsKey(scenarioWith(orbit)));
});

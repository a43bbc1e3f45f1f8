import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadScenario } from '../../../index.ts';
import { parseStudyFile } from '../../../training/index.ts';
import { planStudy } from '../../../training/study/plan.ts';

const FILE = 'docs/STUDIES.md';

it(`the example of ${FILE} is a study whose every scenario is valid, in both sizes`, () => {
  const [, text = ''] = /```yaml\n([^`]*)```/.exec(readFileSync(FILE, 'utf8')) ?? [];
  const file = parseStudyFile(text, FILE);
  const scenario = loadScenario(file.value.scenario);
  const [quick, full] = (['quick', 'full'] as const).map((size) =>
    planStudy({ file, scenario }, { size, policies: [] }),
  );
  // Three comparators and a policy; as it is and three loads, and in the full size another number of satellites.
  expect(quick?.columns.map(({ column }) => column.name)).toEqual([
    ...['bent-pipe', 'relay', 'own-relay', 'damped+greedy-finish+least-rate'],
  ]);
  expect(quick?.points).toHaveLength(1 + 3);
  expect(full?.points).toHaveLength(1 + 3 + 1);
  expect(full?.sensitivity).toHaveLength(1);
});

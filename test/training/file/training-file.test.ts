import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { SpaceCloudError } from '../../../core/index.ts';
import type { JsonSchema } from '../../../environment/index.ts';
import {
  PPO_DEFAULTS,
  TRAIN_DEFAULTS,
  isTrainingFile,
  loadTrainingFile,
  overridesOf,
  parseTrainingFile,
  trainConfig,
  trainingJsonSchema,
} from '../../../training/index.ts';

const SCHEMA_FILE = 'docs/training.schema.json';
const SHIPPED = 'scenarios/training';
const HEAD = 'schema: 1\nscenarios:\n  - scenario: test-12\n';

function refusal(text: string): SpaceCloudError {
  try {
    parseTrainingFile(text, 'my.yaml');
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
  throw new Error('Expected a refusal.');
}

it(`${SCHEMA_FILE} is the schema in force (after a change: npx vitest run test/training/file -u)`, async () => {
  const options = { ...(await resolveConfig(SCHEMA_FILE)), parser: 'json' };
  const text = await format(JSON.stringify(trainingJsonSchema()), options);
  await expect(text).toMatchFileSnapshot(`../../../${SCHEMA_FILE}`);
});

it('describes every field and refuses unknown ones in every map', () => {
  const faults: string[] = [];
  const walk = (schema: JsonSchema, at: string): void => {
    if (schema.properties && schema.additionalProperties !== false) faults.push(`${at} is open`);
    for (const [name, child] of Object.entries(schema.properties ?? {})) {
      if (child.description === undefined && child.const === undefined && child.items?.properties === undefined)
        faults.push(`${at}.${name}`);
      walk(child, `${at}.${name}`);
    }
    if (schema.items) walk(schema.items, `${at}[]`);
  };
  walk(trainingJsonSchema(), '');
  expect(faults).toEqual([]);
});

it('a file of nothing but a scenario is a run with the defaults', () => {
  const { value } = parseTrainingFile(HEAD, 'my.yaml');
  const config = trainConfig(overridesOf(value, { seed: 1 }));
  expect(config).toEqual({ ...TRAIN_DEFAULTS, ppo: PPO_DEFAULTS });
});

it('has every field of PPO but the check of its own policy, which the overlap settles', () => {
  const { ppo } = trainingJsonSchema().properties ?? {};
  const { maxRatioDeviation: own, ...fields } = PPO_DEFAULTS;
  expect(own).toBe(1e-3);
  expect(Object.keys(ppo?.properties ?? {}).sort()).toEqual(Object.keys(fields).sort());
});

it('carries every field into the configuration', () => {
  const text = `${HEAD}decisions: 7
seeds: [4, 5]
algorithm: mappo
network: { hidden: 8, prior: input, attention: 2, memory: 3 }
imitate: { policy: load-aware+bent-pipe+lru, decisions: 9, untilAgreement: 0.9 }
rollout: { rowsPerIteration: 64, workers: 3, worldsPerWorker: 4, episodeS: 5, discountUnitS: 2, overlap: on, calibrationDecisions: 6, fallback: shortest-delay+at-source+lru }
ppo: { gamma: 0.9, valueClip: null, targetKl: 0.1 }
randomise: { load: [1, 2], startS: [0, 60] }
curriculum:
  - { decisions: 3, utility: 0.5, load: [1, 1] }
evaluation: { everyDecisions: 2, episodes: 3, arrivalsS: 4, drainS: 5 }
checkpointEveryIterations: 11
`;
  const { value } = parseTrainingFile(text, 'my.yaml');
  expect(value.seeds).toEqual([4, 5]);
  expect(trainConfig(overridesOf(value, { seed: 5 }))).toEqual({
    seed: 5,
    decisions: 7,
    rowsPerIteration: 64,
    workers: 3,
    worldsPerWorker: 4,
    lag: 1,
    episodeS: 5,
    discountUnitS: 2,
    algorithm: 'mappo',
    network: { hidden: 8, prior: 'input', attention: 2, memory: 3 },
    from: null,
    imitation: { policy: 'load-aware+bent-pipe+lru', decisions: 9, untilAgreement: 0.9 },
    calibrationDecisions: 6,
    fallback: 'shortest-delay+at-source+lru',
    variation: { load: [1, 2], startS: [0, 60] },
    curriculum: [{ decisions: 3, utility: 0.5, variation: { load: [1, 1] } }],
    evaluation: { everyDecisions: 2, episodes: 3, arrivalsS: 4, drainS: 5 },
    checkpointEveryIterations: 11,
    // Rollouts that lag are not of the learner's own policy.
    ppo: { ...PPO_DEFAULTS, gamma: 0.9, valueClip: null, targetKl: 0.1, maxRatioDeviation: null },
  });
});

it('carries the run it starts from, seen from the working directory', () => {
  const { value } = parseTrainingFile(`${HEAD}from: runs/a\n`, 'my.yaml');
  expect(value.from).toBe('runs/a');
  expect(overridesOf(value, { seed: 1, from: 'x/runs/a' }).from).toBe('x/runs/a');
});

it('a curriculum may take the whole run', () => {
  const text = `${HEAD}decisions: 6\ncurriculum:\n  - { decisions: 3 }\n  - { decisions: 3 }\n`;
  expect(parseTrainingFile(text, 'my.yaml').value.curriculum).toHaveLength(2);
});

describe('refuses', () => {
  it.each([
    ['an unknown field', `${HEAD}randomize: {}\n`, 4, 1, /found 'randomize'/, /Did you mean randomise/],
    ['a field in the wrong place', `${HEAD}gamma: 1\n`, 4, 1, /found 'gamma'/, /belongs in ppo/],
    ['a value of the wrong kind', `${HEAD}decisions: many\n`, 4, 12, /a whole number/, /to learn from/],
    ['a value out of range', `${HEAD}ppo: { gamma: 1.5 }\n`, 4, 15, /above 0 and at most 1.*found 1.5/, undefined],
    ['a range of one number', `${HEAD}randomise: { load: [1] }\n`, 4, 20, /a list of 2/, undefined],
    ['a range upside down', `${HEAD}randomise: { load: [2, 1] }\n`, 4, 20, /lowest value first/, /Exchange/],
    ['a stage upside down', `${HEAD}curriculum:\n  - { decisions: 1, load: [2, 1] }\n`, 5, 27, /lowest/, /Exchange/],
    ['a seed twice', `${HEAD}seeds: [1, 2, 1]\n`, 4, 15, /different seeds, found 1 twice/, undefined],
    ['a misspelt baseline', `${HEAD}imitate: { policy: lod-aware+lru }\n`, 4, 20, /2 part/, /^Write forward\+place/],
    ['a misspelt part', `${HEAD}imitate: { policy: lod-aware+oracle+lru }\n`, 4, 20, /'lod-aware' in/, /^Write/],
    [
      'an oracle to imitate',
      `${HEAD}imitate: { policy: oracle+first-fit+lru }\n`,
      4,
      20,
      /the oracle/,
      /imitated.*truth/,
    ],
    [
      'a fallback that is none',
      `${HEAD}rollout: { fallback: nonsense }\n`,
      4,
      22,
      /'nonsense' with 1/,
      /^Write forward/,
    ],
    ['an oracle as fallback', `${HEAD}rollout: { fallback: random+random+oracle }\n`, 4, 22, /the oracle/, /truth/],
    ['two starts', `${HEAD}from: a\nimitate: { policy: random+random+random }\n`, 5, 1, /beside 'from'/, /one out/],
    [
      'a curriculum longer than the run',
      `${HEAD}decisions: 5\ncurriculum:\n  - { decisions: 3 }\n  - { decisions: 3 }\n`,
      7,
      18,
      /within the run's 5 decisions, found an end after 6/,
      /Shorten/,
    ],
    ['a scenario twice', `${HEAD}  - scenario: test-12\n`, 4, 15, /each scenario once/, /weight/],
    ['no scenario', 'schema: 1\nscenarios: []\n', 2, 12, /a list that is not empty/, undefined],
    ['another version', 'schema: 2\nscenarios: [{ scenario: a }]\n', 1, 9, /expected 1, found 2/, undefined],
    ['what is no YAML', `${HEAD}ppo: {\n`, 5, 1, /well-formed YAML/, undefined],
    ['a list', '- a\n', 1, 1, /^training file: expected a map/, undefined],
  ])('%s, with its place', (...row) => {
    const [, text, line, column, message, hint] = row;
    const error = refusal(text);
    expect(error.code).toBe('TRAINING_FILE');
    expect(error.exitStatus).toBe(3);
    expect(error.message).toMatch(message);
    expect(error.place).toEqual({ file: 'my.yaml', line, column });
    if (hint !== undefined) expect(error.hint).toMatch(hint);
  });

  it('all problems at once', () => {
    const { message } = refusal(`${HEAD}decision: 1\nppo: { epochs: 0 }\n`);
    expect(message).toMatch(/'decision'/);
    expect(message).toMatch(/5:16 ppo\.epochs/);
  });
});

describe('the shipped training files', () => {
  const files = readdirSync(SHIPPED).filter((file) => file.endsWith('.yaml'));

  it.each(files)('%s is one, and names the schema for editors', (file) => {
    const text = readFileSync(join(SHIPPED, file), 'utf8');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../../docs/training.schema.json');
    expect(isTrainingFile(text)).toBe(true);
    const { value } = loadTrainingFile(join(SHIPPED, file));
    for (const { scenario } of value.scenarios) expect(readdirSync('scenarios')).toContain(`${scenario}.yaml`);
  });

  it('are at least three, and scenarios are none', () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of readdirSync('scenarios').filter((name) => name.endsWith('.yaml'))) {
      expect(isTrainingFile(readFileSync(join('scenarios', file), 'utf8')), file).toBe(false);
    }
  });
});

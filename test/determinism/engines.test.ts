import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGeometry, parseScenario } from '../../environment/index.ts';
import { DIST, bundleForNode, bundleForPage } from './bundles.ts';
import { browserOnPath, inBrowser, inProcess, inWorker, otherNode } from './engines.ts';
import { type EngineAnswer, type Given, answerOf } from './trajectories.ts';

const POLICIES = ['load-aware+greedy-finish+gdsf', 'random+random+random'];
const given = (file: string, runS: number): Given => ({
  file,
  text: readFileSync(file, 'utf8'),
  runS,
  policies: POLICIES,
  seeds: [1, 2],
});
const GIVEN = [given('scenarios/test-12.yaml', 60), given('test/determinism/every-feature.yaml', 120)];
const MAJORS = [20, 22, 24];
const SLOW_MS = 180_000;

const here = Number(process.versions.node.split('.')[0]);
const nodeOf = (major: number): string | undefined => (major === here ? process.execPath : otherNode(major));
const browser = browserOnPath();
/** Continuous integration sets it, so that a missing engine is a failure there. */
const required = process.env['SPACECLOUD_ENGINES'] === 'all';

describe('one trajectory in every engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spacecloud-engines-'));
  const engine = join(folder, 'engine.mjs');
  let expected: EngineAnswer;

  beforeAll(async () => {
    if (!existsSync(DIST)) throw new Error('Expected the compiled code in dist/; npm run build makes it.');
    expected = answerOf(GIVEN);
    await bundleForNode(engine);
  }, SLOW_MS);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('runs long enough to mean something', () => {
    expect(expected.trajectories).toHaveLength(8);
    expect(new Set(expected.trajectories.map(({ hash }) => hash)).size).toBe(8);
    for (const { name, decisions } of expected.trajectories) expect(decisions, name).toBeGreaterThan(500);
  });

  it(
    'ENV-02 in two worker threads with shared geometries',
    async () => {
      const geometries = GIVEN.map(({ text, file }) => buildGeometry(parseScenario(text, file)));
      const both = await Promise.all(
        POLICIES.map((policy) =>
          inWorker(engine, { given: GIVEN.map((one) => ({ ...one, policies: [policy] })), geometries }),
        ),
      );
      const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
      expect(both.flat().sort(byName)).toEqual([...expected.trajectories].sort(byName));
    },
    SLOW_MS,
  );

  for (const major of MAJORS) {
    const node = nodeOf(major);
    if (node === undefined && !required) {
      console.warn(`Node ${major} is not there: its trajectories are not compared. npm run setup:engines fetches it.`);
    }
    it.skipIf(node === undefined && !required)(
      `ENV-02 in Node ${major}, from dist/`,
      async () => {
        const path = node ?? '';
        expect(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout).toMatch(new RegExp(`^v${major}\\.`));
        expect(await inProcess(path, engine, GIVEN)).toEqual(expected);
      },
      SLOW_MS,
    );
  }

  if (browser === undefined && !required) console.warn('No Chromium on the path: its trajectories are not compared.');
  it.skipIf(browser === undefined && !required)(
    'ENV-02 in a headless Chromium, without any function of Node',
    async () => {
      const { version, answer } = await inBrowser(browser ?? '', await bundleForPage(), GIVEN);
      expect(version).toMatch(/^\d+\./);
      expect(answer).toEqual(expected);
    },
    SLOW_MS,
  );
});

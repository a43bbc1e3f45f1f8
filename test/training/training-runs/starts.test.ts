import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type TrainOverrides, readTrainedPolicy } from '../../../training/index.ts';
import { EVERYTHING, trainBoth } from './run-lab.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-starts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const SHORT: TrainOverrides = { ...EVERYTHING, decisions: 480, lag: 0 };

it('a run starts from the policy of another, with its inputs, and its best policy is kept', async () => {
  const source = await trainBoth({ folder: at('source'), config: SHORT });
  const evaluations = readFileSync(join(at('source'), 'evaluations.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const scores = evaluations.map((line) => JSON.parse(line) as { decisions: number; utility: number });
  const best = scores.reduce((top, score) => (score.utility > top.utility ? score : top));
  expect(source.best).toMatchObject(best.decisions === 0 ? {} : { decisions: best.decisions, utility: best.utility });
  expect(readTrainedPolicy(at('source'), 'best').network.weights).toHaveLength(source.weights.length);

  // A learning rate of 0 shows what the run began with.
  const still = { ...SHORT, ppo: { ...SHORT.ppo, learningRate: 0 }, from: at('source') };
  const next = await trainBoth({ folder: at('next'), config: still });
  expect(next.weights).toEqual(source.weights);
  expect(next.normaliser).toEqual(source.normaliser);

  const wider = { ...SHORT, network: { hidden: 5 }, from: at('source') };
  await expect(trainBoth({ folder: at('wider'), config: wider })).rejects.toThrow(/hidden 5 .*got one of hidden 4/);
}, 90_000);

it('a network without the heuristic is taught it before it learns', async () => {
  const imitation = { policy: 'load-aware+greedy-finish+gdsf', decisions: 4000, untilAgreement: null };
  const config = { ...SHORT, network: { hidden: 8, prior: 'hidden' as const }, decisions: 120, imitation };
  const taught = await trainBoth({ folder: at('taught'), config });
  const untaught = await trainBoth({ folder: at('untaught'), config: { ...config, imitation: null } });
  expect(taught.weights).not.toEqual(untaught.weights);
  const first = (name: string): { entropy: number; ratioDeviation: number } =>
    JSON.parse(readFileSync(join(at(name), 'metrics.jsonl'), 'utf8').split('\n')[0] ?? '') as {
      entropy: number;
      ratioDeviation: number;
    };
  // An untrained head scores all candidates alike; one that was taught prefers the teacher's.
  expect(first('taught').entropy).toBeLessThan(0.9 * first('untaught').entropy);
  expect(first('taught').ratioDeviation).toBeLessThan(1e-3);
}, 90_000);

it.each([
  ['a fallback that is none', { fallback: 'nonsense' }, /with 1 part/],
  [
    'an oracle to imitate',
    { imitation: { policy: 'oracle+random+lru', decisions: 1, untilAgreement: null } },
    /oracle/,
  ],
])('refuses %s before the run folder is made', async (_, config: TrainOverrides, message) => {
  const error: unknown = await trainBoth({ folder: at('refused'), config: { ...SHORT, ...config } }).catch(
    (cause: unknown) => cause,
  );
  expect(error).toMatchObject({ code: 'USAGE', message: expect.stringMatching(message) as string });
  expect(existsSync(at('refused'))).toBe(false);
});

import { describe, expect, it } from 'vitest';
import { parseSearchFile } from '../../../training/search/index.ts';

const parse = (text: string): ReturnType<typeof parseSearchFile>['value'] => parseSearchFile(text, 'search.yaml').value;

describe('search files', () => {
  it('fill in defaults', () => {
    const file = parse('schema: 1\ntraining: train.yaml\nspace:\n  ppo.learningRate: {log: [1.0e-4, 1.0e-2]}\n');
    expect(file).toMatchObject({ method: 'halving', trials: 16, reduction: 3, seed: 1, evaluation: { episodes: 5 } });
  });

  // Each: what stands in the file, and where and how it is refused.
  const refused: readonly (readonly [string, string, RegExp, number])[] = [
    ['an unknown setting', 'ppo.learnRate: {log: [1, 2]}', /a setting of training, found 'ppo.learnRate'/, 4],
    ['what the search decides itself', 'decisions: {integer: [1, 2]}', /a setting of training/, 4],
    ['bounds in the wrong order', 'ppo.gamma: {uniform: [1, 0.9]}', /lowest value first/, 4],
    ['a logarithm of 0', 'ppo.entropyCoef: {log: [0, 1]}', /values above 0/, 4],
    ['an integer that is none', 'ppo.epochs: {integer: [1, 2.5]}', /whole numbers/, 4],
    [
      'an end that training refuses',
      'ppo.learningRate: {log: [0.1, 20]}',
      /4:33.*takes for ppo.learningRate, found 20/,
      4,
    ],
    [
      'a choice that is no number',
      'network.hidden: {choice: [16, abc]}',
      /4:33.*takes for network.hidden, found abc/,
      4,
    ],
    ['a choice that is no truth value', 'ppo.annealClip: {choice: [true, 1]}', /annealClip, found 1/, 4],
    ['an unknown algorithm', 'algorithm: {choice: [ippo, mapo]}', /takes for algorithm, found mapo/, 4],
    ['fractions of what is whole', 'ppo.epochs: {uniform: [1, 4]}', /takes for ppo.epochs, found 2\.06/, 4],
    ['a misspelt kind of range', 'ppo.epochs: {chioce: [1, 4]}', /known field, found 'chioce'/, 4],
    [
      'two kinds of range',
      'ppo.epochs: {choice: [1], integer: [1, 4]}',
      /exactly one of .*, found integer and choice/,
      4,
    ],
    ['no range', 'ppo.epochs: {}', /exactly one of .*, found none/, 4],
  ];
  for (const [name, line, message, row] of refused) {
    it(`refuse ${name}, with its place`, () => {
      const text = `schema: 1\ntraining: train.yaml\nspace:\n  ${line}\n`;
      const error = (() => {
        try {
          return parse(text);
        } catch (caught) {
          return caught;
        }
      })();
      expect(error).toMatchObject({ code: 'TRAINING_FILE', place: { file: 'search.yaml', line: row } });
      expect(String(error)).toMatch(message);
    });
  }

  it('ask whether a misspelt range was meant', () => {
    const text = 'schema: 1\ntraining: t.yaml\nspace:\n  ppo.epochs: {chioce: [1, 4]}\n';
    expect(() => parse(text)).toThrow(expect.objectContaining({ hint: 'Did you mean choice?' }));
  });

  it('accept ranges within what training takes', () => {
    const space =
      'ppo.learningRate: {log: [1.0e-4, 1]}, network.hidden: {choice: [16, 32]}, ppo.epochs: {integer: [1, 9]}';
    const more =
      'network.prior: {choice: [added, hidden]}, rowsPerIteration: {integer: [64, 4096]}, ppo.annealClip: {choice: [true]}';
    expect(Object.keys(parse(`schema: 1\ntraining: t.yaml\nspace: {${space}, ${more}}\n`).space)).toHaveLength(6);
  });

  it('refuse too few trials for the method', () => {
    const space = 'space: {ppo.gamma: {uniform: [0.9, 1]}}';
    expect(() => parse(`schema: 1\ntraining: t.yaml\ntrials: 2\n${space}\n`)).toThrow(/at least 3 trials/);
    expect(() => parse(`schema: 1\ntraining: t.yaml\nmethod: population\ntrials: 3\n${space}\n`)).toThrow(/at least 4/);
  });
});

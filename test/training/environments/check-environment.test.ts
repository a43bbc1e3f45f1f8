import { describe, expect, it } from 'vitest';
import {
  CLIMBING_GAME,
  CartPole,
  Foraging,
  Identity,
  MaskedBandit,
  MatrixGame,
  SimpleSpread,
  type MultiAgentEnvironment,
  checkEnvironment,
} from '../../../training/environments/index.ts';
import { RELAY_FAULTS, Relay, type RelayFault } from './broken-relay.ts';

/** Which check finds a fault, and what its message must name. */
const FOUND_BY: Readonly<Record<RelayFault, readonly [check: string, message: RegExp]>> = {
  'doubled feature': ['specification', /'position' once in kind 'act'/],
  'prior not last': ['specification', /last candidate feature of kind 'act' to be 'prior', got 'isAction0'/],
  'doubled agent': ['columns', /agent 'a' once/],
  'short status': ['columns', /3 entries, got status of 2/],
  'chance from elsewhere': ['repeatable', /two plays of seed 1/],
  'leftovers after reset': ['repeatable', /nothing of the episode before/],
  'seed ignored': ['seeded', /different episodes/],
  'draws while observing': ['observable', /observing/],
  'unknown kind': ['rows', /kind below 1 for a at step 0 in the episode of seed 1, got 3/],
  'too many candidates': ['rows', /1 \.\. 3 candidates for a .*, got 4/],
  'allowed past the end': ['rows', /past candidate 0/],
  'all masked': ['mask', /for . at step 5 in the episode of seed 1, got 3 and none allowed/],
  'NaN feature': ['features', /position = NaN/],
  'infinite candidate': ['features', /isAction1 = Infinity of candidate 0/],
  'NaN reward': ['rewards', /finite reward for a after step 4 .*, got NaN/],
  'reward of the dead': ['rewards', /reward 0 for b, terminated/],
  'unknown status': ['lifecycle', /status of 0 \.\. 4 for a after step 6/],
  revival: ['lifecycle', /b to stay terminated .*, got asked/],
  vanishing: ['lifecycle', /a to end as terminated or truncated after step 6/],
  endless: ['ending', /within 500 steps/],
  'limit told as terminated': ['truncation', /all terminated after 12 steps/],
  'masked choice accepted': ['masked', /choice . of ., which is not allowed, to be refused, got no error/],
  'masked choice half taken': ['masked', /changed state/],
  'reads choices of others': ['unasked', /difference at step/],
  'chance shared by all': ['repeatable', /two plays/],
  'state in the module': ['separate', /another environment beside it/],
  'state incomplete': ['restore', /to go on exactly/],
  'NaN global': ['global', /position = NaN/],
  'global features only': ['global', /both globalFeatures and observeGlobal/],
  'throws in the middle': ['repeatable', /Out of luck/],
};

const OPTIONS = { maxSteps: 500 };

describe('checkEnvironment', () => {
  it('finds nothing in an environment that uses every rule and keeps them all', () => {
    expect(checkEnvironment(() => new Relay(), OPTIONS)).toEqual([]);
  });

  for (const fault of RELAY_FAULTS) {
    it(`finds: ${fault}`, () => {
      const findings = checkEnvironment(() => new Relay(fault), OPTIONS);
      const [check, message] = FOUND_BY[fault];
      const found = findings.find((finding) => finding.check === check);
      expect(found?.message, JSON.stringify(findings)).toMatch(message);
      expect(found?.advice).toBe(check === 'seeded' || check === 'truncation');
    });
  }

  // What plain JavaScript may hand over in place of an environment, and what the message must name.
  const MISMADE: readonly (readonly [name: string, make: () => unknown, message: RegExp])[] = [
    ['an empty object', () => ({}), /name of the environment to be a text, got nothing/],
    ['null', () => null, /environment, got null/],
    ['nothing', () => undefined, /environment, got nothing/],
    ['no status', () => without('status'), /status of the environment to be a Uint8Array, got nothing/],
    ['no observe', () => without('observe'), /observe of the environment to be a function, got nothing/],
    ['a spec without kinds', () => changed({ spec: { maxCandidates: 3 } }), /spec .* got an object of Object/],
    ['plain numbers as state', () => changed({ state: { steps: 3 } }), /state .* typed arrays/],
    ['rewards as plain array', () => changed({ reward: [0, 0, 0] }), /reward .* Float64Array, got an array/],
    ['a make that throws', refuse, /got the error 'Out of order'/],
  ];
  for (const [name, make, message] of MISMADE) {
    it(`finds: ${name}`, () => {
      const findings = checkEnvironment(make as () => MultiAgentEnvironment, OPTIONS);
      expect(findings).toEqual([{ check: 'made', advice: false, message: expect.stringMatching(message) as string }]);
    });
  }

  it('finds a make that works only once', () => {
    let made = 0;
    const once = (): Relay => (made++ === 0 ? new Relay() : refuse());
    expect(checkEnvironment(once, OPTIONS)[0]?.message).toMatch(/Out of order/);
  });

  it('finds nothing in the known environments, but that games of no chance do not depend on seeds', () => {
    const short = { episodes: 4, maxSteps: 600 };
    for (const make of [
      () => new CartPole(),
      () => new Identity({ actions: 5, masked: 2 }),
      () => new Foraging({ size: 8, players: 2, foods: 2, coop: true }),
      () => new SimpleSpread(),
    ]) {
      expect(checkEnvironment(make, short), make().name).toEqual([]);
    }
    for (const make of [() => new MatrixGame(CLIMBING_GAME), () => new MaskedBandit()]) {
      expect(
        checkEnvironment(make, short).map(({ check }) => check),
        make().name,
      ).toEqual(['seeded']);
    }
  });
});

function changed(fields: object): object {
  return Object.assign(new Relay(), fields);
}

function without(field: string): object {
  return changed({ [field]: undefined });
}

function refuse(): never {
  throw new Error('Out of order');
}

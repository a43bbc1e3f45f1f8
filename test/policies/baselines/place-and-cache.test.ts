import { describe, expect, it } from 'vitest';
import { CACHE, type OracleView, PLACE } from '../../../core/index.ts';
import { createBaseline } from '../../../policies/baselines/index.ts';
import { type TestCandidate, batchOf } from './rows.ts';

function place(name: string, candidates: readonly TestCandidate[], views?: readonly OracleView[]): number {
  const policy = createBaseline(`load-aware+${name}+lru`, 1);
  if (views !== undefined) policy.attachOracle?.(views);
  const out = new Uint8Array(1);
  const row = { kind: PLACE, agent: 4, destination: 9, sizeBits: 8e6, context: { outputMbit: 2 }, candidates };
  policy.choose(batchOf([row]), out);
  return out[0] as number;
}

function cache(name: string, candidates: readonly TestCandidate[]): number {
  const out = new Uint8Array(1);
  createBaseline(`load-aware+at-source+${name}`, 1).choose(batchOf([{ kind: CACHE, candidates }]), out);
  return out[0] as number;
}

const self = (finishS: number, allowed = true): TestCandidate => ({
  allowed,
  node: 4,
  features: { isSelf: 1, finishS, serviceS: 2 },
});
const ground = (node: number, finishS: number, allowed = true): TestCandidate => ({
  allowed,
  node,
  features: { isGround: 1, finishS, serviceS: 1 },
});
const satellite = (node: number, finishS: number): TestCandidate => ({ node, features: { finishS, serviceS: 2 } });

describe('placement baselines', () => {
  it('bent pipe takes the ground executor that finishes first, although a satellite is faster', () => {
    expect(place('bent-pipe', [self(1), ground(20, 9), ground(21, 8)])).toBe(2);
  });

  it('bent pipe falls back to itself, then to the earliest finish', () => {
    expect(place('bent-pipe', [satellite(5, 1), self(3), ground(20, 9, false)])).toBe(1);
    expect(place('bent-pipe', [satellite(5, 4), satellite(6, 3), self(1, false)])).toBe(1);
  });

  it('at source stays, and finishes earliest where it may not', () => {
    expect(place('at-source', [ground(20, 1), self(30)])).toBe(1);
    expect(place('at-source', [ground(20, 2), satellite(5, 1), self(0, false)])).toBe(1);
  });

  it('greedy finish takes the earliest, ties to the lowest index', () => {
    expect(place('greedy-finish', [self(5), ground(20, 4), satellite(5, 4)])).toBe(1);
  });

  it('greedy finish looks no further than one link, greedy far does', () => {
    const far: TestCandidate = { node: 7, features: { finishS: 1, serviceS: 1, hopsAway: 2 } };
    expect(place('greedy-finish', [self(5), satellite(5, 4), far])).toBe(1);
    expect(place('greedy-far', [self(5), satellite(5, 4), far])).toBe(2);
    expect(place('greedy-finish', [self(5, false), far])).toBe(1);
  });

  it('green finish counts work longer by the strain on battery and heat, and none on the ground', () => {
    const strained = (batteryFrac: number, temperatureC: number): TestCandidate => ({
      node: 5,
      features: { finishS: 4, serviceS: 2, batteryFrac, temperatureC },
    });
    const at = (finishS: number): TestCandidate => ground(20, finishS);
    // At 0.825 half of the 0.15 between 0.9 and 0.75 are gone: 4 + 2 * 0.5 = 5 s; at 67.5 degC half of 15 degC: the same.
    for (const strain of [strained(0.825, 20), strained(1, 67.5)]) {
      expect(place('green-finish', [strain, at(5.01)])).toBe(0);
      expect(place('green-finish', [strain, at(4.99)])).toBe(1);
    }
    expect(place('green-finish', [strained(0.9, 60), at(4.01)])).toBe(0);
  });

  it('first fit takes the first where nothing waits, its own work on the way included, else the first allowed', () => {
    const busy = (node: number, features: Record<string, number>): TestCandidate => ({ node, features });
    const busySelf = { ...self(1), features: { isSelf: 1, backlogS: 2 } };
    expect(place('first-fit', [busySelf, busy(5, { placedSinceBeaconS: 1 }), busy(6, { finishS: 50 })])).toBe(2);
    expect(place('first-fit', [busySelf, busy(5, { backlogS: 1 })])).toBe(0);
  });

  it('round robin takes the allowed ones in turn, each satellite for itself', () => {
    const policy = createBaseline('load-aware+round-robin+lru', 1);
    const candidates = [self(1), satellite(5, 1), ground(20, 1, false), satellite(6, 1)];
    const out = new Uint8Array(2);
    const choices = [0, 1, 2, 3].map((i) => {
      policy.choose(
        batchOf([{ kind: PLACE, agent: 4, candidates }, ...(i > 1 ? [{ kind: PLACE, agent: 900, candidates }] : [])]),
        out,
      );
      return i > 1 ? [...out] : [out[0]];
    });
    expect(choices).toEqual([[0], [1], [3, 0], [0, 1]]);
  });

  it('the oracle adds true transfers and backlogs; the input travels while the backlog drains', () => {
    const delays: Record<string, number> = { '4-20': 3, '20-9': 1, '4-5': 0.5, '5-9': 2, '4-9': 2 };
    const sizes: number[] = [];
    const view: OracleView = {
      trueDelayS(from, to, sizeBits) {
        sizes.push(sizeBits);
        return delays[`${from}-${to}`] ?? Infinity;
      },
      trueBacklogS: (node) => ({ 4: 2, 5: 6, 20: 1 })[node] ?? 0,
    };
    // self: max(0, 2) + 2 + 2 = 6 s; ground 20: max(3, 1) + 1 + 1 = 5 s; satellite 5: max(0.5, 6) + 2 + 2 = 10 s.
    // finishS, which the oracle must ignore, says the opposite.
    expect(place('oracle', [self(2), ground(20, 9), satellite(5, 1)], [view])).toBe(1);
    // Input 8 Mbit out, output 2 Mbit back.
    expect(new Set(sizes)).toEqual(new Set([8e6, 2e6]));
  });
});

describe('cache baselines', () => {
  const bypass: TestCandidate = { features: { isBypass: 1 } };
  const admit = (allowed: boolean): TestCandidate => ({ allowed, features: { isAdmit: 1 } });
  const victim = (flag: string, allowed = true): TestCandidate => ({ allowed, features: { [flag]: 1 } });
  const full = [
    bypass,
    admit(false),
    victim('isLruVictim'),
    victim('isLfuVictim'),
    victim('isGdsfVictim'),
    victim('isSieveVictim'),
    victim('isS3FifoVictim'),
  ];

  it.each([
    ['lru', 2],
    ['lfu', 3],
    ['gdsf', 4],
    ['sieve', 5],
    ['s3-fifo', 6],
    ['bypass', 0],
  ])('%s evicts its own victim from a full cache', (name, expected) => {
    expect(cache(name, full)).toBe(expected);
  });

  it.each(['lru', 'lfu', 'gdsf', 'sieve'])('%s admits into free space', (name) => {
    expect(cache(name, [bypass, admit(true), victim('isLruVictim')])).toBe(1);
  });

  it('admission by rate gives up the least wanted: of LRU victim and newcomer, or of all', () => {
    const wanted = (requestRateHz: number, features: Record<string, number> = {}): TestCandidate => ({
      features: { requestRateHz, sizeMbit: 30, ...features },
    });
    const row = (newcomerHz: number): TestCandidate[] => [
      wanted(newcomerHz, { isBypass: 1 }),
      wanted(0.3, { isLruVictim: 1 }),
      wanted(0.1),
    ];
    expect(cache('tiny-lfu', row(0.2))).toBe(0);
    expect(cache('tiny-lfu', row(0.4))).toBe(1);
    expect(cache('least-rate', row(0.2))).toBe(2);
    expect(cache('least-rate', row(0.1))).toBe(0);
    // 0.1 * (1 + 30 / 10) = 0.4 against 0.15 * (1 + 30 / 30) = 0.3.
    expect(cache('least-rate', [wanted(0.15, { isBypass: 1 }), wanted(0.1, { sizeMbit: 10 })])).toBe(0);
    for (const name of ['tiny-lfu', 'least-rate'])
      expect(cache(name, [wanted(0, { isBypass: 1 }), admit(true)])).toBe(1);
  });

  it('the oracles give up what is asked for last, or the largest product of that and size', () => {
    const held = (slot: number, sizeMbit: number): TestCandidate => ({ node: slot, features: { sizeMbit } });
    const nextS: Record<number, number> = { [-1]: 5, 0: 30, 1: 20, 2: Infinity, 3: Infinity };
    const view: OracleView = {
      trueDelayS: () => 0,
      trueBacklogS: () => 0,
      nextRequestS: (_, slot) => nextS[slot] ?? NaN,
    };
    const choose = (name: string, candidates: readonly TestCandidate[]): number => {
      const policy = createBaseline(`load-aware+at-source+${name}`, 1);
      policy.attachOracle?.([view]);
      const out = new Uint8Array(1);
      policy.choose(batchOf([{ kind: CACHE, candidates }]), out);
      return out[0] as number;
    };
    const newcomer = { features: { isBypass: 1, sizeMbit: 8 } };
    expect(choose('oracle', [newcomer, held(1, 8), held(0, 4)])).toBe(2); // 30 s
    expect(choose('oracle-size', [newcomer, held(1, 8), held(0, 4)])).toBe(1); // 160 > 120 > 40
    expect(choose('oracle', [newcomer, held(0, 9), held(2, 3), held(3, 4)])).toBe(3); // neither is asked for: the larger
    nextS[-1] = 50;
    expect(choose('oracle', [newcomer, held(1, 8), held(0, 4)])).toBe(0);
    expect(choose('oracle', [newcomer, admit(true)])).toBe(1);
  });

  it('bypasses when the victim may not be evicted, and takes what is left when it may not bypass either', () => {
    expect(cache('sieve', [bypass, admit(false), victim('isSieveVictim', false)])).toBe(0);
    const noBypass = { allowed: false, features: { isBypass: 1 } };
    expect(cache('sieve', [noBypass, victim('isSieveVictim', false), victim('isLruVictim')])).toBe(2);
    expect(cache('bypass', [noBypass, victim('isLruVictim')])).toBe(1);
  });
});

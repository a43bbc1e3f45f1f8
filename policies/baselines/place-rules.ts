import { type OracleView, PLACE, Rng, candidateColumn, contextColumn } from '../../core/index.ts';
import type { KindRule, RuleOptions } from './kind-rule.ts';
import { leastTrueFinish } from './oracle.kernel.ts';
import { firstAllowed, flagged, least, randomAllowed } from './pick.kernel.ts';

/** Uniform over the allowed executors. */
export function randomPlace({ seed }: RuleOptions): KindRule {
  const rng = new Rng(seed, 'baseline.place.random');
  return { pick: (batch, row) => randomAllowed(batch, row, rng) };
}

/** All work on the ground: the ground executor that finishes first; without one the satellite itself, then whoever finishes first. */
export function bentPipePlace({ spec }: RuleOptions): KindRule {
  const finishS = candidateColumn(spec, PLACE, 'finishS');
  const isGround = candidateColumn(spec, PLACE, 'isGround');
  const isSelf = candidateColumn(spec, PLACE, 'isSelf');
  return {
    pick(batch, row) {
      const ground = least(batch, row, finishS, isGround);
      if (ground >= 0) return ground;
      const self = flagged(batch, row, isSelf);
      if (self >= 0) return self;
      const best = least(batch, row, finishS, -1);
      return best >= 0 ? best : firstAllowed(batch, row);
    },
  };
}

/** Work where the data are; without leave to, whoever finishes first. */
export function atSourcePlace({ spec }: RuleOptions): KindRule {
  const finishS = candidateColumn(spec, PLACE, 'finishS');
  const isSelf = candidateColumn(spec, PLACE, 'isSelf');
  return {
    pick(batch, row) {
      const self = flagged(batch, row, isSelf);
      if (self >= 0) return self;
      const best = least(batch, row, finishS, -1);
      return best >= 0 ? best : firstAllowed(batch, row);
    },
  };
}

/** Earliest finish by what the satellite knows: stale backlogs, transfers by stale queue reports. */
export function greedyFinishPlace({ spec }: RuleOptions): KindRule {
  const finishS = candidateColumn(spec, PLACE, 'finishS');
  return {
    pick(batch, row) {
      const best = least(batch, row, finishS, -1);
      return best >= 0 ? best : firstAllowed(batch, row);
    },
  };
}

/** Earliest finish by the true backlogs and queues of this moment. */
export function oraclePlace({ spec }: RuleOptions): KindRule {
  const serviceS = candidateColumn(spec, PLACE, 'serviceS');
  const outputMbit = contextColumn(spec, PLACE, 'outputMbit');
  const known = { serviceS, outputMbit, truth: [] as readonly OracleView[] };
  return {
    attachOracle(views) {
      known.truth = views;
    },
    pick(batch, row) {
      const best = leastTrueFinish(batch, row, known);
      return best >= 0 ? best : firstAllowed(batch, row);
    },
  };
}

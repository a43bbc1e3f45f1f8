import { type OracleView, PLACE, Rng, candidateColumn, contextColumn } from '../../core/index.ts';
import type { KindRule, RuleOptions } from './kind-rule.ts';
import { leastTrueFinish } from './oracle.kernel.ts';
import { allowedInTurn, firstAllowed, flagged, least, leastWithin, randomAllowed } from './pick.kernel.ts';
import { firstWithout, leastNear, leastStrainedFinish } from './pick-executor.kernel.ts';

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
      const ground = leastWithin(batch, row, finishS, isGround, 1, 1);
      if (ground >= 0) return ground;
      const self = flagged(batch, row, isSelf);
      if (self >= 0) return self;
      const best = least(batch, row, finishS);
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
      const best = least(batch, row, finishS);
      return best >= 0 ? best : firstAllowed(batch, row);
    },
  };
}

/**
 * Earliest finish by what the satellite knows: stale backlogs, its own work on the way, transfers by stale queue reports. Among
 * itself, its neighbours and the data centres.
 */
export function greedyFinishPlace({ spec }: RuleOptions): KindRule {
  const finishS = candidateColumn(spec, PLACE, 'finishS');
  const hopsAway = candidateColumn(spec, PLACE, 'hopsAway');
  return {
    pick(batch, row) {
      const near = leastNear(batch, row, finishS, hopsAway);
      if (near >= 0) return near;
      const best = least(batch, row, finishS);
      return best >= 0 ? best : firstAllowed(batch, row);
    },
  };
}

/** Earliest finish among all that are shown, satellites two links away by gossip included. */
export function greedyFarPlace({ spec }: RuleOptions): KindRule {
  const finishS = candidateColumn(spec, PLACE, 'finishS');
  return {
    pick(batch, row) {
      const best = least(batch, row, finishS);
      return best >= 0 ? best : firstAllowed(batch, row);
    },
  };
}

/** Earliest finish like `greedy-finish`, but the work takes longer in the reckoning where a battery is low or a satellite warm. */
export function greenFinishPlace({ spec }: RuleOptions): KindRule {
  const column = (name: string): number => candidateColumn(spec, PLACE, name);
  const columns = {
    isGround: column('isGround'),
    hopsAway: column('hopsAway'),
    finishS: column('finishS'),
    serviceS: column('serviceS'),
    batteryFrac: column('batteryFrac'),
    temperatureC: column('temperatureC'),
  };
  return {
    pick(batch, row) {
      const best = leastStrainedFinish(batch, row, columns);
      return best >= 0 ? best : firstAllowed(batch, row);
    },
  };
}

/** The first executor, in the order shown (itself, neighbours, data centres, others), where nothing waits; else the first allowed. */
export function firstFitPlace({ spec }: RuleOptions): KindRule {
  const waiting = Int32Array.of(
    candidateColumn(spec, PLACE, 'backlogS'),
    candidateColumn(spec, PLACE, 'placedSinceBeaconS'),
  );
  return {
    pick(batch, row) {
      const free = firstWithout(batch, row, waiting);
      return free >= 0 ? free : firstAllowed(batch, row);
    },
  };
}

/** Each satellite takes its allowed executors in turn, in the order shown. */
export function roundRobinPlace(): KindRule {
  /** [world][agent] decisions made. */
  const turns: Int32Array[] = [];
  return {
    pick(batch, row) {
      const world = batch.world[row] as number;
      const agent = batch.agent[row] as number;
      let ofWorld = turns[world] ?? new Int32Array(0);
      if (agent >= ofWorld.length) {
        const longer = new Int32Array(2 * agent + 16);
        longer.set(ofWorld);
        turns[world] = ofWorld = longer;
      }
      const turn = ofWorld[agent] as number;
      ofWorld[agent] = turn + 1;
      return allowedInTurn(batch, row, turn);
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

import {
  type DecisionBatch,
  FORWARD,
  type KnownOutages,
  type PlannedNetwork,
  candidateColumn,
} from '../../core/index.ts';
import { type KindRule, type RuleOptions, knowledgeOf } from './kind-rule.ts';
import { firstAllowed, flagged } from './pick.kernel.ts';
import { Runs } from './runs.ts';

/** The tables in force, and those on their way up. */
interface Tables {
  readonly planned: PlannedNetwork;
  readonly startS: number;
  outages: KnownOutages;
  /** Made at `madeS`, in force from `madeS + delayS` on. */
  next: { readonly outages: KnownOutages; readonly madeS: number } | undefined;
  madeS: number;
}

/**
 * Next-hop tables computed on the ground: for every tick of the plan in advance, from what the ground knew to be out of service
 * when it made them; queues are not in them. Every `periodS` seconds new tables are made from the last report, and are in force
 * `delayS` later. A bundle whose next hop is not there waits for better tables.
 *
 * Snapshot tables for a predictable topology: Gounder, Prakash, Abu-Amara, "Routing in LEO-based satellite networks" (IEEE
 * Emerging Technologies Symposium 1999); Werner, "A dynamic routing concept for ATM-based satellite personal communication
 * networks" (IEEE JSAC 15(8), 1997). Period: constellations in service are replanned every 15 s (Tanveer et al., "Making sense of
 * constellations", CoNEXT 2023, on Starlink); delay: one period, as the plan of a slot is made during the slot before.
 * Parameters: `periodS`, `delayS`.
 */
export function groundTableForward({ spec, parameters }: RuleOptions): KindRule {
  const isHold = candidateColumn(spec, FORWARD, 'isHold');
  const { periodS = 0, delayS = 0 } = parameters;
  const runs = new Runs<Tables>((batch, world) => {
    const planned = knowledgeOf(batch, world, 'planned');
    const startS = knowledgeOf(batch, world, 'startS');
    return { planned, startS, outages: planned.knownOutages(), next: undefined, madeS: startS };
  });
  return {
    pick(batch, row) {
      const tables = runs.of(batch, row);
      renew(tables, batch.timeS[row] as number, periodS, delayS);
      const here = batch.agent[row] as number;
      const next = tables.planned.nextNode(here, batch.destination[row] as number, tables.outages);
      const k = next < 0 || next === here ? -1 : candidateOf(batch, row, next);
      if (k >= 0) return k;
      const hold = flagged(batch, row, isHold);
      return hold >= 0 ? hold : firstAllowed(batch, row);
    },
  };
}

/** Puts tables in force whose time has come, and makes new ones when they are due. */
function renew(tables: Tables, nowS: number, periodS: number, delayS: number): void {
  const isDue = nowS >= tables.madeS + periodS;
  takeUp(tables, nowS, delayS);
  if (!isDue || tables.next !== undefined) return;
  tables.madeS = tables.startS + Math.floor((nowS - tables.startS) / periodS) * periodS;
  tables.next = { outages: tables.planned.knownOutages(), madeS: tables.madeS };
  takeUp(tables, nowS, delayS);
}

function takeUp(tables: Tables, nowS: number, delayS: number): void {
  if (tables.next === undefined || nowS < tables.next.madeS + delayS) return;
  tables.outages = tables.next.outages;
  tables.next = undefined;
}

/** Allowed candidate that leads to a node; -1 if there is none. */
function candidateOf(batch: DecisionBatch, row: number, node: number): number {
  const { actionMask, candidateCount, candidateNode, maxCandidates } = batch;
  for (let k = 0; k < (candidateCount[row] as number); k++) {
    const slot = row * maxCandidates + k;
    if (actionMask[slot] === 1 && candidateNode[slot] === node) return k;
  }
  return -1;
}

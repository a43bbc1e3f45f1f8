import { Constellation } from '../../agents/index.ts';
import { type DecisionBatch, Hash128 } from '../../core/index.ts';
import { World, type WorldModel, type WorldOptions } from '../../environment/index.ts';
import { createBaseline } from '../../policies/index.ts';
import { RUN_S } from './random-scenario.ts';

/** Satellites under a baseline, with their machines. */
export interface Flight {
  readonly world: World;
  /** Hash of all that satellites have seen and chosen. */
  seen(): string;
  /** Decisions so far. */
  decisions(): number;
  runTo(untilS: number): void;
}

export function flight(
  model: WorldModel,
  policy: string,
  options: Pick<WorldOptions, 'seed'> & Partial<WorldOptions>,
): Flight {
  const world = new World(model, { runS: RUN_S, startS: 0, ...options });
  const constellation = new Constellation({
    worlds: [world],
    policy: createBaseline(policy, 1),
    fallback: createBaseline('shortest-delay+at-source+bypass', 1),
    layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
  });
  const hash = new Hash128();
  let decisions = 0;
  const onBatch = ({ batch, choices }: { batch: DecisionBatch; choices: Uint8Array }): void => {
    for (let row = 0; row < batch.n; row++) {
      hash.text(rowText(batch, row));
      hash.word(choices[row] as number);
    }
    decisions += batch.n;
  };
  return {
    world,
    seen: () => `${hash.digest()} ${world.trajectoryHash}`,
    decisions: () => decisions,
    runTo: (untilS) => void constellation.runSync({ untilS, onBatch }),
  };
}

/** All that the agent of a row sees, to the last bit (decimal digits of a double tell it from all others). */
export function rowText(batch: DecisionBatch, row: number): string {
  const { contextStride: C, candidateStride: F, maxCandidates: K } = batch;
  return [
    `${batch.kind[row]} ${batch.agent[row]} ${batch.timeS[row]}`,
    batch.context.subarray(row * C, (row + 1) * C).join(' '),
    batch.candidates.subarray(row * K * F, (row + 1) * K * F).join(' '),
    batch.actionMask.subarray(row * K, (row + 1) * K).join(' '),
  ].join('|');
}

/** Throws when an antenna, a beam or a laser terminal is used twice. */
export function checkUse(world: World): void {
  const { model, satellites, reverse } = world.columns;
  const { geometry, satelliteCount, antennaCount } = model;
  const taken = new Set<number>();
  const pairs = new Set<string>();
  for (let s = 0; s < satelliteCount; s++) {
    let served = 0;
    for (let q = satellites.firstServed[s] as number; q >= 0; q = satellites.nextServed[q] as number) {
      if (taken.has(q)) throw new Error(`Antenna ${q} is used twice.`);
      taken.add(q);
      const pair = `${geometry.antennaNode[q]} ${geometry.siteRadio[geometry.antennaSite[q] as number]} ${s}`;
      if (pairs.has(pair)) throw new Error(`Two antennas of one radio of a node are on satellite ${s}.`);
      pairs.add(pair);
      if (++served > (geometry.beams[s] as number)) throw new Error(`Satellite ${s} serves more than its beams.`);
    }
  }
  if (taken.size > antennaCount) throw new Error('More antennas are used than there are.');
  reverse.forEach((other, track) => {
    if (other >= 0 && reverse[other] !== track) throw new Error(`Laser terminal ${track} is used twice.`);
  });
}

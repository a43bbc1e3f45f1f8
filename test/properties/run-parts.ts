import fc from 'fast-check';
import { Constellation, type SavedModes } from '../../agents/index.ts';
import { type DecisionBatch, Hash128, type Policy } from '../../core/index.ts';
import { type SavedWorld, World, type WorldModel, type WorldOptions } from '../../environment/index.ts';
import { createBaseline } from '../../policies/index.ts';
import { RUN_S, modelOf, randomScenario } from './random-scenario.ts';

/** A world with its agents, as a checkpoint holds them. */
export interface SavedFlight {
  readonly world: SavedWorld;
  readonly modes: SavedModes;
}

export interface FlightOptions extends Partial<WorldOptions> {
  readonly seed: number;
  /** Decisions per batch. */
  readonly rowsPerWorld?: number;
  /** Decides in place of the baseline; may look into the world. */
  readonly decideBy?: (world: World) => Policy['choose'];
}

/** Satellites under a baseline, with their machines. */
export interface Flight {
  readonly world: World;
  /** Hash of all that satellites have seen and chosen since the start or `takePolicy`, and that of the trajectory. */
  seen(): string;
  /** Decisions since then. */
  decisions(): number;
  modes(): SavedModes;
  runTo(untilS: number): void;
  /** Goes on for at least `n` decisions, to the end of a batch. */
  decide(n: number): void;
  save(): SavedFlight;
  restore(saved: SavedFlight): void;
  /** Goes on under a new policy, one that has decided nothing yet. */
  takePolicy(name: string): void;
}

export function flight(model: WorldModel, policy: string, options: FlightOptions): Flight {
  const { rowsPerWorld = 64, decideBy, ...worldOptions } = options;
  const world = new World(model, { runS: RUN_S, startS: 0, ...worldOptions });
  let present: Policy = decideBy === undefined ? createBaseline(policy, 1) : { name: policy, choose: decideBy(world) };
  const constellation = new Constellation({
    worlds: [world],
    policy: { name: policy, choose: (batch, out) => present.choose(batch, out) },
    fallback: createBaseline('shortest-delay+at-source+bypass', 1),
    layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
    handoverS: model.scenario.handoverS,
    rowsPerWorld,
  });
  let hash = new Hash128();
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
    modes: () => constellation.saveModes(),
    runTo: (untilS) => void constellation.runSync({ untilS, onBatch }),
    decide: (n) => void constellation.runSync({ untilS: RUN_S, maxDecisions: n, onBatch }),
    save: () => ({ world: world.save(), modes: constellation.saveModes() }),
    restore: ({ world: saved, modes }) => {
      world.restore(saved);
      constellation.restoreModes(modes);
    },
    takePolicy: (name) => {
      present = createBaseline(name, 2);
      hash = new Hash128();
      decisions = 0;
    },
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

/** The content of a random scenario with lasers and antennas that are in use after 20 s; the same every time. */
export function aBusyScenario(): Record<string, unknown> {
  for (const { content } of fc.sample(randomScenario, { seed: 7, numRuns: 50 })) {
    const { constellations } = content as { constellations: readonly { isl: { topology: string } }[] };
    if (constellations[0]?.isl.topology !== 'grid') continue;
    let one: Flight;
    try {
      one = flight(modelOf(content), 'random+random+random', { seed: 1 });
    } catch {
      continue; // refused by the loader
    }
    one.runTo(20);
    const { satellites, reverse } = one.world.columns;
    if (satellites.firstServed.some((q) => q >= 0) && reverse.some((track) => track >= 0)) return content;
  }
  throw new Error('Expected a scenario with lasers and antennas in use.');
}

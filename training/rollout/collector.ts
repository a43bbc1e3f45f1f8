import { Constellation, type DecidedBatch, type SavedModes } from '../../agents/index.ts';
import {
  type DecisionBatch,
  type Kpis,
  type Policy,
  Rng,
  SPACE_CLOUD_SPEC,
  SpaceCloudError,
  type TransitionColumns,
  candidateWidth,
  contextWidth,
  createDecisionBatch,
} from '../../core/index.ts';
import { NEXT_OWN, type SavedWorld, World, type WorldModel } from '../../environment/index.ts';
import { LearnedPolicy, type Scorer } from '../../policies/index.ts';
import { type RolloutBuffer, createRolloutBuffer } from './buffer.ts';
import { copyObservation, repeatObservation } from './copy-rows.kernel.ts';

export interface CollectorOptions {
  readonly model: WorldModel;
  /** The policy that acts, with the learner's weights. */
  readonly scorer: Scorer;
  readonly fallback: Policy;
  /** Worlds run in lock-step. */
  readonly worldCount: number;
  /** Decisions per rollout; the batch that reaches it is kept whole. */
  readonly rows: number;
  /** Simulated time of one episode, s. */
  readonly episodeS: number;
  /** Time unit of the discount, s. */
  readonly discountUnitS: number;
  /** Seed of the first episode, and how far the next episode's seed lies from the last. Collectors interleave. */
  readonly firstSeed: number;
  readonly seedStride: number;
}

/** What a checkpoint keeps of a collector. */
export interface SavedCollector {
  readonly nextSeed: number;
  readonly worldSeeds: readonly number[];
  readonly rng: Uint32Array;
  readonly modes: SavedModes;
  readonly worlds: readonly SavedWorld[];
}

export interface CollectSummary {
  readonly rows: number;
  readonly finals: number;
  /** KPIs of the episodes that ended during the rollout. */
  readonly episodes: readonly Kpis[];
  readonly simulatedS: number;
}

/** Finals are at most the tasks under way; a rollout makes room for as many as it has decisions. */
const FINALS_PER_ROW = 1.5;
const ROWS_PER_WORLD = 64;
const TERMINATED = -1;
/** No successor among this rollout's rows. */
const UNMAPPED = -4;
/** First of the provisional numbers of final rows. */
const FIRST_FINAL = -16;

/**
 * Fills rollout buffers from worlds that agents run, through the same constellation as evaluation and nodes. Worlds carry
 * on from rollout to rollout; at a rollout's end open chains are truncated with a final observation.
 */
export class Collector {
  readonly buffer: RolloutBuffer;
  private readonly options: CollectorOptions;
  private readonly policy: LearnedPolicy;
  private readonly rng: Rng;
  private readonly worlds: World[];
  private readonly constellation: Constellation;
  private readonly finals: RolloutBuffer;
  private readonly finalBatch: DecisionBatch;
  /** Per world: sequence number of its first decision in this rollout, and the buffer row of each since. */
  private readonly firstDecision: Int32Array;
  private readonly rowOf: Int32Array[];
  private readonly episodes: Kpis[] = [];
  private finalCount = 0;
  private nextSeed: number;
  private readonly worldSeeds: number[] = [];

  constructor(options: CollectorOptions) {
    this.options = options;
    const { model, scorer, worldCount, rows } = options;
    this.rng = new Rng(options.firstSeed, 'actions');
    this.policy = new LearnedPolicy(scorer, { name: 'learner', mode: 'sample', rng: this.rng });
    this.nextSeed = options.firstSeed;
    this.worlds = Array.from({ length: worldCount }, () => this.createWorld());
    const { scenario } = model;
    this.constellation = new Constellation({
      worlds: this.worlds,
      policy: this.policy,
      fallback: options.fallback,
      layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
      handoverS: scenario.handoverS,
    });
    const shape = {
      contextStride: contextWidth(SPACE_CLOUD_SPEC),
      candidateStride: candidateWidth(SPACE_CLOUD_SPEC),
      maxCandidates: SPACE_CLOUD_SPEC.maxCandidates,
    };
    const decisions = rows + worldCount * ROWS_PER_WORLD;
    this.buffer = createRolloutBuffer({ capacity: Math.ceil(decisions * (1 + FINALS_PER_ROW)), ...shape });
    this.finals = createRolloutBuffer({ capacity: this.buffer.capacity - decisions, ...shape });
    this.finalBatch = createDecisionBatch(
      SPACE_CLOUD_SPEC,
      256,
      this.worlds.map((world) => world.knowledge),
    );
    this.firstDecision = new Int32Array(worldCount);
    this.rowOf = Array.from({ length: worldCount }, () => new Int32Array(decisions));
  }

  /** Collects one rollout into `buffer`. */
  collect(): CollectSummary {
    const { buffer, worlds, options } = this;
    buffer.n = 0;
    buffer.finals = 0;
    this.finalCount = 0;
    this.episodes.length = 0;
    const startS = worlds.map((world) => world.timeS);
    let pastS = 0;
    worlds.forEach((world, w) => (this.firstDecision[w] = world.decisionCount));
    this.constellation.runSync({
      untilS: Infinity,
      maxDecisions: options.rows,
      onBatch: (decided) => this.keep(decided),
      onWorldEnd: (index, port) => {
        pastS += port.timeS - (startS[index] as number);
        const next = this.replaceWorld(index);
        startS[index] = next.timeS;
        return next;
      },
    });
    worlds.forEach((_, w) => this.closeChains(w));
    this.appendFinals();
    const simulatedS = worlds.reduce((sum, world, w) => sum + world.timeS - (startS[w] as number), pastS);
    return { rows: buffer.n, finals: buffer.finals, episodes: [...this.episodes], simulatedS };
  }

  save(): SavedCollector {
    return {
      nextSeed: this.nextSeed,
      worldSeeds: [...this.worldSeeds],
      rng: this.rng.state.slice(),
      modes: this.constellation.saveModes(),
      worlds: this.worlds.map((world) => world.save()),
    };
  }

  restore(saved: SavedCollector): void {
    this.nextSeed = saved.nextSeed;
    this.rng.state.set(saved.rng);
    this.worlds.forEach((world, w) => {
      this.worldSeeds[w] = saved.worldSeeds[w] as number;
      world.restore(saved.worlds[w] as SavedWorld);
    });
    this.constellation.restoreModes(saved.modes);
  }

  close(): void {
    this.constellation.close();
  }

  private createWorld(): World {
    const seed = this.nextSeed;
    this.nextSeed += this.options.seedStride;
    this.worldSeeds.push(seed);
    return new World(this.options.model, { seed, runS: this.options.episodeS, part: 'training' });
  }

  private replaceWorld(index: number): World {
    const world = this.worlds[index] as World;
    this.closeChains(index);
    this.episodes.push(world.finish());
    world.transitions.n = 0;
    const seed = this.nextSeed;
    this.nextSeed += this.options.seedStride;
    this.worldSeeds[index] = seed;
    world.reset({ seed, runS: this.options.episodeS });
    this.firstDecision[index] = 0;
    return world;
  }

  /** Copies the rows of a batch that the policy decided, before they are applied. */
  private keep(decided: DecidedBatch): void {
    const { batch, choices, byFallback } = decided;
    const { buffer, policy } = this;
    // The policy saw only the rows that no fallback decided, in order.
    let seen = 0;
    for (let row = 0; row < batch.n; row++) {
      const world = batch.world[row] as number;
      const rows = this.rowOf[world] as Int32Array;
      const decision = (batch.decision[row] as number) - (this.firstDecision[world] as number);
      if (byFallback[row] === 1) {
        rows[decision] = UNMAPPED;
        continue;
      }
      const to = buffer.n++;
      copyObservation(batch, row, buffer, to);
      buffer.action[to] = choices[row] as number;
      buffer.logProb[to] = policy.logProb[seen++] as number;
      buffer.reward[to] = 0;
      buffer.elapsed[to] = 0;
      buffer.next[to] = UNMAPPED;
      rows[decision] = to;
    }
  }

  /** Truncates the open chains of a world and books its transitions of this rollout. */
  private closeChains(index: number): void {
    const world = this.worlds[index] as World;
    const first = this.firstDecision[index] as number;
    const finalOf = new Map<number, number>();
    let cursor = undefined;
    do {
      this.finalBatch.n = 0;
      cursor = world.observeOpen(this.finalBatch, index, first, cursor);
      for (let row = 0; row < this.finalBatch.n; row++) {
        if (this.finalCount === this.finals.capacity) break;
        copyObservation(this.finalBatch, row, this.finals, this.finalCount);
        finalOf.set(this.finalBatch.decision[row] as number, this.finalCount++);
      }
    } while (cursor !== undefined);
    this.bookTransitions(index, world.transitions, finalOf);
    world.transitions.n = 0;
  }

  private bookTransitions(index: number, transitions: TransitionColumns, finalOf: ReadonlyMap<number, number>): void {
    const { buffer, options } = this;
    const rows = this.rowOf[index] as Int32Array;
    const first = this.firstDecision[index] as number;
    for (let i = 0; i < transitions.n; i++) {
      const decision = transitions.decision[i] as number;
      if (decision < first) continue;
      const row = rows[decision - first] as number;
      if (row === UNMAPPED) continue;
      const next = transitions.next[i] as number;
      buffer.reward[row] = transitions.reward[i] as number;
      buffer.elapsed[row] = (transitions.elapsedS[i] as number) / options.discountUnitS;
      if (next >= 0) {
        const successor = rows[next - first] as number;
        buffer.next[row] = successor === UNMAPPED ? UNMAPPED : successor;
      } else if (next === TERMINATED) {
        buffer.next[row] = TERMINATED;
      } else {
        const final = finalOf.get(decision);
        // Final rows follow all decisions: until their number is known they count down from FIRST_FINAL.
        buffer.next[row] = next === NEXT_OWN || final === undefined ? UNMAPPED : FIRST_FINAL - final;
      }
    }
  }

  /** Puts the final rows behind the decisions; a chain cut without one is bootstrapped from its own last observation. */
  private appendFinals(): void {
    const { buffer, finals } = this;
    const n = buffer.n;
    let count = this.finalCount;
    const width = buffer.maxCandidates * buffer.candidateStride;
    buffer.kind.set(finals.kind.subarray(0, count), n);
    buffer.candidateCount.set(finals.candidateCount.subarray(0, count), n);
    buffer.context.set(finals.context.subarray(0, count * buffer.contextStride), n * buffer.contextStride);
    buffer.candidates.set(finals.candidates.subarray(0, count * width), n * width);
    buffer.actionMask.set(finals.actionMask.subarray(0, count * buffer.maxCandidates), n * buffer.maxCandidates);
    for (let row = 0; row < n; row++) {
      const next = buffer.next[row] as number;
      if (next <= FIRST_FINAL) {
        buffer.next[row] = n + FIRST_FINAL - next;
      } else if (next === UNMAPPED) {
        if (n + count === buffer.capacity)
          throw new SpaceCloudError('MISUSE', 'Expected room for all final observations of a rollout, got none.');
        repeatObservation(buffer, row, n + count);
        buffer.next[row] = n + count;
        count++;
      }
    }
    buffer.finals = count;
  }
}

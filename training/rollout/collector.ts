import { Constellation, type DecidedBatch, type SavedModes } from '../../agents/index.ts';
import {
  type DecisionBatch,
  type Kpis,
  type LocalKnowledge,
  type Policy,
  Rng,
  SPACE_CLOUD_SPEC,
  SpaceCloudError,
  type TransitionColumns,
  candidateWidth,
  contextWidth,
  createDecisionBatch,
} from '../../core/index.ts';
import { NEXT_OWN, type SavedWorld, type World } from '../../environment/index.ts';
import { LearnedPolicy, type SavedMemory, type Scorer } from '../../policies/index.ts';
import { type RolloutBuffer, createRolloutBuffer } from './buffer.ts';
import { copyObservation, repeatObservation } from './copy-rows.kernel.ts';
import type { EpisodeWorlds } from './episode-worlds.ts';
import { MemoryRecorder } from './memory-recorder.ts';

export interface CollectorOptions {
  readonly episodes: EpisodeWorlds;
  /** The policy that acts, with the learner's weights. */
  readonly scorer: Scorer;
  readonly fallback: Policy;
  /** Acts instead of the scorer, for behaviour cloning; log-probabilities are then 0, and there is no memory to record. */
  readonly teacher?: Policy;
  /** Decision kinds, by name, that the scorer decides greedily because they do not learn. */
  readonly greedyKinds?: readonly string[];
  /** Worlds run in lock-step. */
  readonly worldCount: number;
  /** Decisions per rollout; the batch that reaches it is kept whole. */
  readonly rows: number;
  /** Time unit of the discount, s. */
  readonly discountUnitS: number;
  /** Seed of the first episode, and how far the next episode's seed lies from the last. Collectors interleave. */
  readonly firstSeed: number;
  readonly seedStride: number;
  /** Buffers to fill in turn: 2 where the learner reads one while the next rollout is collected. */
  readonly bufferCount: number;
  /** Clock for `CollectSummary`, ms; nothing else depends on it. */
  readonly clockMs: () => number;
}

/** What a checkpoint keeps of a collector. */
export interface SavedCollector {
  readonly nextSeed: number;
  readonly worldSeeds: readonly number[];
  /** [worlds] stage of the curriculum in which each world's episode began: with its seed, what it is played in. */
  readonly worldStages: readonly number[];
  readonly rng: Uint32Array;
  readonly modes: SavedModes;
  readonly worlds: readonly SavedWorld[];
  /** What the policy remembers; only of a network with memory. */
  readonly memory?: SavedMemory;
}

export interface CollectSummary {
  readonly rows: number;
  readonly finals: number;
  /** KPIs of the episodes that ended during the rollout. */
  readonly episodes: readonly Kpis[];
  readonly simulatedS: number;
  /** Time the rollout took, and the policy's part of it, s of the clock. */
  readonly tookS: number;
  readonly inferS: number;
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
  readonly buffers: readonly RolloutBuffer[];
  private buffer: RolloutBuffer;
  private readonly options: CollectorOptions;
  private readonly policy: LearnedPolicy;
  private readonly timedPolicy: Policy;
  private readonly remembering: MemoryRecorder;
  private readonly rng: Rng;
  private worlds: World[];
  private constellation: Constellation;
  private readonly finals: RolloutBuffer;
  private readonly finalBatch: DecisionBatch;
  /** [worlds] what the agents of each world know; read by `finalBatch`. */
  private readonly knowledge: LocalKnowledge[];
  /** Per world: sequence number of its first decision in this rollout, and the buffer row of each since. */
  private readonly firstDecision: Int32Array;
  private readonly rowOf: Int32Array[];
  private readonly ended: Kpis[] = [];
  private finalCount = 0;
  private nextSeed: number;
  private readonly worldSeeds: number[] = [];
  private readonly worldStages: number[] = [];
  private stage = 0;
  private inferMs = 0;

  constructor(options: CollectorOptions) {
    this.options = options;
    const { scorer, worldCount, rows, teacher } = options;
    this.rng = new Rng(options.firstSeed, 'actions');
    const { greedyKinds = [] } = options;
    this.policy = new LearnedPolicy(scorer, { name: 'learner', mode: 'sample', rng: this.rng, greedyKinds });
    this.timedPolicy = {
      name: this.policy.name,
      choose: (batch, out) => this.choose(batch, out),
      forget: (world) => (teacher === undefined ? this.policy.forget(world) : teacher.forget?.(world)),
    };
    this.remembering = new MemoryRecorder(teacher === undefined ? this.policy.memory : undefined);
    this.nextSeed = options.firstSeed;
    this.worlds = Array.from({ length: worldCount }, (_, w) => this.createWorld(w));
    this.knowledge = this.worlds.map((world) => world.knowledge);
    this.constellation = this.createConstellation();
    const shape = {
      contextStride: contextWidth(SPACE_CLOUD_SPEC),
      candidateStride: candidateWidth(SPACE_CLOUD_SPEC),
      maxCandidates: SPACE_CLOUD_SPEC.maxCandidates,
      globalStride: scorer.architecture.global,
      memoryStride: teacher === undefined ? scorer.architecture.memory : 0,
    };
    const decisions = rows + worldCount * ROWS_PER_WORLD;
    const capacity = Math.ceil(decisions * (1 + FINALS_PER_ROW));
    this.buffers = Array.from({ length: options.bufferCount }, () => createRolloutBuffer({ capacity, ...shape }));
    this.buffer = this.buffers[0] as RolloutBuffer;
    this.finals = createRolloutBuffer({ capacity: this.buffer.capacity - decisions, ...shape });
    this.finalBatch = createDecisionBatch(SPACE_CLOUD_SPEC, 256, this.knowledge);
    this.firstDecision = new Int32Array(worldCount);
    this.rowOf = Array.from({ length: worldCount }, () => new Int32Array(decisions));
  }

  /** Collects one rollout into `buffers[into]`. Episodes that begin in it are of `stage` of the curriculum. */
  collect(stage = 0, into = 0): CollectSummary {
    const { worlds, options } = this;
    const startMs = options.clockMs();
    const buffer = this.buffers[into];
    if (buffer === undefined)
      throw new SpaceCloudError('MISUSE', `Expected one of ${this.buffers.length} rollout buffers, got ${into}.`);
    this.buffer = buffer;
    this.stage = stage;
    this.inferMs = 0;
    buffer.n = 0;
    buffer.finals = 0;
    this.finalCount = 0;
    this.ended.length = 0;
    this.remembering.begin();
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
    return {
      rows: buffer.n,
      finals: buffer.finals,
      episodes: [...this.ended],
      simulatedS,
      tookS: (options.clockMs() - startMs) / 1000,
      inferS: this.inferMs / 1000,
    };
  }

  save(): SavedCollector {
    return {
      nextSeed: this.nextSeed,
      worldSeeds: [...this.worldSeeds],
      worldStages: [...this.worldStages],
      rng: this.rng.state.slice(),
      modes: this.constellation.saveModes(),
      worlds: this.worlds.map((world) => world.save()),
      ...(this.policy.memory === undefined ? {} : { memory: this.policy.memory.save() }),
    };
  }

  /** Errors: CHECKPOINT_SCENARIO for another number of worlds, CHECKPOINT_VERSION for worlds of another version. */
  restore(saved: SavedCollector): void {
    if (saved.worlds.length !== this.worlds.length) {
      throw new SpaceCloudError(
        'CHECKPOINT_SCENARIO',
        `Expected ${this.worlds.length} saved worlds, got ${saved.worlds.length}.`,
        { hint: 'Resume with the number of worlds the checkpoint was written with.' },
      );
    }
    this.constellation.close();
    this.worlds = saved.worlds.map((_, w) => {
      const seed = saved.worldSeeds[w] as number;
      const stage = saved.worldStages[w] as number;
      this.worldSeeds[w] = seed;
      this.worldStages[w] = stage;
      return this.options.episodes.create(seed, stage);
    });
    this.worlds.forEach((world, w) => (this.knowledge[w] = world.knowledge));
    this.nextSeed = saved.nextSeed;
    this.rng.state.set(saved.rng);
    this.constellation = this.createConstellation();
    // After the machines have written their first modes to the worlds: what they wrote is overwritten.
    this.worlds.forEach((world, w) => restoreWorld(world, saved.worlds[w] as SavedWorld));
    this.constellation.restoreModes(saved.modes);
    if (this.policy.memory === undefined) return;
    if (saved.memory === undefined) {
      throw new SpaceCloudError('CHECKPOINT_CORRUPT', "Expected the states of the policy's memory, got none.");
    }
    this.policy.memory.restore(saved.memory);
  }

  close(): void {
    this.constellation.close();
  }

  private createConstellation(): Constellation {
    return new Constellation({ worlds: this.worlds, policy: this.timedPolicy, fallback: this.options.fallback });
  }

  private choose(batch: DecisionBatch, out: Uint8Array): void {
    const { clockMs } = this.options;
    const startMs = clockMs();
    (this.options.teacher ?? this.policy).choose(batch, out);
    this.inferMs += clockMs() - startMs;
  }

  private createWorld(index: number): World {
    const seed = this.nextSeed;
    this.nextSeed += this.options.seedStride;
    this.worldSeeds[index] = seed;
    this.worldStages[index] = this.stage;
    return this.options.episodes.create(seed, this.stage);
  }

  private replaceWorld(index: number): World {
    const world = this.worlds[index] as World;
    this.closeChains(index);
    this.ended.push(world.finish());
    world.transitions.n = 0;
    const next = this.createWorld(index);
    this.worlds[index] = next;
    this.knowledge[index] = next.knowledge;
    this.firstDecision[index] = 0;
    return next;
  }

  /** Copies the rows of a batch that the policy decided, before they are applied. */
  private keep(decided: DecidedBatch): void {
    const { batch, choices, byFallback } = decided;
    const { buffer, policy } = this;
    const { teacher } = this.options;
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
      if (buffer.globalStride > 0) {
        (this.worlds[world] as World).observeGlobal(batch, row, buffer.global, to * buffer.globalStride);
      }
      buffer.action[to] = choices[row] as number;
      buffer.logProb[to] = teacher === undefined ? (policy.logProb[seen] as number) : 0;
      this.remembering.decision(seen++, buffer, to);
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
        const { global, globalStride } = this.finals;
        if (globalStride > 0) world.observeGlobal(this.finalBatch, row, global, this.finalCount * globalStride);
        this.remembering.final(this.finalBatch, row, this.finals, this.finalCount);
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
    buffer.global.set(finals.global.subarray(0, count * buffer.globalStride), n * buffer.globalStride);
    buffer.memory.set(finals.memory.subarray(0, count * buffer.memoryStride), n * buffer.memoryStride);
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

/** A world of another version lacks columns: its name for the missing one goes into the refusal. */
function restoreWorld(world: World, saved: SavedWorld): void {
  try {
    world.restore(saved);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new SpaceCloudError('CHECKPOINT_VERSION', `Expected worlds of this version, got others: ${cause.message}`, {
      hint: 'Resume with the version of spacecloud that wrote the checkpoint, or start a new run.',
      cause,
    });
  }
}

import type { Policy } from '../core/index.ts';
import type { World, WorldModel } from '../environment/index.ts';
import { BareLoop } from './bare-loop.ts';
import { createConstellation, createWorlds } from './fixture.ts';
import { type Lap, lap } from './stopwatch.ts';

export interface ShareOptions {
  readonly worlds: number;
  /** Simulated time before the first sample, s: the network fills up. */
  readonly warmUpS: number;
  /** Simulated time of one sample, s: a whole number of ticks, so that all samples hold the same periodic work. */
  readonly sampleS: number;
  readonly samples: number;
  /** Turns into which a sample is cut: short ones see the same state of the machine. */
  readonly turns: number;
  /** A new policy with the same draws each time. */
  readonly policy: () => Policy;
}

export interface ShareResult {
  readonly decisionsPerS: Speed;
  readonly eventNs: Speed;
  /** Per turn, %, by CPU time. */
  readonly share: readonly number[];
}

/** Per sample, by wall time and by CPU time. */
export interface Speed {
  readonly samples: number[];
  readonly idleSamples: number[];
}

/** The rollout through the agents and the bare loop over the same decisions, turn by turn. */
export function measureShare(model: WorldModel, options: ShareOptions): ShareResult {
  const { warmUpS, sampleS, samples, turns } = options;
  const runS = warmUpS + sampleS * samples;
  const worlds = createWorlds(model, options.worlds, runS);
  const constellation = createConstellation(model, worlds, options.policy());
  const bare = new BareLoop(createWorlds(model, options.worlds, runS), options.policy());
  const startS = worlds.map((world) => world.startS);
  const after = (s: number): number[] => startS.map((start) => start + s);
  constellation.runSync({ untilS: after(warmUpS) });
  bare.run(after(warmUpS));

  const decisionsPerS: Speed = { samples: [], idleSamples: [] };
  const eventNs: Speed = { samples: [], idleSamples: [] };
  const share: number[] = [];
  for (let i = 0; i < samples; i++) {
    const before = eventsOf(worlds);
    let decisions = 0;
    let wallS = 0;
    let cpuS = 0;
    for (let t = 1; t <= turns; t++) {
      const untilS = after(warmUpS + (i + t / turns) * sampleS);
      const [through, without] = inTurn(
        () => constellation.runSync({ untilS }).decisions,
        () => bare.run(untilS),
        t % 2 === 0,
      );
      share.push((100 * (through.lap.cpuS - without.lap.cpuS)) / through.lap.cpuS);
      decisions += through.decisions;
      wallS += through.lap.wallS;
      cpuS += through.lap.cpuS;
    }
    const events = eventsOf(worlds) - before;
    decisionsPerS.samples.push(decisions / wallS);
    decisionsPerS.idleSamples.push(decisions / cpuS);
    eventNs.samples.push((wallS * 1e9) / events);
    eventNs.idleSamples.push((cpuS * 1e9) / events);
  }
  constellation.close();
  worlds.forEach((world, w) => {
    if (world.trajectoryHash === bare.worlds[w]?.trajectoryHash) return;
    throw new Error(`World ${w} took another course without agents: the two times are not of the same work.`);
  });
  return { decisionsPerS, eventNs, share };
}

interface Turn {
  readonly decisions: number;
  readonly lap: Lap;
}

/** Two loops over the same simulated time, one after the other; the result is in the order of the arguments. */
function inTurn(first: () => number, second: () => number, swapped: boolean): [Turn, Turn] {
  if (!swapped) return [turn(first), turn(second)];
  const later = turn(second);
  return [turn(first), later];
}

function turn(work: () => number): Turn {
  let decisions = 0;
  const time = lap(() => (decisions = work()));
  return { decisions, lap: time };
}

/** Events put on the queues so far. */
function eventsOf(worlds: readonly World[]): number {
  return worlds.reduce((sum, world) => sum + world.columns.events.sequence, 0);
}

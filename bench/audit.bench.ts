import { type ChildProcess, fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DecisionLog, auditConstellation, replayLog, verifyLog } from '../agents/audit/index.ts';
import { type Constellation, serveNodes } from '../agents/index.ts';
import { type DecisionBatch, SPACE_CLOUD_SPEC } from '../core/index.ts';
import type { World, WorldModel } from '../environment/index.ts';
import { LearnedPolicy, createBaseline } from '../policies/index.ts';
import { type Figure, median } from './figures.ts';
import {
  HEURISTIC,
  type LearnedNetwork,
  createConstellation,
  createNetwork,
  createScorer,
  createWorlds,
  loadFixture,
} from './fixture.ts';
import { recordRows } from './recorded-rows.ts';
import { startLap } from './stopwatch.ts';

const WARM_UP_S = 10;
/** Simulated time of one turn, s, and pairs of turns. Short turns see the same state of the machine. */
const TURN_S = 0.5;
const PAIRS = 40;
/** Requests of a node per sample, and samples. */
const REQUESTS = 200;
const SAMPLES = 10;
const READ_SAMPLES = 3;

const SESSION = { writer: 'bench', startedAt: '2026-01-01T00:00:00Z', spec: SPACE_CLOUD_SPEC };
const BUNDLE = { name: 'bench', kind: 'bundle', version: '1', rootDigest: 'bench' } as const;

/** What decision logs cost whoever decides, and how fast they are read. */
export async function measure(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spacecloud-bench-audit-'));
  try {
    const { model } = loadFixture();
    const network = createNetwork(model);
    const file = join(folder, 'run.log');
    return [
      ...measureRuns(model, network, file),
      ...measureReading(network, file),
      ...(await measureNodes(recordRows(model, REQUESTS), folder)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly world: World;
  readonly policy: LearnedPolicy;
  readonly constellation: Constellation;
}

/** The same run with and without a log, turn by turn. */
function measureRuns(model: WorldModel, network: LearnedNetwork, file: string): Figure[] {
  const runOf = (): Run => {
    const policy = new LearnedPolicy(createScorer(network), { name: 'bench', mode: 'greedy' });
    const [world] = createWorlds(model, 1, WARM_UP_S + TURN_S * PAIRS) as [World];
    return { world, policy, constellation: createConstellation(model, [world], policy) };
  };
  const [bare, audited] = [runOf(), runOf()];
  const log = new DecisionLog(file, SESSION);
  const { policy, constellation } = audited;
  auditConstellation(constellation, { log, policy, identity: BUNDLE, fallback: HEURISTIC });
  const turn = ({ world, constellation: run }: Run, s: number): { wallS: number; ownS: number; cpuS: number } => {
    const stop = startLap();
    const ownS = mainThreadS();
    run.runSync({ untilS: world.startS + s });
    return { ...stop(), ownS: mainThreadS() - ownS };
  };
  for (const run of [bare, audited]) turn(run, WARM_UP_S);
  const [wall, own, cpu]: [number[], number[], number[]] = [[], [], []];
  for (let i = 1; i <= PAIRS; i++) {
    const untilS = WARM_UP_S + i * TURN_S;
    const first = i % 2 === 0 ? turn(bare, untilS) : undefined;
    const withLog = turn(audited, untilS);
    const without = first ?? turn(bare, untilS);
    wall.push(100 * (withLog.wallS / without.wallS - 1));
    own.push(100 * (withLog.ownS / without.ownS - 1));
    cpu.push(100 * (withLog.cpuS / without.cpuS - 1));
  }
  for (const run of [bare, audited]) run.constellation.close();
  log.close();
  if (bare.world.trajectoryHash !== audited.world.trajectoryHash) throw new Error('Expected a log to change nothing.');
  return [
    { name: 'audit/run', samples: wall, ...(Number.isNaN(own[0]) ? {} : { idleSamples: own }) },
    { name: 'audit/run/cpu', samples: cpu },
  ];
}

/** CPU time of the thread that runs JavaScript, s; NaN where the system does not tell. */
function mainThreadS(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[0]) / 1e9;
  } catch {
    return NaN;
  }
}

function measureReading(network: LearnedNetwork, file: string): Figure[] {
  const parts = { ...network, spec: SPACE_CLOUD_SPEC, rootDigest: BUNDLE.rootDigest };
  const perS = (work: () => number): { samples: number[]; idleSamples: number[] } => {
    const [samples, idleSamples]: [number[], number[]] = [[], []];
    for (let i = 0; i < READ_SAMPLES; i++) {
      const stop = startLap();
      const decisions = work();
      const { wallS, cpuS } = stop();
      samples.push(decisions / wallS);
      idleSamples.push(decisions / cpuS);
    }
    return { samples, idleSamples };
  };
  return [
    { name: 'audit/verify', ...perS(() => verifyLog(file).head.decisions) },
    { name: 'audit/replay', ...perS(() => replayLog(file, parts).replayed) },
  ];
}

/** Two nodes, one of which keeps a log, asked the same in turn over local sockets. */
async function measureNodes(rows: readonly DecisionBatch[], folder: string): Promise<Figure[]> {
  const socketPath = join(folder, 'world.sock');
  const baseline = createBaseline(HEURISTIC, 1);
  const names = ['bare', 'audited'];
  const server = await serveNodes({
    address: { socketPath },
    satelliteNames: names,
    local: baseline,
    fallback: baseline,
    deadlineMs: 60_000,
    timer: { set: (callback, ms) => setTimeout(callback, ms), clear: (id) => clearTimeout(id as NodeJS.Timeout) },
    draw: () => randomInt(2 ** 32),
  });
  const entry = fileURLToPath(
    new URL(`./audit-node${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
  );
  const log = join(folder, 'node.log');
  const children = names.map((name, i) => fork(entry, [socketPath, name, ...(i === 1 ? [log] : [])]));
  const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
  try {
    await server.whenJoined(names);
    const out = new Uint8Array(1);
    const ask = async (batch: DecisionBatch, node: number): Promise<number> => {
      batch.agent[0] = node;
      const start = performance.now();
      await server.decide(batch, out);
      return performance.now() - start;
    };
    const [overhead, cpu, roundTripUs]: [number[], number[], number[]] = [[], [], []];
    for (let i = -2; i < SAMPLES; i++) {
      const took: [number[], number[]] = [[], []];
      const before = await Promise.all(children.map(cpuOf));
      for (const [j, batch] of rows.entries()) {
        const node = j % 2;
        took[node]?.push(await ask(batch, node));
        took[1 - node]?.push(await ask(batch, 1 - node));
      }
      const after = await Promise.all(children.map(cpuOf));
      if (i < 0) continue; // warming up
      const [bareCpu, auditedCpu] = after.map((now, k) => now - (before[k] as number)) as [number, number];
      overhead.push(100 * (median(took[1]) / median(took[0]) - 1));
      cpu.push(100 * (auditedCpu / bareCpu - 1));
      roundTripUs.push(median(took[0]) * 1e3);
    }
    const asked = REQUESTS * (SAMPLES + 2);
    for (const { satellite, decisions } of server.nodes) {
      if (decisions !== asked) throw new Error(`Expected ${asked} decisions of ${satellite}, got ${decisions}.`);
    }
    return [
      { name: 'audit/node', samples: overhead },
      { name: 'audit/node/cpu', samples: cpu },
      { name: 'audit/node/round-trip', samples: roundTripUs },
    ];
  } finally {
    await server.close();
    await Promise.all(ended);
  }
}

/** CPU time of a child so far, us. */
function cpuOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', ({ user, system }: NodeJS.CpuUsage) => resolve(user + system));
    child.send('cpu');
  });
}

import { readFileSync, readdirSync } from 'node:fs';
import process from 'node:process';
import type { DecisionBatch } from '../core/index.ts';
import type { BusFleet, Way } from './bus-fleet.ts';
import { bareSubject } from './bus-orders.ts';

/** Requests in lock-step: the next ones leave when all before them are answered. */
export interface Turn {
  readonly requests: number;
  readonly wallS: number;
  /** Time of single requests, us. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** CPU time of the world's process, of all nodes together, and of the server in between (NaN where it cannot be told), s. */
  readonly worldS: number;
  readonly nodesS: number;
  readonly busS: number;
  /** Messages that the world sent to the plain bus and got from it. */
  readonly messages: number;
}

/** How long a turn lasts, at least. */
export interface TurnLength {
  readonly ms: number;
  readonly rounds: number;
}

/** Rows for several nodes, and the choices that are right. */
export interface Question {
  readonly batch: DecisionBatch;
  readonly choices: Uint8Array;
}

/** Asks nodes through `NodeServer`. Throws if an answer is not what the policy chooses. */
export function askNodes(fleet: BusFleet, way: Way, questions: readonly Question[], length: TurnLength): Promise<Turn> {
  const out = new Uint8Array(questions[0]?.choices.length ?? 0);
  way.answersMs = [];
  const ask = async (i: number): Promise<void> => {
    const { batch, choices } = questions[i % questions.length] as Question;
    await way.server.decide(batch, out);
    if (Buffer.compare(out, choices) !== 0) throw new Error('Expected the choices of the policy, got others.');
  };
  return turn({ fleet, busPid: way.busPid, ask, timesMs: () => way.answersMs }, length);
}

/** What leaves for whom when nothing is decided. */
export interface BareQuestion {
  /** One request is in flight to each; a name may be there several times. */
  readonly names: readonly string[];
  readonly requestBytes: number;
}

/** Bare requests over the plain bus, by `request` of the NATS library. */
export function askBare(fleet: BusFleet, { names, requestBytes }: BareQuestion, length: TurnLength): Promise<Turn> {
  const { connection } = fleet.bus;
  const request = new Uint8Array(requestBytes);
  const subjects = names.map(bareSubject);
  const times: number[] = [];
  const askOne = async (subject: string): Promise<void> => {
    const startMs = performance.now();
    await connection.request(subject, request, { timeout: 60_000 });
    times.push(performance.now() - startMs);
  };
  const [only] = subjects as [string];
  const ask = subjects.length === 1 ? () => askOne(only) : () => Promise.all(subjects.map(askOne));
  return turn({ fleet, busPid: fleet.ways.plain.busPid, ask, timesMs: () => times }, length);
}

/** The same by `publish` and one subscription for all answers: the least that a program in Node can do. */
export async function askLean(
  fleet: BusFleet,
  { names, requestBytes }: BareQuestion,
  length: TurnLength,
): Promise<Turn> {
  const { connection } = fleet.bus;
  const request = new Uint8Array(requestBytes);
  const times: number[] = [];
  let startMs: number[] = [];
  let open = 0;
  let done = (): void => undefined;
  const callback = (_: unknown, { subject }: { readonly subject: string }): void => {
    times.push(performance.now() - (startMs[Number(subject.slice(LEAN.length))] as number));
    if (--open === 0) done();
  };
  const answers = connection.subscribe(`${LEAN}*`, { callback });
  const ask = (): Promise<void> => {
    open = names.length;
    startMs = [];
    for (const [i, name] of names.entries()) {
      startMs.push(performance.now());
      connection.publish(bareSubject(name), request, { reply: `${LEAN}${i}` });
    }
    return new Promise((resolve) => (done = resolve));
  };
  try {
    return await turn({ fleet, busPid: fleet.ways.plain.busPid, ask, timesMs: () => times }, length);
  } finally {
    answers.unsubscribe();
  }
}

const LEAN = 'lean.';

interface Round {
  readonly fleet: BusFleet;
  readonly busPid: number | undefined;
  /** Asks once on all sides. */
  readonly ask: (index: number) => Promise<unknown>;
  /** Time of each request, ms. */
  readonly timesMs: () => readonly number[];
}

async function turn({ fleet, busPid, ask, timesMs }: Round, { ms, rounds }: TurnLength): Promise<Turn> {
  const nodesBeforeS = await fleet.nodesCpuS();
  const busBeforeS = cpuOf(busPid);
  const { inMsgs, outMsgs } = fleet.bus.connection.stats();
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  let done = 0;
  do await ask(done++);
  while (done < rounds || performance.now() - startMs < ms);
  const wallS = (performance.now() - startMs) / 1e3;
  const { user, system } = process.cpuUsage(cpu);
  const stats = fleet.bus.connection.stats();
  const busS = cpuOf(busPid) - busBeforeS;
  const nodesS = (await fleet.nodesCpuS()) - nodesBeforeS;
  const sorted = Float64Array.from(timesMs()).sort();
  if (!((sorted.at(-1) as number) > 0)) throw new Error('Expected an answer to every request, got none to one.');
  const quantileUs = (q: number): number => 1e3 * (sorted[Math.ceil(q * sorted.length) - 1] as number);
  return {
    ...{ requests: sorted.length, wallS, p50Us: quantileUs(0.5), p99Us: quantileUs(0.99) },
    ...{ worldS: (user + system) / 1e6, nodesS, busS },
    messages: stats.inMsgs - inMsgs + stats.outMsgs - outMsgs,
  };
}

/** CPU time of all threads of a process so far, s; NaN where the system does not tell. */
function cpuOf(pid: number | undefined): number {
  if (pid === undefined) return NaN;
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const spentNs = threads.map((thread) => {
      return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
    });
    return spentNs.reduce((sum, ns) => sum + ns, 0) / 1e9;
  } catch {
    return NaN;
  }
}

import { subjectsOf } from '../agents/bus/index.ts';
import { findNatsServer } from '../cli/bus/index.ts';
import { SpaceCloudError } from '../core/index.ts';
import { LearnedPolicy, createBaseline } from '../policies/index.ts';
import { BusFleet } from './bus-fleet.ts';
import { FLEET } from './bus-orders.ts';
import { questionsOf } from './bus-questions.ts';
import { type Question, type Turn, type TurnLength, askBare, askLean, askNodes } from './bus-turn.ts';
import { type Figure, median } from './figures.ts';
import { HEURISTIC, createConstellation, createNetwork, createScorer, createWorlds, loadFixture } from './fixture.ts';
import { recordRows } from './recorded-rows.ts';

const NODES = [1, 8, 66] as const;
const MANY_ROWS = 16;
const RECORDED = 4096;
/** Different batches of a turn. */
const QUESTIONS = 16;
const TURN: TurnLength = { ms: 400, rounds: 1 };
const TURNS = 9;
/** Nodes are compiled by being asked, so each is asked so often at least. */
const WARM_UP: TurnLength = { ms: 400, rounds: 150 };

/** Decisions of satellites that are processes, over a bus, against bare requests over the same server. */
export async function measure(): Promise<Figure[]> {
  try {
    findNatsServer();
  } catch (error) {
    if (!(error instanceof SpaceCloudError)) throw error;
    console.error(`skipped: the bench of the bus. ${error.message} ${error.hint ?? ''}`);
    return [{ name: 'bus/bare/1-node', samples: [], note: error.message }];
  }
  const { model, geometry } = loadFixture();
  const network = createNetwork(model);
  const policy = new LearnedPolicy(createScorer(network), { name: 'bench', mode: 'greedy' });
  const recorded = recordRows(model, RECORDED);
  const constellation = createConstellation(model, createWorlds(model, 1, 600), createBaseline(HEURISTIC, 1));
  const satelliteNames = geometry.nodeNames.slice(0, geometry.satelliteCount);
  const fleet = await BusFleet.start({ satelliteNames, network, constellation });
  try {
    const figures: Figure[] = [];
    for (const nodes of NODES) {
      await fleet.grow(nodes);
      const [one, many] = [1, MANY_ROWS].map((rows) => questionsOf(recorded, QUESTIONS, { nodes, rows }, policy));
      figures.push(...(await measureNodes(fleet, nodes, { one: one as Question[], many: many as Question[] })));
    }
    return figures;
  } finally {
    await fleet.close();
    constellation.close();
  }
}

type Turns = Readonly<Record<(typeof KINDS)[number], Turn>>;
const KINDS = ['bare', 'lean', 'pair', 'plain', 'secured', 'socket', 'plainMany', 'securedMany', 'socketMany'] as const;

/** All ways with so many nodes, turn by turn. */
async function measureNodes(
  fleet: BusFleet,
  nodes: number,
  questions: Readonly<Record<'one' | 'many', readonly Question[]>>,
): Promise<Figure[]> {
  const names = fleet.satelliteNames.slice(0, nodes);
  const [first] = names as [string];
  const { plain, secured, socket } = fleet.ways;
  const sizes = await sizesOf(fleet, questions.one);
  const requestBytes = sizes.request;
  fleet.tell({ answerBytes: sizes.answer });
  const run: Readonly<Record<keyof Turns, (length: TurnLength) => Promise<Turn>>> = {
    bare: (length) => askBare(fleet, { names, requestBytes }, length),
    lean: (length) => askLean(fleet, { names, requestBytes }, length),
    pair: (length) => askBare(fleet, { names: Array<string>(nodes).fill(first), requestBytes }, length),
    plain: (length) => askNodes(fleet, plain, questions.one, length),
    secured: (length) => askNodes(fleet, secured, questions.one, length),
    socket: (length) => askNodes(fleet, socket, questions.one, length),
    plainMany: (length) => askNodes(fleet, plain, questions.many, length),
    securedMany: (length) => askNodes(fleet, secured, questions.many, length),
    socketMany: (length) => askNodes(fleet, socket, questions.many, length),
  };
  const kinds = KINDS.filter((kind) => kind !== 'pair' || nodes > 1);
  for (const kind of kinds) await run[kind](WARM_UP);
  const turns: Turns[] = [];
  for (let i = 0; i < TURNS; i++) {
    const taken: Partial<Record<keyof Turns, Turn>> = {};
    for (const kind of i % 2 === 0 ? kinds : kinds.toReversed()) taken[kind] = await run[kind](TURN);
    turns.push({ ...taken, pair: taken.pair ?? taken.bare } as Turns);
  }
  const note = `nats-server ${fleet.version}; requests of ${sizes.request} bytes, answers of ${sizes.answer}`;
  return figuresOf(turns, nodes).map((figure) =>
    figure.name.startsWith('bus/bare/1-') ? { ...figure, note } : figure,
  );
}

/** Bytes of a request of one row and of its answer, as they are on the bus. */
async function sizesOf(fleet: BusFleet, questions: readonly Question[]): Promise<{ request: number; answer: number }> {
  const { every } = subjectsOf(FLEET);
  const [requests, answers]: [number[], number[]] = [[], []];
  const listening = [
    fleet.bus.messages$(every.satelliteIn).subscribe(({ data }) => requests.push(data.length)),
    fleet.bus.messages$(every.satelliteOut).subscribe(({ data }) => answers.push(data.length)),
  ];
  await askNodes(fleet, fleet.ways.plain, questions, { ms: 0, rounds: 50 });
  await fleet.bus.flush();
  for (const subscription of listening) subscription.unsubscribe();
  // The odd ping or machine among them does not move the median.
  return { request: median(requests), answer: median(answers) };
}

function figuresOf(turns: readonly Turns[], nodes: number): Figure[] {
  const tail = nodes === 1 ? '1-node' : `${nodes}-nodes`;
  const figure = (name: string, sample: (turns: Turns) => number): Figure[] => {
    const samples = turns.map(sample).filter((value) => !Number.isNaN(value));
    return samples.length === 0 ? [] : [{ name: `bus/${name}/${tail}`, samples }];
  };
  /** How two ways compare, with the same by CPU time of all processes: there are as many hops on both. */
  const ratio = (name: string, sample: (turns: Turns) => number, cpu: (turns: Turns) => number): Figure[] =>
    figure(name, sample).map((found) => {
      const idleSamples = turns.map(cpu).filter((value) => !Number.isNaN(value));
      return idleSamples.length === 0 ? found : { ...found, idleSamples };
    });
  const perS = ({ requests, wallS }: Turn): number => requests / wallS;
  const eachUs = (seconds: number, { requests }: Turn): number => (1e6 * seconds) / requests;
  const cpuUs = (turn: Turn): number => eachUs(turn.worldS + turn.nodesS + turn.busS, turn);
  const times = (name: string, of: (turns: Turns) => Turn): Figure[] => [
    ...figure(`${name}/p50`, (turn) => of(turn).p50Us),
    ...figure(`${name}/p99`, (turn) => of(turn).p99Us),
  ];
  return [
    ...figure('bare', ({ bare }) => perS(bare)),
    ...times('bare', ({ bare }) => bare),
    ...(nodes === 1 ? [] : figure('pair', ({ pair }) => perS(pair))),
    ...ratio(
      'share',
      ({ plain, bare }) => perS(plain) / perS(bare),
      ({ plain, bare }) => cpuUs(bare) / cpuUs(plain),
    ),
    ...figure('lean', ({ lean }) => perS(lean)),
    ...ratio(
      'share/lean',
      ({ plain, lean }) => perS(plain) / perS(lean),
      ({ plain, lean }) => cpuUs(lean) / cpuUs(plain),
    ),
    ...figure('decisions', ({ plain }) => perS(plain)),
    ...times('decisions', ({ plain }) => plain),
    ...figure('messages', ({ plain }) => plain.messages / plain.wallS),
    ...figure('cpu/world', ({ plain }) => eachUs(plain.worldS, plain)),
    ...figure('cpu/node', ({ plain }) => eachUs(plain.nodesS, plain)),
    ...figure('cpu/server', ({ plain }) => eachUs(plain.busS, plain)),
    ...figure('cpu/bare', ({ bare }) => cpuUs(bare)),
    ...figure('16-rows', ({ plainMany }) => MANY_ROWS * perS(plainMany)),
    ...times('16-rows', ({ plainMany }) => plainMany),
    ...figure('tls', ({ secured }) => perS(secured)),
    ...times('tls', ({ secured }) => secured),
    ...ratio(
      'tls/cost',
      ({ plain, secured }) => perS(plain) / perS(secured),
      ({ plain, secured }) => cpuUs(secured) / cpuUs(plain),
    ),
    ...figure('tls/16-rows', ({ securedMany }) => MANY_ROWS * perS(securedMany)),
    ...ratio(
      'tls/16-rows/cost',
      ({ plainMany, securedMany }) => perS(plainMany) / perS(securedMany),
      ({ plainMany, securedMany }) => cpuUs(securedMany) / cpuUs(plainMany),
    ),
    ...figure('socket', ({ socket }) => perS(socket)),
    ...times('socket', ({ socket }) => socket),
    ...figure('socket/16-rows', ({ socketMany }) => MANY_ROWS * perS(socketMany)),
    ...figure('socket/gain', ({ plain, socket }) => perS(socket) / perS(plain)),
  ];
}

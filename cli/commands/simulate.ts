import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { SpaceCloudError } from '../../core/index.ts';
import type { Geometry, Scenario } from '../../environment/index.ts';
import type { RunRecord } from '../../training/index.ts';
import { list, positiveNumber, wholeNumber } from '../arguments.ts';
import { readKey } from '../files.ts';
import { addressText } from '../node-address.ts';
import { type NodeProcesses, startNodes } from '../node-processes.ts';
import { kpiLines } from '../kpi-lines.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, expectFits, loadScenarioInput, takesScenario } from '../scenario-input.ts';
import type { SimulationOptions } from '../simulation.ts';
import { type TimelineExtent, recordTimeline } from '../timeline.ts';
import { timelineLines } from '../timeline-lines.ts';

interface SimulateCommandOptions extends ScenarioOptions {
  readonly policy: string;
  readonly key?: string;
  readonly seed: number;
  readonly arrivals: number;
  readonly drain: number;
  readonly start?: number;
  /** True: without a value. */
  readonly events?: 'all' | true;
  readonly nodes: readonly string[];
  readonly serve?: string;
  readonly deadline: number;
  readonly audit?: string;
  readonly json?: boolean;
}

/** `spacecloud simulate`: one run of one policy, in this process or with satellites as processes of their own. */
export function register(program: Command, streams: CommandStreams): void {
  takesScenario(program.command('simulate'))
    .description('run one policy once and print its key figures and trajectory hash')
    .option('--policy <policy>', 'baseline, `prior`, run folder or bundle folder', 'load-aware+greedy-finish+gdsf')
    .option('--key <file>', 'trusted public key for bundles (PEM)')
    .option('--seed <n>', 'all randomness of the run', wholeNumber('--seed', 1, 999_999), 1)
    .option('--arrivals <s>', 'simulated time in which tasks arrive, s', positiveNumber('--arrivals'), 20)
    .option('--drain <s>', 'at most so long until all have ended, s', positiveNumber('--drain'), 60)
    .option('--start <s>', 'where in the scenario the run starts, s; default: drawn from the seed', startTime)
    .option('--events [all]', 'also print what happened and when; `all`: with the modes of radios', eventsExtent)
    .option(
      '--nodes <satellites>',
      'satellites that are processes of their own, with the bundle given by --policy',
      list,
      [],
    )
    .option(
      '--serve <address>',
      'wait at this socket path or loopback port for nodes started elsewhere, instead of starting them',
    )
    .option(
      '--deadline <ms>',
      'time a node has for one request before its fallback decides, ms',
      positiveNumber('--deadline'),
      10_000,
    )
    .option('--audit <file>', 'append every decision to this log (`spacecloud audit`), and print its head')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: SimulateCommandOptions) => {
      const [{ resolvePolicy }, { simulate }] = await Promise.all([
        import('../../training/index.ts'),
        import('../simulation.ts'),
      ]);
      const publicKeyPem = options.key === undefined ? undefined : readKey(options.key, 'public');
      const source = resolvePolicy(options.policy, {
        now: Date.now,
        ...(publicKeyPem === undefined ? {} : { publicKeyPem }),
      });
      const input = await loadScenarioInput(name, options, streams);
      expectFits(input.scenario, options.arrivals + options.drain);
      expectSatellites(options.nodes, input.geometry);
      if (options.start !== undefined) expectStart(input.scenario, options.start, options.arrivals + options.drain);
      const extent: TimelineExtent = options.events === 'all' ? 'all' : 'main';
      const timeline = options.events === undefined ? undefined : recordTimeline(extent);
      const simulation = {
        ...{ ...input, source, seed: options.seed, arrivalsS: options.arrivals, drainS: options.drain },
        ...(options.start === undefined ? {} : { startS: options.start }),
        ...timeline?.watch,
      };
      const runHere =
        options.audit === undefined ? simulate : (given: SimulationOptions) => runAudited(given, options, streams);
      const record =
        options.nodes.length === 0 ? await runHere(simulation) : await runWithNodes(simulation, options, streams);
      if (options.json === true) {
        const document = timeline === undefined ? record : { ...record, events: timeline.events };
        streams.out(`${JSON.stringify(document, undefined, 2)}\n`);
        return;
      }
      const scheduledAtS = input.scenario.faults.scheduled.map(({ atS }) => atS);
      streams.out(kpiLines(record, scheduledAtS));
      if (timeline !== undefined) streams.out(timelineLines(timeline.events, extent));
    });
}

function startTime(text: string): number {
  const startS = Number(text);
  if (text.trim() !== '' && Number.isFinite(startS) && startS >= 0) return startS;
  throw new SpaceCloudError('USAGE', `Expected a number from 0 for --start, got '${text}'.`, {
    hint: 'Give seconds since the start of the scenario.',
  });
}

function eventsExtent(text: string): 'all' {
  if (text === 'all') return text;
  throw new SpaceCloudError('USAGE', `Expected nothing or 'all' after --events, got '${text}'.`, {
    hint: 'Name the scenario before --events.',
  });
}

/** Errors: USAGE when a run of `runS` does not fit behind its start, or starts within a tick. */
function expectStart({ name, tickS, durationS }: Scenario, startS: number, runS: number): void {
  const latestS = Math.floor((durationS - runS) / tickS + 1e-6) * tickS;
  const before = Math.min(Math.floor(startS / tickS) * tickS, latestS);
  const ticks = startS / tickS;
  if (startS <= latestS && Math.abs(ticks - Math.round(ticks)) <= 1e-6) return;
  throw new SpaceCloudError(
    'USAGE',
    `Expected --start to be a multiple of the tick of ${tickS} s from 0 to ${latestS} s, got ${startS} s.`,
    {
      hint: `Scenario '${name}' lasts ${durationS} s and the run, with its drain, up to ${runS} s; --start ${before} is allowed.`,
    },
  );
}

/** A name that no satellite has would be waited for without end. */
function expectSatellites(names: readonly string[], { nodeNames, satelliteCount }: Geometry): void {
  const satellites = nodeNames.slice(0, satelliteCount);
  const unknown = names.find((name) => !satellites.includes(name));
  if (unknown === undefined) return;
  const shown =
    satelliteCount > 3 ? `${satellites.slice(0, 3).join(', ')} and ${satelliteCount - 3} more` : satellites.join(', ');
  throw new SpaceCloudError('USAGE', `Expected names of satellites for --nodes, got '${unknown}'.`, {
    hint: `The satellites are ${shown}.`,
  });
}

/** The run with its decision log; the head is for keeping elsewhere. */
async function runAudited(
  simulation: SimulationOptions,
  { audit = '' }: SimulateCommandOptions,
  streams: CommandStreams,
): Promise<RunRecord> {
  const [{ createPolicy }, { simulate }, { openRunLog }] = await Promise.all([
    import('../../training/index.ts'),
    import('../simulation.ts'),
    import('../audit/run-log.ts'),
  ]);
  const policy = createPolicy(simulation.source, simulation.seed);
  const { log, onConstellation, close } = openRunLog(audit, { ...simulation, policy, nowMs: Date.now() });
  streams.err(log.recovered === undefined ? '' : `${audit}: ${log.recovered.bytes} bytes of a torn block cut off\n`);
  try {
    return await simulate({ ...simulation, onConstellation }, policy);
  } finally {
    const head = close();
    streams.err(`${audit}: ${head?.decisions} decisions, head ${head?.digest}\n`);
  }
}

async function runWithNodes(
  simulation: SimulationOptions,
  options: SimulateCommandOptions,
  streams: CommandStreams,
): Promise<RunRecord> {
  const { simulateWithNodes } = await import('../simulation.ts');
  if (options.audit !== undefined) {
    throw new SpaceCloudError('USAGE', 'Expected --audit or --nodes, got both.', {
      hint: 'Each node keeps a log of its own: give --audit to `spacecloud node`, and start the nodes with --serve.',
    });
  }
  if (options.serve === undefined && options.key === undefined) {
    throw new SpaceCloudError('USAGE', 'Expected a bundle folder as --policy and its --key for --nodes, got no key.', {
      hint: 'Nodes run signed bundles only; make one with `spacecloud export`.',
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'spacecloud-'));
  let processes: NodeProcesses | undefined;
  let fail: (reason: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  try {
    const { record, nodes } = await simulateWithNodes({
      ...simulation,
      address: options.serve ?? join(folder, 'world.sock'),
      satellites: options.nodes,
      deadlineMs: options.deadline,
      failed,
      onListening: ({ address }) => {
        if (options.serve !== undefined) {
          streams.err(`Waiting at ${addressText(address)} for ${options.nodes.join(', ')}\n`);
          return;
        }
        processes = startNodes({
          satellites: options.nodes,
          bundle: options.policy,
          keyFile: options.key as string,
          address: addressText(address),
        });
        processes.failed.catch(fail);
      },
    });
    await processes?.ended;
    for (const node of nodes) {
      streams.err(
        `${node.satellite}: ${node.decisions} decisions by ${node.policy} ${node.bundleVersion}, ${node.fallbackDecisions} by its fallback\n`,
      );
    }
    return record;
  } finally {
    processes?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

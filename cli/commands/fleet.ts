import type { Command } from 'commander';
import { SpaceCloudError } from '../../core/index.ts';
import type { Geometry } from '../../environment/index.ts';
import { positiveNumber, wholeNumber } from '../arguments.ts';
import type { Comparison } from '../fleet/fleet-lines.ts';
import { expectWritable } from '../files.ts';
import { Interrupted, untilInterrupted } from '../interrupt.ts';
import type { CommandStreams } from '../run-command.ts';
import { type UpdateCommandOptions, operationsOf, takesUpdate, updateOrderOf } from '../fleet/ops/update-options.ts';
import { type ScenarioOptions, expectFits, loadScenarioInput, takesScenario } from '../scenario-input.ts';
import { readTrust } from '../trust-options.ts';

interface FleetCommandOptions extends ScenarioOptions, UpdateCommandOptions {
  readonly scenario?: string;
  readonly seed: number;
  readonly arrivals: number;
  readonly drain: number;
  readonly start?: number;
  readonly nodes: string;
  readonly leaves?: string;
  readonly name: string;
  readonly bus?: string;
  readonly identities?: string;
  readonly tls: boolean;
  readonly deadline: number;
  readonly startsAtOnce: number;
  readonly restarts: number;
  readonly pace?: number;
  readonly metrics?: number;
  readonly telemetry?: string;
  readonly period: number;
  readonly audit?: string;
  readonly report: number;
  readonly compare?: boolean;
  readonly json?: boolean;
}

/** `spacecloud fleet`: one run with satellites as processes on a message bus. */
export function register(program: Command, streams: CommandStreams): void {
  takesUpdate(takesScenario(program.command('fleet')))
    .description(
      'run a bundle on a fleet: a world service and one process per satellite, joined by a message bus (NATS)',
    )
    .option('--scenario <scenario>', 'the same as the argument')
    .requiredOption('--bundle <folder>', 'signed bundle that all nodes fly')
    .option('--key <file>', 'trusted public key of the bundle (PEM); or --trust')
    .option('--seed <n>', 'all randomness of the run', wholeNumber('--seed', 1, 999_999), 1)
    .option('--arrivals <s>', 'simulated time in which tasks arrive, s', positiveNumber('--arrivals'), 20)
    .option('--drain <s>', 'at most so long until all have ended, s', positiveNumber('--drain'), 60)
    .option('--start <s>', 'where in the scenario the run starts, s; default: drawn from the seed', startTime)
    .option('--nodes <which>', '`all`, how many, or names of satellites that are processes of their own', 'all')
    .option(
      '--leaves <which>',
      'of these, `all`, how many, or names of those with a nats-server of their own, linked to the ground during simulated contacts alone',
    )
    .option('--name <fleet>', 'name of the fleet on the bus', 'fleet')
    .option('--bus <url>', 'a nats-server that runs already, instead of one of its own')
    .option('--identities <folder>', 'with --bus: identities of this fleet that its server knows')
    .option('--no-tls', 'a server of its own without TLS')
    .option(
      '--deadline <ms>',
      'time a node has for one request before its fallback decides, ms',
      positiveNumber('--deadline'),
      5000,
    )
    .option('--starts-at-once <n>', 'nodes that start at the same time', wholeNumber('--starts-at-once', 1), 4)
    .option(
      '--restarts <n>',
      'how often a node, or the bus, is started again when it ends badly',
      wholeNumber('--restarts', 0),
      3,
    )
    .option(
      '--pace <factor>',
      'simulated seconds per second at most; default: as fast as it goes',
      positiveNumber('--pace'),
    )
    .option('--metrics <port>', 'serve OpenMetrics at this loopback port; 0: any', wholeNumber('--metrics', 0, 65_535))
    .option('--telemetry <file>', 'write telemetry as lines of JSON (NDJSON)')
    .option('--period <s>', 'simulated time between two samples of telemetry, s', positiveNumber('--period'), 1)
    .option(
      '--report <ms>',
      'how often each node tells the ground of itself, ms of wall clock',
      wholeNumber('--report', 10),
      1000,
    )
    .option(
      '--audit <folder>',
      'every node appends its decisions to a log in this folder (`spacecloud audit`); heads.json there has their heads',
    )
    .option('--compare', 'then run the same in this process, and compare the trajectories')
    .option('--json', 'print one JSON document')
    .action((name: string, options: FleetCommandOptions, { args }: Command) =>
      flyFleet(scenarioOf(name, options.scenario, args.length > 0), options, streams),
    );
}

/** The scenario given either way. Errors: USAGE for both. */
function scenarioOf(argument: string, option: string | undefined, isGiven: boolean): string {
  if (option === undefined || !isGiven || option === argument) return option ?? argument;
  throw new SpaceCloudError('USAGE', `Expected one scenario, got '${argument}' and --scenario ${option}.`, {
    hint: 'Give it as the argument or as the option.',
  });
}

async function flyFleet(name: string, options: FleetCommandOptions, streams: CommandStreams): Promise<void> {
  const trust = await readTrust({
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.trust === undefined ? {} : { trust: options.trust }),
  });
  const [{ resolvePolicy }, { runFleet }, { simulate }, { runRollout }, { fleetDocument, fleetLines }] =
    await Promise.all([
      import('../../training/index.ts'),
      import('../fleet/fleet-run.ts'),
      import('../simulation.ts'),
      import('../rollout/rollout-run.ts'),
      import('../fleet/fleet-lines.ts'),
    ]);
  const source = resolvePolicy(options.bundle, { now: Date.now, trust });
  if (source.kind !== 'network' || source.bundle === undefined) {
    throw new SpaceCloudError(
      'USAGE',
      `Expected the folder of a signed bundle for --bundle, got '${options.bundle}'.`,
      {
        hint: 'Nodes fly signed bundles only; make one with `spacecloud export`.',
      },
    );
  }
  expectOwnBus(options);
  const update = await updateOrderOf(options, trust);
  if (options.audit !== undefined) expectWritable(options.audit);
  const input = await loadScenarioInput(name, options, streams);
  expectFits(input.scenario, options.arrivals + options.drain);
  const simulation = {
    ...{ ...input, source, seed: options.seed, arrivalsS: options.arrivals, drainS: options.drain },
    ...(options.start === undefined ? {} : { startS: options.start }),
  };
  const nodes = chosen('--nodes', options.nodes, satellitesOf(input.geometry));
  const leaves = options.leaves === undefined ? undefined : chosen('--leaves', options.leaves, nodes);
  const result = await untilInterrupted((signal) =>
    runFleet({
      ...{ simulation, signal, fleet: options.name, tls: options.tls, deadlineMs: options.deadline },
      ...{ startsAtOnce: options.startsAtOnce, restarts: options.restarts },
      nodes,
      flight: [
        ...['--bundle', options.bundle],
        ...(options.trust === undefined ? ['--key', options.key as string] : ['--trust', options.trust]),
      ],
      reportMs: options.report,
      ...(update === undefined ? {} : { update }),
      ...(leaves === undefined
        ? {}
        : { leaves: { satellites: leaves, operations: operationsOf(options), deadlineMs: options.orderDeadline } }),
      onNote: (text) => streams.err(`${text}\n`),
      ...busOf(options),
      ...(options.audit === undefined ? {} : { auditFolder: options.audit }),
      ...(options.pace === undefined ? {} : { pace: options.pace }),
      ...(options.metrics === undefined ? {} : { metricsPort: options.metrics }),
      ...(options.telemetry === undefined ? {} : { telemetry: { path: options.telemetry, periodS: options.period } }),
    }),
  );
  const { record } = result;
  if (record === undefined) {
    for (const line of result.decisionLogs?.lines ?? []) streams.err(`${line}\n`);
    throw new Interrupted('SIGINT');
  }
  const inProcess = async (): Promise<Comparison> =>
    update === undefined ? { record: await simulate(simulation) } : runRollout({ ...simulation, ...update });
  const comparison = options.compare === true ? await inProcess() : undefined;
  const scheduledAtS = input.scenario.faults.scheduled.map(({ atS }) => atS);
  const told = { result: { ...result, record }, comparison, scheduledAtS };
  streams.out(options.json === true ? `${JSON.stringify(fleetDocument(told), undefined, 2)}\n` : fleetLines(told));
}

/** Errors: USAGE. */
function busOf({ bus: url, identities }: FleetCommandOptions): { bus?: { url: string; identities: string } } {
  if (url === undefined && identities === undefined) return {};
  if (url !== undefined && identities !== undefined) return { bus: { url, identities } };
  throw new SpaceCloudError(
    'USAGE',
    `Expected --bus and --identities together, got ${url === undefined ? '--identities' : '--bus'} alone.`,
    { hint: 'Without both the command starts a server of its own and makes its identities.' },
  );
}

/** Links of servers beside satellites need a server that takes them. Errors: USAGE. */
function expectOwnBus({ leaves, bus }: FleetCommandOptions): void {
  if (leaves === undefined || bus === undefined) return;
  throw new SpaceCloudError('USAGE', 'Expected --leaves or --bus, got both.', {
    hint: 'Servers beside satellites link to the server that this command starts without --bus.',
  });
}

function satellitesOf({ nodeNames, satelliteCount }: Geometry): readonly string[] {
  return nodeNames.slice(0, satelliteCount);
}

/** Names of the satellites chosen among these. Errors: USAGE. */
function chosen(option: string, which: string, satellites: readonly string[]): readonly string[] {
  if (which === 'all') return satellites;
  if (/^\d+$/.test(which)) {
    const count = Number(which);
    if (count >= 1 && count <= satellites.length) return satellites.slice(0, count);
    throw wrongChoice(`a number from 1 to ${satellites.length} for ${option}`, which, satellites);
  }
  const names = [...new Set(which.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  const unknown = names.find((name) => !satellites.includes(name));
  if (unknown !== undefined || names.length === 0) {
    const of = option === '--nodes' ? 'satellites' : 'nodes';
    throw wrongChoice(`names of ${of} for ${option}`, unknown ?? which, satellites);
  }
  return names;
}

function wrongChoice(expected: string, got: string, satellites: readonly string[]): SpaceCloudError {
  const shown = satellites.slice(0, 3).join(', ');
  const more = satellites.length > 3 ? ` and ${satellites.length - 3} more` : '';
  return new SpaceCloudError('USAGE', `Expected all, ${expected}, got '${got}'.`, {
    hint: `The satellites are ${shown}${more}.`,
  });
}

function startTime(text: string): number {
  const startS = Number(text);
  if (text.trim() !== '' && Number.isFinite(startS) && startS >= 0) return startS;
  throw new SpaceCloudError('USAGE', `Expected a number from 0 for --start, got '${text}'.`, {
    hint: 'Give seconds since the start of the scenario.',
  });
}

import type { Command } from 'commander';
import type { OnBoard } from '../../agents/bus/index.ts';
import type { NodeResult, RunNodeOptions, WorldLine } from '../../agents/node/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { wholeNumber } from '../arguments.ts';
import { untilInterrupted } from '../interrupt.ts';
import type { NodeLog } from '../audit/node-log.ts';
import { addressOf } from '../node-address.ts';
import type { CommandStreams } from '../run-command.ts';
import { type TrustOptions, addTrustOptions } from '../trust-options.ts';

interface NodeCommandOptions extends TrustOptions {
  readonly bundle?: string;
  readonly state?: string;
  readonly payload?: string;
  readonly satellite: string;
  readonly connect?: string;
  readonly bus?: string;
  readonly fleet?: string;
  readonly identity?: string;
  readonly ca?: string;
  readonly opsBus?: string;
  readonly storeDomain?: string;
  readonly report?: number;
  readonly audit?: string;
  readonly json?: boolean;
}

/** `spacecloud node`: one satellite as a process of its own. */
export function register(program: Command, streams: CommandStreams): void {
  addTrustOptions(
    program
      .command('node')
      .description('be a satellite: verify a bundle and decide by it for the world at a local socket or on a bus')
      .option('--bundle <folder>', 'signed bundle to decide by'),
  )
    .option('--state <folder>', 'remember here what was installed, and refuse what is older')
    .option('--payload <file>', 'instead of deciding, be its payload: run this image model (.onnx) on captures')
    .requiredOption('--satellite <name>', 'which satellite to be')
    .option('--connect <address>', 'socket path, or loopback port, of `spacecloud simulate --serve`')
    .option('--bus <url>', 'instead of --connect: nats-server on which the world of --fleet is')
    .option('--fleet <name>', 'with --bus: which fleet the satellite is of')
    .option('--identity <folder>', 'with --bus: who the satellite is on it')
    .option('--ca <file>', 'with --bus: certificate of the authority of its server (PEM)')
    .option(
      '--ops-bus <url>',
      'with --bus: nats-server that carries what the ground and the node tell each other; default: that of --bus',
    )
    .option('--store-domain <name>', 'with --ops-bus: JetStream domain of the fleet')
    .option(
      '--report <ms>',
      'with --bus: tell the ground its modes when they change, and telemetry so often',
      wholeNumber('--report', 10),
    )
    .option('--audit <file>', 'append every decision to this log (`spacecloud audit`)')
    .option('--json', 'print one JSON document')
    .action(async (options: NodeCommandOptions) => {
      expectOneWay(options);
      if (options.payload !== undefined) await bePayload(options.payload, options, streams);
      else await beSatellite(options, streams);
    });
}

async function beSatellite(options: NodeCommandOptions, streams: CommandStreams): Promise<void> {
  const { bundle, key, trust, satellite } = options;
  if (bundle === undefined || (key === undefined && trust === undefined)) {
    const got = bundle === undefined ? 'no --bundle' : 'no --key';
    throw new SpaceCloudError('USAGE', `Expected --bundle and --key, or --payload, got ${got}.`, {
      hint: 'Add --help to see what is accepted.',
    });
  }
  const [{ runNode }, { loadFlightPolicy, loadOnBoard }, { NODE_CLOCK }] = await Promise.all([
    import('../../agents/node/index.ts'),
    import('../flight-policy.ts'),
    import('../node-clock.ts'),
  ]);
  const { state } = options;
  const flight =
    options.bus === undefined || state === undefined
      ? await loadFlightPolicy({ ...options, bundle })
      : await loadOnBoard({ ...options, bundle, state });
  const { error } = flight;
  if (error !== undefined) streams.err(`${satellite}: bundle refused, its fallback decides\n`);
  const audit = await auditLog(options, () => flight.onBoard?.rootDigest ?? flight.rootDigest);
  const way = await wayToWorld(options, flight.onBoard).catch((cause: unknown) => {
    audit?.close();
    throw cause;
  });
  const run = (signal: AbortSignal): Promise<NodeResult> =>
    runNode({
      ...NODE_CLOCK,
      ...way.to,
      satellite,
      signal,
      policy: error === undefined ? (audit?.audited(flight.policy, flight.release) ?? flight.policy) : flight.policy,
      bundleVersion: flight.release,
      refusal: flight.refusal,
      onWelcome: () => streams.err(`${satellite}: joined with ${flight.policy.name} ${flight.release}\n`),
      ...(audit === undefined ? way.hooks : audit.hooks(way.hooks)),
    });
  // Refused at first, unless the ground has sent another bundle since.
  const refused = (): SpaceCloudError | undefined => (flight.onBoard?.refusalNow() === null ? undefined : error);
  const result = await untilInterrupted(run)
    .catch((cause: unknown) => {
      throw cause instanceof SpaceCloudError ? (refused() ?? cause) : cause;
    })
    .finally(() => way.close())
    .finally(() => {
      const head = audit?.close();
      if (head !== undefined) streams.err(`${satellite}: decision log of ${head.decisions}, head ${head.digest}\n`);
    });
  const refusal = refused();
  if (refusal !== undefined) throw refusal;
  streams.out(
    options.json === true ? `${JSON.stringify({ satellite, ...result }, undefined, 2)}\n` : textOf(satellite, result),
  );
}

/** The log of --audit. Errors: FILE_WRITE, DISK_FULL, AUDIT_FORMAT, AUDIT_CHAIN. */
async function auditLog(
  { audit, satellite }: NodeCommandOptions,
  rootDigest: () => string | undefined,
): Promise<NodeLog | undefined> {
  if (audit === undefined) return undefined;
  const { openNodeLog } = await import('../audit/node-log.ts');
  return openNodeLog(audit, { satellite, nowMs: Date.now(), rootDigest });
}

function textOf(satellite: string, { decisions, requests, abstentions, dropped }: NodeResult): string {
  const left = abstentions === 0 ? '' : `, ${abstentions} left to its fallback`;
  const lost = dropped.corrupt + dropped.stale;
  const messages = lost === 0 ? '' : `, ${lost} messages dropped`;
  return `${satellite}: ${decisions} decisions in ${requests} requests${left}${messages}\n`;
}

/** How this node reaches its world. */
interface Way {
  readonly to: { readonly line: WorldLine } | { readonly address: ReturnType<typeof addressOf> };
  readonly hooks?: Pick<RunNodeOptions, 'onControl' | 'onModes'>;
  readonly close: () => Promise<void>;
}

/** Errors: USAGE, BUS_*, FILE_*. */
async function wayToWorld(options: NodeCommandOptions, onBoard: OnBoard | undefined): Promise<Way> {
  const { connect, identity, ca, satellite, storeDomain, report: periodMs } = options;
  if (connect !== undefined) return { to: { address: addressOf(connect) }, close: () => Promise.resolve() };
  const [{ Bus, busLine }, { NodeOperations }, { readText }, { readIdentity }] = await Promise.all([
    import('../../agents/bus/index.ts'),
    import('../node/node-operations.ts'),
    import('../files.ts'),
    import('../fleet/identity-folder.ts'),
  ]);
  const stored = identity === undefined ? {} : readIdentity(identity);
  const who = { ...stored, ...(ca === undefined ? {} : { caPem: readText(ca) }), name: satellite };
  const fleet = options.fleet as string;
  const bus = await Bus.connect({ ...who, servers: options.bus as string });
  const ops =
    options.opsBus === undefined
      ? bus
      : await Bus.connect({ ...who, servers: options.opsBus }).catch(async (error: unknown) => {
          // A bus that stays open would keep the process.
          await bus.close();
          throw error;
        });
  const operations = new NodeOperations({
    ...{ bus: ops, fleet, satellite },
    ...(onBoard === undefined ? {} : { onBoard }),
    ...(storeDomain === undefined ? {} : { storeDomain }),
    ...(periodMs === undefined ? {} : { periodMs }),
  });
  return {
    to: { line: busLine({ bus, fleet }, satellite) },
    hooks: operations.hooks,
    async close() {
      await operations.finish();
      await Promise.all([bus.close(), ops.close()]);
    },
  };
}

/** Errors: USAGE where the options name no way to the world, or two. */
function expectOneWay({ connect, bus, fleet, payload }: NodeCommandOptions): void {
  const hint = 'Add --help to see what is accepted.';
  if ((connect === undefined) === (bus === undefined)) {
    const got = bus === undefined ? 'neither' : 'both';
    throw new SpaceCloudError('USAGE', `Expected --connect or --bus, got ${got}.`, { hint });
  }
  if (bus !== undefined && fleet === undefined) {
    throw new SpaceCloudError('USAGE', 'Expected --fleet with --bus, got none.', { hint });
  }
  if (bus !== undefined && payload !== undefined) {
    throw new SpaceCloudError('USAGE', 'Expected --connect for --payload, got --bus.', { hint });
  }
}

/** Runs the image model for the world at the address. Errors: FILE_*, ENGINE_UNAVAILABLE, NODE_*. */
async function bePayload(file: string, options: NodeCommandOptions, streams: CommandStreams): Promise<void> {
  if (options.bundle !== undefined || options.key !== undefined) {
    throw new SpaceCloudError('USAGE', 'Expected --bundle and --key, or --payload, got both.', {
      hint: 'A payload runs no policy; start a node of its own for it.',
    });
  }
  const [{ loadImageModel, runPayloadNode }, { readModel }] = await Promise.all([
    import('../../agents/index.ts'),
    import('../payload-run.ts'),
  ]);
  const model = await loadImageModel(readModel(file));
  const { satellite } = options;
  const scenes = await runPayloadNode({
    address: addressOf(options.connect as string),
    satellite,
    model,
    nowMs: () => performance.now(),
  });
  streams.out(
    options.json === true
      ? `${JSON.stringify({ satellite, scenes }, undefined, 2)}\n`
      : `${satellite}: ${scenes} scenes with ${model.runtime}\n`,
  );
}

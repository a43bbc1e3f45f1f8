import type { Command } from 'commander';
import type { BundleRefusal } from '../../agents/index.ts';
import { type ErrorCode, type Policy, SPACE_CLOUD_SPEC, SpaceCloudError, decisionSpecHash } from '../../core/index.ts';
import { readKey } from '../files.ts';
import { untilInterrupted } from '../interrupt.ts';
import { addressOf } from '../node-address.ts';
import { readModel } from '../payload-run.ts';
import type { CommandStreams } from '../run-command.ts';

interface NodeCommandOptions {
  readonly bundle?: string;
  readonly key?: string;
  readonly payload?: string;
  readonly satellite: string;
  readonly connect: string;
  readonly json?: boolean;
}

/** `spacecloud node`: one satellite as a process of its own. */
export function register(program: Command, streams: CommandStreams): void {
  program
    .command('node')
    .description('be a satellite: verify a bundle and decide by it for the world at a local socket')
    .option('--bundle <folder>', 'signed bundle to decide by')
    .option('--key <file>', 'trusted public key of the bundle (PEM)')
    .option('--payload <file>', 'instead of deciding, be its payload: run this image model (.onnx) on captures')
    .requiredOption('--satellite <name>', 'which satellite to be')
    .requiredOption('--connect <address>', 'socket path, or loopback port, of `spacecloud simulate --serve`')
    .option('--json', 'print one JSON document')
    .action(async (options: NodeCommandOptions) => {
      if (options.payload !== undefined) {
        await bePayload(options.payload, options, streams);
        return;
      }
      const { bundle, key } = options;
      if (bundle === undefined || key === undefined) {
        const message = `Expected --bundle and --key, or --payload, got ${bundle === undefined ? 'no --bundle' : 'no --key'}.`;
        throw new SpaceCloudError('USAGE', message, { hint: 'Add --help to see what is accepted.' });
      }
      const { runNode } = await import('../../agents/index.ts');
      const flight = await loadFlightPolicy(bundle, readKey(key, 'public'));
      const { refusal } = flight;
      if (refusal !== undefined) streams.err(`${options.satellite}: bundle refused, its fallback decides\n`);
      const result = await untilInterrupted((signal) =>
        runNode({
          address: addressOf(options.connect),
          satellite: options.satellite,
          policy: flight.policy,
          bundleVersion: flight.release,
          refusal: refusal?.reason ?? null,
          signal,
          onWelcome: () => streams.err(`${options.satellite}: joined with ${flight.policy.name} ${flight.release}\n`),
        }),
      ).catch((error: unknown) => {
        throw refusal === undefined ? error : refusal.error;
      });
      if (refusal !== undefined) throw refusal.error;
      streams.out(
        options.json === true
          ? `${JSON.stringify({ satellite: options.satellite, ...result }, undefined, 2)}\n`
          : `${options.satellite}: ${result.decisions} decisions in ${result.requests} requests\n`,
      );
    });
}

/** Runs the image model for the world at the address. Errors: FILE_*, ENGINE_UNAVAILABLE, NODE_*. */
async function bePayload(file: string, options: NodeCommandOptions, streams: CommandStreams): Promise<void> {
  if (options.bundle !== undefined || options.key !== undefined) {
    throw new SpaceCloudError('USAGE', 'Expected --bundle and --key, or --payload, got both.', {
      hint: 'A payload runs no policy; start a node of its own for it.',
    });
  }
  const { loadImageModel, runPayloadNode } = await import('../../agents/index.ts');
  const model = await loadImageModel(readModel(file));
  const { satellite } = options;
  const scenes = await runPayloadNode({
    address: addressOf(options.connect),
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

interface FlightPolicy {
  readonly policy: Policy;
  readonly release: string;
  /** Why the bundle may not decide; the satellite then flies by its fallback, and the command ends with the error. */
  readonly refusal?: { readonly reason: BundleRefusal; readonly error: SpaceCloudError };
}

/** The bundle's policy, or the fallback with the reason why the bundle was refused. Errors that are no refusal: FILE_*. */
async function loadFlightPolicy(bundle: string, publicKeyPem: string): Promise<FlightPolicy> {
  const [{ loadBundle }, { LearnedPolicy, Scorer, createBaseline }] = await Promise.all([
    import('../../policies/bundle/index.ts'),
    import('../../policies/index.ts'),
  ]);
  try {
    const { manifest, spec, architecture, weights, normaliser } = loadBundle(bundle, {
      publicKeyPem,
      now: Date.now,
      specHash: decisionSpecHash(SPACE_CLOUD_SPEC),
    });
    const scorer = new Scorer(spec, architecture, weights, normaliser);
    return {
      policy: new LearnedPolicy(scorer, { name: manifest.policyName, mode: 'greedy' }),
      release: String(manifest.version),
    };
  } catch (error) {
    const reason = error instanceof SpaceCloudError ? REFUSALS[error.code] : undefined;
    if (reason === undefined) throw error;
    const { TRAIN_DEFAULTS } = await import('../../training/index.ts');
    const policy = createBaseline(TRAIN_DEFAULTS.fallback, 1);
    return { policy, release: '', refusal: { reason, error: error as SpaceCloudError } };
  }
}

/** Reasons for flying by the fallback, by the code of the refusal. */
const REFUSALS: Partial<Record<ErrorCode, BundleRefusal>> = {
  FILE_NOT_FOUND: 'missing',
  BUNDLE_MISSING: 'missing',
  BUNDLE_MALFORMED: 'malformed',
  BUNDLE_CHANGED: 'changed',
  BUNDLE_EXTRA: 'extra',
  BUNDLE_SIGNATURE: 'signature',
  BUNDLE_KEY: 'key',
  BUNDLE_EXPIRED: 'expired',
  BUNDLE_SPEC: 'spec',
  BUNDLE_GOLDEN: 'golden',
};

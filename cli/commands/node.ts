import type { Command } from 'commander';
import { SPACE_CLOUD_SPEC, decisionSpecHash } from '../../core/index.ts';
import { readKey } from '../files.ts';
import { untilInterrupted } from '../interrupt.ts';
import { addressOf } from '../node-address.ts';
import type { CommandStreams } from '../run-command.ts';

interface NodeCommandOptions {
  readonly bundle: string;
  readonly key: string;
  readonly satellite: string;
  readonly connect: string;
  readonly json?: boolean;
}

/** `spacecloud node`: one satellite as a process of its own. */
export function register(program: Command, streams: CommandStreams): void {
  program
    .command('node')
    .description('be a satellite: verify a bundle and decide by it for the world at a local socket')
    .requiredOption('--bundle <folder>', 'signed bundle')
    .requiredOption('--key <file>', 'trusted public key (PEM)')
    .requiredOption('--satellite <name>', 'which satellite to be')
    .requiredOption('--connect <address>', 'socket path, or loopback port, of `spacecloud simulate --serve`')
    .option('--json', 'print one JSON document')
    .action(async (options: NodeCommandOptions) => {
      const [{ runNode }, { loadBundle }, { LearnedPolicy, Scorer }] = await Promise.all([
        import('../../agents/index.ts'),
        import('../../policies/bundle/index.ts'),
        import('../../policies/index.ts'),
      ]);
      const { manifest, spec, architecture, weights, normaliser } = loadBundle(options.bundle, {
        publicKeyPem: readKey(options.key, 'public'),
        now: Date.now,
        specHash: decisionSpecHash(SPACE_CLOUD_SPEC),
      });
      const policy = new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), {
        name: manifest.policyName,
        mode: 'greedy',
      });
      const result = await untilInterrupted((signal) =>
        runNode({
          address: addressOf(options.connect),
          satellite: options.satellite,
          policy,
          bundleVersion: String(manifest.version),
          signal,
          onWelcome: () =>
            streams.err(`${options.satellite}: joined with ${manifest.policyName} ${manifest.version}\n`),
        }),
      );
      streams.out(
        options.json === true
          ? `${JSON.stringify({ satellite: options.satellite, ...result }, undefined, 2)}\n`
          : `${options.satellite}: ${result.decisions} decisions in ${result.requests} requests\n`,
      );
    });
}

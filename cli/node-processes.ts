import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SpaceCloudError } from '../core/index.ts';

export interface NodeProcessOptions {
  readonly satellites: readonly string[];
  readonly bundle: string;
  readonly keyFile: string;
  readonly address: string;
}

/** Node processes started by this command. */
export interface NodeProcesses {
  /** Rejects when a node ends badly before the world has said goodbye. */
  readonly failed: Promise<never>;
  /** Resolves when all have ended. */
  readonly ended: Promise<void>;
  kill(): void;
}

/** Starts `spacecloud node` once per satellite. */
export function startNodes(options: NodeProcessOptions): NodeProcesses {
  const { satellites, bundle, keyFile, address } = options;
  const main = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url));
  const loader = main.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const children: ChildProcess[] = [];
  const exits: Promise<void>[] = [];
  const failed = new Promise<never>((_, reject) => {
    for (const satellite of satellites) {
      const args = [
        ...loader,
        main,
        'node',
        '--bundle',
        bundle,
        '--key',
        keyFile,
        '--satellite',
        satellite,
        '--connect',
        address,
      ];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      let text = '';
      child.stderr.on('data', (bytes: Buffer) => (text += bytes.toString()));
      children.push(child);
      exits.push(
        new Promise((resolve) => {
          child.on('error', (cause) => reject(nodeFailed(satellite, String(cause))));
          child.on('exit', (code) => {
            if (code !== 0) reject(nodeFailed(satellite, text.trim()));
            resolve();
          });
        }),
      );
    }
  });
  failed.catch(() => undefined);
  return {
    failed,
    ended: Promise.all(exits).then(() => undefined),
    kill: () => children.forEach((child) => child.kill()),
  };
}

function nodeFailed(satellite: string, text: string): SpaceCloudError {
  return new SpaceCloudError('NODE_CONNECT', `Expected the node of '${satellite}' to run on, got its end: ${text}`);
}

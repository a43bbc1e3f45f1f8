import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { createProgram } from '../../cli/program.ts';
import { type CommandStreams, runCommand } from '../../cli/run-command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Captured {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process; `change` may add commands to the program first. */
export async function captured(args: readonly string[], change?: (program: Command) => void): Promise<Captured> {
  let out = '';
  let err = '';
  const streams: CommandStreams = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  };
  const program = createProgram(streams);
  change?.(program);
  const status = await runCommand(program, args, streams);
  return { status, out, err };
}

/** Runs a module of the sources in a process of its own; `onOutput` sees the process whenever it prints. */
export function inProcess(
  args: readonly string[],
  onOutput: (out: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Captured> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: ROOT });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      onOutput(out, (signal) => child.kill(signal));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on('close', (status) => resolve({ status: status ?? -1, out, err }));
  });
}

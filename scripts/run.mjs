import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The project's folder, whatever the working directory. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** A line of our own, set apart from what the tools print. */
export function say(text) {
  process.stderr.write(`[spacecloud] ${text}\n`);
}

/** What the user can mend; shown without a stack. */
class Failure extends Error {
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/** Gives up with a message and, where there is one, what to do. */
export function fail(message, hint) {
  throw new Failure(message, hint);
}

/** Runs a script's work; its result is the exit status (none: 0). */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(`error: ${error.message}`);
    if (error.hint !== undefined) say(`  ${error.hint}`);
    process.exitCode = 1;
  }
}

/**
 * Runs a command with this terminal, in the project's folder or `options.cwd`, and resolves to its exit status (128 + signal
 * number when a signal ended it). Ctrl-C reaches the command: a terminal sends it to the whole group, otherwise it is passed
 * on here.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...options.env },
    });
    const onInterrupt = () => {
      if (!process.stdin.isTTY) child.kill('SIGINT');
    };
    const onTerminate = () => child.kill('SIGTERM');
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onTerminate);
    const settle = () => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('exit', (status, signal) => {
      settle();
      resolve(status ?? 128 + constants.signals[signal]);
    });
  });
}

/** Runs Node on a file of the project or of `node_modules`, with this process's own Node. */
export function runNode(args, options) {
  return run(process.execPath, args, options);
}

/** Runs npm: the one that started this script, else the one on the path. */
export function runNpm(args, options = {}) {
  const env = { ONNXRUNTIME_NODE_INSTALL: 'skip', ...options.env };
  const npm = process.env.npm_execpath;
  if (npm !== undefined && /npm-cli\.c?js$/.test(npm)) return runNode([npm, ...args], { ...options, env });
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { ...options, env });
}

/** Path of a file of an installed package. */
export function packageFile(...parts) {
  return join(ROOT, 'node_modules', ...parts);
}

/** The end of what a tool printed. */
export function lastLines(text, count) {
  return text.trim().split('\n').slice(-count).join('\n');
}

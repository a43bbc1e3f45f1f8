/** A process for the tests: works until it is told to stop, then takes a moment (`slow`: 2 s) to save. */
import { Command } from 'commander';
import { untilInterrupted } from '../../cli/interrupt.ts';
import { runCommand } from '../../cli/run-command.ts';

const savingMs = process.argv[2] === 'slow' ? 2000 : 20;

async function work(signal: AbortSignal): Promise<void> {
  const keepAlive = setInterval(() => {}, 1000);
  const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  process.stdout.write('working\n');
  await stopped;
  await new Promise((resolve) => setTimeout(resolve, savingMs));
  process.stdout.write('saved\n');
  clearInterval(keepAlive);
}

const program = new Command('work').action(() => untilInterrupted(work));
process.exitCode = await runCommand(program, []);

#!/usr/bin/env node
import { createProgram } from './program.ts';
import { PROCESS_STREAMS, asksForJson, runCommand, showError } from './run-command.ts';

const args = process.argv.slice(2);

// `spacecloud ... | head` closes our output early; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
// What is thrown outside the command's own promise, such as in an event of a socket or a worker.
process.on('uncaughtException', (error) => process.exit(showError(error, asksForJson(args))));

process.exitCode = await runCommand(createProgram(PROCESS_STREAMS), args);

/**
 * The command line as a supervised process: it ends when the process that started it is gone, however that went. The channel
 * between the two closes then, even when the parent was killed.
 */
const GRACE_MS = 2000;

process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(143), GRACE_MS).unref();
});
// Listening alone must not keep a process alive that has done its work.
process.channel?.unref();

await import('../main.ts');

export {};

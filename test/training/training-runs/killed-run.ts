import { EVERYTHING, trainBoth } from './run-lab.ts';

/** `killed-run.ts FOLDER LAG`: trains, or goes on, until it is done or killed. Says each iteration to its parent. */
const [, , folder, lag] = process.argv as [string, string, string, string];
process.send?.('up');
await trainBoth({ folder, config: { ...EVERYTHING, lag: lag === '1' ? 1 : 0 } });
process.exit(0);

import { runNode } from '../../../agents/index.ts';
import { SpaceCloudError } from '../../../core/index.ts';
import { createBaseline } from '../../../policies/index.ts';

/** A satellite as a process: `node --import tsx node-child.ts SOCKET SATELLITE`. Prints one line when taken, one at the end. */
const [socketPath, satellite] = process.argv.slice(2);
if (socketPath === undefined || satellite === undefined) throw new Error('Expected SOCKET SATELLITE.');
try {
  const result = await runNode({
    address: { socketPath },
    satellite,
    policy: createBaseline('load-aware+greedy-finish+gdsf', 1),
    bundleVersion: 'test',
    onWelcome: () => console.log('welcome'),
  });
  console.log(JSON.stringify(result));
} catch (error) {
  console.error(String(error));
  process.exitCode = error instanceof SpaceCloudError ? error.exitStatus : 1;
}

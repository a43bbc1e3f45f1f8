import { runNode } from '../../../agents/node/index.ts';
import { SpaceCloudError } from '../../../core/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { CLOCK } from './clock.ts';

/**
 * A satellite as a process: `node --import tsx node-child.ts SATELLITE ADDRESS`, the address a socket path or `nats://...` with
 * the seed of its identity (or `-`) and the fleet after it. Prints one line each time it is taken, one at the end.
 */
const [satellite, address, seed, fleet] = process.argv.slice(2);
if (satellite === undefined || address === undefined) throw new Error('Expected SATELLITE ADDRESS.');
const abort = new AbortController();
process.on('SIGTERM', () => abort.abort());
try {
  const options = {
    ...CLOCK,
    satellite,
    policy: createBaseline('load-aware+greedy-finish+gdsf', 1),
    bundleVersion: 'test',
    signal: abort.signal,
    onWelcome: () => console.log('welcome'),
  };
  if (!address.startsWith('nats://')) {
    console.log(JSON.stringify(await runNode({ ...options, address: { socketPath: address } })));
  } else {
    const { Bus, busLine } = await import('../../../agents/bus/index.ts');
    const identity = seed === undefined || seed === '-' ? {} : { seed: new TextEncoder().encode(seed) };
    const bus = await Bus.connect({ ...identity, servers: address, name: satellite });
    console.log(JSON.stringify(await runNode({ ...options, line: busLine({ bus, fleet: fleet ?? '' }, satellite) })));
    await bus.close();
  }
} catch (error) {
  console.error(String(error));
  process.exitCode = error instanceof SpaceCloudError ? error.exitStatus : 1;
}

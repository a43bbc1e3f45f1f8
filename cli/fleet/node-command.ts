import { fileURLToPath } from 'node:url';
import type { ProcessPlan } from './supervisor.ts';

export interface NodeCommandLine {
  readonly satellite: string;
  /** What the bundle is and whom it is believed: words of `spacecloud node`, such as `--bundle` and `--key`. */
  readonly flight: readonly string[];
  readonly bus: string;
  readonly fleet: string;
  /** Folder of the satellite's own identity. */
  readonly identity: string;
}

/** `spacecloud node` of one satellite as a supervised process; of the sources or of the compiled program, as this one is. */
export function nodeProcess({ satellite, flight, bus, fleet, identity }: NodeCommandLine): ProcessPlan {
  const isSource = import.meta.url.endsWith('.ts');
  const main = fileURLToPath(new URL(isSource ? './child-main.ts' : './child-main.js', import.meta.url));
  return {
    name: satellite,
    args: [
      ...(isSource ? ['--import', 'tsx'] : []),
      ...[main, 'node', ...flight, '--satellite', satellite],
      ...['--bus', bus, '--fleet', fleet, '--identity', identity],
    ],
  };
}

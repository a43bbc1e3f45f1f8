// A process or a worker thread of some Node: prints, or posts, what this engine makes of the scenarios given.
import { parentPort, workerData } from 'node:worker_threads';
import type { Geometry } from '../../environment/geometry/geometry.ts';
import { type Given, answerOf, trajectoriesIn } from './trajectories.ts';

interface SharedWork {
  readonly given: readonly Given[];
  /** In memory that threads share. */
  readonly geometries: readonly Geometry[];
}

if (parentPort !== null) {
  const { given, geometries } = workerData as SharedWork;
  parentPort.postMessage(trajectoriesIn(given, geometries));
} else {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8')) text += part as string;
  process.stdout.write(JSON.stringify(answerOf(JSON.parse(text) as Given[])));
}

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Geometry, type Scenario, buildGeometry, loadScenario, varyScenario } from '../../../environment/index.ts';
import { readCheckpoint } from '../../../training/checkpoint.ts';
import { CHECKPOINT_FILE, type TrainOverrides, type TrainResult, train } from '../../../training/index.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Twelve satellites and a variant with eight of them: other numbers of nodes, links and antennas. */
export function twoScenarios(): readonly { readonly scenario: Scenario; readonly geometry: Geometry }[] {
  const twelve = loadScenario(join(ROOT, 'scenarios/test-12.yaml'));
  const eight = varyScenario(twelve, (draft) => {
    draft.name = 'test-8';
    const walker = draft.constellations[0]?.walker;
    if (walker === undefined) throw new Error('Expected a Walker constellation.');
    // Four in a plane stand 90 degrees apart: in sight of each other only from far above.
    walker.satellitesPerPlane = 4;
    walker.altitudeKm = 8000;
    const isl = draft.constellations[0]?.isl;
    if (isl !== undefined) isl.maxRangeKm = 25_000;
    draft.gateways = draft.gateways.slice(0, 1);
    draft.terminals = draft.terminals.slice(0, 3);
  });
  return [twelve, eight].map((scenario) => ({ scenario, geometry: buildGeometry(scenario) }));
}

/** A run of seconds with everything that resuming must bring back: variants, stages, evaluations. */
export const EVERYTHING: TrainOverrides = {
  decisions: 1440,
  rowsPerIteration: 120,
  workers: 2,
  worldsPerWorker: 2,
  network: { hidden: 4 },
  episodeS: 10,
  calibrationDecisions: 300,
  seed: 3,
  checkpointEveryIterations: 1,
  variation: { load: [0.5, 2], stateAgeFactor: [0.5, 2], linkFailureShare: [0, 0.2], startS: [0, 500] },
  curriculum: [
    { decisions: 300, utility: null, variation: { load: [0.5, 0.6] } },
    { decisions: 100_000, utility: -5, variation: { satelliteFailureShare: [0.1, 0.2] } },
  ],
  evaluation: { everyDecisions: 400, episodes: 2, arrivalsS: 5, drainS: 10 },
  ppo: { epochs: 2, minibatchRows: 60 },
};

export interface RunRequest {
  readonly folder: string;
  readonly config: TrainOverrides;
  /** Stops after this iteration, as Ctrl-C does. */
  readonly stopAfter?: number;
}

const [first, second] = twoScenarios();

/** Trains on both scenarios, going on from the folder's checkpoint if there is one. */
export function trainBoth({ folder, config, stopAfter }: RunRequest): Promise<TrainResult> {
  if (first === undefined || second === undefined) throw new Error('Expected two scenarios.');
  const controller = new AbortController();
  return train({
    ...first,
    more: [{ ...second, weight: 0.5 }],
    runFolder: folder,
    engine: 'wasm',
    config,
    resume: true,
    clockMs: Date.now,
    signal: controller.signal,
    onProgress: ({ iteration }) => {
      if (iteration === stopAfter) controller.abort();
    },
  });
}

/** Digests of all that decides how a run goes on, section by section; lengths of logs with times in them are left out. */
export function stateOf(folder: string): Readonly<Record<string, string>> {
  const { manifest, sections } = readCheckpoint(join(folder, CHECKPOINT_FILE));
  const { offsets, ...state } = manifest.state;
  const digest = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const { evaluations } = offsets as { readonly evaluations: number };
  return {
    ...Object.fromEntries(
      Object.entries(sections).map(([name, { buffer, byteOffset, byteLength }]) => [
        name,
        digest(new Uint8Array(buffer, byteOffset, byteLength)),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(state).map(([name, value]) => [`state.${name}`, digest(JSON.stringify(value))]),
    ),
    evaluations: String(evaluations),
    identity: digest(JSON.stringify(manifest.identity)),
  };
}

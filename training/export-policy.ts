import { SPACE_CLOUD_SPEC, VERSION } from '../core/index.ts';
import { type Geometry, type Scenario, createWorldModel } from '../environment/index.ts';
import { type BundleValidity, writeBundle } from '../policies/bundle/index.ts';
import { recordGolden } from './record-golden.ts';
import { readTrainedPolicy } from './trained-policy.ts';

export interface ExportOptions {
  /** Folder of the training run. */
  readonly runFolder: string;
  /** Folder of the bundle to write. */
  readonly bundleFolder: string;
  readonly overwrite?: boolean;
  /** Scenario whose decisions become the golden vectors; normally the one trained on. */
  readonly scenario: Scenario;
  readonly geometry: Geometry;
  readonly privateKeyPem: string;
  readonly policyName: string;
  /** Grows with every release; from 1. */
  readonly version: number;
  readonly previous?: string;
  readonly validity: BundleValidity;
  /** SPDX identifier of the policy's licence. */
  readonly licence: string;
  /** Evaluation report to enclose, as JSON; null = none was made. */
  readonly evaluation: unknown;
  /** Versions of what took part besides this product, by name. */
  readonly versions?: Readonly<Record<string, string>>;
}

const GOLDEN_ROWS_PER_KIND = 8;
/** A seed of evaluation's range that no default evaluation uses. */
const GOLDEN_SEED = 999_999;

/**
 * Writes the policy of a training run as a signed bundle.
 *
 * Errors: FILE_NOT_FOUND, CHECKPOINT_*, BUNDLE_SPEC for the run; FILE_WRITE, DISK_FULL for the bundle; MISUSE for a key
 * that cannot sign.
 */
export async function exportPolicy(options: ExportOptions): Promise<void> {
  const trained = readTrainedPolicy(options.runFolder);
  const model = createWorldModel(options.scenario, options.geometry);
  const golden = await recordGolden(model, {
    source: { kind: 'network', name: options.policyName, role: 'learned', network: trained.network },
    rowsPerKind: GOLDEN_ROWS_PER_KIND,
    seed: GOLDEN_SEED,
    fallback: trained.config.fallback,
  });
  const { architecture, weights, normaliser } = trained.network;
  writeBundle(
    options.bundleFolder,
    {
      policyName: options.policyName,
      version: options.version,
      ...(options.previous === undefined ? {} : { previous: options.previous }),
      licence: options.licence,
      spec: SPACE_CLOUD_SPEC,
      architecture,
      weights,
      normaliser,
      golden,
      evaluation: options.evaluation,
      lineage: {
        scenario: trained.scenario,
        scenarioHash: trained.scenarioHash,
        checkpointSha256: trained.checkpointSha256,
        seeds: [trained.config.seed],
        engine: `tfjs-${trained.engine}`,
        versions: { spacecloud: VERSION, ...options.versions },
        decisionsTrained: trained.decisions,
        configuration: { ...trained.config },
      },
      fallback: trained.config.fallback,
      validity: options.validity,
    },
    { privateKeyPem: options.privateKeyPem, overwrite: options.overwrite ?? false },
  );
}

import { SPACE_CLOUD_SPEC } from '../core/index.ts';
import { type Geometry, type Scenario, createWorldModel } from '../environment/index.ts';
import { type BundleValidity, type PreviousRelease, writeBundle } from '../policies/bundle/index.ts';
import { lineageOf } from './lineage.ts';
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
  /** Keys of further signers, such as Ed25519 flight keys. */
  readonly furtherKeyPems?: readonly string[];
  readonly policyName: string;
  /** Grows with every release; from 1. */
  readonly version: number;
  /** The release this one replaces; of a lower version. */
  readonly previous?: PreviousRelease;
  readonly validity: BundleValidity;
  /** SPDX identifier of the policy's licence. */
  readonly licence: string;
  /** Evaluation report to enclose, as JSON; null = none was made. */
  readonly evaluation: unknown;
  /** Commit that this program was built from; default: not known. */
  readonly commit?: string | null;
}

const GOLDEN_ROWS_PER_KIND = 8;
/** Half of them give the scales of the int8 graphs, the others say what these cost. */
const RECORDED_ROWS_PER_KIND = 2048;
/** A seed of evaluation's range that no default evaluation uses. */
const GOLDEN_SEED = 999_999;

/**
 * Writes the policy of a training run as a signed bundle. One checkpoint gives the same bytes whenever and wherever it is
 * exported with the same options, the signature aside.
 *
 * Errors: FILE_NOT_FOUND, CHECKPOINT_*, BUNDLE_SPEC for the run; FILE_WRITE, DISK_FULL for the bundle; MISUSE for a key
 * that cannot sign.
 */
export async function exportPolicy(options: ExportOptions): Promise<void> {
  const trained = readTrainedPolicy(options.runFolder);
  const model = createWorldModel(options.scenario, options.geometry);
  const run = await recordGolden(model, {
    source: { kind: 'network', name: options.policyName, role: 'learned', network: trained.network },
    rowsPerKind: GOLDEN_ROWS_PER_KIND,
    recordedPerKind: RECORDED_ROWS_PER_KIND,
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
      golden: run.golden,
      recorded: run.recorded,
      evaluation: options.evaluation,
      lineage: lineageOf(options.runFolder, trained, options.commit ?? null),
      fallback: trained.config.fallback,
      validity: options.validity,
    },
    {
      privateKeyPem: options.privateKeyPem,
      furtherKeyPems: options.furtherKeyPems ?? [],
      overwrite: options.overwrite ?? false,
    },
  );
}

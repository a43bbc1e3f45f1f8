import { SpaceCloudError } from '../../core/index.ts';
import type { BundleRefusal } from '../satellite.machine.ts';

/** A policy as the ground knows it: what a signed bundle says of itself. */
export interface Release {
  /** Name of the policy. */
  readonly name: string;
  /** Grows with every release. */
  readonly version: number;
  /** SHA-256 over the digests of its files: which bundle it is. */
  readonly rootDigest: string;
  /** All its files, as sent. */
  readonly sizeBytes: number;
}

/** What became of a release at one satellite. */
export type InstallResult =
  | { readonly satellite: number; readonly outcome: 'installed' }
  | { readonly satellite: number; readonly outcome: 'refused'; readonly reason: BundleRefusal }
  /** No report came within the deadline; it may have been installed all the same. */
  | { readonly satellite: number; readonly outcome: 'silent' };

export interface InstallOrder {
  /** The ground orders exactly this release although it is older than the one in use; without, older ones are refused. */
  readonly rollback: boolean;
}

/**
 * Carries out on satellites what has reached them. It is called when the simulated contact has brought the object there, and waited for
 * before the next decision is asked for. In process: `InProcessExecutor`; with nodes: over the bus.
 */
export interface UpdateExecutor {
  /** One result per satellite, in their order. A refusal leaves the satellite with what it had. */
  install(
    satellites: readonly number[],
    release: Release,
    order: InstallOrder,
  ): readonly InstallResult[] | Promise<readonly InstallResult[]>;
  /** The satellites have heard that the release is revoked: those that fly it fall back, none will install it any more. */
  revoke(satellites: readonly number[], release: Release): void | Promise<void>;
}

/** For the log: why a satellite refused. */
export function detailOf(result: InstallResult): { readonly detail?: string } {
  return result.outcome === 'refused' ? { detail: result.reason } : {};
}

/** An executor that leaves a satellite out. */
export function noResult(satellite: string | undefined): SpaceCloudError {
  return new SpaceCloudError(
    'MISUSE',
    `Expected the executor to give a result for satellite '${satellite}', got none.`,
  );
}

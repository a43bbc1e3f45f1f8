import { Subject } from 'rxjs';
import { SpaceCloudError } from '../../core/index.ts';
import type { BundleRefusal } from '../satellite.machine.ts';
import type { AgentReport } from '../streams/frames.ts';
import type { InstallOrder, InstallResult, Release, UpdateExecutor } from './release.ts';
import type { FlightPolicy, SatellitePolicies } from './satellite-policies.ts';

/** What a satellite finds when it opens a release: a policy to fly, or why it refuses it. */
export type OpenedRelease = FlightPolicy | { readonly refused: BundleRefusal };

export interface InProcessOptions {
  readonly policies: SatellitePolicies;
  /** What all satellites fly at the start. */
  readonly installed: Release;
  /** Opens a release at a satellite; called once per satellite and install. */
  readonly open: (release: Release, satellite: number) => OpenedRelease;
}

/**
 * Installs releases on satellites of this process. Each satellite has its own memory of the newest release it ever installed and of
 * those that are revoked, as a node has.
 */
export class InProcessExecutor implements UpdateExecutor {
  private readonly reports = new Subject<AgentReport>();
  /** What the machines of the satellites must hear; for the constellation's `reports$`. */
  readonly reports$ = this.reports.asObservable();
  private readonly options: InProcessOptions;
  private readonly flying = new Map<number, Release>();
  private readonly newest = new Map<number, number>();
  private readonly revoked = new Map<number, Set<string>>();

  constructor(options: InProcessOptions) {
    this.options = options;
  }

  install(satellites: readonly number[], release: Release, order: InstallOrder): readonly InstallResult[] {
    return satellites.map((satellite): InstallResult => {
      const opened = this.openAt(satellite, release, order);
      if ('refused' in opened) return { satellite, outcome: 'refused', reason: opened.refused };
      this.options.policies.fly(satellite, opened);
      this.flying.set(satellite, release);
      this.newest.set(satellite, Math.max(release.version, this.newestAt(satellite)));
      this.reports.next({ world: 0, satellite, event: { type: 'bundle.accepted' } });
      return { satellite, outcome: 'installed' };
    });
  }

  revoke(satellites: readonly number[], release: Release): void {
    for (const satellite of satellites) {
      const known = this.revoked.get(satellite) ?? new Set<string>();
      this.revoked.set(satellite, known.add(release.rootDigest));
      if (this.flownBy(satellite).rootDigest !== release.rootDigest) continue;
      this.reports.next({ world: 0, satellite, event: { type: 'bundle.refused', reason: 'revoked' } });
    }
  }

  /** The release that a satellite flies, or would if it were not revoked. */
  flownBy(satellite: number): Release {
    return this.flying.get(satellite) ?? this.options.installed;
  }

  private openAt(satellite: number, release: Release, { rollback }: InstallOrder): OpenedRelease {
    if (release.name !== this.options.installed.name) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected releases of one policy, '${this.options.installed.name}', got one of '${release.name}'.`,
      );
    }
    if (this.revoked.get(satellite)?.has(release.rootDigest) === true) return { refused: 'revoked' };
    if (!rollback && release.version < this.newestAt(satellite)) return { refused: 'rollback' };
    return this.options.open(release, satellite);
  }

  private newestAt(satellite: number): number {
    return this.newest.get(satellite) ?? this.options.installed.version;
  }
}

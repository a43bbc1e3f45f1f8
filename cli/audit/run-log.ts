import { DecisionLog, type LogHead, type PolicyIdentity, auditConstellation } from '../../agents/audit/index.ts';
import { type Policy, SPACE_CLOUD_SPEC, hashJson } from '../../core/index.ts';
import { type EpisodeOptions, type PolicySource, TRAIN_DEFAULTS } from '../../training/index.ts';
import type { LoadedScenario } from '../scenario-input.ts';

export interface RunLogOptions extends LoadedScenario {
  readonly source: PolicySource;
  /** The policy that the run is given. */
  readonly policy: Policy;
  readonly seed: number;
  /** The time now, ms since 1970. */
  readonly nowMs: number;
}

/** The decision log of one run in this process. */
export interface RunLog {
  readonly log: DecisionLog;
  /** Of the episode. */
  readonly onConstellation: NonNullable<EpisodeOptions['onConstellation']>;
  /** Writes what is left; the head vouches for the whole log. */
  readonly close: () => LogHead | undefined;
}

/** Opens, or continues, the log of a run. Errors: FILE_WRITE, DISK_FULL, RUN_LOCKED, AUDIT_FORMAT, AUDIT_CHAIN. */
export function openRunLog(file: string, options: RunLogOptions): RunLog {
  const { scenario, geometry, source, policy, seed, nowMs } = options;
  const log = new DecisionLog(file, {
    writer: 'simulate',
    startedAt: new Date(nowMs).toISOString(),
    spec: SPACE_CLOUD_SPEC,
    scenario: { name: scenario.name, hash: hashJson(scenario) },
    seed,
    nodeNames: geometry.nodeNames,
    satelliteCount: geometry.satelliteCount,
  });
  const identity = identityOf(source);
  return {
    log,
    onConstellation: (constellation) =>
      void auditConstellation(constellation, { log, policy, identity, fallback: TRAIN_DEFAULTS.fallback }),
    close: () => log.close(),
  };
}

function identityOf(source: PolicySource): PolicyIdentity {
  const { name } = source;
  if (source.kind === 'baseline') return { name, kind: 'baseline' };
  if (source.kind === 'custom') return { name, kind: 'other' };
  return source.bundle === undefined ? { name, kind: 'network' } : { name, kind: 'bundle', ...source.bundle };
}

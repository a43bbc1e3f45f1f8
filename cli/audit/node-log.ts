import { DecisionLog, type LogHead, type TornBlock, auditedPolicy } from '../../agents/audit/index.ts';
import type { NodeControl, RunNodeOptions } from '../../agents/node/index.ts';
import { type Policy, SPACE_CLOUD_SPEC } from '../../core/index.ts';

export interface NodeLogOptions {
  readonly satellite: string;
  /** The time now, ms since 1970. */
  readonly nowMs: number;
  /** Of the bundle now in use; undefined where there is none. */
  readonly rootDigest: () => string | undefined;
}

/**
 * The decision log of a node. What it answers is copied before, and hashed and written in the same turn of the event loop, when
 * the answer has been sent: a kill loses no more than the requests answered in that turn.
 */
export interface NodeLog {
  readonly recovered: TornBlock | undefined;
  /** The policy of the bundle now in use, audited. */
  audited(policy: Policy, release: string): Policy;
  /** The hooks of a node, so that policies that are installed later are audited too. */
  hooks<T extends Pick<RunNodeOptions, 'onControl'>>(hooks: T | undefined): T | undefined;
  /** Vouches for all decisions so far, which are written first; to be kept elsewhere. Errors: DISK_FULL, FILE_WRITE. */
  head(): LogHead;
  close(): LogHead | undefined;
}

/** Opens, or continues, the log of a node. Errors: FILE_WRITE, DISK_FULL, RUN_LOCKED, AUDIT_FORMAT, AUDIT_CHAIN. */
export function openNodeLog(file: string, { satellite, nowMs, rootDigest }: NodeLogOptions): NodeLog {
  const startedAt = new Date(nowMs).toISOString();
  const session = { writer: 'node', startedAt, spec: SPACE_CLOUD_SPEC, satellite };
  const log = new DecisionLog(file, session, { flush: (seal) => void setImmediate(seal) });
  const audited = (policy: Policy, version: string): Policy => {
    const digest = rootDigest();
    const { name } = policy;
    if (digest === undefined) return auditedPolicy(policy, log, { name, kind: 'other' });
    return auditedPolicy(policy, log, { name, kind: 'bundle', version, rootDigest: digest });
  };
  const auditing = (control: NodeControl): NodeControl => ({
    get state() {
      return control.state;
    },
    install: (policy, version, refusal) => control.install(audited(policy, version), version, refusal),
    refuse: (reason) => control.refuse(reason),
  });
  return {
    recovered: log.recovered,
    audited,
    hooks: (hooks) => {
      const onControl = hooks?.onControl;
      if (hooks === undefined || onControl === undefined) return hooks;
      return { ...hooks, onControl: (control: NodeControl) => onControl(auditing(control)) };
    },
    head: () => log.head(),
    close: () => log.close(),
  };
}

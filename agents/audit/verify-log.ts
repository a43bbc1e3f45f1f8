import { SpaceCloudError } from '../../core/index.ts';
import { headOf } from './block-sink.ts';
import type { LogHead, LoggedPolicy, LoggedSession } from './format.ts';
import type { TornBlock } from './read-blocks.ts';
import { readDecisions } from './read-decisions.ts';

export interface VerifyLogOptions {
  /** A head that was kept elsewhere, 64 hex digits: the log must contain it. */
  readonly head?: string;
  /** Bytes checked so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** A log whose chain holds. */
export interface VerifiedLog {
  readonly head: LogHead;
  /** Set if the file goes on with a block that was not written to its end; it counts for nothing. */
  readonly torn: TornBlock | undefined;
  /** Where the anchored head stands: what was written since is not vouched for by it. */
  readonly anchor: { readonly blocks: number; readonly decisions: number } | undefined;
  readonly sessions: readonly SessionCount[];
}

export interface SessionCount {
  readonly session: LoggedSession;
  readonly policies: readonly {
    readonly policy: LoggedPolicy;
    readonly decisions: number;
    readonly byFallback: number;
  }[];
}

/**
 * Checks every block of a log and counts who decided. A log that was cut at the border of two blocks, or written anew from there
 * on, is found with a head only: without one, this says that the log is whole in itself.
 *
 * Errors: FILE_NOT_FOUND, FILE_READ, AUDIT_FORMAT, AUDIT_CHAIN.
 */
export function verifyLog(file: string, { head, onProgress }: VerifyLogOptions = {}): VerifiedLog {
  const anchored = head?.toLowerCase();
  let anchor: VerifiedLog['anchor'];
  const sessions: {
    session: LoggedSession;
    policies: { policy: LoggedPolicy; decisions: number; byFallback: number }[];
  }[] = [];
  const policyIn = (session: LoggedSession): (typeof sessions)[number]['policies'] => {
    const last = sessions[sessions.length - 1];
    if (last?.session === session) return last.policies;
    const policies: (typeof sessions)[number]['policies'] = [];
    sessions.push({ session, policies });
    return policies;
  };
  const decisions = readDecisions(file, {
    tally: (policy, byFallback) => {
      const count = sessions[sessions.length - 1]?.policies[policy];
      if (count === undefined) return;
      count.decisions++;
      if (byFallback) count.byFallback++;
    },
    onBlock: (end) => {
      if (anchored !== undefined && anchored === headOf(end).digest) {
        anchor = { blocks: end.blocks, decisions: end.decisions };
      }
      onProgress?.(end.bytes);
    },
    onSession: (session) => void policyIn(session),
    onPolicy: (policy, session) => void policyIn(session).push({ policy, decisions: 0, byFallback: 0 }),
  });
  const next = decisions.next();
  if (next.done !== true) throw new SpaceCloudError('MISUSE', 'Expected blocks to be tallied, got a decision.');
  const { end, torn } = next.value;
  if (anchored !== undefined && anchor === undefined) throw withoutHead(file, anchored, headOf(end));
  return { head: headOf(end), torn, anchor, sessions };
}

function withoutHead(file: string, anchored: string, { digest, blocks, decisions }: LogHead): SpaceCloudError {
  return new SpaceCloudError(
    'AUDIT_CHAIN',
    `Expected a log with the anchored head ${anchored}, got ${blocks} blocks with ${decisions} decisions that end at ${digest} and do not pass it.`,
    {
      place: { file },
      hint: 'The log was cut off before that head, or written anew; or the head is that of another log.',
      details: { expected: anchored, head: digest, blocks, decisions },
    },
  );
}

import type { Release } from '../../../agents/fleet/index.ts';
import { createRevocationList, createRollbackOrder } from '../../../policies/bundle/index.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Signs what the ground orders. Each order and list is made once per release: all satellites are sent the same. */
export class Operator {
  private readonly keyPem: string;
  private readonly now: () => number;
  private readonly orders = new Map<string, string>();
  private readonly lists = new Map<string, string>();
  private last = 0;

  /** `now`: ms since 1970. */
  constructor(keyPem: string, now: () => number) {
    this.keyPem = keyPem;
    this.now = now;
  }

  /** A signed order to go back to the release. Errors: MISUSE (key). */
  rollbackTo({ name, rootDigest }: Release): string {
    return remembered(this.orders, rootDigest, () => {
      const nowMs = this.now();
      const window = { notBefore: instant(nowMs - HOUR_MS), notAfter: instant(nowMs + DAY_MS) };
      const content = { sequence: this.next(nowMs), policyName: name, rootDigest, reason: 'health gate', ...window };
      return createRollbackOrder(content, [this.keyPem]);
    });
  }

  /** A signed list that revokes the release. Errors: MISUSE (key). */
  revoking({ rootDigest }: Release): string {
    return remembered(this.lists, rootDigest, () => {
      const nowMs = this.now();
      const bundles = [{ rootDigest, reason: 'revoked by the operator' }];
      const window = { issuedAt: instant(nowMs), nextUpdate: instant(nowMs + 30 * DAY_MS) };
      return createRevocationList({ sequence: this.next(nowMs), keys: [], bundles, ...window }, [this.keyPem]);
    });
  }

  /** Satellites take numbers that grow only; whole seconds grow from run to run. */
  private next(nowMs: number): number {
    this.last = Math.max(this.last + 1, Math.floor(nowMs / 1000));
    return this.last;
  }
}

/** To the second, so that a list is not from the future where it is read in the same millisecond. */
function instant(ms: number): string {
  return new Date(1000 * Math.floor(ms / 1000)).toISOString();
}

function remembered(known: Map<string, string>, key: string, make: () => string): string {
  const text = known.get(key) ?? make();
  known.set(key, text);
  return text;
}

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SPACE_CLOUD_SPEC, decisionSpecHash } from '../../../../core/index.ts';
import {
  type TrustStore,
  createRevocationList,
  createRollbackOrder,
  createTrustStore,
  generateSigningKey,
  readTrustStore,
  verifyBundle,
  writeBundle,
} from '../../../../policies/bundle/index.ts';
import { contentOf, now } from '../../../policies/bundle/content.ts';

export { now };

/** One release of the policy of the tests: folder, files, name. */
export interface TestRelease {
  readonly folder: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly version: number;
  readonly rootDigest: string;
}

/** A publisher, an operator and what they sign. */
export class TestGround {
  readonly specHash = decisionSpecHash(SPACE_CLOUD_SPEC);
  readonly trust: TrustStore;
  private readonly publisher = generateSigningKey();
  private readonly operator = generateSigningKey();
  private readonly folder: string;
  private sequence = 0;

  constructor(folder: string) {
    this.folder = folder;
    const window = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2028-01-01T00:00:00Z' };
    const text = createTrustStore(
      {
        version: 1,
        issuedAt: '2026-01-01T00:00:00Z',
        expires: '2028-01-01T00:00:00Z',
        keys: [
          { name: 'publisher', publicKeyPem: this.publisher.publicKeyPem, uses: ['publish'], ...window },
          {
            name: 'operator',
            publicKeyPem: this.operator.publicKeyPem,
            uses: ['trust', 'revoke', 'rollback'],
            ...window,
          },
        ],
        thresholds: { publish: 1, trust: 1, revoke: 1, rollback: 1 },
      },
      [this.operator.privateKeyPem],
    );
    this.trust = readTrustStore({ file: 'trust.json', bytes: Buffer.from(text) }, { now });
  }

  /** A signed release; its weights are drawn from its version. */
  release(version: number): TestRelease {
    const folder = join(this.folder, `release-${version}`);
    writeBundle(folder, { ...contentOf(version), version }, { privateKeyPem: this.publisher.privateKeyPem });
    const { rootDigest } = verifyBundle(folder, { trust: this.trust, now });
    const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
    return { folder, files, version, rootDigest };
  }

  rollbackTo({ rootDigest }: TestRelease): string {
    const window = { notBefore: '2026-11-01T00:00:00Z', notAfter: '2027-01-01T00:00:00Z' };
    const content = { sequence: ++this.sequence, policyName: 'test-router', rootDigest, reason: 'test', ...window };
    return createRollbackOrder(content, [this.operator.privateKeyPem]);
  }

  revoking(...releases: readonly TestRelease[]): string {
    const bundles = releases.map(({ rootDigest }) => ({ rootDigest, reason: 'test' }));
    const window = { issuedAt: '2026-11-30T00:00:00Z', nextUpdate: '2026-12-30T00:00:00Z' };
    return createRevocationList({ sequence: ++this.sequence, keys: [], bundles, ...window }, [
      this.operator.privateKeyPem,
    ]);
  }
}

import { existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Policy, SpaceCloudError } from '../../../core/index.ts';
import { makeFolders } from '../../../core/files/index.ts';
import {
  type BundleTrust,
  type Installed,
  type LoadedBundle,
  type RevocationList,
  type VerifiedBundle,
  flownPolicy,
  installedWith,
  loadBundle,
  readInstalled,
  readRevocationList,
  readRollbackOrder,
  recheckBundle,
  writeInstalled,
} from '../../../policies/bundle/index.ts';
import { refusalWatch } from '../../bundle-refusal.ts';
import type { BundleRefusal } from '../../satellite.machine.ts';

const BUNDLES = 'bundles';
const REVOCATIONS = 'revocations.json';

export interface OnBoardOptions {
  /** What a satellite keeps over restarts: bundles, the revocation list, and how far it has come. Made where it is missing. */
  readonly stateFolder: string;
  /** Whom it believes, without a revocation list: that is its own to keep. */
  readonly trust: BundleTrust;
  /** `decisionSpecHash` of the decisions it is asked for. */
  readonly specHash: string;
}

/** A bundle on board that may decide. */
export interface FlightBundle {
  readonly policy: Policy;
  readonly bundleVersion: string;
  readonly rootDigest: string;
  /** Why it may not decide (any more), asked before each request; null: it may. */
  readonly refusalNow: () => BundleRefusal | null;
}

/**
 * The bundles of one satellite. A bundle is used after every check of `loadBundle`, and nothing older than what was seen here is
 * accepted without an order of the ground; a satellite that starts anew begins with what it installed last.
 */
export class OnBoard {
  private readonly options: OnBoardOptions;
  private installed: Installed;
  private revocations: RevocationList | undefined;
  private flying: VerifiedBundle | undefined;
  private watch: () => BundleRefusal | null = () => 'missing';

  /** Errors: TRUST_STORE, FILE_* for a state that cannot be read. */
  constructor(options: OnBoardOptions) {
    this.options = options;
    this.installed = readInstalled(options.stateFolder);
    this.revocations = this.keptRevocations();
  }

  /** The bundle installed last, checked anew; undefined where none was. Errors: those of `loadBundle`. */
  resume(): FlightBundle | undefined {
    const last = this.installed.releases.at(-1);
    if (last === undefined) return undefined;
    const folder = this.folderOf(last.rootDigest);
    return this.take(this.check(folder, undefined), () => folder);
  }

  /** Takes a bundle from a folder into use, as the first of a new satellite, and keeps a copy. Errors: those of `loadBundle`, FILE_*. */
  begin(folder: string): FlightBundle {
    return this.take(this.check(folder, undefined), () => {
      const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const);
      return this.receive(new Map(files));
    });
  }

  /**
   * Puts a bundle that was sent into use; `rollback`: the text of the ground's order to go back to it. On any error the satellite
   * keeps what it had. Errors: those of `loadBundle`; BUNDLE_CHANGED for another bundle than was ordered; FILE_WRITE.
   */
  install(files: ReadonlyMap<string, Uint8Array>, rootDigest: string, rollback: string | undefined): FlightBundle {
    const incoming = this.receive(files);
    try {
      const loaded = this.check(incoming, rollback);
      const got = loaded.verified.rootDigest;
      if (got !== rootDigest) {
        throw new SpaceCloudError('BUNDLE_CHANGED', `Expected bundle ${rootDigest}, got ${got}.`, {
          hint: 'Send the bundle that was ordered.',
        });
      }
      return this.take(loaded, () => incoming);
    } finally {
      rmSync(incoming, { recursive: true, force: true });
    }
  }

  /** Of the bundle in use; undefined before there is one. */
  get rootDigest(): string | undefined {
    return this.flying?.rootDigest;
  }

  /** The files of a bundle that was in use here before; undefined for any other. */
  keptFiles(rootDigest: string): ReadonlyMap<string, Uint8Array> | undefined {
    const folder = this.folderOf(rootDigest);
    if (!existsSync(folder)) return undefined;
    return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
  }

  /** Takes a revocation list into use; returns its number. Errors: TRUST_STORE for one that is not newer or not trusted. */
  revoke(text: string): number {
    const { stateFolder, trust: believed } = this.options;
    if (believed.trust === undefined) {
      throw new SpaceCloudError('TRUST_STORE', 'Expected a trust store to check a revocation list with, got one key.', {
        hint: 'Start the node with a trust store.',
      });
    }
    const place = { file: REVOCATIONS, bytes: Buffer.from(text, 'utf8') };
    const before = this.revocations === undefined ? {} : { before: this.revocations };
    const list = readRevocationList(place, believed.trust, { ...believed, ...before });
    makeFolders(stateFolder);
    writeFileSync(join(stateFolder, `${REVOCATIONS}.new`), text, { flush: true });
    renameSync(join(stateFolder, `${REVOCATIONS}.new`), join(stateFolder, REVOCATIONS));
    this.revocations = list;
    this.installed = installedWith(this.installed, { revocations: list });
    writeInstalled(stateFolder, this.installed);
    this.judgeAnew();
    return list.content.sequence;
  }

  /** Takes the revocation list that a satellite is started with, unless a later one is on board. Errors: TRUST_STORE. */
  offerRevocations(text: string): void {
    const { trust: believed } = this.options;
    const kept = this.revocations?.content.sequence ?? 0;
    if (believed.trust !== undefined && kept > 0) {
      const place = { file: REVOCATIONS, bytes: Buffer.from(text, 'utf8') };
      if (readRevocationList(place, believed.trust, believed).content.sequence < kept) return;
    }
    this.revoke(text);
  }

  /** Why what flies may not decide now; null: it may. Judged anew every second, and when a list arrives. */
  refusalNow(): BundleRefusal | null {
    return this.watch();
  }

  private judgeAnew(): void {
    const { flying, believed } = this;
    if (flying !== undefined) this.watch = refusalWatch(believed.now, () => recheckBundle(flying, believed));
  }

  private get believed(): BundleTrust {
    const { trust } = this.options;
    return this.revocations === undefined ? trust : { ...trust, revocations: this.revocations };
  }

  /** Writes files into a new folder beside the bundles. */
  private receive(files: ReadonlyMap<string, Uint8Array>): string {
    const bundles = join(this.options.stateFolder, BUNDLES);
    makeFolders(bundles);
    const incoming = mkdtempSync(join(bundles, 'incoming-'));
    for (const [name, bytes] of files) writeFileSync(join(incoming, name), bytes, { flush: true });
    return incoming;
  }

  private check(folder: string, rollback: string | undefined): LoadedBundle {
    const { specHash } = this.options;
    const { believed, installed } = this;
    if (rollback === undefined || believed.trust === undefined) {
      return loadBundle(folder, { ...believed, specHash, installed });
    }
    const place = { file: 'roll-back order', bytes: Buffer.from(rollback, 'utf8') };
    const order = readRollbackOrder(place, believed.trust, believed);
    return loadBundle(folder, { ...believed, specHash, installed, rollback: order });
  }

  /** Puts a checked bundle into use; its folder first, then the note that it is in use, so that the note never points nowhere. */
  private take(loaded: LoadedBundle, received: () => string): FlightBundle {
    const { manifest, verified } = loaded;
    const folder = this.folderOf(verified.rootDigest);
    if (!existsSync(folder)) renameSync(received(), folder);
    writeInstalled(this.options.stateFolder, loaded.installed);
    this.installed = loaded.installed;
    this.flying = verified;
    this.judgeAnew();
    return {
      policy: flownPolicy(loaded),
      bundleVersion: String(manifest.version),
      rootDigest: verified.rootDigest,
      refusalNow: () => this.refusalNow(),
    };
  }

  private folderOf(rootDigest: string): string {
    return join(this.options.stateFolder, BUNDLES, rootDigest);
  }

  private keptRevocations(): RevocationList | undefined {
    const { stateFolder, trust: believed } = this.options;
    const file = join(stateFolder, REVOCATIONS);
    if (believed.trust === undefined || !existsSync(file)) return undefined;
    return readRevocationList({ file, bytes: readFileSync(file) }, believed.trust, believed);
  }
}

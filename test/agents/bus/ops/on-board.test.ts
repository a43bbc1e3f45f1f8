import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OnBoard } from '../../../../agents/bus/ops/on-board.ts';
import { temporaryFolder } from '../../../policies/bundle/fixture.ts';
import { TestGround, now } from './releases.ts';

const ground = new TestGround(temporaryFolder());
const [three, four] = [ground.release(3), ground.release(4)];

function onBoard(stateFolder: string, clock: () => number = now): OnBoard {
  return new OnBoard({ stateFolder, trust: { trust: ground.trust, now: clock }, specHash: ground.specHash });
}

function codeOf(run: () => unknown): unknown {
  try {
    run();
    return 'no error';
  } catch (error) {
    return (error as { readonly code?: string }).code;
  }
}

describe('bundles on board', () => {
  it('are what was installed last, also after a restart', () => {
    const state = temporaryFolder();
    const board = onBoard(state);
    expect(board.resume()).toBeUndefined();
    expect(board.refusalNow()).toBe('missing');
    expect(board.begin(three.folder)).toMatchObject({ bundleVersion: '3', rootDigest: three.rootDigest });
    expect(board.install(four.files, four.rootDigest, undefined)).toMatchObject({ bundleVersion: '4' });
    expect(board.refusalNow()).toBeNull();
    expect(onBoard(state).resume()).toMatchObject({ bundleVersion: '4', rootDigest: four.rootDigest });
    expect(readdirSync(join(state, 'bundles')).sort()).toEqual([three.rootDigest, four.rootDigest].sort());
  });

  it('go back by an order of the ground alone, and by each order once', () => {
    const state = temporaryFolder();
    const board = onBoard(state);
    board.begin(four.folder);
    expect(codeOf(() => board.install(three.files, three.rootDigest, undefined))).toBe('BUNDLE_ROLLBACK');
    expect(onBoard(state).resume()).toMatchObject({ bundleVersion: '4' });
    const order = ground.rollbackTo(three);
    expect(board.install(three.files, three.rootDigest, order)).toMatchObject({ bundleVersion: '3' });
    board.install(four.files, four.rootDigest, ground.rollbackTo(four));
    expect(codeOf(() => board.install(three.files, three.rootDigest, order))).toBe('BUNDLE_ROLLBACK');
    // The order names one bundle.
    expect(codeOf(() => board.install(three.files, three.rootDigest, ground.rollbackTo(four)))).toBe('BUNDLE_ROLLBACK');
  });

  it('that are not what was ordered, or changed under way, leave everything as it was', () => {
    const state = temporaryFolder();
    const board = onBoard(state);
    board.begin(three.folder);
    expect(codeOf(() => board.install(four.files, three.rootDigest, undefined))).toBe('BUNDLE_CHANGED');
    const weights = Buffer.from(four.files.get('weights.bin') as Uint8Array);
    weights[100] = (weights[100] as number) ^ 1;
    const changed = new Map([...four.files, ['weights.bin', weights] as const]);
    expect(codeOf(() => board.install(changed, four.rootDigest, undefined))).toBe('BUNDLE_CHANGED');
    const other = new TestGround(temporaryFolder()).release(5);
    expect(codeOf(() => board.install(other.files, other.rootDigest, undefined))).toBe('BUNDLE_KEY');
    expect(onBoard(state).resume()).toMatchObject({ bundleVersion: '3' });
    expect(readdirSync(join(state, 'bundles'))).toEqual([three.rootDigest]);
  });

  it('may not decide once a list revokes them, also after a restart, or once they expire', () => {
    const state = temporaryFolder();
    const board = onBoard(state);
    const flight = board.begin(three.folder);
    const before = ground.revoking(four);
    const list = ground.revoking(three);
    board.revoke(list);
    expect(flight.refusalNow()).toBe('revoked');
    expect(codeOf(() => onBoard(state).resume())).toBe('BUNDLE_REVOKED');
    // An older list must not bring it back.
    expect(codeOf(() => board.revoke(before))).toBe('TRUST_STORE');
    expect(board.install(four.files, four.rootDigest, undefined).refusalNow()).toBeNull();

    let clockMs = now();
    const clocked = onBoard(temporaryFolder(), () => clockMs);
    const later = clocked.begin(three.folder);
    expect(later.refusalNow()).toBeNull();
    clockMs = Date.parse('2027-05-22T00:00:00Z');
    expect(later.refusalNow()).toBe('expired');
  });

  it('are begun again with the list a node was started with, though a later one has come since', () => {
    const state = temporaryFolder();
    const atStart = ground.revoking();
    const board = onBoard(state);
    board.offerRevocations(atStart);
    board.begin(three.folder);
    board.revoke(ground.revoking(four));
    const again = onBoard(state);
    again.offerRevocations(atStart);
    expect(again.resume()?.refusalNow()).toBeNull();
    // The later list still counts.
    expect(codeOf(() => again.install(four.files, four.rootDigest, undefined))).toBe('BUNDLE_REVOKED');
    expect(codeOf(() => again.offerRevocations('{}'))).toBe('TRUST_STORE');
  });

  it('survive what a crash leaves half-written', () => {
    const state = temporaryFolder();
    onBoard(state).begin(three.folder);
    const leftover = join(state, 'bundles', 'incoming-crash');
    expect(codeOf(() => writeFileSync(leftover, 'half'))).toBe('no error');
    expect(onBoard(state).resume()).toMatchObject({ bundleVersion: '3' });
    writeFileSync(join(state, 'installed.json'), '{"format":');
    expect(codeOf(() => onBoard(state))).toBe('TRUST_STORE');
  });
});

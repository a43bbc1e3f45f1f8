import { type Command, Option } from 'commander';
import { SpaceCloudError } from '../../../core/index.ts';
import type { OperationsOptions } from '../../../environment/index.ts';
import { list, positiveNumber } from '../../arguments.ts';
import type { BundleTrust } from '../../../policies/bundle/index.ts';
import { readKey } from '../../files.ts';
import type { Release } from '../../../agents/fleet/index.ts';
import type { UpdateOrder } from './fleet-update.ts';

/** Options of `spacecloud fleet` for an update while it flies. */
export interface UpdateCommandOptions {
  readonly bundle: string;
  readonly key?: string;
  readonly trust?: string;
  readonly update?: string;
  readonly operatorKey?: string;
  readonly plan?: string;
  readonly via?: 'ground' | 'isl';
  readonly share?: number;
  readonly stations: readonly string[];
  readonly revokeAt?: number;
  readonly orderDeadline: number;
  readonly arrivals: number;
}

/** Adds the options of `UpdateCommandOptions`, all but the bundle and its key. */
export function takesUpdate(command: Command): Command {
  return command
    .option('--update <folder>', 'roll this bundle out while the fleet flies, stage by stage; see docs/FLEET.md')
    .option('--trust <file>', 'instead of --key: trust store of world and nodes; needed for --update')
    .option('--operator-key <file>', 'with --update: private key (PEM) that may order roll-backs and revoke')
    .option('--plan <file>', 'with --update: roll-out plan (YAML), as for `spacecloud rollout`')
    .addOption(
      new Option(
        '--via <way>',
        'with --update or --leaves: over gateways alone, or (default) relayed between satellites too',
      ).choices(['ground', 'isl']),
    )
    .option('--share <frac>', 'share of link rates that operations have; default 0.01', positiveNumber('--share'))
    .option('--stations <gateways>', 'gateways with the uplink of operations; default: all', list, [])
    .option('--revoke-at <s>', 'with --update: revoke it at this time of the run', positiveNumber('--revoke-at'))
    .option(
      '--order-deadline <ms>',
      'time a node has to carry out an order of the ground, and a link of --leaves to come up or be drained',
      positiveNumber('--order-deadline'),
      30_000,
    );
}

/** What the options order; undefined without --update. Errors: USAGE, FILE_*, ROLLOUT_FILE, TRUST_STORE for a key that may order nothing. */
export async function updateOrderOf(
  options: UpdateCommandOptions,
  believed: BundleTrust,
): Promise<UpdateOrder | undefined> {
  const { bundle, trust, update, operatorKey, plan, revokeAt, orderDeadline, arrivals } = options;
  if (update === undefined) {
    expectNoneOf(options);
    return undefined;
  }
  if (trust === undefined) throw missing('--trust', 'The nodes must know who may order a roll-back.');
  if (operatorKey === undefined) throw missing('--operator-key', 'A release that fails its gate is ordered back.');
  const [{ ROLLOUT_DEFAULTS }, { flownRelease, namedRelease }, { expectTimeFor, loadRolloutPlan }] = await Promise.all([
    import('../../../agents/fleet/index.ts'),
    import('../../rollout/flown-release.ts'),
    import('../../rollout/plan-file.ts'),
  ]);
  const common = { now: Date.now, sizeBytes: 0, trust: believed };
  const releases = [bundle, update].map((folder) => {
    const named = namedRelease(folder);
    if (named === undefined) throw missing(`a bundle in '${folder}'`, 'Nodes fly signed bundles only.');
    return flownRelease(folder, { ...common, named });
  });
  const [from, to] = releases as [UpdateOrder['from'], UpdateOrder['to']];
  const planned = {
    ...(plan === undefined ? ROLLOUT_DEFAULTS : loadRolloutPlan(plan)),
    ...(revokeAt === undefined ? {} : { revokeAtS: revokeAt }),
  };
  const operatorKeyPem = readKey(operatorKey, 'private');
  await expectOperator(operatorKeyPem, from.release, believed);
  expectTimeFor(planned, arrivals);
  return {
    ...{ fromFolder: bundle, toFolder: update, from, to, deadlineMs: orderDeadline },
    operatorKeyPem,
    plan: planned,
    operations: operationsOf(options),
  };
}

/** How operations reach satellites, as the options say. */
export function operationsOf({ via = 'isl', share, stations }: UpdateCommandOptions): OperationsOptions {
  return {
    via,
    ...(share === undefined ? {} : { shareFrac: share }),
    ...(stations.length === 0 ? {} : { stations }),
  };
}

/** A key that may not order is found now, not when the release has to be ordered back. Errors: TRUST_STORE. */
async function expectOperator(keyPem: string, release: Release, believed: BundleTrust): Promise<void> {
  const { trust } = believed;
  if (trust === undefined) return;
  const [{ readRevocationList, readRollbackOrder }, { Operator }] = await Promise.all([
    import('../../../policies/bundle/index.ts'),
    import('./operator.ts'),
  ]);
  const operator = new Operator(keyPem, Date.now);
  const document = (text: string): { file: string; bytes: Buffer } => ({
    file: '--operator-key',
    bytes: Buffer.from(text, 'utf8'),
  });
  readRollbackOrder(document(operator.rollbackTo(release)), trust, believed);
  readRevocationList(document(operator.revoking(release)), trust, believed);
}

/** Options that would say nothing. Errors: USAGE. */
function expectNoneOf({ operatorKey, plan, revokeAt }: UpdateCommandOptions): void {
  const given = Object.entries({ '--operator-key': operatorKey, '--plan': plan, '--revoke-at': revokeAt });
  const [first] = given.find(([, value]) => value !== undefined) ?? [];
  if (first === undefined) return;
  throw new SpaceCloudError('USAGE', `Expected --update with ${first}, got none.`, {
    hint: 'Give the bundle to roll out with --update, or leave the option out.',
  });
}

function missing(what: string, hint: string): SpaceCloudError {
  return new SpaceCloudError('USAGE', `Expected ${what} with --update, got none.`, { hint });
}

import { type Command, Option } from 'commander';
import { SpaceCloudError } from '../../../core/index.ts';
import { list, positiveNumber } from '../../arguments.ts';
import { readKey } from '../../files.ts';
import type { UpdateOrder } from './fleet-update.ts';

/** Options of `spacecloud fleet` for an update while it flies. */
export interface UpdateCommandOptions {
  readonly bundle: string;
  readonly key: string;
  readonly trust?: string;
  readonly update?: string;
  readonly operatorKey?: string;
  readonly plan?: string;
  readonly via: 'ground' | 'isl';
  readonly share?: number;
  readonly stations: readonly string[];
  readonly revokeAt?: number;
  readonly orderDeadline: number;
}

/** Adds the options of `UpdateCommandOptions`, all but the bundle and its key. */
export function takesUpdate(command: Command): Command {
  return command
    .option('--update <folder>', 'roll this bundle out while the fleet flies, stage by stage; see docs/FLEET.md')
    .option('--trust <file>', 'trust store of the nodes, instead of --key; needed for --update')
    .option('--operator-key <file>', 'with --update: private key (PEM) that may order roll-backs and revoke')
    .option('--plan <file>', 'with --update: roll-out plan (YAML), as for `spacecloud rollout`')
    .addOption(
      new Option('--via <way>', 'with --update: over gateways alone, or relayed between satellites too')
        .choices(['ground', 'isl'])
        .default('isl'),
    )
    .option('--share <frac>', 'share of link rates that operations have; default 0.01', positiveNumber('--share'))
    .option('--stations <gateways>', 'gateways with the uplink of operations; default: all', list, [])
    .option('--revoke-at <s>', 'with --update: revoke it at this time of the run', positiveNumber('--revoke-at'))
    .option(
      '--order-deadline <ms>',
      'time a node has to carry out an order of the ground',
      positiveNumber('--order-deadline'),
      30_000,
    );
}

/** What the options order; undefined without --update. Errors: USAGE, FILE_*, ROLLOUT_FILE. */
export async function updateOrderOf(options: UpdateCommandOptions): Promise<UpdateOrder | undefined> {
  const { bundle, key, trust, update, operatorKey, plan, via, share, stations, revokeAt, orderDeadline } = options;
  if (update === undefined) return undefined;
  if (trust === undefined) throw missing('--trust', 'The nodes must know who may order a roll-back.');
  if (operatorKey === undefined) throw missing('--operator-key', 'A release that fails its gate is ordered back.');
  const [{ ROLLOUT_DEFAULTS }, { flownRelease, namedRelease }, { loadRolloutPlan }] = await Promise.all([
    import('../../../agents/fleet/index.ts'),
    import('../../rollout/flown-release.ts'),
    import('../../rollout/plan-file.ts'),
  ]);
  const common = { now: Date.now, sizeBytes: 0, publicKeyPem: readKey(key, 'public') };
  const releases = [bundle, update].map((folder) => {
    const named = namedRelease(folder);
    if (named === undefined) throw missing(`a bundle in '${folder}'`, 'Nodes fly signed bundles only.');
    return flownRelease(folder, { ...common, named });
  });
  const [from, to] = releases as [UpdateOrder['from'], UpdateOrder['to']];
  return {
    ...{ fromFolder: bundle, toFolder: update, from, to, deadlineMs: orderDeadline },
    operatorKeyPem: readKey(operatorKey, 'private'),
    plan: {
      ...(plan === undefined ? ROLLOUT_DEFAULTS : loadRolloutPlan(plan)),
      ...(revokeAt === undefined ? {} : { revokeAtS: revokeAt }),
    },
    operations: {
      via,
      ...(share === undefined ? {} : { shareFrac: share }),
      ...(stations.length === 0 ? {} : { stations }),
    },
  };
}

function missing(what: string, hint: string): SpaceCloudError {
  return new SpaceCloudError('USAGE', `Expected ${what} with --update, got none.`, { hint });
}

import { type Command, Option } from 'commander';
import { list, positiveNumber, wholeNumber } from '../arguments.ts';
import { readKey } from '../files.ts';
import type { Drill } from '../rollout/drills.ts';
import type { FlownRelease } from '../rollout/flown-release.ts';
import type { CommandStreams } from '../run-command.ts';
import { type ScenarioOptions, expectFits, loadScenarioInput, takesScenario } from '../scenario-input.ts';

interface RolloutCommandOptions extends ScenarioOptions {
  readonly scenario?: string;
  readonly from: string;
  readonly to: string;
  readonly key?: string;
  readonly plan?: string;
  readonly via: 'ground' | 'isl';
  readonly share?: number;
  readonly stations: readonly string[];
  readonly size: number;
  readonly seed: number;
  readonly arrivals: number;
  readonly drain: number;
  readonly start?: number;
  readonly revokeAt?: number;
  readonly drill?: Drill;
  readonly drillShare: number;
  readonly repeat: number;
  readonly events?: boolean;
  readonly json?: boolean;
}

/** `spacecloud rollout`: a new release to a simulated fleet, stage by stage, over contacts that exist. */
export function register(program: Command, streams: CommandStreams): void {
  takesScenario(program.command('rollout'))
    .description('roll a new release out to a simulated fleet: canaries, gates, waves, or back; see docs/UPDATES.md')
    .option('--scenario <scenario>', 'the same as the argument')
    .requiredOption('--from <policy>', 'what all satellites fly: a bundle folder, or any policy as if it were one')
    .requiredOption('--to <policy>', 'the new release, likewise')
    .option('--key <file>', 'trusted public key for bundles (PEM)')
    .option('--plan <file>', 'roll-out plan (YAML); default: as docs/UPDATES.md says')
    .addOption(
      new Option(
        '--via <way>',
        'ground: only while a gateway is on the satellite; isl: also relayed between satellites',
      )
        .choices(['ground', 'isl'])
        .default('isl'),
    )
    .option('--share <frac>', 'share of link rates that operations have; default 0.01', positiveNumber('--share'))
    .option('--stations <gateways>', 'gateways with the uplink of operations; default: all', list, [])
    .option('--size <bytes>', 'size of a release that is no bundle', wholeNumber('--size', 1), 300_000)
    .option('--seed <n>', 'all randomness of the run, and who comes first', wholeNumber('--seed', 1, 299_999), 1)
    .option(
      '--arrivals <s>',
      'simulated time in which tasks arrive and the roll-out goes on, s',
      positiveNumber('--arrivals'),
      900,
    )
    .option('--drain <s>', 'at most so long until all tasks have ended, s', positiveNumber('--drain'), 60)
    .option(
      '--start <s>',
      'where in the scenario the run starts, s; default: drawn from the seed',
      wholeNumber('--start', 0),
    )
    .option('--revoke-at <s>', 'revoke the new release at this time of the run', positiveNumber('--revoke-at'))
    .addOption(
      new Option('--drill <fault>', 'plant a fault in the new release').choices([
        'inverted',
        'random',
        'late',
        'abstains',
      ]),
    )
    .option('--drill-share <frac>', 'share of decisions that --drill random draws', positiveNumber('--drill-share'), 1)
    .option(
      '--repeat <n>',
      'so many runs, of seeds from --seed on, and how they ended',
      wholeNumber('--repeat', 1, 10_000),
      1,
    )
    .option('--events', 'also print what single satellites did')
    .option('--json', 'print one JSON document')
    .action(async (name: string, options: RolloutCommandOptions) => {
      const [
        { ROLLOUT_DEFAULTS },
        { runRollout },
        { expectTimeFor, loadRolloutPlan },
        { repeatText, rolloutKpiText, timelineText },
      ] = await Promise.all([
        import('../../agents/fleet/index.ts'),
        import('../rollout/rollout-run.ts'),
        import('../rollout/plan-file.ts'),
        import('../rollout/rollout-lines.ts'),
      ]);
      const planned = options.plan === undefined ? ROLLOUT_DEFAULTS : loadRolloutPlan(options.plan);
      const plan = { ...planned, ...(options.revokeAt === undefined ? {} : { revokeAtS: options.revokeAt }) };
      expectTimeFor(plan, options.arrivals);
      const [from, to] = await bothReleases(options);
      const input = await loadScenarioInput(options.scenario ?? name, options, streams);
      expectFits(input.scenario, options.arrivals + options.drain);
      const operations = {
        via: options.via,
        ...(options.share === undefined ? {} : { shareFrac: options.share }),
        ...(options.stations.length === 0 ? {} : { stations: options.stations }),
      };
      const runs = [];
      for (let i = 0; i < options.repeat; i++) {
        const run = await runRollout({
          ...{ ...input, from, to, plan, operations, seed: options.seed + i },
          ...{ arrivalsS: options.arrivals, drainS: options.drain },
          ...(options.start === undefined ? {} : { startS: options.start }),
        });
        runs.push(run);
        if (options.json === true) continue;
        const { record, result } = run;
        const head = `${from.release.name} ${from.release.version} -> ${to.release.version} (${to.release.sizeBytes.toLocaleString('en-US')} bytes) on ${record.scenario} via ${options.via}, seed ${record.seed}\n`;
        if (options.repeat === 1) {
          streams.out(head + timelineText(result.log, options.events === true) + rolloutKpiText(result.kpis));
          streams.out(`  ${'roll-out hash, trajectory hash'.padEnd(46)} ${result.logHash}, ${record.trajectoryHash}\n`);
        } else streams.err(`seed ${record.seed}: ${result.kpis.state}\n`);
      }
      if (options.json === true) streams.out(`${JSON.stringify(runs, undefined, 2)}\n`);
      else if (options.repeat > 1) streams.out(repeatText(runs));
    });
}

/** Both releases under one name; those that are no bundles are releases 1 and 2 of it, or next to the one that is. */
async function bothReleases({
  from,
  to,
  key,
  size,
  drill,
  drillShare,
}: RolloutCommandOptions): Promise<[FlownRelease, FlownRelease]> {
  const { flownRelease, namedRelease } = await import('../rollout/flown-release.ts');
  const given = { from: namedRelease(from), to: namedRelease(to) };
  const name = given.from?.name ?? given.to?.name ?? 'policy';
  const version = given.from?.version ?? Math.max(1, (given.to?.version ?? 2) - 1);
  const common = {
    ...{ now: Date.now, sizeBytes: size },
    ...(key === undefined ? {} : { publicKeyPem: readKey(key, 'public') }),
  };
  return [
    flownRelease(from, { ...common, named: { name, version } }),
    flownRelease(to, {
      ...common,
      named: { name, version: version + 1 },
      drillShare,
      ...(drill === undefined ? {} : { drill }),
    }),
  ];
}

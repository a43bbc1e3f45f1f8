import { type Command, Option } from 'commander';
import { SpaceCloudError } from '../../../core/index.ts';
import type { PlanFormat, Route, RouteAnswer, SearchMode } from '../../../environment/index.ts';
import { wholeNumber } from '../../arguments.ts';
import { readText } from '../../files.ts';
import type { CommandStreams } from '../../run-command.ts';
import { planNode } from './plan-node.ts';

interface Options {
  readonly plan: string;
  readonly from: string;
  readonly to: string;
  readonly at: number;
  readonly size: number;
  readonly mode: SearchMode;
  readonly format?: PlanFormat;
  readonly json?: boolean;
}

const BITS_PER_BYTE = 8;

/** `spacecloud contacts route`: the best route for a bundle over a contact plan. No route is an answer: exit status 0. */
export function register(contacts: Command, streams: CommandStreams): void {
  contacts
    .command('route')
    .description('the best route for a bundle over a contact plan, or why there is none')
    .requiredOption('--plan <file>', 'contact plan: ION, HDTN, A-SABR or spacecloud JSON')
    .requiredOption('--from <node>', 'node that has the bundle, by its number or by the name that the plan gives it')
    .requiredOption('--to <node>', 'node that is to get it, likewise')
    .requiredOption('--at <seconds>', "when the bundle is ready, in s of the plan's clock; may be below 0", seconds)
    .option('--size <bytes>', 'size of the bundle; 0: light time alone', wholeNumber('--size', 0), 0)
    .addOption(
      new Option('--mode <mode>', 'exact: best of all routes; deployed: by a list of visited contacts, as ION')
        .choices(['exact', 'deployed'])
        .default('exact'),
    )
    .addOption(
      new Option('--format <format>', 'format of the plan, else told from its content').choices([
        'ion',
        'hdtn',
        'json',
        'asabr',
      ]),
    )
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      const { createContactGraph, findRoute, nearestWord, readContactPlan } =
        await import('../../../environment/index.ts');
      const { plan, format, nodeNames } = readContactPlan(readText(options.plan), options.plan, options.format);
      const { at, size, mode } = options;
      const graph = createContactGraph(plan);
      const nodes = { known: graph.nodes, nodeNames, nearestWord };
      const from = planNode('--from', options.from, nodes);
      const to = planNode('--to', options.to, nodes);
      const query = { fromNode: from, toNode: to, atS: at, sizeBits: size * BITS_PER_BYTE, mode };
      const answer = findRoute(graph, query);
      const asked = { plan: options.plan, format, from, to, atS: at, sizeBytes: size, mode };
      streams.out(
        options.json === true
          ? `${JSON.stringify({ ...asked, ...jsonOf(answer) }, undefined, 2)}\n`
          : `${textOf(answer, { ...options, nodeNames })}\n`,
      );
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new SpaceCloudError('USAGE', `Expected a time in s for --at, got '${text}'.`, {
    hint: "Seconds of the plan's clock; in ION plans those after the reference time.",
  });
}

function jsonOf({ route, reason }: RouteAnswer): Readonly<Record<string, unknown>> {
  if (route === null) return { found: false, arrivalS: null, contacts: [], reason };
  const { arrivalS, terminationS, capacityBits, hops } = route;
  return {
    found: true,
    arrivalS,
    terminationS,
    capacityBytes: capacityBits / BITS_PER_BYTE,
    contacts: hops.map(({ contact, readyS, beginS, sentS, ...hop }) => ({
      ...{ from: contact.fromNode, to: contact.toNode, startS: contact.startS, endS: contact.endS },
      ...{ rateBps: contact.rateBps, owltS: contact.owltS, readyS, sendS: beginS, sentS, arrivalS: hop.arrivalS },
    })),
    reason: null,
  };
}

interface Asked extends Options {
  readonly nodeNames: ReadonlyMap<string, string>;
}

function textOf({ route, reason }: RouteAnswer, { from, to, at, mode, nodeNames }: Asked): string {
  if (route === null) return `no route from ${from} to ${to} at ${at} s: ${reason.message}`;
  const { arrivalS, terminationS, capacityBits, hops } = route;
  const count = `${hops.length} contact${hops.length === 1 ? '' : 's'}`;
  return [
    `route from ${from} to ${to} at ${at} s (${mode}): arrival ${micro(arrivalS)} s over ${count}`,
    ...table(route, nodeNames),
    `  exists until ${micro(terminationS)} s, can carry ${Math.floor(capacityBits / BITS_PER_BYTE)} bytes`,
  ].join('\n');
}

/** Seconds to the microsecond, for people; `--json` has all digits. */
function micro(timeS: number): string {
  return String(Math.round(timeS * 1e6) / 1e6 + 0);
}

function table({ hops }: Route, nodeNames: ReadonlyMap<string, string>): string[] {
  const nameOf = new Map([...nodeNames].map(([name, node]) => [node, name === node ? node : `${node} (${name})`]));
  const rows = hops.map(({ contact, beginS, sentS, arrivalS }) => [
    ...[contact.fromNode, contact.toNode].map((node) => nameOf.get(node) ?? node),
    ...[contact.startS, contact.endS, beginS, sentS, arrivalS].map(micro),
  ]);
  const all = [['from', 'to', 'start s', 'end s', 'send s', 'sent s', 'arrival s'], ...rows];
  const widths = all.reduce((most, row) => row.map((cell, i) => Math.max(cell.length, most[i] ?? 0)), [] as number[]);
  return all.map((row) => `  ${row.map((cell, i) => pad(cell, widths[i] ?? 0, i < 2)).join('  ')}`.trimEnd());
}

function pad(cell: string, width: number, isText: boolean): string {
  return isText ? cell.padEnd(width) : cell.padStart(width);
}

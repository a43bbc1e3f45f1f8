import { SpaceCloudError } from '../../core/index.ts';
import type { Geometry } from '../geometry/geometry.ts';
import { planGeometry } from '../geometry/plan.ts';
import { nearestWord } from '../scenario/edit-distance.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { ExplainTick } from './explain-lasers.ts';
import { createLinkStates } from './explain-links.ts';
import { pathTo, reachedFrom, topologyAt } from './explain-paths.ts';
import { instantOf } from './explain-sky.ts';
import type { LinkState, WorldLinks } from './explain-types.ts';

export interface ExplainQuery {
  /** Names of nodes. */
  readonly from: string;
  readonly to: string;
  /** s since scenario start, within the horizon. */
  readonly atS: number;
  /** Folder that files of orbits are relative to; default the working folder. */
  readonly scenarioDir?: string;
}

/** Why there is, or is not, a path between two nodes. */
export interface Explanation {
  readonly from: string;
  readonly to: string;
  readonly atS: number;
  /** The answer in a sentence. */
  readonly answer: string;
  /** Names of nodes along a way of fewest links, both ends included; null = none. */
  readonly path: readonly string[] | null;
  /** Nodes that `from` can send to, over any number of links, and those that can send to `to`; both ends included. */
  readonly reachedFrom: readonly string[];
  readonly reaching: readonly string[];
  /** Every link that either node could have, nearest first, those of `from` before those of `to`. */
  readonly links: readonly LinkState[];
}

/**
 * Explains the links of two nodes during the tick that holds `atS`, and whether data could pass from one to the other at once.
 * Links are judged by the rules of the geometry: usable at both ends of the tick. `world` adds what only a running world knows.
 *
 * Throws USAGE for names or times that the geometry does not have, and the errors of orbits.
 */
export function explainLinks(
  scenario: Scenario,
  geometry: Geometry,
  query: ExplainQuery,
  world?: WorldLinks,
): Explanation {
  const from = nodeNamed(geometry, query.from);
  const to = nodeNamed(geometry, query.to);
  const { tickS, tickCount, nodeNames } = geometry;
  const k = Math.floor(query.atS / tickS + 1e-9);
  if (!(k >= 0 && k < tickCount)) {
    throw new SpaceCloudError(
      'USAGE',
      `Expected a time from 0 s to before ${tickCount * tickS} s, got ${query.atS} s.`,
      {
        hint: 'Times count from scenario start; durationS of the scenario sets the end.',
      },
    );
  }
  const plan = planGeometry(scenario, query.scenarioDir ?? '.');
  const tick: ExplainTick = {
    ...{ plan, geometry, k },
    start: instantOf(plan, k * tickS),
    end: instantOf(plan, (k + 1) * tickS),
  };
  const links = createLinkStates(tick, world);
  const topology = topologyAt(geometry, k, world);
  const before = reachedFrom(from, topology.next);
  const reaching = reachedFrom(to, topology.previous);
  const path = pathTo(to, before)?.map((node) => nodeNames[node] as string) ?? null;
  const names = (nodes: ReadonlyMap<number, number>): string[] =>
    [...nodes.keys()].sort((a, b) => a - b).map((node) => nodeNames[node] as string);
  const listed = [...links(from, to), ...(from === to ? [] : links(to, from).filter((link) => link.to !== query.from))];
  return {
    from: query.from,
    to: query.to,
    atS: query.atS,
    answer: answerOf(query, path, { out: before.size - 1, in: reaching.size - 1, links: listed }),
    path,
    reachedFrom: names(before),
    reaching: names(reaching),
    links: listed,
  };
}

function answerOf(
  { from, to, atS }: ExplainQuery,
  path: readonly string[] | null,
  seen: { readonly out: number; readonly in: number; readonly links: readonly LinkState[] },
): string {
  if (path !== null) {
    const links = path.length - 1;
    return `There is a path from ${from} to ${to} at ${atS} s: ${path.join(' > ')} (${links} link${links === 1 ? '' : 's'}).`;
  }
  const reasons = (node: string): string => {
    const nearest = seen.links.find((link) => link.from === node);
    return nearest === undefined ? ' It has no link that could be.' : ` The nearest, ${nearest.to}: ${nearest.text}.`;
  };
  const lead = `There is no path from ${from} to ${to} at ${atS} s:`;
  if (seen.out === 0) return `${lead} no link of ${from} is up.${reasons(from)}`;
  if (seen.in === 0) return `${lead} no link of ${to} is up.${reasons(to)}`;
  return `${lead} ${from} reaches ${seen.out} nodes and ${to} is reached from ${seen.in}, and none is among both.`;
}

function nodeNamed({ nodeNames }: Geometry, name: string): number {
  const node = nodeNames.indexOf(name);
  if (node >= 0) return node;
  const nearest = nearestWord(name, nodeNames);
  const shown = [...new Set([...nodeNames.slice(0, 2), ...nodeNames.slice(-2)])].map((known) => `'${known}'`);
  throw new SpaceCloudError('USAGE', `Expected the name of a node, got '${name}'.`, {
    hint: nearest === undefined ? `Names look like ${shown.join(', ')}.` : `Did you mean '${nearest}'?`,
  });
}

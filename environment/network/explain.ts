import { SpaceCloudError } from '../../core/index.ts';
import type { Geometry } from '../geometry/geometry.ts';
import { planGeometry } from '../geometry/plan.ts';
import { nearestWord } from '../scenario/edit-distance.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { ExplainTick } from './explain-lasers.ts';
import { createLinkStates, linkDelayS } from './explain-links.ts';
import { type DelayPath, leastDelayPath, reachedFrom, topologyAt } from './explain-paths.ts';
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
  /** The tick that holds `atS`: the links are the same at all its instants. */
  readonly tickStartS: number;
  readonly tickEndS: number;
  /** The answer in a sentence. */
  readonly answer: string;
  /** Names of nodes along the path of least delay of the scheduled contacts, both ends included; null = none. */
  readonly path: readonly string[] | null;
  /** One-way delay of the path at `atS`, s: light time, and on the ground that of the terrestrial network; null = no path. */
  readonly delayS: number | null;
  /** Nodes that `from` can send to, over any number of links, and those that can send to `to`; both ends included. */
  readonly reachedFrom: readonly string[];
  readonly reaching: readonly string[];
  /** Every link that either node could have, those that are up first, then the nearest; those of `from` before those of `to`. */
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
        hint: 'Times count from scenario start; before it nothing is simulated, and durationS sets the end.',
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
  const reached = reachedFrom(geometry, from, topology.next);
  const reaching = reachedFrom(geometry, to, topology.previous);
  const now = instantOf(plan, query.atS);
  const found = leastDelayPath(geometry, topology, [from, to], (a, b) => linkDelayS(tick, now, a, b));
  const names = (nodes: Iterable<number>): string[] =>
    [...nodes].sort((a, b) => a - b).map((node) => nodeNames[node] as string);
  const path = found?.nodes.map((node) => nodeNames[node] as string) ?? null;
  const listed = [...links(from, to), ...(from === to ? [] : links(to, from).filter((link) => link.to !== query.from))];
  const when = `at ${query.atS} s, as scheduled in the tick from ${tick.start.timeS} s to ${tick.end.timeS} s`;
  return {
    from: query.from,
    to: query.to,
    atS: query.atS,
    tickStartS: tick.start.timeS,
    tickEndS: tick.end.timeS,
    answer: answerOf(when, query, nodeNames, { found, out: reached.size - 1, in: reaching.size - 1, links: listed }),
    path,
    delayS: found?.delayS ?? null,
    reachedFrom: names(reached),
    reaching: names(reaching),
    links: listed,
  };
}

function answerOf(
  when: string,
  { from, to }: ExplainQuery,
  nodeNames: readonly string[],
  seen: {
    readonly found: DelayPath | undefined;
    readonly out: number;
    readonly in: number;
    readonly links: readonly LinkState[];
  },
): string {
  const { found } = seen;
  if (found !== undefined) {
    const links = found.nodes.length - 1;
    const way = found.nodes.map((node) => nodeNames[node]).join(' > ');
    const delay = `${(1000 * found.delayS).toFixed(6)} ms one way, ${links} link${links === 1 ? '' : 's'}`;
    return `There is a path from ${from} to ${to} ${when}; that of least delay is ${way} (${delay}).`;
  }
  const reasons = (node: string): string => {
    const nearest = seen.links.find((link) => link.from === node);
    return nearest === undefined ? ' It has no link that could be.' : ` The nearest, ${nearest.to}: ${nearest.text}.`;
  };
  const lead = `There is no path from ${from} to ${to} ${when}:`;
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

import { SpaceCloudError } from '../../core/index.ts';
import type { Geometry } from '../geometry/geometry.ts';
import { type GeometryPlan, planGeometry } from '../geometry/plan.ts';
import { laserPlans } from '../network/laser-plans.ts';
import { createPathSearch, pathInto, shortestPath } from '../network/shortest-path.kernel.ts';
import { nearestWord } from '../scenario/edit-distance.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type Access, createAccess } from './access.ts';
import { followContacts } from './contacts-at.ts';
import { laserInstants, limitsTracking, linksByRange, scheduledLasers } from './laser-instants.ts';
import { createMovingSky } from './moving-sky.ts';
import { terrestrialWay } from './terrestrial-way.ts';

/** Why there is no path at an instant. */
export interface NoPath {
  readonly kind: 'out-of-sight' | 'not-connected';
  readonly message: string;
}

/** The path of least delay at one instant. */
export interface PathSample {
  /** s since scenario start. */
  readonly timeS: number;
  /** Names of the nodes along it, both ends included; null = none. */
  readonly path: readonly string[] | null;
  /** One-way delay, s: light time, and on the ground that of the terrestrial network. */
  readonly delayS: number | null;
  readonly reason: NoPath | null;
}

export interface PathQuery {
  /** Names of nodes. */
  readonly from: string;
  readonly to: string;
  /** Use the contacts as scheduled, with acquisition, antennas and beams; default: all that is in range and clear. */
  readonly asScheduled?: boolean;
  /** Asked for when contacts are needed, see `needsGeometry`; not otherwise. */
  readonly geometry?: Geometry | undefined;
}

/** Finds paths over the sky of a scenario. */
export interface PathFinder {
  /** Whether `geometry` is needed even where paths are not asked as scheduled: the scenario has laser links made by range. */
  readonly needsGeometry: boolean;
  /** As of `Geometry`: what a user should know about choices made, and objects of element-set files left out. */
  readonly notes: Geometry['notes'];
  readonly leftOut: Geometry['leftOut'];
  /**
   * Gives the path at any instant of the scenario, asked for in the order of time.
   *
   * Throws USAGE for unknown names and for a node to itself, MISUSE when the geometry is missing or times fall; the function,
   * ELEMENTS_UNUSABLE when a satellite has no position.
   */
  between(query: PathQuery): (timeS: number) => PathSample;
}

/**
 * Paths of least delay at exact instants: positions come from the ephemerides in double precision, not from ticks.
 *
 * Ground nodes do not relay. Data centres are reached over any gateway, with the delay of the terrestrial network; between two of
 * them, and between a gateway and one of them, the way on the ground counts too. Fixed laser
 * links count when they are in range and clear of the Earth; those made by range (`nearest`, seams, relays) as the contacts of
 * the tick have them, as which they are depends on what was linked before. A ground node may use every satellite that one of its
 * radios reaches.
 *
 * `scenarioDir`: folder that files of orbits are relative to, default the working folder. Errors as of `buildGeometry`, but not
 * SCENARIO_UNREACHABLE.
 */
export function createPathFinder(scenario: Scenario, scenarioDir = '.'): PathFinder {
  const plan = planGeometry(scenario, scenarioDir);
  const lasers = laserPlans(scenario, plan.fleet);
  const needsGeometry = linksByRange(lasers);
  return {
    ...{ needsGeometry, notes: plan.fleet.notes, leftOut: plan.fleet.leftOut },
    between({ from, to, asScheduled = false, geometry }) {
      const [a, b] = [nodeNamed(plan, from), nodeNamed(plan, to)];
      if (a === b) throw usage(`two different nodes, got '${from}' twice`, 'A path leads from one node to another.');
      if ((needsGeometry || asScheduled) && geometry === undefined)
        throw misuse('a geometry to take contacts from, got none');
      const contacts = needsGeometry || asScheduled ? followContacts(geometry as Geometry) : undefined;
      const sky = createMovingSky(plan, limitsTracking(lasers));
      const links =
        asScheduled && contacts !== undefined
          ? scheduledLasers(plan, lasers, sky, contacts)
          : laserInstants(plan, lasers, sky, contacts);
      const access = createAccess(plan, sky, asScheduled ? contacts : undefined);
      const [source, target] = [access(a), access(b)];
      const onTheGround = terrestrialWay(scenario, a - plan.fleet.satelliteCount, b - plan.fleet.satelliteCount);
      const { network } = links;
      const search = createPathSearch(network.satelliteCount, network.islSlots);
      const way = new Int32Array(network.satelliteCount);
      let formerS = -Infinity;

      return (timeS) => {
        if (!(timeS >= formerS)) throw misuse(`times in order, got ${timeS} s after ${formerS} s`);
        formerS = timeS;
        sky.moveTo(timeS);
        links.linkAt(timeS);
        source.accessAt(timeS);
        target.accessAt(timeS);
        const spaceS = pathDelayS(search, network, source, target);
        if (onTheGround !== undefined && onTheGround.delayS <= spaceS) {
          const path = [from, ...onTheGround.through, to];
          return { timeS, path, delayS: onTheGround.delayS, reason: null };
        }
        if (spaceS === Infinity) {
          const reason = noPath({ name: from, access: source }, { name: to, access: target }, asScheduled);
          return { timeS, path: null, delayS: null, reason };
        }
        const n = pathInto(search, way);
        const entry = -1 - (search.before[way[0] as number] as number);
        const nodes = [
          a,
          source.exits.link[entry] as number,
          ...way.subarray(0, n),
          target.exits.link[search.exit] as number,
          b,
        ];
        // A node is its own way off the ground unless it is a data centre.
        const path = nodes
          .filter((node, i) => i === 0 || node !== nodes[i - 1])
          .map((node) => plan.nodeNames[node] as string);
        return { timeS, path, delayS: spaceS, reason: null };
      };
    },
  };
}

/** Least delay from `source` to `target` over the links, s. */
function pathDelayS(
  search: ReturnType<typeof createPathSearch>,
  network: Parameters<typeof shortestPath>[1],
  source: Access,
  target: Access,
): number {
  const { exits, slackS, rEcefKm } = target;
  // The search must not be told of delays shorter than those of light to the goal.
  if (slackS > 0) for (let e = 0; e < exits.n; e++) exits.delayS[e] = (exits.delayS[e] as number) + slackS;
  // 0: paths may pass as low as the scenario says.
  return shortestPath(search, network, source.exits, exits, rEcefKm, 0) - slackS;
}

interface End {
  readonly name: string;
  readonly access: Access;
}

function noPath(from: End, to: End, asScheduled: boolean): NoPath {
  const blind = [from, to].find(({ access }) => access.exits.n === 0);
  if (blind !== undefined) {
    const { name, access } = blind;
    const at = access.kind === 'data-centre' ? `any gateway of ${name}` : name;
    const message = asScheduled ? `no antenna of ${at} is on a satellite` : `no satellite in sight of ${at}`;
    return { kind: 'out-of-sight', message };
  }
  const over = [from, to].filter(({ access }) => access.kind !== 'satellite').map(({ name }) => name);
  const self = [from, to].filter(({ access }) => access.kind === 'satellite').map(({ name }) => name);
  const satellites = over.length === 0 ? [] : [`the satellites over ${over.join(' and ')}`];
  return { kind: 'not-connected', message: `${[...self, ...satellites].join(' and ')} are not connected` };
}

function nodeNamed({ nodeNames }: GeometryPlan, name: string): number {
  const node = nodeNames.indexOf(name);
  if (node >= 0) return node;
  const nearest = nearestWord(name, nodeNames);
  const shown = [...new Set([...nodeNames.slice(0, 1), ...nodeNames.slice(-2)])].map((known) => `'${known}'`);
  throw usage(
    `the name of a node, got '${name}'`,
    nearest === undefined ? `Names look like ${shown.join(', ')}.` : `Did you mean '${nearest}'?`,
  );
}

function usage(expected: string, hint: string): SpaceCloudError {
  return new SpaceCloudError('USAGE', `Expected ${expected}.`, { hint });
}

function misuse(expected: string): SpaceCloudError {
  return new SpaceCloudError('MISUSE', `Expected ${expected}.`, {
    hint: 'Pass {geometry} when needsGeometry or asScheduled is true, and ask for instants in the order of time.',
  });
}

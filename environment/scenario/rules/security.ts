import type { FieldPath, Problem } from '../problem.ts';
import type { LabelConfig, Scenario } from '../schema.ts';
import { misfit, repeatedWords, unknownName } from './problems.ts';

/** Whose a node is and what it is accredited for. */
export interface Standing {
  readonly owner?: string | undefined;
  readonly accreditation?: string | undefined;
}

/**
 * Whether a node may hold data with this label: accredited for its level or higher (the highest when unsaid), and of a
 * nation it is releasable to (any when unsaid, on either side).
 */
export function mayHold(node: Standing, label: LabelConfig | undefined, levels: readonly string[]): boolean {
  if (!label) return true;
  const accredited = node.accreditation === undefined ? levels.length - 1 : levels.indexOf(node.accreditation);
  const { level, releasableTo } = label;
  const released = releasableTo === undefined || node.owner === undefined || releasableTo.includes(node.owner);
  return accredited >= levels.indexOf(level) && released;
}

/** Nations and levels that do not exist, or the watch set so that nobody is ever found out. */
export function* securityProblems(scenario: Scenario): Generator<Problem> {
  const { security, constellations, gateways, dataCentres, terminals } = scenario;
  yield* repeatedWords(['security', 'nations'], security.nations);
  yield* repeatedWords(['security', 'levels'], security.levels);
  const lists = { constellations, gateways, dataCentres, terminals };
  for (const [list, nodes] of Object.entries(lists)) {
    for (const [index, node] of nodes.entries()) yield* standingProblems(scenario, [list, index], node);
  }
  for (const [path, label] of labelsOf(scenario)) yield* labelProblems(scenario, path, label);
  const links = constellations.map(({ name, isl }) => {
    const relayed = scenario.relays.map(({ from, to, terminals: used, relayTerminals }) =>
      Math.max(from === name ? used : 0, to === name ? relayTerminals : 0),
    );
    return (isl.topology === 'none' ? 0 : isl.terminals) + relayed.reduce((sum, used) => sum + used, 0);
  });
  const neighbours = Math.max(...links);
  if (security.watch.enabled && security.watch.quorum > neighbours) {
    const expected = `at most ${neighbours}, the neighbours that a satellite can have`;
    const hint = 'Fewer accusers must do, or satellites need more laser terminals.';
    yield misfit(['security', 'watch', 'quorum'], expected, String(security.watch.quorum), hint);
  }
}

function* standingProblems({ security }: Scenario, path: FieldPath, node: Standing): Generator<Problem> {
  const { owner, accreditation } = node;
  if (owner !== undefined) yield* nationProblems(security.nations, [...path, 'owner'], owner);
  if (accreditation === undefined) return;
  const problem = unknownName([...path, 'accreditation'], 'a level of security.levels', accreditation, security.levels);
  if (problem) yield problem;
}

function* nationProblems(nations: readonly string[], path: FieldPath, nation: string): Generator<Problem> {
  const problem = unknownName(path, 'a nation of security.nations', nation, nations);
  if (!problem) return;
  yield nations.length > 0
    ? problem
    : { ...problem, hint: `List the nations, as in security: { nations: [${nation}] }.` };
}

/** Every label of the traffic with its place. */
function labelsOf({ traffic }: Scenario): (readonly [FieldPath, LabelConfig])[] {
  const found: (readonly [FieldPath, LabelConfig])[] = [];
  const { messages, contents, observations, jobs, backups } = traffic;
  for (const [family, classes] of Object.entries({ messages, contents, observations, jobs, backups })) {
    for (const [index, { label }] of classes.entries()) {
      if (label) found.push([['traffic', family, index, 'label'], label]);
    }
  }
  for (const [index, { productLabel }] of observations.entries()) {
    if (productLabel) found.push([['traffic', 'observations', index, 'productLabel'], productLabel]);
  }
  return found;
}

function* labelProblems({ security }: Scenario, path: FieldPath, label: LabelConfig): Generator<Problem> {
  const problem = unknownName([...path, 'level'], 'a level of security.levels', label.level, security.levels);
  if (problem) yield problem;
  for (const [index, nation] of (label.releasableTo ?? []).entries()) {
    yield* nationProblems(security.nations, [...path, 'releasableTo', index], nation);
  }
}

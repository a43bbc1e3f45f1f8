import type { FieldPath, Problem } from '../problem.ts';
import type { LabelConfig, Scenario } from '../schema.ts';
import { misfit } from './problems.ts';
import { type Standing, mayHold } from './security.ts';

/** Labelled traffic that can never be delivered, because too few of those it needs may hold it. */
export function* releaseProblems(scenario: Scenario): Generator<Problem> {
  const { constellations, terminals, dataCentres, gateways, traffic } = scenario;
  const satellites: Party = ['satellite', constellations, 1];
  const anyTerminal: Party = ['terminal', terminals, 1];
  const ground: readonly Party[] = [
    ['data centre', dataCentres, 1],
    ['gateway', gateways, 1],
  ];
  const check = (path: FieldPath, label: LabelConfig | undefined, parties: readonly Party[]): Iterable<Problem> =>
    label ? missingHolders(scenario, path, label, parties) : [];
  for (const [index, { label }] of traffic.messages.entries()) {
    const path = ['traffic', 'messages', index, 'label'];
    yield* check(path, label, [satellites, ['terminal', terminals, 2]]);
  }
  for (const [index, { label }] of traffic.contents.entries()) {
    yield* check(['traffic', 'contents', index, 'label'], label, [satellites, anyTerminal, ...ground]);
  }
  for (const [index, { label }] of traffic.jobs.entries()) {
    yield* check(['traffic', 'jobs', index, 'label'], label, [satellites, anyTerminal]);
  }
  for (const [index, { label, productLabel, consumer }] of traffic.observations.entries()) {
    const path = ['traffic', 'observations', index];
    yield* check([...path, 'label'], label, [satellites]);
    const product = [...path, productLabel ? 'productLabel' : 'label'];
    const takers = consumer === 'terminal' ? [satellites, anyTerminal] : ground;
    yield* check(product, productLabel ?? label, takers);
  }
  for (const [index, { label, dataCentre, restoreTo, mirror }] of traffic.backups.entries()) {
    const path = ['traffic', 'backups', index, 'label'];
    const named = (name: string | undefined): readonly Standing[] => dataCentres.filter((d) => d.name === name);
    const parties: Party[] = [satellites, ['gateway', gateways, 1]];
    // A data centre that does not exist is reported for itself.
    if (named(dataCentre).length > 0) parties.push([`data centre '${dataCentre}'`, named(dataCentre), 1]);
    if (named(restoreTo).length > 0) parties.push([`data centre '${String(restoreTo)}'`, named(restoreTo), 1]);
    const second = named(mirror?.dataCentre);
    if (second.length > 0) parties.push([`data centre '${String(mirror?.dataCentre)}'`, second, 1]);
    yield* check(path, label, parties);
  }
}

/** Who must be able to hold the data: in words, the candidates, and how many of them at least. */
type Party = readonly [what: string, nodes: readonly Standing[], needed: number];

function* missingHolders(
  { security }: Scenario,
  path: FieldPath,
  label: LabelConfig,
  parties: readonly Party[],
): Generator<Problem> {
  const { nations, levels } = security;
  const isKnown =
    levels.includes(label.level) && (label.releasableTo ?? []).every((nation) => nations.includes(nation));
  if (!isKnown) return;
  for (const [what, nodes, needed] of parties) {
    const able = nodes.filter((node) => mayHold(node, label, levels)).length;
    // Too few nodes whatever their standing is reported by the rules of traffic.
    if (able >= needed || nodes.length < needed) continue;
    const to = label.releasableTo === undefined ? 'all nations' : label.releasableTo.join(', ');
    const expected = needed === 1 ? `a ${what} that may hold it` : `at least ${needed} ${what}s that may hold it`;
    const whose = `(level ${label.level}, releasable to ${to})`;
    const hint = 'It could never be delivered: change the label, or the owner or accreditation of those nodes.';
    yield misfit(path, expected, `${able === 0 ? 'none' : `only ${able}`} ${whose}`, hint);
  }
}

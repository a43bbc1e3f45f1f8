import { nearestWord } from '../edit-distance.ts';
import type { FieldPath, Problem } from '../problem.ts';
import { satelliteNames } from '../satellite-names.ts';
import type { Hazard, Scenario, ScheduledFault } from '../schema.ts';
import { misfit, unknownName } from './problems.ts';

/** Faults of things that do not exist, that come too late, or that do nothing. */
export function* faultProblems(scenario: Scenario): Generator<Problem> {
  const { scheduled, hazards } = scenario.faults;
  for (const [index, fault] of scheduled.entries()) {
    const path = ['faults', 'scheduled', index];
    yield* targetProblems(scenario, path, fault);
    if (fault.kind === 'capture' && fault.dropFrac === 0 && fault.delayS === 0 && !fault.lies) {
      const hint = 'Give dropFrac, delayS or lies: true.';
      yield misfit(path, 'a captured satellite that does something', 'dropFrac 0, delayS 0, lies false', hint);
    }
    if (fault.atS >= scenario.durationS) {
      const expected = `less than durationS (${scenario.durationS} s)`;
      yield misfit([...path, 'atS'], expected, `${fault.atS} s`, 'No run reaches it: lengthen durationS.');
    }
  }
  for (const [index, hazard] of hazards.entries()) {
    yield* inProgressProblems(['faults', 'hazards', index], hazard);
    const { kind, of } = hazard;
    if (of === undefined) continue;
    const [what, list] = holdersOf(scenario, kind);
    const known = list.map(({ name }) => name);
    const problem = unknownName(['faults', 'hazards', index, 'of'], what, of, known);
    if (problem) yield problem;
  }
}

/** How many faults are in progress is known for faults of finite length at a constant rate. */
function* inProgressProblems(path: FieldPath, hazard: Hazard): Generator<Problem> {
  const { kind, meanDurationS, weibullShape, inProgress } = hazard;
  if (inProgress !== true) return;
  const at = [...path, 'inProgress'];
  if (kind === 'accelerator-reset' || kind === 'storage-failure') {
    yield misfit(at, 'a kind of fault that lasts', kind, 'It strikes and is over: remove inProgress.');
  } else if (meanDurationS === undefined) {
    yield misfit(at, 'a hazard with meanDurationS', 'one that lasts for good', 'Give meanDurationS.');
  } else if (weibullShape !== 1) {
    yield misfit(at, 'a hazard of weibullShape 1', String(weibullShape), 'Remove weibullShape.');
  }
}

function holdersOf(
  { constellations, gateways, dataCentres }: Scenario,
  kind: Hazard['kind'],
): readonly [what: string, list: readonly { readonly name: string }[]] {
  if (kind === 'gateway-loss') return ['a gateway', gateways];
  if (kind === 'data-centre-loss') return ['a data centre', dataCentres];
  return ['a constellation', constellations];
}

function* targetProblems(scenario: Scenario, path: FieldPath, fault: ScheduledFault): Generator<Problem> {
  if (fault.kind === 'jamming') {
    yield* jammedRadioProblems(scenario, path, fault.radios ?? []);
    return;
  }
  const target = [...path, 'target'];
  if (fault.kind === 'gateway-loss' || fault.kind === 'data-centre-loss') {
    const [what, list] = holdersOf(scenario, fault.kind);
    const known = list.map(({ name }) => name);
    const problem = unknownName(target, what, fault.target, known);
    if (problem) yield problem;
    return;
  }
  yield* satelliteProblems(scenario, target, fault.target);
  if (fault.kind !== 'link-loss' || fault.towards === undefined) return;
  const towards = [...path, 'towards'];
  if (fault.towards === fault.target) {
    yield misfit(towards, 'another satellite than the target', `'${fault.target}'`, 'Name the other end of the link.');
  } else yield* satelliteProblems(scenario, towards, fault.towards);
}

/** Satellites of element sets and ephemerides are known only when their files are read: names like those pass here. */
function* satelliteProblems({ constellations }: Scenario, path: FieldPath, name: string): Generator<Problem> {
  const fleets = constellations.map(satelliteNames);
  if (fleets.some((fleet) => fleet === undefined || fleet.has(name))) return;
  const ranges = fleets.map((fleet) => fleet?.range).join('; ');
  const ends = fleets.flatMap((fleet) => fleet?.range.split(' to ') ?? []);
  const nearest = nearestWord(name, ends);
  const hint = `Satellites are named ${ranges}.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`;
  yield misfit(path, 'the name of a satellite', `'${name}'`, hint);
}

function* jammedRadioProblems(scenario: Scenario, path: FieldPath, jammed: readonly string[]): Generator<Problem> {
  const { gatewayLink, terminalLink, radios } = scenario;
  const kinds = new Map<string, 'rf' | 'laser'>([
    ['gateway', gatewayLink.kind],
    ['terminal', terminalLink.kind],
    ...radios.map(({ name, kind }) => [name, kind] as const),
  ]);
  for (const [index, radio] of jammed.entries()) {
    const at = [...path, 'radios', index];
    const problem = unknownName(at, 'a radio', radio, [...kinds.keys()]);
    if (problem) yield problem;
    else if (kinds.get(radio) === 'laser') {
      yield misfit(at, 'a radio of kind rf', `'${radio}', a laser`, 'Lasers cannot be jammed: remove it.');
    }
  }
}

import type { FieldPath, Problem } from '../problem.ts';
import type { Scenario } from '../schema.ts';
import { misfit, repeatedNames, unknownName } from './problems.ts';

/** Radios that every scenario has. */
const OWN_RADIOS = ['gateway', 'terminal'];

/** Names used twice, and references to radios and constellations that do not exist or lead nowhere. */
export function* nameProblems(scenario: Scenario): Generator<Problem> {
  const { traffic, constellations, radios, relays, gateways, dataCentres, terminals } = scenario;
  yield* repeatedNames('constellation', [[['constellations'], constellations]]);
  yield* repeatedNames('radio', [[['radios'], radios]]);
  yield* repeatedNames('relay', [[['relays'], relays]]);
  yield* repeatedNames('ground node', [
    [['gateways'], gateways],
    [['dataCentres'], dataCentres],
    [['terminals'], terminals],
  ]);
  yield* repeatedNames('traffic class', [
    [['traffic', 'messages'], traffic.messages],
    [['traffic', 'contents'], traffic.contents],
    [['traffic', 'observations'], traffic.observations],
    [['traffic', 'jobs'], traffic.jobs],
    [['traffic', 'backups'], traffic.backups],
  ]);
  yield* radioProblems(scenario);
  const names = constellations.map(({ name }) => name);
  for (const [index, { from, to }] of relays.entries()) {
    const unknown = [
      unknownName(['relays', index, 'from'], 'a constellation', from, names),
      unknownName(['relays', index, 'to'], 'a constellation', to, names),
    ];
    for (const problem of unknown) if (problem) yield problem;
  }
}

type RadioUse = readonly [path: FieldPath, radio: string];

function* radioProblems({ radios, constellations, gateways, terminals }: Scenario): Generator<Problem> {
  for (const [index, { name }] of radios.entries()) {
    if (!OWN_RADIOS.includes(name)) continue;
    const hint = `Set ${name}Link to change the radio '${name}', or choose another name.`;
    yield misfit(['radios', index, 'name'], 'a name other than gateway and terminal', `'${name}'`, hint);
  }
  const known = [...OWN_RADIOS, ...radios.map(({ name }) => name)];
  const served = new Set(constellations.flatMap((constellation) => constellation.radios));
  for (const [path, radio] of constellations.flatMap(({ radios: list }, c) => usesOf(['constellations', c], list))) {
    const problem = unknownName(path, 'a radio', radio, known);
    if (problem) yield problem;
  }
  const uses: readonly RadioUse[] = [
    ...gateways.flatMap(({ radio, moreRadios }, g): RadioUse[] => [
      [['gateways', g, 'radio'], radio],
      ...moreRadios.map((more, r): RadioUse => [['gateways', g, 'moreRadios', r, 'radio'], more.radio]),
    ]),
    ...terminals.flatMap(({ radios: list }, t) => usesOf(['terminals', t], list)),
  ];
  for (const [path, radio] of uses) {
    const problem = unknownName(path, 'a radio', radio, known);
    if (problem) yield problem;
    else if (!served.has(radio)) {
      const hint = `Add ${radio} to the radios of a constellation.`;
      yield misfit(path, 'a radio that some constellation serves', `'${radio}', which none does`, hint);
    }
  }
}

function usesOf(holder: FieldPath, radios: readonly string[]): RadioUse[] {
  return radios.map((radio, index) => [[...holder, 'radios', index], radio]);
}

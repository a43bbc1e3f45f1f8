import type { FieldPath, Problem } from '../problem.ts';
import { satelliteCount } from '../satellite-names.ts';
import type { BackupConfig, Scenario } from '../schema.ts';
import { misfit, unknownName } from './problems.ts';

/** Traffic without the nodes it needs, and backups that cannot be kept or restored. */
export function* trafficProblems(scenario: Scenario): Generator<Problem> {
  const { traffic, gateways, dataCentres, terminals } = scenario;
  const someTerminals: Need = ['terminals', terminals.length, 1];
  const ground: readonly Need[] = [
    ['dataCentres', dataCentres.length, 1],
    ['gateways', gateways.length, 1],
  ];
  for (const index of traffic.messages.keys()) {
    yield* missing(['traffic', 'messages', index], [['terminals', terminals.length, 2]]);
  }
  for (const index of traffic.contents.keys()) {
    yield* missing(['traffic', 'contents', index], [someTerminals, ...ground]);
  }
  for (const [index, { consumer }] of traffic.observations.entries()) {
    yield* missing(['traffic', 'observations', index], consumer === 'terminal' ? [someTerminals] : ground);
  }
  for (const index of traffic.jobs.keys()) yield* missing(['traffic', 'jobs', index], [someTerminals]);
  for (const [index, backup] of traffic.backups.entries()) {
    const path = ['traffic', 'backups', index];
    yield* missing(path, [['gateways', gateways.length, 1]]);
    yield* backupProblems(scenario, path, backup);
  }
}

type Need = readonly [list: string, present: number, needed: number];

function* missing(path: FieldPath, needs: readonly Need[]): Generator<Problem> {
  const short = needs.filter(([, present, needed]) => present < needed);
  if (short.length === 0) return;
  yield misfit(
    path,
    `a scenario with ${short.map(([list, , needed]) => `at least ${needed} in ${list}`).join(' and ')} to carry this traffic`,
    short.map(([list, present]) => `${present} in ${list}`).join(' and '),
    `Add to ${short.map(([list]) => list).join(' and ')}, or remove this class of traffic.`,
  );
}

function* backupProblems(scenario: Scenario, path: FieldPath, backup: BackupConfig): Generator<Problem> {
  const { constellations, dataCentres, satellite } = scenario;
  const { dataCentre, restoreTo, mirror, replicas, objects, objectBytes } = backup;
  const known = dataCentres.map(({ name }) => name);
  const unknown = [
    unknownName([...path, 'dataCentre'], 'a data centre', dataCentre, known),
    restoreTo === undefined ? undefined : unknownName([...path, 'restoreTo'], 'a data centre', restoreTo, known),
    mirror && unknownName([...path, 'mirror', 'dataCentre'], 'a data centre', mirror.dataCentre, known),
  ];
  for (const problem of unknown) if (problem) yield problem;
  if (restoreTo === dataCentre) {
    const hint = 'Name the data centre that takes over, or leave it out.';
    yield misfit([...path, 'restoreTo'], 'another data centre than its own', `'${dataCentre}'`, hint);
  }
  if (mirror?.dataCentre === dataCentre) {
    const hint = 'Name the second site, or leave mirror out.';
    yield misfit([...path, 'mirror', 'dataCentre'], 'another data centre than its own', `'${dataCentre}'`, hint);
  }
  if (replicas === 0 && !mirror) {
    const hint = 'Add a mirror, or keep copies in orbit.';
    yield misfit([...path, 'replicas'], 'at least 1 without a mirror', '0', hint);
  }
  if (replicas > 0 && objectBytes > satellite.bufferBytes) {
    const expected = `at most satellite.bufferBytes (${satellite.bufferBytes} bytes)`;
    const hint = 'No satellite could pass it on: cut the data into more objects.';
    yield misfit([...path, 'objectBytes'], expected, `${objectBytes} bytes`, hint);
  }
  const satellites = satelliteCount(constellations);
  if (satellites === undefined) return;
  if (replicas > satellites) {
    const hint = 'Every replica stands on a satellite of its own.';
    yield misfit([...path, 'replicas'], `at most the number of satellites (${satellites})`, String(replicas), hint);
  }
  const wantedBytes = objects * objectBytes * replicas;
  const roomBytes = satellites * satellite.archiveBytes;
  if (wantedBytes > roomBytes) {
    const expected = `at most ${roomBytes.toPrecision(3)} bytes of replicas, the archives of ${satellites} satellites`;
    const hint = 'Lower objects, objectBytes or replicas, or raise satellite.archiveBytes.';
    yield misfit([...path, 'objects'], expected, `${wantedBytes.toPrecision(3)} bytes`, hint);
  }
}

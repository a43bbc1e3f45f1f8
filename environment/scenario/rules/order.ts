import { C_KM_S } from '../../../core/index.ts';
import type { FieldPath, Problem } from '../problem.ts';
import type { Scenario } from '../schema.ts';
import { misfit } from './problems.ts';

/** Numbers that must stand in an order: times, levels, thresholds. */
export function* orderProblems(scenario: Scenario): Generator<Problem> {
  const { tickS, durationS, satellite, security } = scenario;
  if (tickS > durationS) {
    yield misfit(['tickS'], `at most durationS (${durationS} s)`, `${tickS} s`, 'Lengthen durationS or shorten tickS.');
  }
  const { safeBelowFrac, savingBelowFrac, throttleAboveC, maxC } = satellite;
  if (safeBelowFrac > savingBelowFrac) {
    const hint = 'Saving comes before safe mode as the charge falls.';
    yield misfit(
      ['satellite', 'safeBelowFrac'],
      `at most savingBelowFrac (${savingBelowFrac})`,
      String(safeBelowFrac),
      hint,
    );
  }
  if (throttleAboveC > maxC) {
    const hint = 'Throttling comes before the limit as it grows hot.';
    yield misfit(['satellite', 'throttleAboveC'], `at most maxC (${maxC} C)`, `${throttleAboveC} C`, hint);
  }
  const { honestFailureFrac, hostileFailureFrac } = security.watch;
  if (honestFailureFrac >= hostileFailureFrac) {
    const expected = `more than honestFailureFrac (${honestFailureFrac})`;
    const hint = 'The test tells hostile from honest neighbours by their failures.';
    yield misfit(['security', 'watch', 'hostileFailureFrac'], expected, String(hostileFailureFrac), hint);
  }
  yield* knowledgeProblems(scenario);
  yield* scheduleProblems(scenario);
  yield* holdOutProblems(scenario);
}

/** A report must have arrived before the next one replaces it. */
function* knowledgeProblems({ knowledge, constellations, relays }: Scenario): Generator<Problem> {
  const { beaconPeriodS, linkStatePeriodS, floodS } = knowledge;
  const links = constellations.map(({ isl }) => (isl.topology === 'none' ? 0 : isl.maxRangeKm));
  const lightTimeS = Math.max(...links, ...relays.map(({ maxRangeKm }) => maxRangeKm)) / C_KM_S;
  if (beaconPeriodS < lightTimeS) {
    const expected = `at least the light time over the longest laser link or relay (${lightTimeS.toPrecision(3)} s)`;
    const hint = 'Beacons that overtake each other tell nothing: lengthen the period, or lower maxRangeKm.';
    yield misfit(['knowledge', 'beaconPeriodS'], expected, `${beaconPeriodS} s`, hint);
  }
  if (floodS > linkStatePeriodS) {
    const hint = 'A flood must end before the next one starts.';
    yield misfit(['knowledge', 'floodS'], `at most linkStatePeriodS (${linkStatePeriodS} s)`, `${floodS} s`, hint);
  }
}

function* holdOutProblems({ holdOut, durationS }: Scenario): Generator<Problem> {
  for (const [index, { fromS, toS }] of (holdOut?.startWindows ?? []).entries()) {
    const path = ['holdOut', 'startWindows', index, 'toS'];
    if (toS <= fromS) yield misfit(path, `more than fromS (${fromS} s)`, `${toS} s`, 'Exchange the two.');
    else if (toS > durationS) {
      yield misfit(path, `at most durationS (${durationS} s)`, `${toS} s`, 'No run reaches it: shorten the window.');
    }
  }
  for (const [index, { from, to }] of (holdOut?.loads ?? []).entries()) {
    const path = ['holdOut', 'loads', index, 'to'];
    if (to < from) yield misfit(path, `at least from (${from})`, String(to), 'Exchange the two.');
  }
}

function* scheduleProblems(scenario: Scenario): Generator<Problem> {
  const { constellations, relays, radios, gatewayLink, terminalLink, durationS } = scenario;
  const schedules: readonly (readonly [FieldPath, Scenario['gatewayLink']['rateSchedule']])[] = [
    ...constellations.map(({ isl }, index) => [['constellations', index, 'isl'], isl.rateSchedule] as const),
    ...relays.map(({ rateSchedule }, index) => [['relays', index], rateSchedule] as const),
    ...radios.map(({ rateSchedule }, index) => [['radios', index], rateSchedule] as const),
    [['gatewayLink'], gatewayLink.rateSchedule],
    [['terminalLink'], terminalLink.rateSchedule],
  ];
  for (const [holder, schedule] of schedules) {
    for (const [index, { fromS }] of schedule.entries()) {
      const path = [...holder, 'rateSchedule', index, 'fromS'];
      const before = schedule[index - 1]?.fromS;
      if (before !== undefined && fromS <= before) {
        const hint = 'Put the entries in the order of time.';
        yield misfit(path, `more than ${before} s, the entry before`, `${fromS} s`, hint);
      } else if (fromS >= durationS) {
        yield misfit(path, `less than durationS (${durationS} s)`, `${fromS} s`, 'It would never hold: remove it.');
      }
    }
  }
}

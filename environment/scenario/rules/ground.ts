import { RAD_PER_DEG, StrictMath } from '../../../core/index.ts';
import { MAX_TERMINAL_SPEED_M_S } from '../limits.ts';
import type { FieldPath, Problem } from '../problem.ts';
import type { Scenario, TerminalConfig } from '../schema.ts';
import { misfit } from './problems.ts';

/** Tracks that no vehicle follows and weather that cannot be. */
export function* groundProblems(scenario: Scenario): Generator<Problem> {
  for (const [index, { track }] of scenario.terminals.entries()) {
    if (track) yield* trackProblems(['terminals', index, 'track'], track);
  }
  yield* weatherProblems(scenario);
}

type Track = NonNullable<TerminalConfig['track']>;

function* trackProblems(path: FieldPath, track: Track): Generator<Problem> {
  for (const [index, to] of track.entries()) {
    const from = track[index - 1];
    if (from === undefined) continue;
    const elapsedS = to.atS - from.atS;
    if (elapsedS <= 0) {
      const hint = 'Put the waypoints in the order of time.';
      yield misfit([...path, index, 'atS'], `more than ${from.atS} s, the waypoint before`, `${to.atS} s`, hint);
      continue;
    }
    const alongM = centralAngle(from, to) * MEAN_RADIUS_M;
    if (alongM > LONGEST_LEG_M) {
      const found = `one ${Math.round(alongM / 1000)} km away, nearly on the other side of the Earth`;
      const hint = 'Great circles to there run in every direction: add a waypoint between the two.';
      yield misfit([...path, index], `a waypoint at most ${LONGEST_LEG_M / 1000} km from the one before`, found, hint);
    }
    const speed = Math.hypot(alongM, to.heightM - from.heightM) / elapsedS;
    if (speed > MAX_TERMINAL_SPEED_M_S) {
      const found = `${Math.round(speed)} m/s from the waypoint before`;
      const hint = `Give at least ${Math.ceil((speed * elapsedS) / MAX_TERMINAL_SPEED_M_S)} s to this leg.`;
      yield misfit([...path, index], `a speed of at most ${MAX_TERMINAL_SPEED_M_S} m/s`, found, hint);
    }
  }
}

/** Mean radius of the Earth, m (IUGG); good to 0.5 % here. */
const MEAN_RADIUS_M = 6_371_009;
const LONGEST_LEG_M = 19_900_000;

interface Position {
  readonly latDeg: number;
  readonly lonDeg: number;
}

/** Angle between two places at the Earth's centre, rad (haversine formula). */
function centralAngle(a: Position, b: Position): number {
  const lat = (b.latDeg - a.latDeg) * RAD_PER_DEG;
  const lon = (b.lonDeg - a.lonDeg) * RAD_PER_DEG;
  const cosines = StrictMath.cos(a.latDeg * RAD_PER_DEG) * StrictMath.cos(b.latDeg * RAD_PER_DEG);
  return (
    2 * StrictMath.asin(Math.min(1, Math.sqrt(StrictMath.sin(lat / 2) ** 2 + cosines * StrictMath.sin(lon / 2) ** 2)))
  );
}

type Weather = Scenario['weather'];
/** Each kind of spell: how often, and how long. */
const SPELLS = [
  ['cloudFrac', 'cloudMeanS'],
  ['rainFrac', 'rainMeanS'],
] as const;

function* weatherProblems({ weather, tickS, gateways, terminals }: Scenario): Generator<Problem> {
  yield* spellProblems(['weather'], weather, weather, tickS);
  const nodes = [
    ...gateways.map((node, index) => [['gateways', index, 'weather'], node.weather] as const),
    ...terminals.map((node, index) => [['terminals', index, 'weather'], node.weather] as const),
  ];
  for (const [path, here] of nodes) if (here) yield* spellProblems(path, here, weather, tickS);
}

type WeatherHere = NonNullable<TerminalConfig['weather']>;

function* spellProblems(path: FieldPath, here: WeatherHere, elsewhere: Weather, tickS: number): Generator<Problem> {
  for (const [frac, mean] of SPELLS) {
    const share = here[frac] ?? elsewhere[frac];
    const lengthS = here[mean] ?? elsewhere[mean];
    const field = [...path, here[mean] === undefined ? frac : mean];
    if (here !== elsewhere && share === 0 && here[mean] !== undefined) {
      yield misfit(field, `a ${frac} above 0 beside it`, `${frac} 0`, `Give ${frac}, or leave ${mean} out.`);
    }
    if (share === 0 || share === 1) continue;
    // Bad and fair spells alternate; their mean lengths are as share to 1 - share.
    const fairS = (lengthS * (1 - share)) / share;
    const shortest = Math.min(lengthS, fairS);
    if (shortest >= tickS) continue;
    const found = `${Number(shortest.toPrecision(3))} s (${frac} ${share}, ${mean} ${lengthS} s)`;
    const hint = `Give a longer ${mean}: weather changes from tick to tick.`;
    yield misfit(field, `bad and fair spells of at least tickS (${tickS} s) on average`, found, hint);
  }
}

import { type Scenario, type SettingPlace, applySettings } from '../../environment/index.ts';
import {
  BUILT_IN_COMPARATORS,
  type BuiltInComparator,
  type Settings,
  type StudyComparator,
  type StudyFile,
  type StudyStation,
} from './schema.ts';
import { WORLDWIDE } from './stations.ts';

/**
 * Bent pipes are what stands on the ground today, at its best: computing there takes no time and nothing queues; satellites
 * keep captures in all the storage they have and send them down at their next contacts; the stations are joined by a
 * terrestrial network that also takes messages from one to another. What the best case leaves out favours the comparator.
 */
const LABELS: Readonly<Record<BuiltInComparator, string>> = {
  'bent-pipe': 'B0 bent pipe, ground cloud without limits',
  relay: 'B1 bent pipe with the laser links',
  'more-stations': 'B2 relay with four times the stations',
  compression: 'B3 bent pipe, compressed and discarded on board',
  'compressed-relay': 'B1 and B3 together',
};

/** TFLOPS of a server whose longest job (some 10^4 TFLOP) takes 10 ms: no time beside seconds. */
const NO_TIME_TFLOPS = 1e6;
const MANY_SERVERS = 4096;
/** Satellites of comparators do not compute: what cannot reach the ground is not processed in time. */
const NO_COMPUTE_TFLOPS = 1e-6;
/** Stations added for each there is: four times as many in all. */
const MORE_PER_STATION = 3;

/** Which built-in comparator a comparator is or begins as; undefined: the scenario as it is. */
export function builtInOf({ name, like }: StudyComparator): BuiltInComparator | undefined {
  return like ?? BUILT_IN_COMPARATORS.find((known) => known === name);
}

export function comparatorLabel(comparator: StudyComparator): string {
  const known = BUILT_IN_COMPARATORS.find((name) => name === comparator.name);
  return comparator.label ?? (known === undefined ? comparator.name : LABELS[known]);
}

export interface Comparison {
  readonly scenario: Scenario;
  /** `path = value`, in the order of the changes. */
  readonly changes: readonly string[];
}

/**
 * The scenario that a comparator runs in. Traffic is the same on the same seed: it depends on satellites, terminals, data
 * centres, labels and rates, none of which a built-in comparator touches; compression makes captures smaller, not fewer.
 *
 * @param placeOf - where the comparator's own settings stand
 * @throws SpaceCloudError SCENARIO_* for settings that do not fit
 */
export function comparatorScenario(
  scenario: Scenario,
  comparator: StudyComparator,
  { file, placeOf }: { readonly file: StudyFile; readonly placeOf?: SettingPlace },
): Comparison {
  const builtIn = builtInOf(comparator);
  const recipe = builtIn === undefined ? {} : settingsOf(scenario, builtIn, file);
  const own = comparator.set ?? {};
  const changed = applySettings(applySettings(scenario, recipe), own, placeOf);
  return { scenario: changed, changes: [...changesOf(recipe, scenario), ...changesOf(own, scenario)] };
}

/** Settings as text, `path = value`. */
export function changesOf(settings: Settings, before?: Scenario): readonly string[] {
  return Object.entries(settings).map(([path, value]) => {
    if (path !== 'gateways' || before === undefined || !Array.isArray(value)) return `${path} = ${shortValue(value)}`;
    const known = new Set(before.gateways.map(({ name }) => name));
    const names = value.map((gateway: StudyStation) => gateway.name);
    const added = names.filter((name) => !known.has(name));
    return `gateways = ${names.length} stations, ${added.length} of them new (${added.join(', ')})`;
  });
}

function shortValue(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? 'none';
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function settingsOf(scenario: Scenario, builtIn: BuiltInComparator, file: StudyFile): Settings {
  const hasLinks = builtIn !== 'bent-pipe' && builtIn !== 'compression';
  const hasMore = builtIn === 'more-stations';
  const isCompressed = builtIn === 'compression' || builtIn === 'compressed-relay';
  return {
    ...groundCloud(scenario),
    // Without links there are no neighbours that could watch.
    ...(hasLinks ? {} : { 'constellations.*.isl.topology': 'none', relays: [], 'security.watch.enabled': false }),
    ...(hasMore ? { gateways: withMoreStations(scenario.gateways, file.moreStations) } : {}),
    ...(isCompressed && file.compression !== undefined ? compressed(scenario, file.compression) : {}),
  };
}

function groundCloud({ durationS, dataCentres, satellite }: Scenario): Settings {
  return {
    carryHorizonS: durationS,
    'wan.relays': true,
    ...(dataCentres.length === 0
      ? {}
      : { 'dataCentres.*.servers': MANY_SERVERS, 'dataCentres.*.tflopsPerServer': NO_TIME_TFLOPS }),
    'satellite.tflopsPerAccelerator': NO_COMPUTE_TFLOPS,
    'satellite.acceleratorPowerW': 0,
    'satellite.bufferBytes': Math.max(satellite.bufferBytes, satellite.archiveBytes),
  };
}

type Gateways = Scenario['gateways'];

/** Each new station is like one of those there are, in turn, but for its place: as many antennas, radios and owners per share. */
function withMoreStations(gateways: Gateways, list: readonly StudyStation[] | undefined): Gateways {
  const candidates = list ?? WORLDWIDE;
  const names = new Set(gateways.map(({ name }) => name));
  const free = candidates.filter((site) => !names.has(site.name) && gateways.every((there) => !isAt(site, there)));
  const added = free.slice(0, MORE_PER_STATION * gateways.length).map((site, i) => ({
    ...(gateways[i % gateways.length] as Gateways[number]),
    ...site,
    antennas: site.antennas ?? (gateways[i % gateways.length] as Gateways[number]).antennas,
  }));
  return [...gateways, ...added];
}

interface Place {
  readonly latDeg: number;
  readonly lonDeg: number;
}

/** Nearer than about 50 km north to south: the same site under another name. */
function isAt(a: Place, b: Place): boolean {
  return Math.abs(a.latDeg - b.latDeg) < 0.5 && Math.abs(a.lonDeg - b.lonDeg) < 0.5;
}

/** Raw data shrink; products stay as they are. */
function compressed(
  { traffic }: Scenario,
  { ratio, keptFrac }: { readonly ratio: number; readonly keptFrac: number },
): Settings {
  return Object.fromEntries(
    traffic.observations.flatMap(({ name, rawBytes, reduction }): [string, number][] => [
      [`traffic.observations.${name}.rawBytes`, (rawBytes * keptFrac) / ratio],
      [`traffic.observations.${name}.reduction`, Math.max(1, (reduction * keptFrac) / ratio)],
    ]),
  );
}

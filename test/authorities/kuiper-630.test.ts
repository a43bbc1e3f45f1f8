import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type PathSample, createPathFinder } from '../../environment/paths/index.ts';
import { loadScenario } from '../../environment/scenario/index.ts';
import { at, must } from '../present.ts';

/**
 * Paths over Kuiper's first shell against those of Hypatia (Kassing et al., IMC 2020; snkas/hypatia, MIT): shortest paths by
 * networkx, and pings in packets by ns-3 (stored runs in suvambasak/LEOCraft, MIT). From the shipped scenario, by the function
 * that `spacecloud contacts paths` calls.
 */
const FINDER = createPathFinder(loadScenario('scenarios/kuiper-630-hypatia.yaml'));

const RTT_FOLDER = '../shared/data/rtt-kuiper-630';
const PING_FOLDER = '../shared/data/ping-kuiper-630';
const available = existsSync(RTT_FOLDER) && existsSync(PING_FOLDER);
if (!available) console.warn(`Skipped: the published paths and pings are not in ${RTT_FOLDER} and ${PING_FOLDER}.`);

const ONE_MICROSECOND_S = 1e-6;
/** The pings of ns-3 differ from the light time by up to 2.4 us; the tolerance is twice that. */
const PING_S = 5e-6;

const SATELLITES = 1156;
const GROUND: Readonly<Record<number, string>> = { 1173: 'manila', 1229: 'saint-petersburg', 1241: 'dalian' };

/** Satellite `n` of plane `o` is 34 o + n in Hypatia and p<o + 1>-s<n + 1> here; ground ids follow. */
function nameOf(id: number): string {
  const two = (index: number): string => String(index + 1).padStart(2, '0');
  return id < SATELLITES ? `kuiper-p${two(Math.floor(id / 34))}-s${two(id % 34)}` : must(GROUND[id]);
}

const namesOf = (path: string): string[] => path.split('-').map((id) => nameOf(Number(id)));
const lines = (file: string): string[][] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
const rttMs = ({ delayS }: PathSample): number => 2000 * must(delayS);

describe('Kuiper-630 against Hypatia at t = 0', () => {
  it.each([
    // Round trips of the sets, ms; both ends within 30 deg of a flat Earth.
    ['manila', 'saint-petersburg', 76.846048722],
    ['manila', 'dalian', 29.423137758],
    ['saint-petersburg', 'dalian', 63.203866535],
  ])('%s - %s: round trip of %f ms within 1 us', (from, to, expectedMs) => {
    const there = FINDER.between({ from, to })(0);
    expect(Math.abs(rttMs(there) - expectedMs)).toBeLessThan(1000 * ONE_MICROSECOND_S);
    const back = FINDER.between({ from: to, to: from })(0);
    expect(back.path).toEqual([...must(there.path)].reverse());
  });

  it.each([
    ['delhi', 'new-york', 93.456278],
    ['moscow', 'paris', 27.690786],
    ['tokyo', 'sydney', 110.547371],
  ])('%s - %s: ping of %f ms within 5 us', (from, to, expectedMs) => {
    expect(Math.abs(rttMs(FINDER.between({ from, to })(0)) - expectedMs)).toBeLessThan(1000 * PING_S);
  });

  it('satellites stand in the order of their ids: plane by plane', () => {
    const { path } = FINDER.between({ from: 'manila', to: 'dalian' })(0);
    // 184 = 34 * 5 + 14, 183 = 34 * 5 + 13, 217 = 34 * 6 + 13
    expect(path).toEqual(['manila', 'kuiper-p06-s15', 'kuiper-p06-s14', 'kuiper-p07-s14', 'dalian']);
    expect(path).toEqual(namesOf('1173-184-183-217-1241'));
  });

  it('a wrong cone, that of the pings, would be seen', () => {
    // 1,098.4 km instead of 1,260 km: Manila is then served by another satellite, Saint Petersburg by none.
    const scenario = loadScenario('scenarios/kuiper-630-hypatia.yaml');
    const terminals = scenario.terminals.map((terminal) => ({ ...terminal, radios: ['ping'] }));
    const sample = createPathFinder({ ...scenario, terminals }).between({ from: 'manila', to: 'saint-petersburg' })(0);
    expect(sample.path).toBeNull();
  });
});

describe.skipIf(!available)('Kuiper-630 against Hypatia over 200 s', () => {
  it.each([
    [1173, 1229],
    [1229, 1173],
  ])('paths %d -> %d every 100 ms: 999 of 1,000 equal, and RTT within 1 us where equal', (from, to) => {
    // Time (ns) and path from then on; time (ns) and RTT (ns) at each sample.
    const changes = lines(`${RTT_FOLDER}/networkx_path_${from}_to_${to}.txt`);
    const published = lines(`${RTT_FOLDER}/networkx_rtt_${from}_to_${to}.txt`);
    expect(published).toHaveLength(2000);
    const pathAt = FINDER.between({ from: nameOf(from), to: nameOf(to) });
    const differing: number[] = [];
    const ours: number[] = [];
    const theirs: number[] = [];
    let worstS = 0;
    for (const [time, rtt] of published) {
      const timeS = Number(time) / 1e9;
      const path = at(must(changes.filter(([since]) => Number(since) <= Number(time)).pop()), 1);
      const sample = pathAt(timeS);
      if (sample.path === null) ours.push(timeS);
      if (path === 'Unreachable') theirs.push(timeS);
      const expected = path === 'Unreachable' ? null : namesOf(path);
      if (JSON.stringify(sample.path) !== JSON.stringify(expected)) differing.push(timeS);
      else if (sample.delayS !== null) worstS = Math.max(worstS, Math.abs(2 * sample.delayS - Number(rtt) / 1e9));
    }
    // Two of 2,000, in both directions: a satellite rises into the cone of Saint Petersburg one sample before Hypatia's does.
    expect(differing).toEqual([3.2, 165.1]);
    expect(1 - differing.length / published.length).toBeGreaterThanOrEqual(0.999);
    expect(worstS).toBeLessThan(ONE_MICROSECOND_S);
    expect([theirs.length, theirs[0], theirs.at(-1)]).toEqual([98, 155.4, 165.1]);
    expect([ours.length, ours[0], ours.at(-1)]).toEqual([97, 155.4, 165]);
  });

  it.each([
    ['delhi', 'new-york'],
    ['moscow', 'paris'],
    ['tokyo', 'sydney'],
  ])('pings %s - %s every second: all within 5 us', (from, to) => {
    const [, ...pings] = lines(`${PING_FOLDER}/ping_${from}_to_${to}_rtt.csv`);
    expect(pings).toHaveLength(200);
    const pathAt = FINDER.between({ from, to });
    const errorsS = pings.map(([, , time, ping]) => {
      // 0 or less would mean no reply; there is none of it in these three files.
      expect(Number(ping)).toBeGreaterThan(0);
      return Math.abs(2 * (pathAt(Number(time) / 1e9).delayS ?? Infinity) - Number(ping) / 1e9);
    });
    expect(errorsS.filter((errorS) => errorS >= PING_S)).toEqual([]);
  });
});

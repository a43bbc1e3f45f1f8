import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explanation } from '../../cli/commands/scenario/explanation.ts';
import { scenarioFacts } from '../../cli/commands/scenario/facts.ts';
import { studyFacts } from '../../cli/commands/scenario/study-part.ts';
import { loadScenario } from '../../index.ts';
import { loadStudyFile } from '../../training/index.ts';
import { captured } from './captured.ts';

let folder = '';
let variant = '';
const HEAD = 'schema: 1\nbase: wildfire-66\nname: heavy-fire\n';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scenario-command-'));
  variant = join(folder, 'heavy-fire.yaml');
  writeFileSync(variant, `${HEAD}set:\n  traffic.load: 1.5\n  gateways.kiruna: { latDeg: 67.86, lonDeg: 20.96 }\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const json = async (...args: readonly string[]): Promise<unknown> => {
  const { status, out } = await captured(['scenario', ...args, '--json']);
  expect(status).toBe(0);
  return JSON.parse(out) as unknown;
};

describe('a scenario with a shipped base', () => {
  it('is found from any folder, and shown whole', async () => {
    const shown = (await json('show', variant)) as { name: string; traffic: { load: number }; terminals: object[] };
    expect([shown.name, shown.traffic.load]).toEqual(['heavy-fire', 1.5]);
    expect(shown.terminals).toEqual(loadScenario('wildfire-66').terminals);
  });

  it('is refused with the place of a wrong setting', async () => {
    const bad = join(folder, 'bad.yaml');
    writeFileSync(bad, `${HEAD}set:\n  traffic.laod: 2\n`);
    const { status, err } = await captured(['scenario', 'show', bad]);
    expect(status).toBe(3);
    expect(err).toContain(`${bad}:5:3: SCENARIO_FIELD: traffic.laod: expected a known field, found 'laod'`);
    expect(err).toContain('Did you mean load?');
  });

  it('names the nearest base', async () => {
    const bad = join(folder, 'no-base.yaml');
    writeFileSync(bad, HEAD.replace('wildfire-66', 'wildfire'));
    const { status, err } = await captured(['scenario', 'show', bad]);
    expect(status).toBe(5);
    expect(err).toContain(
      `${bad}:2:7: FILE_NOT_FOUND: base: expected a scenario or the path of one, found none at 'wildfire'`,
    );
    expect(err).toContain('Did you mean wildfire-66?');
    expect(err).not.toContain('Shipped scenarios');
  });
});

describe('scenario diff', () => {
  it('prints one difference per line, sorted', async () => {
    const { status, out } = await captured(['scenario', 'diff', 'wildfire-66', variant]);
    const kiruna =
      '{"name":"kiruna","latDeg":67.86,"lonDeg":20.96,"heightM":0,"antennas":2,"radio":"gateway","moreRadios":[]}';
    expect(status).toBe(0);
    expect(out.split('\n')).toEqual([
      `gateways.kiruna: (none) -> ${kiruna}`,
      'name: "wildfire-66" -> "heavy-fire"',
      'traffic.load: 1 -> 1.5',
      '',
    ]);
  });

  it('prints the same as JSON', async () => {
    const found = (await json('diff', variant, 'wildfire-66')) as { path: string; from: unknown; to: unknown }[];
    expect(found.map(({ path }) => path)).toEqual(['gateways.kiruna', 'name', 'traffic.load']);
    expect(found[0]?.to).toBeNull();
    expect(found[2]).toEqual({ path: 'traffic.load', from: 1.5, to: 1 });
  });

  it('says when there is nothing', async () => {
    expect((await captured(['scenario', 'diff', variant, variant])).out).toBe('No differences.\n');
  });
});

describe('scenario explain', () => {
  it('says what it is and what it is made of', async () => {
    const { status, out } = await captured(['scenario', 'explain', variant]);
    expect(status).toBe(0);
    expect(out).toContain(`heavy-fire (${variant}) <- wildfire-66 (`);
    expect(out).toContain('Changed from wildfire-66\n  gateways.kiruna: (none) -> ');
    // 2 pi sqrt(7158.137^3 / 398600.4418) = 6027.1 s = 100.5 min.
    expect(out).toContain('66 satellites, Walker star, 6 planes of 11, 780 km, inclination 86.4 deg, period 100.5 min');
    expect(out).not.toContain('Study');
  });

  it('adds up what is offered and what there is', async () => {
    const { traffic, offered, capacity, changes, bases } = (await json('explain', variant)) as {
      traffic: { name: string; ratePerS: number; offeredBps: number; offeredTflops: number }[];
      offered: { bps: number; tflops: number };
      capacity: { fleetTflops: number; groundTflops: number; downlinkBps: number };
      changes: { path: string }[];
      bases: { name: string }[];
    };
    const fires = traffic.find(({ name }) => name === 'fire-watch');
    // 380 per s x 1.5 = 570; x 100 MB x 8 = 456 Gbit/s; x 38 TFLOP = 21,660 TFLOPS.
    expect(fires).toMatchObject({ ratePerS: 570, offeredBps: 456e9, offeredTflops: 21_660 });
    // Jobs: 4 per s x 1.5 x 88 Mbit = 528 Mbit/s and x 471 TFLOP = 2,826 TFLOPS.
    expect(offered.bps).toBeCloseTo(456.528e9, -3);
    expect(offered.tflops).toBeCloseTo(24_486, 6);
    // 66 satellites x 3 x 91.6; 192 servers x 91.6; 24 antennas x 5 Gbit/s.
    expect(capacity.fleetTflops).toBeCloseTo(18_136.8, 6);
    expect(capacity.groundTflops).toBeCloseTo(17_587.2, 6);
    expect(capacity.downlinkBps).toBe(120e9);
    expect(changes.map(({ path }) => path)).toEqual(['gateways.kiruna', 'traffic.load']);
    expect(bases.map(({ name }) => name)).toEqual(['heavy-fire', 'wildfire-66']);
  });

  it('tells of faults, labels, relays and orbits of every kind', async () => {
    const contested = (await captured(['scenario', 'explain', 'contested-iridium'])).out;
    expect(contested).toContain('  relay border: north to south, 10 Gbit/s, up to 5,000 km');
    expect(contested).toContain('  jamming: 900 km around 34, 30 deg, at 1,800 s, for 1,800 s');
    expect(contested).toContain('deadline 10 s, label secret/norland');
    expect(contested).toContain('neighbours watch each other');
    expect((await captured(['scenario', 'explain', 'lunar-relay'])).out).toContain('2 satellites, around the Moon');
    expect((await captured(['scenario', 'explain', 'leo-geo-relay'])).out).toContain('geostationary');
  });
});

describe('the study of a scenario', () => {
  const STUDY = `schema: 1
study: wildfire-66
title: Fires
scenario: wildfire-66
claim: Fires are known within seconds.
announcement: It shortens processing times.
loses: When the fleet is short of compute.
headline: deadlineHitFrac
kpis: [latencyP95S]
comparators: [bent-pipe, { name: second-site, label: a second site, set: { gateways.oslo: null } }]
policies: [damped+greedy-finish+least-rate]
parameters:
  - { path: satellite.accelerators, low: 1, high: 6, grade: memory, source: nobody knows }
  - { path: satellite.tflopsPerAccelerator, grade: primary, source: NVIDIA L40S data sheet }
  - { path: terminals.*.population, grade: secondary, source: a survey }
  - { path: wan.fixedMs, low: 50, high: 150, grade: memory, source: hearsay }
sizes:
  quick: { arrivalsS: 1, drainS: 1, seeds: 1 }
  full: { arrivalsS: 1, drainS: 1, seeds: 1 }
`;

  it('is told with its parameters, weak sources marked', () => {
    const file = join(folder, 'study.yaml');
    writeFileSync(file, STUDY);
    const scenario = loadScenario('wildfire-66');
    const lines = explanation(scenarioFacts(scenario), studyFacts(scenario, loadStudyFile(file).value));
    expect(lines.slice(lines.indexOf('Study: Fires'))).toEqual([
      'Study: Fires',
      '  claim: Fires are known within seconds.',
      '  announced: It shortens processing times.',
      '  where orbit can lose: When the fleet is short of compute.',
      '  KPIs: deadlineHitFrac, latencyP95S',
      '  comparators: bent-pipe, second-site (a second site)',
      '  ! satellite.accelerators = 3 (1 to 6): memory, nobody knows',
      '    satellite.tflopsPerAccelerator = 91.6: primary, NVIDIA L40S data sheet',
      '  ! terminals.*.population = null: secondary, a survey',
      // Studies set it for all columns, to 50 ms unless the file says otherwise; scenarios have 10.
      '  ! wan.fixedMs = 50 in the study, 10 in the scenario (50 to 150): memory, hearsay',
      '  ! known from memory or secondary sources only',
    ]);
  });
});

it('scenario list says the base and the claim of each, where there are', async () => {
  const rows = (await json('list')) as { name: string; base: string | null; claim: string | null }[];
  expect(rows.find(({ name }) => name === 'iridium-66')).toMatchObject({ base: null });
  expect(rows.every(({ claim }) => claim === null || claim.length > 10)).toBe(true);
});

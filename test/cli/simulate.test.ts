import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TimelineEvent } from '../../cli/timeline.ts';
import type { RunRecord } from '../../training/index.ts';
import { captured } from './captured.ts';

type Document = RunRecord & { readonly events?: readonly TimelineEvent[] };

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-simulate-'));
const TROUBLED = join(folder, 'troubled.yaml');
const cacheBefore = process.env['XDG_CACHE_HOME'];
/** A run from 30 s on, of 60 s and at most 40 s more. */
const RUN = ['simulate', TROUBLED, '--start', '30', '--arrivals', '60', '--drain', '40'];

/** test-12 with faults of every length, neighbours that watch each other, and batteries that do not last. */
function troubled(): string {
  const text = readFileSync('scenarios/test-12.yaml', 'utf8');
  const more = `
security: { watch: { enabled: true, quarantineS: 20 } }
faults:
  scheduled:
    - { kind: capture, target: polar-p1-s2, atS: 5, durationS: 100, dropFrac: 1 }
    - { kind: satellite-loss, target: polar-p2-s3, atS: 10, durationS: 12.5 }
    - { kind: jamming, atS: 15, durationS: 500, latDeg: 78, lonDeg: 16, radiusKm: 100, fadeDb: 20 }
    - { kind: storage-failure, target: polar-p2-s4, atS: 20 }
    - { kind: link-loss, target: polar-p2-s5, atS: 400 }

satellite:
  batteryWh: 3
`;
  const changed = text.replace('\nsatellite:\n', more);
  if (changed === text) throw new Error('test-12.yaml has no satellite section');
  return changed;
}

async function json(...args: string[]): Promise<Document> {
  const { status, out, err } = await captured([...args, '--json']);
  expect(status, err).toBe(0);
  return JSON.parse(out) as Document;
}

beforeAll(() => {
  process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
  writeFileSync(TROUBLED, troubled());
});
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = cacheBefore;
  rmSync(folder, { recursive: true, force: true });
});

describe('simulate --start', () => {
  const SHORT = ['simulate', 'test-12', '--arrivals', '5', '--drain', '15'];

  it('places the run, and says where it lies', async () => {
    const { startS, simulatedS } = await json(...SHORT, '--start', '120');
    expect(startS).toBe(120);
    const { out } = await captured([...SHORT, '--start', '120']);
    expect(out).toContain(`${simulatedS} s simulated, from 120 s to ${120 + simulatedS} s of the scenario\n`);
  });

  it('by default is drawn from the seed: the same start given by hand is the same run', async () => {
    const [one, two] = [await json(...SHORT, '--seed', '1'), await json(...SHORT, '--seed', '2')];
    expect(one.startS).not.toBe(two.startS);
    const again = await json(...SHORT, '--seed', '2', '--start', String(two.startS));
    expect(again).toEqual(two);
    const elsewhere = await json(...SHORT, '--seed', '2', '--start', String(one.startS));
    expect(elsewhere.trajectoryHash).not.toBe(two.trajectoryHash);
  });

  it.each([
    ['35', 'to be a multiple of the tick of 10 s from 0 to 580 s, got 35 s', '--start 30 is allowed'],
    ['590', 'from 0 to 580 s, got 590 s', '--start 580 is allowed'], // 600 s less the run of 5 + 15 s
    ['-10', "a number from 0 for --start, got '-10'", 'since the start of the scenario'],
    ['soon', "a number from 0 for --start, got 'soon'", 'since the start of the scenario'],
  ])('refuses %s', async (start, message, hint) => {
    const { status, out, err } = await captured([...SHORT, `--start=${start}`]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).toContain(hint);
  });

  it('takes the last start that fits', async () => {
    expect((await json(...SHORT, '--start', '580')).startS).toBe(580);
  });
});

describe('simulate --events', () => {
  const at = (events: readonly TimelineEvent[] | undefined, kind: TimelineEvent['kind']): TimelineEvent[] =>
    (events ?? []).filter((event) => event.kind === kind);

  it('lists the faults that struck and ended in the run, at times of the scenario', async () => {
    const { events, kpis } = await json(...RUN, '--events');
    // Scheduled times count from the start of the run, 30 s; the capture ends at 135 s and the links fail at 430 s, after it.
    const fault = (timeS: number, node: string | null, what: string): TimelineEvent => {
      return { timeS, kind: 'fault', node, what };
    };
    expect(at(events, 'fault')).toEqual([
      fault(35, 'polar-p1-s2', 'captured, until 135 s'),
      fault(40, 'polar-p2-s3', 'satellite lost, until 52.5 s'),
      fault(45, null, 'jammed by 20 dB: svalbard, until 545 s'),
      fault(50, 'polar-p2-s4', 'storage failed: cache and archive are lost'),
      fault(52.5, 'polar-p2-s3', 'satellite loss over'),
    ]);
    expect(kpis['faults']).toBe(4); // the five lines less the end of one
  });

  it('tells suspicion, quarantine and clearing, of captured and honest satellites, as the world counts them', async () => {
    const { events, kpis } = await json(...RUN, '--events');
    const trust = at(events, 'trust');
    const count = (what: string): number => trust.filter((event) => event.what === what).length;
    expect(count('quarantined (honest)')).toBe(kpis['falseAlarms']);
    expect(kpis['falseAlarms']).toBeGreaterThan(0);
    expect(count('suspected (honest)')).toBeGreaterThan(0);
    expect(count('cleared (honest)')).toBeGreaterThan(0);
    const ofCaptured = trust.filter(({ node }) => node === 'polar-p1-s2');
    expect(ofCaptured.slice(0, 3).map(({ what }) => what)).toEqual([
      'suspected (captured)',
      'quarantined (captured)',
      'on probation (captured)',
    ]);
    // It is captured at 35 s: detectionMeanS is the time from then to the quarantine; probation comes quarantineS later.
    const [, quarantined, probation] = ofCaptured.map(({ timeS }) => timeS);
    expect(kpis['detections']).toBe(1);
    expect((quarantined as number) - 35).toBeCloseTo(kpis['detectionMeanS'] as number, 9);
    expect((probation as number) - (quarantined as number)).toBeCloseTo(20, 9);
  });

  it('leaves out radios and service unless all are asked for; neither changes the run', async () => {
    const bare = await json(...RUN);
    const main = await json(...RUN, '--events');
    const all = await json(...RUN, '--events', 'all');
    expect(bare.events).toBeUndefined();
    expect([main.trajectoryHash, all.trajectoryHash]).toEqual([bare.trajectoryHash, bare.trajectoryHash]);
    const modes = (document: Document): string[] => at(document.events, 'mode').map(({ what }) => what);
    expect(modes(main)).toContain('power: nominal -> safe');
    expect(modes(main).filter((what) => /^(radio-\d+|link|service):/.test(what))).toEqual([]);
    for (const what of ['radio-0: detached -> attached', 'link: attached -> detached', 'service: up -> down']) {
      expect(modes(all)).toContain(what);
    }
    expect(all.events?.filter(({ what }) => !/^(radio-\d+|link|service):/.test(what))).toEqual(main.events);
    const times = (all.events ?? []).map(({ timeS }) => timeS);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('prints faults and trust after the key figures, and modes after them', async () => {
    const { out } = await captured([...RUN, '--events']);
    const [figures = '', faults = '', modes = ''] = out.split('\n\n');
    expect(figures).toContain('trajectory hash');
    expect(figures).toContain('4 (4 of 5 scheduled; the next is at 400 s of the run)');
    expect(faults).toMatch(
      /^Faults, data sets and trust, at times of the scenario:\n +35\.0 s {2}polar-p1-s2 {2}captured/,
    );
    expect(faults).toMatch(/\n +45\.0 s {15}jammed by 20 dB: svalbard, until 545 s\n/);
    expect(modes).toMatch(
      /^Modes that changed, without radios \(all: --events all\):\n +40\.0 s {2}polar-p1-s1 {2}power/,
    );
  });

  it('lists no fault that was drawn for the run but lies behind its early end', async () => {
    // So little work that nothing is under way when arrivals end after 1 s; the run might have taken 91 s.
    const run = ['simulate', TROUBLED, '--start', '30', '--arrivals', '1', '--drain', '90', '--load', '0.01'];
    const { events, simulatedS, kpis } = await json(...run, '--events');
    expect(simulatedS).toBeLessThan(5); // the first fault is scheduled then
    expect([at(events, 'fault'), kpis['faults']]).toEqual([[], 0]);
    const { out } = await captured(run);
    expect(out).toMatch(/faults that struck +0 of 5 scheduled \(the first is at 5 s of the run\)\n/);
  });

  it('counts data sets lost and restored', async () => {
    const run = ['simulate', 'backup-walker', '--arrivals', '780', '--drain', '60', '--start', '1000'];
    const { events, kpis } = await json(...run, '--events');
    const [lost, restored, ...more] = at(events, 'backup');
    // The data centre fails 720 s into the run; it has 40 data sets.
    expect(lost).toEqual({ timeS: 1720, kind: 'backup', node: null, what: '40 data sets lost' });
    expect(restored).toMatchObject({ timeS: 1720 + (kpis['rtoS'] as number), kind: 'backup', node: 'dc-ashburn' });
    expect(restored?.what).toMatch(/^40 of 40 data sets lost at 1,720 s restored here, the first at 1,72\d(\.\d)? s$/);
    expect([kpis['restoredFrac'], more]).toEqual([1, []]);
    expect(at(events, 'fault')).toContainEqual({
      ...{ timeS: 1720, kind: 'fault', node: 'dc-frankfurt', what: 'data centre lost, for good' },
    });
  });

  it('takes a word after it for a mistake, not for the scenario', async () => {
    const { status, err } = await captured(['simulate', '--events', 'test-12']);
    expect(status).toBe(2);
    expect(err).toContain(
      "Expected nothing or 'all' after --events, got 'test-12'.\n  Name the scenario before --events.",
    );
  });
});

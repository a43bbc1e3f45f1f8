import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AnswerWindow } from '../../agents/fleet/answer-window.ts';
import { FleetTelemetry } from '../../agents/fleet/index.ts';
import type { NodeStatus } from '../../agents/node/index.ts';
import { serveMetrics } from '../../cli/fleet/metrics-server.ts';
import { OpenMetrics } from '../../cli/fleet/open-metrics.ts';
import type { FleetStanding } from '../../cli/fleet/standing.ts';
import { TelemetryFile } from '../../cli/fleet/telemetry-file.ts';
import { type TelemetryLine, telemetryJsonSchema, telemetryLineSchema } from '../../cli/fleet/telemetry-lines.ts';
import { buildGeometry, createWorldModel, loadScenario } from '../../environment/index.ts';
import { createBaseline } from '../../policies/index.ts';
import { type RunRecord, runEpisode } from '../../training/index.ts';
import { python, pythonHas } from '../authorities/python.ts';
import { must } from '../present.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-telemetry-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STANDING: FleetStanding = { nodes: 2, joined: 1, absent: 1, phases: { ready: 1, restarting: 1 }, restarts: 4 };
const NODE = 'polar-p1-s2';
/** What the node of one satellite is said to have done; its name has what labels must escape. */
const STATUS: NodeStatus = {
  ...{ satellite: NODE, policy: 'learned', bundleVersion: '1', isJoined: true, isReady: true },
  ...{
    decisions: 3,
    fallbackDecisions: 2,
    abstained: 1,
    corrupt: 5,
    stale: 6,
    illegal: 7,
    late: 8,
    rejoined: 9,
    astray: 10,
  },
};
const FILE = join(folder, 'telemetry.ndjson');

let telemetry: FleetTelemetry;
let metrics: OpenMetrics;
let record: RunRecord;
let text: string;
let lines: readonly TelemetryLine[];

/** One run of test-12 that loses a satellite, watched by all there is. */
beforeAll(async () => {
  const scenario = loadScenario('scenarios/test-12.yaml');
  const geometry = buildGeometry(scenario);
  const names = geometry.nodeNames.slice(0, geometry.satelliteCount);
  telemetry = new FleetTelemetry(names);
  telemetry.watchNodes({ nodes: [STATUS] });
  const standing = (): FleetStanding => STANDING;
  const policy = 'damped+greedy-finish+gdsf';
  metrics = new OpenMetrics({ telemetry, standing, scenario: 'test-12', policy, fleet: 'a "fleet"\\' });
  const file = new TelemetryFile({
    ...{ path: FILE, telemetry, standing, onTrouble: expect.unreachable },
    head: { scenario: 'test-12', policy, fleet: 'f', seed: 1, periodS: 2, satellites: [...names], nodes: [NODE] },
  });
  file.process({ name: NODE, phase: 'restarting', pid: 1, restarts: 1, lastEnd: 'SIGKILL', log: '' });
  record = await runEpisode(createWorldModel(scenario, geometry), createBaseline(policy, 1), {
    ...{ seed: 1, arrivalsS: 10, drainS: 30, fallback: 'load-aware+greedy-finish+gdsf', role: 'baseline' },
    onConstellation: (constellation) => {
      telemetry.watch(constellation);
      file.watch(constellation);
      // Before the first round: satellite 0 has lost its policy for the whole run.
      constellation.report({ world: 0, satellite: 0, event: { type: 'bundle.refused', reason: 'key' } });
    },
  });
  for (const durationMs of [0.4, 3, 3, 700])
    telemetry.answered({ satellite: 1, durationMs, rows: 1, outcome: 'answered' });
  telemetry.answered({ satellite: 1, durationMs: 60_000, rows: 1, outcome: 'late' });
  text = await metrics.text();
  file.close(record.trajectoryHash);
  lines = readFileSync(FILE, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => telemetryLineSchema.parse(JSON.parse(line)));
});

/** Value of the one sample of this name and these labels. */
function sample(name: string, labels: Readonly<Record<string, string>> = {}): number {
  const found = text.split('\n').filter((line) => {
    const match = /^(\w+)(?:\{(.*)\})? /.exec(line);
    if (match?.[1] !== name) return false;
    return Object.entries(labels).every(([key, value]) => (match[2] ?? '').split(',').includes(`${key}="${value}"`));
  });
  expect(found, `${name} ${JSON.stringify(labels)}`).toHaveLength(1);
  return Number(must(found[0]).split(' ').at(-1));
}

describe('durations of answers', () => {
  it('are told as quantiles by nearest rank, and forgotten', () => {
    const window = new AnswerWindow();
    for (let ms = 200; ms >= 1; ms--) window.add(ms);
    // Nearest rank: 0.5 * 200 = the 100th, 0.99 * 200 = the 198th of 1, 2, ... 200.
    expect(window.take()).toEqual({ count: 200, p50Ms: 100, p99Ms: 198, maxMs: 200 });
    expect(window.take()).toEqual({ count: 0, p50Ms: null, p99Ms: null, maxMs: null });
    window.add(7);
    expect(window.take()).toEqual({ count: 1, p50Ms: 7, p99Ms: 7, maxMs: 7 });
  });

  it('of a long period are thinned evenly: the quantiles stay, and the largest', () => {
    const window = new AnswerWindow();
    const count = 100_000;
    for (let i = 0; i < count; i++) window.add((i % 1000) + 1);
    window.add(5000);
    const { p50Ms, p99Ms, ...rest } = window.take();
    expect(rest).toEqual({ count: count + 1, maxMs: 5000 });
    // One in 8 is kept (100,000 / 16,384 = 6.1): of 1 to 1000 every eighth, so ranks are off by 8 at most.
    expect(Math.abs(must(p50Ms) - 500)).toBeLessThanOrEqual(8);
    expect(Math.abs(must(p99Ms) - 990)).toBeLessThanOrEqual(8);
  });
});

describe('the figures of a fleet', () => {
  it('count every decision once, by satellite', () => {
    const { decisions, satellites, rounds } = telemetry.figures;
    expect(decisions).toBe(record.decisions);
    expect(satellites.reduce((sum, satellite) => sum + satellite.decisions, 0)).toBe(record.decisions);
    expect(rounds).toBeGreaterThan(0);
    expect(rounds).toBeLessThanOrEqual(decisions);
  });

  it('tell decisions by a fallback: of a machine in fallback, and what the node of a satellite did not decide', () => {
    const { satellites, fallbackDecisions } = telemetry.figures;
    const [first, second, ...others] = satellites;
    expect(must(first).modes['autonomy']).toBe('fallback');
    expect(must(first).fallbackDecisions).toBe(must(first).decisions);
    expect(must(second).satellite).toBe(NODE);
    expect(must(second).decisions).toBeGreaterThan(STATUS.decisions);
    expect(must(second).fallbackDecisions).toBe(must(second).decisions - STATUS.decisions);
    for (const other of others) expect(other).toMatchObject({ fallbackDecisions: 0, modes: { autonomy: 'learned' } });
    expect(fallbackDecisions).toBe(must(first).fallbackDecisions + must(second).fallbackDecisions);
  });
});

describe('OpenMetrics', () => {
  it('carry the figures', () => {
    const { figures } = telemetry;
    expect(sample('spacecloud_simulated_time_seconds')).toBe(figures.timeS);
    expect(sample('spacecloud_rounds_total')).toBe(figures.rounds);
    for (const { satellite, decisions, fallbackDecisions } of figures.satellites) {
      expect(sample('spacecloud_decisions_total', { satellite })).toBe(decisions);
      expect(sample('spacecloud_fallback_decisions_total', { satellite })).toBe(fallbackDecisions);
    }
    expect(sample('spacecloud_mode', { satellite: 'polar-p1-s1', region: 'autonomy' })).toBe(1);
    expect(sample('spacecloud_mode', { satellite: 'polar-p1-s1', region: 'autonomy', mode: 'fallback' })).toBe(1);
    expect(sample('spacecloud_mode_entries_total', { region: 'autonomy', mode: 'fallback' })).toBe(1);
  });

  it('carry nodes and processes', () => {
    const satellite = NODE;
    expect(sample('spacecloud_nodes', { state: 'joined' })).toBe(1);
    expect(sample('spacecloud_nodes', { state: 'absent' })).toBe(1);
    expect(sample('spacecloud_node_processes', { phase: 'restarting' })).toBe(1);
    expect(sample('spacecloud_node_restarts_total')).toBe(4);
    expect(sample('spacecloud_node_decisions_total', { satellite })).toBe(3);
    expect(sample('spacecloud_node_abstained_total', { satellite })).toBe(1);
    expect(sample('spacecloud_node_late_total', { satellite })).toBe(8);
    expect(sample('spacecloud_node_rejoined_total', { satellite })).toBe(9);
    expect(sample('spacecloud_node_astray_total', { satellite })).toBe(10);
    expect(sample('spacecloud_rejected_messages_total', { satellite, reason: 'corrupt' })).toBe(5);
    expect(sample('spacecloud_rejected_messages_total', { satellite, reason: 'stale' })).toBe(6);
    expect(sample('spacecloud_rejected_messages_total', { satellite, reason: 'illegal' })).toBe(7);
  });

  it('carry durations as a histogram in seconds', () => {
    // Answers took 0.4, 3, 3 and 700 ms; one that was given up, 60,000 ms.
    const outcome = 'answered';
    const upTo = (le: string): number => sample('spacecloud_answer_duration_seconds_bucket', { outcome, le });
    expect(['0.0005', '0.002', '0.005', '0.5', '1', '10', '+Inf'].map(upTo)).toEqual([1, 1, 3, 3, 4, 4, 4]);
    expect(sample('spacecloud_answer_duration_seconds_sum', { outcome })).toBeCloseTo(0.7064, 9);
    expect(sample('spacecloud_answer_duration_seconds_count', { outcome })).toBe(4);
    expect(sample('spacecloud_answer_duration_seconds_sum', { outcome: 'late' })).toBe(60);
    expect(sample('spacecloud_answer_duration_seconds_bucket', { outcome: 'late', le: '10' })).toBe(0);
  });

  it('are the same at the next scrape when nothing has happened', async () => {
    expect(await metrics.text()).toBe(text);
  });

  const modules = ['prometheus_client.openmetrics.parser'];
  const hasParser = pythonHas(modules);
  if (!hasParser) console.warn(`skipped: OpenMetrics by its own parser; Python has no ${modules.join(', ')}`);
  (hasParser ? it : it.skip)('are accepted by the parser of prometheus_client, with the types meant', () => {
    const file = join(folder, 'metrics.txt');
    writeFileSync(file, text);
    const script = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = list(text_string_to_metric_families(open(sys.argv[1]).read()))
print(json.dumps({f.name: [f.type, sorted({l for s in f.samples for l in s.labels}), len(f.samples)] for f in families}))
print(json.dumps([s.labels for f in families if f.name == 'spacecloud_run' for s in f.samples]))
`;
    const [families, run] = python(['-c', script, file])
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(families).toMatchObject({
      spacecloud_decisions: ['counter', ['satellite'], 12],
      spacecloud_fallback_decisions: ['counter', ['satellite'], 12],
      spacecloud_rejected_messages: ['counter', ['reason', 'satellite'], 3],
      spacecloud_mode: ['gauge', ['mode', 'region', 'satellite'], 60], // 12 satellites of five regions
      spacecloud_answer_duration_seconds: ['histogram', ['le', 'outcome'], 34], // two times 14 bounds, +Inf, sum, count
      spacecloud_simulated_time_seconds: ['gauge', [], 1],
    });
    expect(run).toMatchObject([{ fleet: 'a "fleet"\\' }]); // escaped, and read back
  });

  it('are served on loopback with their content type, and nothing else is', async () => {
    const server = await serveMetrics(metrics, 0);
    try {
      const { origin, hostname } = new URL(server.url);
      expect(hostname).toBe('127.0.0.1');
      const response = await fetch(server.url);
      expect(response.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
      expect(await response.text()).toBe(text);
      expect(text.endsWith('\n# EOF\n')).toBe(true);
      expect((await fetch(`${origin}/`)).status).toBe(404);
      expect((await fetch(server.url, { method: 'POST', body: 'x' })).status).toBe(405);
      const { port } = new URL(server.url);
      await expect(serveMetrics(metrics, Number(port))).rejects.toThrow(
        `Expected a free port for --metrics, got EADDRINUSE at ${port}.`,
      );
    } finally {
      await server.close();
    }
    await expect(fetch(server.url)).rejects.toThrow();
  });
});

describe('a telemetry file', () => {
  it('begins with the run and ends with its end', () => {
    expect(lines[0]).toMatchObject({ kind: 'run', format: 'spacecloud-fleet-telemetry/1', seed: 1, nodes: [NODE] });
    const { timeS, decisions, fallbackDecisions } = telemetry.figures;
    const { trajectoryHash } = record;
    const end = { kind: 'end', outcome: 'finished', timeS, decisions, fallbackDecisions, trajectoryHash };
    expect(lines.at(-1)).toMatchObject(end);
    expect(lines[1]).toMatchObject({ kind: 'process', satellite: NODE, phase: 'restarting', lastEnd: 'SIGKILL' });
  });

  it('has a sample per period of simulated time, and one at the end, which add up', () => {
    const samples = lines.filter((line) => line.kind === 'sample');
    const start = must(samples[0]).timeS;
    const periods = samples.slice(0, -1).map(({ timeS }) => Math.floor((timeS - start) / 2));
    expect(periods.length).toBeGreaterThan(3);
    expect(periods).toEqual([...new Set(periods)].sort((a, b) => a - b)); // one in each period that has a round
    for (const { decisions, fallbackDecisions, satellites } of samples) {
      expect(satellites.reduce((sum, satellite) => sum + satellite.decisions, 0)).toBe(decisions);
      expect(satellites.reduce((sum, satellite) => sum + satellite.fallbackDecisions, 0)).toBe(fallbackDecisions);
    }
    expect(must(samples.at(-1))).toMatchObject({
      ...{ decisions: record.decisions, joined: 1, absent: 1, restarts: 4, late: 8 },
      rejected: 18, // 5 corrupt, 6 stale, 7 illegal
      fallback: ['polar-p1-s1'],
      answers: { count: 5, p50Ms: 3, p99Ms: 60_000, maxMs: 60_000 },
    });
  });

  it('tells every mode that changed', () => {
    const modes = lines.filter((line) => line.kind === 'mode');
    expect(modes[0]).toMatchObject({ node: 'polar-p1-s1', region: 'autonomy', to: 'fallback', reason: 'key' });
    expect(modes.some(({ node }) => node === 'svalbard')).toBe(true);
  });

  it('says once that it cannot be written any more, and lets the run go on', () => {
    const told: string[] = [];
    const file = new TelemetryFile({
      ...{ path: '/dev/full', telemetry, standing: () => STANDING, onTrouble: (trouble) => told.push(trouble) },
      head: { scenario: 's', policy: 'p', fleet: 'f', seed: 1, periodS: 1, satellites: [], nodes: [] },
    });
    file.process({ name: 'a', phase: 'ready', pid: 1, restarts: 0, lastEnd: undefined, log: '' });
    file.close(undefined);
    expect(told).toEqual([expect.stringContaining('ENOSPC')]);
  });

  it('has the schema that is shipped', () => {
    expect(JSON.parse(readFileSync('docs/fleet-telemetry.schema.json', 'utf8'))).toEqual(telemetryJsonSchema());
  });
});

describe('docs/FLEET.md', () => {
  const page = readFileSync('docs/FLEET.md', 'utf8');

  it('has a row for every metric, with its type and its labels', () => {
    const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type] as const);
    expect(types.length).toBeGreaterThan(10);
    for (const [name, type] of types) {
      const row = page
        .split('\n')
        .find((line) => line.startsWith(`| \`${type === 'counter' ? `${name}_total` : name}\``));
      expect(row, name).toContain(`| ${type} `);
      const labels = new RegExp(`^${name}\\w*\\{(.*)\\} `, 'm').exec(text)?.[1] ?? '';
      const names = [...labels.matchAll(/(\w+)="/g)]
        .map((match) => match[1] as string)
        .filter((label) => label !== 'le');
      for (const label of names) expect(row).toContain(`\`${label}\``);
    }
  });

  it('names every field of every kind of line', () => {
    for (const { shape } of telemetryLineSchema.options) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${shape.kind.value}\``));
      for (const field of Object.keys(shape)) if (field !== 'kind') expect(row, field).toContain(`\`${field}\``);
    }
  });
});

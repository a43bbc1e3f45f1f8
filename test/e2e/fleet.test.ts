import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdentityFolders, makeIdentities } from '../../cli/fleet/identities.ts';
import { type TelemetryLine, telemetryLineSchema } from '../../cli/fleet/telemetry-lines.ts';
import type { RunRecord } from '../../training/index.ts';
import { NATS_VERSION, itWithNats, natsServer } from '../nats.ts';
import { at, must } from '../present.ts';
import { type TestBundle, writeTestBundle } from './fleet-bundle.ts';
import { type Running, Workplace } from './spacecloud.ts';

const place = new Workplace();
afterAll(() => place.remove());

/** Longest that anything here may take on a busy machine. */
const PATIENCE_MS = 90_000;
const EPISODE = ['--seed', '3', '--arrivals', '4', '--drain', '30'];
/** A run that goes on until it is stopped. */
const LONG = ['--seed', '3', '--arrivals', '400', '--drain', '30', '--pace', '2'];
/** Those that have most to decide in these seconds, from `simulate`. */
const SATELLITES = ['polar-p1-s2', 'polar-p2-s1', 'polar-p1-s1'];
const NODES = ['--nodes', SATELLITES.join(',')];

interface FleetDocument extends RunRecord {
  readonly fleet: {
    readonly nodes: readonly { readonly satellite: string; readonly decisions: number; readonly late: number }[];
    readonly joined: number;
    readonly restarts: number;
    readonly busRestarts: number;
    readonly fallbackDecisions: number;
    readonly counts: Readonly<Record<string, { readonly sum: number }>>;
  };
  readonly inProcess?: { readonly trajectoryHash: string; readonly isSame: boolean };
}

let flown: TestBundle;
let bundle: string[];
let inProcess: RunRecord;

beforeAll(async () => {
  if (NATS_VERSION === undefined) return;
  flown = writeTestBundle(place.folder);
  bundle = ['--bundle', flown.bundle, '--key', flown.key];
  const policy = ['--policy', flown.bundle, '--key', flown.key];
  inProcess = await place.json<RunRecord>(['simulate', 'test-12', ...policy, ...EPISODE]);
}, PATIENCE_MS);

/** A fleet whose temporary files and processes can be told from all others: they lie under, or name, a folder of its own. */
class Fleet {
  readonly running: Running;
  readonly temporary: string;
  readonly telemetry: string;
  private err = '';

  constructor(name: string, words: readonly string[]) {
    this.temporary = place.at(name);
    this.telemetry = place.at(`${name}.ndjson`);
    mkdirSync(this.temporary);
    const args = ['fleet', '--scenario', 'test-12', ...bundle, '--telemetry', this.telemetry, ...words];
    this.running = place.start(args, { env: { TMPDIR: this.temporary } });
    this.running.child.stderr?.on('data', (bytes: Buffer) => (this.err += bytes.toString()));
  }

  get lines(): readonly TelemetryLine[] {
    if (!existsSync(this.telemetry)) return [];
    const whole = readFileSync(this.telemetry, 'utf8').split('\n').slice(0, -1);
    return whole.map((line) => telemetryLineSchema.parse(JSON.parse(line)));
  }

  get lastSample() {
    return this.lines.filter((line) => line.kind === 'sample').at(-1);
  }

  /** Processes of this fleet beside the command itself: nodes, server, warden. */
  get processes(): readonly { readonly pid: number; readonly words: string }[] {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map((pid) => ({ pid: Number(pid), words: wordsOf(pid) }))
      .filter(({ words }) => words.includes(`${this.temporary}/`));
  }

  pidOf(text: string): number {
    return must(this.processes.find(({ words }) => words.includes(text))).pid;
  }

  async until(what: string, met: () => boolean): Promise<void> {
    const startMs = performance.now();
    while (!met()) {
      const { exitCode, signalCode } = this.running.child;
      const waited = performance.now() - startMs;
      if (waited > PATIENCE_MS || (exitCode ?? signalCode) !== null) {
        throw new Error(`Waited ${Math.round(waited)} ms for ${what}: ${this.err} ${JSON.stringify(this.lastSample)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** All nodes have joined, and the run is under way. */
  flying(): Promise<void> {
    return this.until('the run', () => (this.lastSample?.decisions ?? 0) > 0);
  }

  async metrics(): Promise<string> {
    const url = must(/http:\S+/.exec(this.err)?.[0]);
    return (await fetch(url)).text();
  }

  async expectNothingLeft(): Promise<void> {
    const startMs = performance.now();
    while (this.processes.length > 0 || readdirSync(this.temporary).length > 0) {
      if (performance.now() - startMs > 20_000) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(this.processes).toEqual([]);
    expect(readdirSync(this.temporary)).toEqual([]);
  }
}

/** The command line of a process; empty when it has ended meanwhile. */
function wordsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Value of a metric's only sample. */
function valueOf(metrics: string, start: string): number {
  const found = metrics.split('\n').filter((line) => line.startsWith(start));
  expect(found, start).toHaveLength(1);
  return Number(must(at(found, 0).split(' ').at(-1)));
}

/** What is looked up in /proc is not there on other systems. */
const itOnLinux = process.platform === 'linux' ? itWithNats : it.skip;

describe('a fleet', { timeout: 2 * PATIENCE_MS }, () => {
  itWithNats('decides as one process does, with TLS, and leaves nothing behind', async () => {
    const logs = place.at('logs');
    const fleet = new Fleet('same', [...NODES, ...EPISODE, '--compare', '--json', '--audit', logs]);
    const { status, out, err } = await fleet.running.ended;
    expect(status, err).toBe(0);
    const document = JSON.parse(out) as FleetDocument;
    expect(document.trajectoryHash).toBe(inProcess.trajectoryHash);
    expect(document.kpis).toEqual(inProcess.kpis);
    expect(document.inProcess).toEqual({ trajectoryHash: inProcess.trajectoryHash, isSame: true });
    expect(document.fleet).toMatchObject({ joined: 3, restarts: 0, busRestarts: 0, fallbackDecisions: 0 });
    expect(document.fleet.nodes.map(({ satellite }) => satellite).sort()).toEqual([...SATELLITES].sort());
    for (const { satellite, decisions, late } of document.fleet.nodes) {
      expect([decisions > 0, late]).toEqual([true, 0]);
      const verified = await place.json<{ readonly decisions: number }>([
        'audit',
        'verify',
        `${logs}/${satellite}.log`,
      ]);
      expect(verified.decisions).toBe(decisions);
    }
    const { lines } = fleet;
    const end = { kind: 'end', outcome: 'finished', decisions: inProcess.decisions, fallbackDecisions: 0 };
    expect(lines.at(-1)).toMatchObject({ ...end, trajectoryHash: inProcess.trajectoryHash });
    const answers = lines.reduce((sum, line) => sum + (line.kind === 'sample' ? line.answers.count : 0), 0);
    expect(answers).toBeGreaterThan(10);
    if (process.platform === 'linux') await fleet.expectNothingLeft();
  });

  itWithNats('flies over a bus that somebody else runs, by the identities that its server knows', async () => {
    const identities = place.at('identities');
    const users = makeIdentities({ folder: identities, fleet: 'demo', satellites: SATELLITES });
    await using nats = await natsServer({ users });
    const words = [...NODES, ...EPISODE, '--name', 'demo', '--bus', nats.url, '--identities', identities, '--json'];
    const { status, out, err } = await new Fleet('others', words).running.ended;
    expect(status, err).toBe(0);
    expect((JSON.parse(out) as FleetDocument).trajectoryHash).toBe(inProcess.trajectoryHash);
    const flyBy = (folder: string): string[] => [
      ...['fleet', 'test-12', ...bundle, ...NODES, ...EPISODE, '--name', 'demo', '--bus', nats.url],
      ...['--identities', folder],
    ];
    // A node without an identity cannot start, and another try would not help: the command says which and why.
    const [missing = ''] = SATELLITES;
    rmSync(new IdentityFolders(identities).satellite(missing), { recursive: true });
    const refusal = await place.refusal(flyBy(identities));
    expect(refusal).toMatchObject({ code: 'NODE_CONNECT', status: 8 });
    expect(refusal.message).toContain(
      `Expected the node of '${missing}' to join the fleet, got its end (exit status 5)`,
    );
    expect(refusal.message).toContain('FILE_NOT_FOUND');
    // Strangers to that server are told so.
    makeIdentities({ folder: place.at('strangers'), fleet: 'demo', satellites: SATELLITES });
    expect(await place.refusal(flyBy(place.at('strangers')))).toMatchObject({ code: 'BUS_DENIED', status: 8 });
  });

  itOnLinux('starts a node again that was killed, counts it, and goes on', async () => {
    const fleet = new Fleet('killed', [...NODES, ...LONG, '--metrics', '0']);
    await fleet.flying();
    const before = await fleet.metrics();
    expect(valueOf(before, 'spacecloud_nodes{state="joined"}')).toBe(3);
    expect(valueOf(before, 'spacecloud_node_restarts_total')).toBe(0);
    const victim = at(SATELLITES, 0);
    process.kill(fleet.pidOf(`--satellite ${victim} `), 'SIGKILL');
    await fleet.until('its restart', () =>
      fleet.lines.some((line) => line.kind === 'process' && line.phase === 'ready' && line.restarts === 1),
    );
    const restarted = fleet.lines.filter((line) => line.kind === 'process' && line.restarts === 1);
    expect(restarted.map((line) => line.kind === 'process' && line.phase)).toEqual([
      ...['restarting', 'waiting', 'starting', 'ready'],
    ]);
    expect(restarted[0]).toMatchObject({ satellite: victim, lastEnd: 'SIGKILL' });
    const decidedBy = (text: string): number => valueOf(text, `spacecloud_node_decisions_total{satellite="${victim}"}`);
    const atReturn = decidedBy(await fleet.metrics());
    let now = '';
    while (decidedBy((now = await fleet.metrics())) <= atReturn) {
      await new Promise((resolve) => setTimeout(resolve, 200)); // the test's own time limit ends it
    }
    expect(valueOf(now, 'spacecloud_node_restarts_total')).toBe(1);
    expect(valueOf(now, `spacecloud_node_rejoined_total{satellite="${victim}"}`)).toBe(1);
    expect(valueOf(now, 'spacecloud_nodes{state="joined"}')).toBe(3);
    fleet.running.child.kill('SIGTERM');
    expect((await fleet.running.ended).status).toBe(143);
    await fleet.expectNothingLeft();
  });

  itOnLinux('goes on by fallback when its server is killed, and recovers when that is back', async () => {
    const fleet = new Fleet('server', [...NODES, ...LONG, '--deadline', '500']);
    await fleet.flying();
    const { decisions } = must(fleet.lastSample);
    process.kill(fleet.pidOf('nats-server'), 'SIGKILL');
    await fleet.until('the fallback', () => (fleet.lastSample?.fallback.length ?? 0) > 0);
    await fleet.until('all nodes again', () => {
      const sample = must(fleet.lastSample);
      return sample.fallback.length === 0 && sample.joined === 3 && sample.fallbackDecisions > 0;
    });
    const back = must(fleet.lastSample);
    expect(back.decisions).toBeGreaterThan(decisions);
    // From now on nodes decide again: what fallbacks decide stands still while decisions go on.
    await fleet.until('decisions of nodes', () => must(fleet.lastSample).decisions > back.decisions + 20);
    const after = must(fleet.lastSample);
    expect(after.answers.count).toBeGreaterThan(0);
    expect(after.restarts).toBe(0); // nodes lived on
    fleet.running.child.kill('SIGINT');
    const { status, err } = await fleet.running.ended;
    expect(status, err).toBe(130);
    expect(err).toContain('The nats-server ended; it is started again');
    expect(fleet.lines.at(-1)).toMatchObject({ kind: 'end', outcome: 'stopped', trajectoryHash: null });
    await fleet.expectNothingLeft();
  });

  itOnLinux('that is killed itself takes its nodes, its server and its files with it', async () => {
    const fleet = new Fleet('gone', [...NODES, ...LONG]);
    await fleet.flying();
    expect(fleet.processes.length).toBe(5); // three nodes, the server, the warden
    expect(readdirSync(fleet.temporary)).toHaveLength(1);
    fleet.running.child.kill('SIGKILL');
    await fleet.running.ended;
    await fleet.expectNothingLeft();
  });

  itWithNats('can be stopped while its nodes start', async () => {
    const fleet = new Fleet('early', [...NODES, ...LONG, '--starts-at-once', '1']);
    await fleet.until('the first node', () => fleet.lines.some((line) => line.kind === 'process'));
    fleet.running.child.kill('SIGINT');
    expect((await fleet.running.ended).status).toBe(130);
    expect(fleet.lines.at(-1)).toMatchObject({ kind: 'end', outcome: 'stopped', decisions: 0 });
    if (process.platform === 'linux') await fleet.expectNothingLeft();
  });

  itWithNats('needs a nats-server', async () => {
    const env = { SPACECLOUD_NATS_SERVER: place.at('no-such-server') };
    const refusal = await place.refusal(['fleet', 'test-12', ...bundle, ...NODES, ...EPISODE], { env });
    expect(refusal).toMatchObject({ code: 'BUS_SERVER', status: 8 });
    expect(refusal.message).toContain(place.at('no-such-server'));
  });
});

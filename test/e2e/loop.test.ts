import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../training/index.ts';
import { Workplace } from './spacecloud.ts';

const place = new Workplace();
afterAll(() => place.remove());

/** Where the demo leaves what the tests below use. */
const demo = (...parts: string[]): string => place.at('demo', ...parts);
const KEY = ['--key', demo('key', 'public.pem')];
const EPISODE = ['--seed', '3', '--arrivals', '4', '--drain', '30'];
const SIMULATE = ['simulate', 'test-12', '--policy', demo('bundle'), ...KEY, ...EPISODE];
/** Two that have much to decide in these seconds. */
const SATELLITES = ['polar-p1-s2', 'polar-p2-s1'];

let said: string;
let inProcess: RunRecord;

beforeAll(async () => {
  const { status, out, err } = await place.run([
    'demo',
    'test-12',
    '--out',
    demo(),
    '--decisions',
    '1000',
    '--seeds',
    '2',
  ]);
  expect(status, err).toBe(0);
  said = out;
  inProcess = await place.json<RunRecord>(SIMULATE);
});

describe('the demo', () => {
  it('goes through all steps, and says where everything is', () => {
    for (const step of [1, 2, 3, 4, 5, 6]) expect(said).toContain(`== ${step} of 6: `);
    expect(said).toContain('Valid: spacecloud-policy 1, until ');
    expect(said).toContain(demo('evaluation', 'report.html'));
  });

  it('ends with nodes that decide as one process does', () => {
    const hashes = [...said.matchAll(/trajectory hash ([0-9a-f]{32})/g)].map((match) => match[1]);
    expect(hashes).toHaveLength(2);
    expect(hashes[0]).toBe(hashes[1]);
    expect(said).toContain('Every decision is the same');
  });

  it('leaves a report, an evaluation of all rivals, and a bundle that carries it', () => {
    expect(readFileSync(demo('evaluation', 'report.html'), 'utf8')).toMatch(/<svg[\s\S]*<\/html>/);
    const evaluation = readFileSync(demo('evaluation', 'evaluation.json'), 'utf8');
    const { records } = JSON.parse(evaluation) as { records: RunRecord[] };
    expect(records).toHaveLength(26); // the learned policy and twelve rivals, on two seeds
    expect(new Set(records.map(({ trajectoryHash }) => trajectoryHash)).size).toBeGreaterThan(2);
    expect(JSON.parse(readFileSync(demo('bundle', 'evaluation.json'), 'utf8'))).toEqual(JSON.parse(evaluation));
  });

  it('takes another folder when its own exists', async () => {
    const before = readdirSync(place.folder);
    const { status } = await place.run(['demo', 'no-such-scenario', '--out', demo()]);
    expect(status).toBe(5);
    expect(readdirSync(place.folder)).toEqual(before); // refused before anything was made
  });
});

describe('the same run', () => {
  it('gives the same trajectory in another process, and in a worker of an evaluation', async () => {
    const [again, evaluation] = await Promise.all([
      place.json<RunRecord>(SIMULATE),
      place.json<{ records: RunRecord[] }>([
        ...['evaluate', 'test-12', '--policy', demo('bundle'), ...KEY, '--rivals', 'random+random+random'],
        ...['--seeds', '2', '--first-seed', '3', '--arrivals', '4', '--drain', '30', '--replicates', '100'],
      ]),
    ]);
    expect(again).toEqual(inProcess);
    expect(evaluation.records[0]).toEqual(inProcess);
    expect(evaluation.records[1]?.trajectoryHash).not.toBe(inProcess.trajectoryHash); // another seed
    expect(evaluation.records[2]?.trajectoryHash).not.toBe(inProcess.trajectoryHash); // another policy
  });

  it('is what the bundle was trained to do: the run folder decides alike', async () => {
    const trained = await place.json<RunRecord>(['simulate', 'test-12', '--policy', demo('run'), ...EPISODE]);
    expect(trained.trajectoryHash).toBe(inProcess.trajectoryHash);
  });

  it('is had with satellites as processes started by hand', async () => {
    const address = place.at('world.sock');
    const world = place.start([...SIMULATE, '--nodes', SATELLITES.join(','), '--serve', address, '--json']);
    await new Promise<void>((resolve) => {
      world.child.stderr?.on('data', (bytes: Buffer) => {
        if (bytes.toString().includes('Waiting at')) resolve();
      });
    });
    const node = (satellite: string): string[] => [
      ...['node', '--bundle', demo('bundle'), ...KEY, '--satellite', satellite, '--connect', address],
    ];
    const stranger = await place.refusal(node('sputnik'));
    expect(stranger).toMatchObject({ code: 'NODE_PROTOCOL', status: 8 });
    expect(stranger.message).toContain("got 'sputnik'");
    const nodes = await Promise.all(SATELLITES.map((satellite) => place.json<{ decisions: number }>(node(satellite))));
    const { status, out, err } = await world.ended;
    expect(status, err).toBe(0);
    expect(JSON.parse(out)).toEqual(inProcess);
    for (const [i, { decisions }] of nodes.entries()) {
      expect(decisions).toBeGreaterThan(0);
      expect(err).toContain(`${SATELLITES[i]}: ${decisions} decisions by spacecloud-policy 1, 0 by its fallback`);
    }
  });
});

describe('a node', () => {
  const node = (bundle: string, key = KEY): string[] => [
    ...['node', '--bundle', bundle, ...key, '--satellite', 'polar-p1-s1', '--connect', place.at('nobody.sock')],
  ];
  const copyOf = (name: string): string => {
    cpSync(demo('bundle'), place.at(name), { recursive: true });
    return place.at(name);
  };

  it('refuses a bundle signed by another key', async () => {
    expect((await place.run(['key', place.at('other')])).status).toBe(0);
    const refusal = await place.refusal(node(demo('bundle'), ['--key', place.at('other', 'public.pem')]));
    expect(refusal).toMatchObject({ code: 'BUNDLE_KEY', status: 7 });
  });

  it('refuses a bundle with a byte changed, or a file too many', async () => {
    const bundle = copyOf('changed');
    const weights = readFileSync(place.at('changed', 'weights.bin'));
    weights.writeUInt8(weights.readUInt8(0) ^ 1, 0);
    writeFileSync(place.at('changed', 'weights.bin'), weights);
    expect(await place.refusal(node(bundle))).toMatchObject({ code: 'BUNDLE_CHANGED', status: 7 });
    const more = copyOf('more');
    writeFileSync(place.at('more', 'notes.txt'), 'hello');
    expect(await place.refusal(node(more))).toMatchObject({ code: 'BUNDLE_EXTRA', status: 7 });
  });

  it('refuses a bundle outside its window', async () => {
    const bundle = place.at('expired');
    await place.json([
      ...['export', demo('run'), '--out', bundle, '--key', demo('key', 'private.pem')],
      ...['--not-before', '2020-01-01T00:00:00Z', '--days', '30'],
    ]);
    const refusal = await place.refusal(node(bundle));
    expect(refusal).toMatchObject({ code: 'BUNDLE_EXPIRED', status: 7 });
    expect(refusal.message).toContain('until 2020-01-31T00:00:00.000Z'); // 30 days on
  });

  it('with a trust store wants the flight signature, and refuses what was withdrawn', async () => {
    const pem = (name: string, kind: string): string => place.at(name, `${kind}.pem`);
    for (const name of ['flight', 'root', 'ops']) await place.json(['key', place.at(name), '--type', 'ed25519']);
    const bundle = place.at('cleared');
    const key = ['--key', demo('key', 'private.pem'), '--flight-key', pem('flight', 'private')];
    await place.json(['export', demo('run'), '--out', bundle, ...key]);
    const trust = ['--trust', place.at('trust.json')];
    await place.json([
      ...[
        'trust',
        'create',
        '--publish',
        `us=${demo('key', 'public.pem')}`,
        '--flight',
        `flight=${pem('flight', 'public')}`,
      ],
      ...['--trust', `root=${pem('root', 'public')}`, '--revoke', `ops=${pem('ops', 'public')}`],
      ...['--key', pem('root', 'private'), '--out', place.at('trust.json')],
    ]);
    const verified = await place.json<{ signers: { name: string }[] }>(['verify', bundle, ...trust]);
    expect(verified.signers.map(({ name }) => name)).toEqual(['us', 'flight']);
    expect(await place.refusal(node(demo('bundle'), trust))).toMatchObject({ code: 'BUNDLE_SIGNERS', status: 7 });
    const list = ['--out', place.at('revocations.json'), '--key', pem('ops', 'private')];
    await place.json(['trust', 'revoke', ...trust, ...list, '--revoke-bundle', bundle]);
    const refusal = await place.refusal(node(bundle, [...trust, '--revocations', place.at('revocations.json')]));
    expect(refusal).toMatchObject({ code: 'BUNDLE_REVOKED', status: 7 });
  });

  it('whose bundle is refused flies by its fallback: the world goes on, nothing is lost', async () => {
    const bundle = copyOf('refused');
    writeFileSync(place.at('refused', 'notes.txt'), 'hello');
    const address = place.at('fallback.sock');
    const [satellite = ''] = SATELLITES;
    const world = place.start([...SIMULATE, '--nodes', satellite, '--serve', address, '--json']);
    await new Promise<void>((resolve) => {
      world.child.stderr?.on('data', (bytes: Buffer) => {
        if (bytes.toString().includes('Waiting at')) resolve();
      });
    });
    const words = ['node', '--bundle', bundle, ...KEY, '--satellite', satellite, '--connect', address];
    const refusal = await place.refusal(words);
    expect(refusal).toMatchObject({ code: 'BUNDLE_EXTRA', status: 7 });
    const { status, out, err } = await world.ended;
    expect(status, err).toBe(0);
    const { kpis } = JSON.parse(out) as RunRecord;
    expect(kpis['tasks']).toBe(inProcess.kpis['tasks']); // of the same demand, each task with its one end
    expect(err).toContain(`${satellite}: 0 decisions`); // though it has much to decide: the fallback did
  });

  it('says so when there is no world at the address', async () => {
    const refusal = await place.refusal(node(demo('bundle')));
    expect(refusal).toMatchObject({ code: 'NODE_CONNECT', status: 8 });
    expect(refusal.message).toContain(place.at('nobody.sock'));
  });
});

describe('an export', () => {
  const exported = (...more: string[]): string[] => [
    ...['export', demo('run'), '--out', place.at('none'), '--key', demo('key', 'private.pem'), ...more],
  ];

  it('refuses an evaluation that is not JSON, or not an evaluation', async () => {
    writeFileSync(place.at('evaluation.txt'), 'utility 0.9');
    const text = await place.refusal(exported('--evaluation', place.at('evaluation.txt')));
    expect(text).toMatchObject({ code: 'FILE_READ', status: 5, place: { file: place.at('evaluation.txt') } });
    const other = await place.refusal(exported('--evaluation', demo('run', 'run.json')));
    expect(other).toMatchObject({ code: 'FILE_READ', status: 5 });
    expect(other.message).toContain('format spacecloud-evaluation/1');
    expect(readdirSync(place.folder)).not.toContain('none');
  });

  it('refuses a key that cannot sign, and a folder that exists', async () => {
    const key = await place.refusal(exported('--key', demo('key', 'public.pem')));
    expect(key).toMatchObject({ code: 'FILE_READ', status: 5 });
    const over = await place.refusal(exported('--out', demo('bundle')));
    expect(over).toMatchObject({ code: 'FILE_WRITE', status: 5 });
  });
});

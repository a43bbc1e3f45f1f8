import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DecisionLog, verifyLog } from '../../agents/audit/index.ts';
import { checkDecisionLogs, decisionLogPath } from '../../cli/fleet/decision-logs.ts';
import { SPACE_CLOUD_SPEC } from '../../core/index.ts';
import { firstAllowed, randomBatch } from '../agents/audit/random-batches.ts';
import { type TestBundle, writeTestBundle } from '../e2e/fleet-bundle.ts';
import { type Captured, captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-audit-refusals-'));
const at = (name: string): string => join(folder, name);
const log = at('one.log');
let bundle: TestBundle;

/** A log of so many decisions of the satellite with a name of its own. */
function writeLog(file: string, satellite: string, decisions: number): void {
  const session = { writer: 'test', startedAt: '2026-01-01T00:00:00.000Z', spec: SPACE_CLOUD_SPEC, satellite };
  const writer = new DecisionLog(file, session, { flush: 'call' });
  const policy = writer.policy({ name: 'p', kind: 'baseline' });
  const batch = randomBatch(SPACE_CLOUD_SPEC, decisions, 7);
  writer.append({ policy, by: 'policy' }, { batch, choices: firstAllowed(batch), first: 0, end: decisions });
  writer.close();
}

beforeAll(() => {
  writeLog(log, 'sat-a', 6);
  bundle = writeTestBundle(at('bundle'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

async function refusalOf(args: readonly string[]): Promise<Refusal & Pick<Captured, 'status'>> {
  const { status, out } = await captured([...args, '--json']);
  return { status, ...(JSON.parse(out) as { error: Refusal }).error };
}

describe('spacecloud audit refuses', () => {
  it('an empty file, which is no log of 0 decisions', async () => {
    const file = at('empty.log');
    writeFileSync(file, '');
    for (const command of ['verify', 'list']) {
      expect(await refusalOf(['audit', command, file])).toMatchObject({
        status: 11,
        code: 'AUDIT_FORMAT',
        message: 'Expected a decision log, got an empty file.',
      });
    }
    // A log may begin in it all the same.
    writeLog(file, 'sat-a', 1);
    expect(verifyLog(file).head.decisions).toBe(1);
  });

  it('a folder, by its name, and says what logs in it are called', async () => {
    const { code, message, hint } = await refusalOf(['audit', 'verify', folder]);
    expect({ code, message }).toEqual({
      code: 'FILE_READ',
      message: `Expected a decision log, got the folder '${folder}'.`,
    });
    expect(hint).toContain(at('<satellite>.log'));
  });

  it('a file that does not exist, and names what writes logs', async () => {
    const { code, hint } = await refusalOf(['audit', 'verify', at('nope.log')]);
    expect(code).toBe('FILE_NOT_FOUND');
    for (const writer of ['simulate', 'node', 'fleet']) expect(hint).toContain(`\`spacecloud ${writer} --audit\``);
  });

  it('kinds and satellites that the log does not know, with those that it does', async () => {
    const kind = await refusalOf(['audit', 'list', log, '--kind', 'fly']);
    expect(kind).toMatchObject({ status: 2, code: 'USAGE' });
    for (const { kind: name } of SPACE_CLOUD_SPEC.kinds) expect(kind.hint).toContain(name);
    const satellite = await refusalOf(['audit', 'list', log, '--satellite', 'nope']);
    expect(satellite).toMatchObject({ status: 2, code: 'USAGE', hint: 'The log has sat-a.' });
    const { status, out } = await captured(['audit', 'list', log, '--satellite', 'sat-a', '--json']);
    expect([status, (JSON.parse(out) as { matching: number }).matching]).toEqual([0, 6]);
  });

  it('takes a satellite of the constellation that decided nothing for one', async () => {
    const file = at('run.log');
    const session = { writer: 'test', startedAt: '2026-01-01T00:00:00.000Z', spec: SPACE_CLOUD_SPEC };
    new DecisionLog(file, { ...session, nodeNames: ['sat-a', 'sat-b', 'ground'], satelliteCount: 2 }).close();
    const idle = await captured(['audit', 'list', file, '--satellite', 'sat-b']);
    expect([idle.status, idle.err]).toEqual([0, 'No decision of the log is of sat-b.\n']);
    const ground = await refusalOf(['audit', 'list', file, '--satellite', 'ground']);
    expect(ground).toMatchObject({ status: 2, hint: 'The log has sat-a, sat-b.' });
  });

  it('a number that the log does not have, alike in explain and replay', async () => {
    const one = ['--decision', '6'];
    const explained = await refusalOf(['audit', 'explain', log, ...one]);
    const replayed = await refusalOf(['audit', 'replay', log, ...one, '--bundle', bundle.bundle, '--key', bundle.key]);
    expect(explained).toMatchObject({ status: 2, code: 'USAGE', hint: 'The log holds decisions 0 to 5.' });
    expect(replayed).toEqual(explained);
  });
});

describe('spacecloud node --audit', () => {
  it('lets go of its log when it finds no way to the world', async () => {
    const file = at('node.log');
    const flight = ['--bundle', bundle.bundle, '--key', bundle.key, '--satellite', 'sat-a', '--audit', file];
    const bus = ['--bus', 'nats://127.0.0.1:1', '--fleet', 'f', '--identity', at('nobody')];
    const { status } = await captured(['node', ...flight, ...bus]);
    expect(status).not.toBe(0);
    expect(verifyLog(file)).toMatchObject({ torn: undefined, head: { decisions: 0 } });
    expect(existsSync(`${file}.lock`)).toBe(false);
  });
});

describe('the decision logs of a fleet', () => {
  const logs = at('logs');
  const heads = join(logs, 'heads.json');

  it('have their heads in heads.json, those of earlier runs too; odd names included', () => {
    const [a, b, odd] = ['sat-a', 'sat-b', 'Satellit 7.ä'];
    for (const [i, name] of [a, b, odd].entries()) writeLog(decisionLogPath(logs, name), name, 10 + i);
    writeFileSync(join(logs, 'not a node.log'), 'x');
    const { document, lines } = checkDecisionLogs(logs, [b, odd]);
    // 10 + 11 + 12 decisions; the nodes of this run come first.
    expect(lines).toEqual([`Decision logs: 3 in ${logs}, 33 decisions, chains whole; heads in ${heads}`]);
    expect(document).toMatchObject({ heads, isWhole: true, decisions: 33, broken: [] });
    const written = JSON.parse(readFileSync(heads, 'utf8')) as { format: string; logs: unknown; broken: unknown };
    expect(written).toEqual({ format: 'spacecloud-decision-heads/1', logs: document.logs, broken: [] });
    expect(document.logs.map(({ satellite, decisions }) => [satellite, decisions])).toEqual([
      [b, 11],
      [odd, 12],
      [a, 10],
    ]);
    for (const { file, head } of document.logs) expect(verifyLog(join(logs, file)).head.digest).toBe(head);
    expect(readdirSync(logs).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('are named where one is broken or missing', () => {
    const file = decisionLogPath(logs, 'sat-a');
    const bytes = readFileSync(file);
    bytes[bytes.length - 40] = (bytes[bytes.length - 40] as number) ^ 1;
    writeFileSync(file, bytes);
    const { document, lines } = checkDecisionLogs(logs, ['sat-a', 'sat-b', 'sat-c']);
    expect(document.isWhole).toBe(false);
    expect(document.broken.map(({ satellite, code }) => [satellite, code])).toEqual([
      ['sat-a', 'AUDIT_CHAIN'],
      ['sat-c', 'FILE_NOT_FOUND'],
    ]);
    expect(lines[0]).toBe(`Decision logs: 2 of 4 whole in ${logs}, 23 decisions; heads in ${heads}`);
    expect(lines[1]).toMatch(/^ {2}sat-a: AUDIT_CHAIN: Expected content with SHA-256/);
    expect(lines[2]).toMatch(/^ {2}sat-c: FILE_NOT_FOUND: /);
    expect((JSON.parse(readFileSync(heads, 'utf8')) as { broken: unknown[] }).broken).toEqual(document.broken);
  });

  it('count up to a block that was not written to its end, and say so where heads cannot be written', () => {
    const torn = at('torn');
    const file = decisionLogPath(torn, 'sat-a');
    writeLog(file, 'sat-a', 3);
    truncateSync(file, readFileSync(file).length - 8);
    // A folder in the place of the file.
    writeLog(join(torn, 'heads.json', 'in-the-way.log'), 'sat-z', 1);
    const { document, lines } = checkDecisionLogs(torn, ['sat-a']);
    expect(document).toMatchObject({ heads: null, isWhole: true, decisions: 0 });
    expect(lines).toEqual([
      `Decision logs: 1 in ${torn}, 0 decisions, chains whole`,
      expect.stringMatching(/^ {2}no heads: FILE_WRITE: /),
    ]);
  });
});

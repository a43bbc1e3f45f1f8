import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Command } from 'commander';
import { SpaceCloudError } from '../../core/index.ts';
import { captured, inProcess } from './captured.ts';

/** Adds a command `break` that does what it is given. */
function breaking(work: () => unknown): (program: Command) => void {
  return (program) => {
    program
      .command('break')
      .option('--json')
      .action(async () => void (await work()));
  };
}

const scenarioError = (): never => {
  throw new SpaceCloudError('SCENARIO_FIELD', "Expected 'tickS' to be a number, got 'ten'.", {
    place: { file: 'a.yaml', line: 3, column: 9 },
    hint: 'Write seconds as a plain number.',
  });
};

describe('a command that ends badly', () => {
  it('prints place, code, message and hint of a SpaceCloudError and exits with its status', async () => {
    const { status, out, err } = await captured(['break'], breaking(scenarioError));
    expect(status).toBe(3); // ERROR_TABLE: scenarios
    expect(out).toBe('');
    expect(err).toBe(
      "a.yaml:3:9: SCENARIO_FIELD: Expected 'tickS' to be a number, got 'ten'.\n  Write seconds as a plain number.\n",
    );
  });

  it('prints one JSON document with --json and nothing on standard error', async () => {
    const { status, out, err } = await captured(['break', '--json'], breaking(scenarioError));
    expect(status).toBe(3);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({
      error: {
        code: 'SCENARIO_FIELD',
        exitStatus: 3,
        message: "Expected 'tickS' to be a number, got 'ten'.",
        hint: 'Write seconds as a plain number.',
        place: { file: 'a.yaml', line: 3, column: 9 },
      },
    });
  });

  it('reports anything else as a bug, with its stack and its cause, status 1', async () => {
    const bug = (): never => {
      throw new TypeError('x is not iterable', { cause: new RangeError('too far') });
    };
    const { status, err } = await captured(['break'], breaking(bug));
    expect(status).toBe(1);
    expect(err).toMatch(/please report it/);
    expect(err).toMatch(/TypeError: x is not iterable\n\s+at .*run-command\.test\.ts/);
    expect(err).toMatch(/caused by: RangeError: too far/);
    expect(err).toContain(`Node ${process.versions.node}`);
  });

  it.each([
    ['a missing file', () => readFileSync('no/such/file'), 'FILE_NOT_FOUND', "'no/such/file'"],
    ['a folder read as a file', () => readFileSync('.'), 'FILE_READ', 'EISDIR'],
    ['a file taken for a folder', () => writeFileSync('package.json/x', ''), 'FILE_NOT_FOUND', 'ENOTDIR'],
  ])('gives %s the code of its cause, status 5', async (_, work, code, part) => {
    const { status, err } = await captured(['break'], breaking(work));
    expect(status).toBe(5);
    expect(err).toContain(`${code}: `);
    expect(err).toContain(part);
  });

  it.skipIf(process.platform !== 'linux')('calls a full disk DISK_FULL', async () => {
    // /dev/full answers every write with ENOSPC (full(4)).
    const { status, err } = await captured(
      ['break'],
      breaking(() => writeFileSync('/dev/full', 'x')),
    );
    expect(status).toBe(5);
    expect(err).toMatch(/^DISK_FULL: /);
  });

  it('does not blame the disk for an error of the network', async () => {
    const refused = (): never => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
    };
    expect((await captured(['break'], breaking(refused))).status).toBe(1);
  });
});

describe('usage', () => {
  it.each([
    [[], 'Expected a command'],
    [['doctr'], 'Did you mean doctor?'],
    [['doctor', '--jsn'], 'Did you mean --json?'],
    [['doctor', '--engine', 'gpu'], 'Allowed choices are auto, fused-fma, fused, node, wasm, cpu.'],
    [['doctor', 'extra'], 'Too many arguments'],
  ])('refuses %j with status 2', async (args, part) => {
    const { status, out, err } = await captured(args);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^USAGE: /);
    expect(err).toContain(part);
  });

  it.each([[['--help']], [['help']], [['help', 'doctor']], [['doctor', '--help']]])(
    '%j prints help, status 0',
    async (args) => {
      const { status, out, err } = await captured(args);
      expect([status, err]).toEqual([0, '']);
      expect(out).toMatch(/^Usage: spacecloud/);
    },
  );

  it('--version prints the version of package.json', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await captured(['--version'])).toEqual({ status: 0, out: `${version}\n`, err: '' });
  });

  it('takes --json after -- for an argument', async () => {
    const { out, err } = await captured(['doctor', '--', '--json']);
    expect(out).toBe('');
    expect(err).toContain('Too many arguments');
  });
});

describe('the process', () => {
  it('ends with the status and the error of the command', async () => {
    const { status, out, err } = await inProcess(['cli/main.ts', 'doctor', '--engine', 'gpu', '--json']);
    expect(status).toBe(2);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'USAGE', exitStatus: 2 } });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('lets work that must not be cut off finish after %s', async (signal) => {
    const { status, out } = await inProcess(['test/cli/interruptible-work.ts'], (soFar, kill) => {
      if (soFar === 'working\n') kill(signal);
    });
    expect(out).toBe('working\nsaved\n');
    expect(status).toBe(signal === 'SIGINT' ? 130 : 143); // 128 + 2, 128 + 15
  });

  it('ends at once on a second Ctrl-C, but not when both come from one key press', async () => {
    let sent = 0;
    const { status, out } = await inProcess(['test/cli/interruptible-work.ts', 'slow'], (soFar, kill) => {
      if (soFar !== 'working\n' || sent++ > 0) return;
      kill('SIGINT');
      setTimeout(() => kill('SIGINT'), 50);
    });
    expect([status, out]).toEqual([130, 'working\nsaved\n']);

    sent = 0;
    const twice = await inProcess(['test/cli/interruptible-work.ts', 'slow'], (soFar, kill) => {
      if (soFar !== 'working\n' || sent++ > 0) return;
      kill('SIGINT');
      setTimeout(() => kill('SIGINT'), 900);
    });
    expect([twice.status, twice.out]).toEqual([130, 'working\n']);
  });
});

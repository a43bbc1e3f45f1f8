import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { expectWritable, readKey, readText, writeTexts } from '../../cli/files.ts';
import { SpaceCloudError } from '../../core/index.ts';

const root = mkdtempSync(join(tmpdir(), 'spacecloud-files-'));
let folder = root;
let made = 0;
beforeEach(() => {
  folder = join(root, String(made++));
  mkdirSync(folder);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function refusal(work: () => unknown): SpaceCloudError {
  try {
    work();
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('writing files', () => {
  it('makes all folders above them', () => {
    const path = join(folder, 'a', 'b', 'c.txt');
    writeTexts([{ path, text: 'here' }]);
    expect(readFileSync(path, 'utf8')).toBe('here');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['c.txt']);
  });

  it.skipIf(process.platform !== 'linux')('ends with an error under /proc, where no folder can be made', () => {
    // `mkdirSync(..., { recursive: true })` never comes back from this in Node 20.
    const path = '/proc/nope/deeper/x.json';
    const { code, message } = refusal(() => writeTexts([{ path, text: '' }]));
    expect({ code, message }).toEqual({
      code: 'FILE_WRITE',
      message: `Expected to write '${path}', got ENOENT (mkdir).`,
    });
    expect(refusal(() => expectWritable('/proc/nope')).message).toContain("'/proc/nope'");
  });

  it('names the file that was asked for, not its draft, and leaves nothing', () => {
    // 255 bytes is the longest name (NAME_MAX): the name fits, the draft's longer one does not.
    const path = join(folder, 'new', 'n'.repeat(255));
    const { code, message, place } = refusal(() => writeTexts([{ path, text: '' }]));
    expect({ code, message, place: place?.file }).toEqual({
      code: 'FILE_WRITE',
      message: `Expected to write '${path}', got ENAMETOOLONG (open).`,
      place: path,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names the file of several that failed, and keeps none of them', () => {
    const bad = join(folder, 'x'.repeat(255));
    const { message } = refusal(() =>
      writeTexts([
        { path: join(folder, 'deep', 'good.txt'), text: 'good' },
        { path: bad, text: '' },
      ]),
    );
    expect(message).toContain(`'${bad}'`);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says that a folder was given where a file is expected, and what to do', () => {
    const there = join(folder, 'there');
    mkdirSync(there);
    for (const path of [there, join(folder, 'not-there/')]) {
      const { code, message, hint } = refusal(() => writeTexts([{ path, text: '' }]));
      expect({ code, message, hint }).toEqual({
        code: 'FILE_WRITE',
        message: `Expected a file to write, got the folder '${path}'.`,
        hint: `Name a file in it, such as ${join(path, 'result.json')}.`,
      });
    }
    expect(readdirSync(folder)).toEqual(['there']);
  });

  it('says which part of a path is a file, and leaves that file alone', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'mine');
    const wanted = join(file, 'a', 'b');
    const { code, message } = refusal(() => writeTexts([{ path: join(wanted, 'c.txt'), text: '' }]));
    expect({ code, message }).toEqual({
      code: 'FILE_WRITE',
      message: `Expected a folder to make '${wanted}' in, got the file '${file}'.`,
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('removes the folders it made when one further down cannot be made', () => {
    const path = join(folder, 'one', 'n'.repeat(256));
    expect(refusal(() => expectWritable(path)).message).toContain('ENAMETOOLONG (mkdir)');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('names the file in a folder that this user may not write to', () => {
    chmodSync(folder, 0o555);
    const path = join(folder, 'x.json');
    expect(refusal(() => writeTexts([{ path, text: '' }])).message).toContain(`'${path}', got EACCES`);
  });

  it('finds out whether a folder can be written to without leaving a trace', () => {
    expectWritable(join(folder, 'a', 'b'));
    expect(existsSync(join(folder, 'a'))).toBe(false);
    expectWritable(folder);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('reading files', () => {
  it('names a folder given where a file is expected, and says what to do', () => {
    const { code, message, hint } = refusal(() => readText(folder));
    expect({ code, message, hint }).toEqual({
      code: 'FILE_READ',
      message: `Expected a file to read, got the folder '${folder}'.`,
      hint: 'Name a file in it.',
    });
    expect(refusal(() => readKey(folder, 'public')).hint).toBe(
      `Name the key in it, such as ${join(folder, 'public.pem')}.`,
    );
  });
});

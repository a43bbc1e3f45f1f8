import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readInstalled, writeBundle } from '../../policies/bundle/index.ts';
import { contentOf } from '../policies/bundle/content.ts';
import { temporaryFolder } from '../policies/bundle/fixture.ts';
import { captured } from './captured.ts';

const folder = temporaryFolder();
/** Folders that the commands of the document name. */
const OWN = /(^|=)((?:keys|runs|trust|state)\/\S*)$/;
const DAY_MS = 86_400_000;

/** The command lines of all `sh` blocks, in order, without their comments. */
function commandsOf(document: string): string[] {
  return [...document.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap((block) => (block[1] as string).split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** The words of a command line; quoted ones in one piece, folders of the document moved into the temporary one. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) =>
    (match[1] ?? (match[2] as string)).replace(OWN, (_, before: string, path: string) => before + join(folder, path)),
  );
}

/** What `export` would have made of a training run. */
function makeBundle(dir: string, version: number): void {
  const pem = (key: string): string => readFileSync(join(folder, 'keys', key, 'private.pem'), 'utf8');
  const validity = {
    notBefore: new Date(Date.now() - DAY_MS).toISOString(),
    notAfter: new Date(Date.now() + DAY_MS).toISOString(),
  };
  writeBundle(
    dir,
    { ...contentOf(version), version, validity },
    { privateKeyPem: pem('publisher'), furtherKeyPems: [pem('flight')] },
  );
}

const MOST_WAITING_MS = 60_000;

/** What `until [ -S … ]` does. */
async function untilThere(socket: string): Promise<void> {
  const startMs = Date.now();
  while (!existsSync(socket)) {
    expect(Date.now() - startMs, `no socket ${socket}`).toBeLessThan(MOST_WAITING_MS);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('docs/BUNDLE.md names commands that work, in the order in which they stand', { timeout: 180_000 }, async () => {
  const lines = commandsOf(readFileSync('docs/BUNDLE.md', 'utf8'));
  expect(lines.length).toBeGreaterThan(20);
  const exported = new Set<string>();
  let inBackground: Promise<void> = Promise.resolve();
  const run = async (line: string, args: readonly string[]): Promise<void> => {
    const { status, err } = await captured(args);
    expect(status, `${line}\n${err}`).toBe(0);
  };
  for (const line of lines) {
    if (line === 'wait') {
      await inBackground;
      continue;
    }
    const [program, name, ...args] = wordsOf(line.replace(/^[A-Z_]+=\S+ /, '').replace(/ &$/, ''));
    if (program === 'until') {
      await untilThere(args[1] as string);
      continue;
    }
    if (program === 'diff') {
      // That exports repeat is for test/cli/export-again.test.ts to say; that these two were made, for this one.
      for (const folderName of args.slice(-2)) expect(exported).toContain(folderName);
      continue;
    }
    expect([program, name], line).toEqual(['npx', 'spacecloud']);
    const [command = ''] = args;
    if (command === 'train' || command === 'export') {
      // A training run takes long; that these commands have the options is for their help to say.
      const { out } = await captured([command, '--help']);
      for (const option of args.filter((word) => word.startsWith('--'))) expect(out).toContain(`${option} <`);
      if (command === 'train') continue;
      const bundle = args[args.indexOf('--out') + 1] as string;
      if (args.includes('--previous')) expect(exported).toContain(args[args.indexOf('--previous') + 1]);
      exported.add(bundle);
      // Version 3 on, as what the fixture replaces is version 2.
      if (exported.size <= 2) makeBundle(bundle, 2 + exported.size);
    } else if (line.endsWith(' &')) {
      inBackground = run(line, args);
    } else {
      await run(line, args);
    }
  }
  expect(readInstalled(join(folder, 'state', 'polar-p1-s2')).releases).toMatchObject([{ version: 4 }]);
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeBundle } from '../../policies/bundle/index.ts';
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
function makeBundle(name: string, version: number): void {
  const pem = (key: string): string => readFileSync(join(folder, 'keys', key, 'private.pem'), 'utf8');
  const validity = {
    notBefore: new Date(Date.now() - DAY_MS).toISOString(),
    notAfter: new Date(Date.now() + DAY_MS).toISOString(),
  };
  writeBundle(
    join(folder, 'runs', name),
    { ...contentOf(version), version, validity },
    { privateKeyPem: pem('publisher'), furtherKeyPems: [pem('flight')] },
  );
}

it('docs/BUNDLE.md names commands that work, in the order in which they stand', { timeout: 120_000 }, async () => {
  const lines = commandsOf(readFileSync('docs/BUNDLE.md', 'utf8'));
  expect(lines.length).toBeGreaterThan(15);
  for (const line of lines) {
    const [name, ...args] = wordsOf(line.replace(/^[A-Z_]+=\S+ /, '').replace(/^npx /, ''));
    expect(name).toBe('spacecloud');
    if (args[0] === 'export') {
      // A training run takes long; that `export` has these options is for its help to say.
      const { out } = await captured(['export', '--help']);
      for (const option of args.filter((word) => word.startsWith('--'))) expect(out).toContain(`${option} <`);
      if (!existsSync(join(folder, 'runs'))) {
        makeBundle('earlier', 3);
        makeBundle('bundle', 4);
      }
      continue;
    }
    const { status, err } = await captured(args);
    expect(status, `${line}\n${err}`).toBe(0);
  }
});

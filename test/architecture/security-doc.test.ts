import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** `a{b,c}*.ts` -> a regular expression of whole paths. */
function pattern(glob: string): RegExp {
  const escaped = glob
    .replaceAll('.', '\\.')
    .replaceAll('*', '[^/]*')
    .replaceAll(/\{([^}]*)\}/g, (_, names: string) => `(${names.replaceAll(',', '|')})`);
  return new RegExp(`^${escaped}$`);
}

describe('docs/SECURITY.md', () => {
  const text = readFileSync('docs/SECURITY.md', 'utf8');
  const named = [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path as string);
  const files = readdirSync('test', { recursive: true }).map((path) => join('test', String(path)));

  it('names tests', () => expect(named.length).toBeGreaterThan(15));

  it.each([...new Set(named)])('%s is there', (glob) => {
    expect(files.filter((file) => pattern(glob).test(file))).not.toEqual([]);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder of the system's temporary folder, removed after the test file. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'spacecloud-bundle-'));
  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

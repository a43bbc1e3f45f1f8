import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-missing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shipped = readdirSync('scenarios')
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace(/\.yaml$/, ''));

describe('a scenario that does not exist', () => {
  it.each(['validate', 'show'])(
    'is answered by %s with the nearest shipped one and with all of them',
    async (command) => {
      const { status, err } = await captured(['scenario', command, 'iridum-66']);
      expect(status).toBe(5);
      expect(err).toContain('FILE_NOT_FOUND: Expected a scenario file, found none at iridum-66.');
      expect(err).toContain('Did you mean iridium-66?');
      expect(shipped.length).toBeGreaterThan(4);
      for (const name of shipped) expect(err).toContain(name);
    },
  );

  it('is not mixed up with element sets that do not exist', async () => {
    const { status, err } = await captured(['scenario', 'validate', 'test-12', '--elements', join(folder, 'none.tle')]);
    expect(status).toBe(5);
    expect(err).toContain('none.tle');
    expect(err).not.toContain('Shipped scenarios');
  });
});

it('what a scenario hardly means is said before its geometry is computed', async () => {
  const file = join(folder, 'dark.yaml');
  // Four satellites: sqrt(2) x 6978.137 km = 9869 km. One terminal and no satellite that reaches it: the notes come first, the refusal after.
  writeFileSync(
    file,
    `schema: 1
name: dark
epoch: 2026-11-22T00:00:00Z
durationS: 60
constellations:
  - name: ring
    walker: { pattern: star, planes: 1, satellitesPerPlane: 4, altitudeKm: 600, inclinationDeg: 0 }
terminals: [{ name: pole, latDeg: 90, lonDeg: 0 }]
`,
  );
  const { status, err } = await captured(['scenario', 'validate', file, '--no-cache']);
  expect(err).toContain("Note: No laser link of 'ring' can ever be: neighbours are 9869 km apart in a plane");
  expect(status).toBe(3);
});

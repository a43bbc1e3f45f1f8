import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-terminal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, 'small.yaml');
writeFileSync(
  file,
  `schema: 1
name: small
epoch: 2026-11-22T00:00:00Z
durationS: 1800
constellations:
  - { name: ring, walker: { pattern: delta, planes: 1, satellitesPerPlane: 12, altitudeKm: 1200, inclinationDeg: 0 }, radios: [low-user] }
  - { name: still, geostationary: { longitudesDeg: [0] }, isl: { topology: none }, radios: [still-user] }
radios:
  - { name: low-user, costPerGB: 2 }
  - { name: still-user, minElevationDeg: 10, fullRateRangeKm: 40000, costPerGB: 0.5 }
terminals:
  - { name: here, latDeg: 0, lonDeg: 0, radios: [low-user, still-user] }
  - { name: there, latDeg: 5, lonDeg: 20, radios: [low-user, still-user] }
traffic:
  messages: [{ name: talk, ratePerS: 0.2, sizeBytes: 8000, deadlineS: 1 }]
`,
);

describe('spacecloud terminal', () => {
  it('prints one JSON document and writes page and document', async () => {
    const out = join(folder, 'out');
    const run = await captured(['terminal', file, '--hours', '0.5', '--no-cache', '--json', '--out', out]);
    expect(run.status).toBe(0);
    const document = JSON.parse(run.out) as {
      format: string;
      terminal: string;
      all: { continuityFrac: number; constellations: { name: string }[] };
      singles: { radio: string; costPerGB: number }[];
      session: { satellite: string }[];
    };
    expect(document).toMatchObject({ format: 'spacecloud-terminal-1', terminal: 'here', all: { continuityFrac: 1 } });
    expect(document.all.constellations.map(({ name }) => name)).toEqual(['ring', 'still']);
    expect(document.singles.map(({ radio, costPerGB }) => [radio, costPerGB])).toEqual([
      ['low-user', 2],
      ['still-user', 0.5],
    ]);
    expect(document.session[0]?.satellite).toMatch(/^ring/);
    expect(readFileSync(join(out, 'terminal.json'), 'utf8')).toBe(run.out);
    expect(readFileSync(join(out, 'terminal.html'), 'utf8')).toContain('--hours 0.5 --seed 1');
  }, 60_000);

  it('prints tables and a verdict', async () => {
    const { status, out } = await captured(['terminal', file, '--terminal', 'there', '--hours', '0.25', '--no-cache']);
    expect(status).toBe(0);
    expect(out).toContain('there of small, seed 1, 0.25 h');
    expect(out).toContain('still-user alone');
    expect(out).toMatch(/Several radios lose|No radio alone has both/);
  }, 60_000);

  it('refuses a terminal that is not there, before any geometry', async () => {
    const out = join(folder, 'never');
    const { status, err } = await captured(['terminal', file, '--terminal', 'nowhere', '--out', out]);
    expect(status).toBe(2);
    expect(err).toContain("Expected a terminal of scenario 'small', got 'nowhere'.");
    expect(err).toContain('Its terminals are here, there.');
    expect(existsSync(out)).toBe(false);
    const near = await captured(['terminal', file, '--terminal', 'her']);
    expect(near.err).toContain('Did you mean here? Its terminals are here, there.');
  });

  it('refuses a run longer than the scenario, and an unknown access rule', async () => {
    const long = await captured(['terminal', file, '--hours', '1']);
    expect(long.status).toBe(2);
    expect(long.err).toContain("Expected at most 0.5 h (durationS of scenario 'small'), got 1 h.");
    const rule = await captured(['terminal', file, '--access', 'best']);
    expect(rule.status).toBe(2);
    expect(rule.err).toContain("Expected 'fastest' or 'cheapest' for --access, got 'best'.");
  });

  it('refuses a scenario without terminals', async () => {
    const empty = join(folder, 'empty.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(empty, text.slice(0, text.indexOf('terminals:')));
    const { status, err } = await captured(['terminal', empty, '--hours', '0.1']);
    expect(status).toBe(2);
    expect(err).toContain("Expected a scenario with terminals, got 'small', which has none.");
  });
});

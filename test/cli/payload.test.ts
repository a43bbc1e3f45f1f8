import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { PayloadProfile, ProfileFigures } from '../../environment/index.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-payload-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('spacecloud payload', () => {
  it('runs the model in a node process and tells what it measured', async () => {
    const { status, out } = await captured(['payload', 'run', '--scenes', '24', '--json']);
    expect(status).toBe(0);
    const result = JSON.parse(out) as PayloadProfile & { figures: ProfileFigures; utilisation: number };
    const { none, ship, fire } = result.strata;
    expect(none.scenes + ship.scenes + fire.scenes).toBe(24);
    expect(result.confusion.flat().reduce((a, b) => a + b, 0)).toBe(24 * 16);
    expect(result.measured?.modelMsP50).toBeGreaterThan(0);
    expect(result.measured?.modelMsP95).toBeGreaterThanOrEqual(result.measured?.modelMsP50 as number);
    expect(result.measured?.totalMsP50).toBeGreaterThanOrEqual(result.measured?.modelMsP50 as number);
    expect(result.figures.reduction.value).toBeGreaterThan(1);
    // 1794.2 FLOP/px over 78.56 bytes/px = 22.8 FLOP/byte, x 864 GB/s of 91.6 TFLOPS
    expect(result.utilisation).toBeCloseTo(0.2154, 3);
  }, 60_000);

  it('writes a profile whose counts do not hang on the run', async () => {
    const [first, second] = [join(folder, 'a.json'), join(folder, 'b.json')];
    for (const out of [first, second]) {
      expect((await captured(['payload', 'profile', '--scenes', '12', '--out', out])).status).toBe(0);
    }
    const counts = (file: string): object => {
      const { measured, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as PayloadProfile;
      expect(measured).toBeDefined();
      return rest;
    };
    expect(counts(second)).toEqual(counts(first));
  }, 90_000);

  it('is told of where a scenario takes its values from it', async () => {
    const file = join(folder, 'measured.yaml');
    const profile = join(process.cwd(), 'scenarios', 'profiles', 'scene-classes.json');
    writeFileSync(
      file,
      `schema: 1
base: ${join(process.cwd(), 'scenarios', 'wildfire-66.yaml')}
name: measured
set: { 'traffic.observations.+': { name: look, ratePerS: 0.1, deadlineS: 600, rawBytes: 600e6, profile: ${profile} } }
`,
    );
    const { status, out } = await captured(['scenario', 'explain', file]);
    expect(status).toBe(0);
    expect(out).toMatch(/look.*work and product measured \(scene-classes\.json [0-9a-f]{16}\)/);
    // 600e6 / 8 px x 1794.2 FLOP / 0.2154 = 0.6247 TFLOP at peak
    const shown = await captured(['scenario', 'show', file]);
    expect(shown.out).toMatch(/workTflop"?: 0\.624/);
  });

  it('tells no share of what was not there', async () => {
    // No fire is in sight in the first scene of seed 1.
    const { status, out } = await captured(['payload', 'run', '--scenes', '1']);
    expect(status).toBe(0);
    expect(out).toMatch(/fires none \(no case\)/);
    expect(out).not.toContain('[0 %, 100 %]');
    expect(out).toMatch(/Note: only .*0 scenes with a fire/);
    const none = await captured(['payload', 'run', '--scenes', '0']);
    expect([none.status, none.out]).toEqual([2, '']);
  }, 60_000);

  it('names a file that is no model', async () => {
    const file = join(folder, 'telemetry.csv');
    writeFileSync(file, 'timeS,sunlitFrac\n0,1\n');
    const { status, err } = await captured(['payload', 'run', '--model', file]);
    expect(status).not.toBe(0);
    expect(err).toContain(`got '${file}', which is none`);
    expect(err).not.toMatch(/wire type|protobuf|offset/i);
  });

  it('says which model is missing', async () => {
    const { status, err } = await captured(['payload', 'run', '--model', join(folder, 'none.onnx')]);
    expect(status).toBe(5);
    expect(err).toContain('FILE_NOT_FOUND');
  });

  it.each([
    [['--satellite', 'a', '--connect', '1'], 'no --bundle'],
    [['--bundle', 'b', '--satellite', 'a', '--connect', '1'], 'no --key'],
    [['--payload', 'm', '--bundle', 'b', '--satellite', 'a', '--connect', '1'], 'both'],
  ])('refuses a node with %j', async (words, got) => {
    const { status, err } = await captured(['node', ...words]);
    expect(status).toBe(2);
    expect(err).toContain(got);
  });
});

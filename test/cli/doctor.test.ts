import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Machine, findings } from '../../cli/commands/doctor/machine.ts';
import type { DoctorReport } from '../../cli/commands/doctor/report.ts';
import { captured, inProcess } from './captured.ts';

const GIB = 2 ** 30;
const GOOD: Machine = {
  node: '20.19.0',
  platform: 'linux',
  arch: 'x64',
  cpu: 'any',
  cores: 2,
  memoryBytes: 8 * GIB,
  freeMemoryBytes: 4 * GIB,
  heapLimitBytes: 4 * GIB,
};
const NATIVE = { name: 'node', versions: {} } as const;

describe('spacecloud doctor', () => {
  it('names the engine asked for, why, its versions, and this machine', async () => {
    const { status, out, err } = await captured(['doctor', '--json', '--engine', 'cpu']);
    expect([status, err]).toEqual([0, '']);
    const report = JSON.parse(out) as DoctorReport;
    expect(report.engine.name).toBe('cpu');
    expect(report.engine.reason).toContain('asked for');
    expect(report.engine.versions['tfjs-core']).toMatch(/^4\./);
    expect(existsSync(join(report.installedIn, 'package.json'))).toBe(true);
    expect(report.machine.node).toBe(process.versions.node);
    expect(report.machine.cores).toBe(availableParallelism());
    expect(report.missing.map(({ what }) => what)).toContain('the WASM engine');
  });

  it('prints the same as text, each finding with its remedy', async () => {
    const json = await captured(['doctor', '--json', '--engine', 'cpu']);
    const report = JSON.parse(json.out) as DoctorReport;
    const { status, out } = await captured(['doctor', '--engine', 'cpu']);
    expect(status).toBe(0);
    expect(out).toMatch(/^engine +cpu$/m);
    expect(out).toContain(report.engine.reason);
    expect(report.missing.length).toBeGreaterThan(0);
    for (const { what, effect, remedy } of report.missing)
      expect(out).toContain(`  ${what}: ${effect}\n    ${remedy}\n`);
  });

  it('takes the engine from SPACECLOUD_ENGINE and refuses one that is none', async () => {
    const before = process.env['SPACECLOUD_ENGINE'];
    try {
      process.env['SPACECLOUD_ENGINE'] = 'abacus';
      const { status, err } = await captured(['doctor']);
      expect(status).toBe(2);
      expect(err).toContain('abacus');
    } finally {
      if (before === undefined) delete process.env['SPACECLOUD_ENGINE'];
      else process.env['SPACECLOUD_ENGINE'] = before;
    }
  });

  it('picks an engine that works by itself, in a process of its own that ends', async () => {
    const { status, out } = await inProcess(['cli/main.ts', 'doctor', '--json', '--engine', 'auto']);
    expect(status).toBe(0);
    const { engine, missing } = JSON.parse(out) as DoctorReport;
    expect(['fused-fma', 'fused', 'node', 'wasm']).toContain(engine.name);
    const offersNative = missing.some(({ remedy }) => remedy.includes('npm run setup:native'));
    expect(offersNative).toBe(engine.name === 'wasm' || engine.name === 'cpu');
  });
});

describe('findings', () => {
  it('are none on a good machine with the native engine', () => {
    expect(findings(GOOD, NATIVE)).toEqual([]);
  });

  it.each([
    ['an old Node', { node: '20.18.3' }, 'Node 20.18.3'],
    ['a much older Node', { node: '18.20.0' }, 'Node 18.20.0'],
    ['one core', { cores: 1 }, 'a second core'],
    ['little memory', { memoryBytes: 2 * GIB }, 'memory'],
  ])('name %s', (_, change, what) => {
    expect(findings({ ...GOOD, ...change }, NATIVE).map((finding) => finding.what)).toEqual([what]);
  });

  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('accept Node %s', (node) => {
    expect(findings({ ...GOOD, node }, NATIVE)).toEqual([]);
  });

  it('name what the engine lacks', () => {
    const what = (name: 'wasm' | 'cpu', versions: Record<string, string>): string[] =>
      findings(GOOD, { name, versions }).map((finding) => finding.what);
    const native = 'the native engine (libtensorflow)';
    expect(what('wasm', { simd: 'yes' })).toEqual([native]);
    expect(what('wasm', { simd: 'no' })).toEqual(['WebAssembly SIMD', native]);
    expect(what('cpu', {})).toEqual(['the WASM engine', native]);
  });
});

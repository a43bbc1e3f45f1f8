import { describe, expect, it } from 'vitest';
import { kpiLines } from '../../cli/kpi-lines.ts';
import type { Kpis } from '../../core/index.ts';
import type { RunRecord } from '../../training/index.ts';

/** Key figures of a scenario that keeps backups and whose run lost nothing: as the world counts them then. */
const NO_LOSS: Kpis = {
  rpoMeanS: NaN,
  rpoMaxS: NaN,
  rtoS: NaN,
  rtoMedianS: NaN,
  restoredFrac: NaN,
  unrestored: 0,
  durabilityFrac: 1,
  repairGB: 0,
  restoreGB: 0,
};

function record(kpis: Kpis): RunRecord {
  return {
    ...{ scenario: 's', policy: 'p', role: 'baseline', seed: 1, decisions: 12_345, trajectoryHash: 'abc' },
    ...{ startS: 1230, simulatedS: 80, kpis },
  };
}

/** What stands behind a label. */
function valueOf(label: string, kpis: Kpis, scheduledAtS: readonly number[] = []): string | undefined {
  const line = kpiLines(record(kpis), scheduledAtS)
    .split('\n')
    .find((text) => text.startsWith(`  ${label} `));
  return line?.slice(2 + label.length).trim();
}

describe('key figures of a run as text', () => {
  it('say where the window of the run lies', () => {
    expect(kpiLines(record({}), [])).toMatch(
      /^p on s, seed 1: 12,345 decisions, 80 s simulated, from 1,230 s to 1,310 s of the scenario\n/,
    );
  });

  it.each([
    [0.97431, '97.43 %'], // four digits
    [0.000123456, '0.01235 %'],
    [0, '0 %'],
    [1, '100 %'],
    [0.99996, 'above 99.99 %'], // four digits would make it 100.0
    [NaN, 'none'],
  ])('print the share %d as %s', (share, text) => {
    expect(valueOf('tasks delivered', { deliveredFrac: share })).toBe(text);
    expect(valueOf('ways cut by labels', { labelCutFrac: share })).toBe(text);
    expect(valueOf('archives in use', { archiveFrac: share })).toBe(text);
  });

  it.each([
    ['latency p50', { latencyP50S: 1.53219 }, '1.532 s'],
    ['bytes down', { downlinkGB: 12_345.6 }, '12,350 GB'],
    ['energy of transmission and compute', { energyMJ: 0.00743219 }, '0.007432 MJ'],
    ['latency p50', { latencyP50S: NaN }, 'none'], // not `none s`
    ['utility per task', { utility: 0.97431 }, '0.9743'], // not a share: it may be negative, or above 1
    ['constraint breaches', { breaches: 123_456 }, '123,456'], // counts are exact
    ['tasks created', { tasks: 12_345 }, '12,345'],
    ['not delivered', { 'drop.deadline': 1234, 'drop.end-of-run': 0 }, '1,234 deadline'],
  ])('print %s of %j as %s', (label, kpis, text) => {
    expect(valueOf(label, kpis)).toBe(text);
  });

  it('say what of the scheduled faults lies beyond the run of 80 s', () => {
    const faults = (struck: number, ...atS: number[]): string | undefined =>
      valueOf('faults that struck', { faults: struck }, atS);
    expect(faults(0, 300, 100, 200)).toBe('0 of 3 scheduled (the first is at 100 s of the run)');
    expect(faults(1, 60, 81)).toBe('1 (1 of 2 scheduled; the next is at 81 s of the run)');
    expect(faults(5, 81)).toBe('5 (0 of 1 scheduled; the first is at 81 s of the run)'); // five by chance
    expect(faults(2, 60, 80)).toBe('2');
    expect(faults(0)).toBe('0');
  });

  it('leave restores out while nothing was lost, and call shares shares', () => {
    const quiet = kpiLines(record(NO_LOSS), []);
    expect(quiet).not.toMatch(/recovery|lost data sets|restores/);
    expect(valueOf('share of stored versions not lost', NO_LOSS)).toBe('100 %');
    const loss = { ...NO_LOSS, rtoS: 29.161, restoredFrac: 0.25, unrestored: 3 };
    expect(valueOf('share of lost data sets brought back', loss)).toBe('25 %');
    expect(valueOf('lost data sets not brought back', loss)).toBe('3');
    expect(valueOf('recovery time, last data set', loss)).toBe('29.16 s');
    expect(valueOf('bytes of restores', { ...NO_LOSS, restoredFrac: 0, unrestored: 1 })).toBe('0 GB');
  });

  it('line up behind the longest label', () => {
    const lines = kpiLines(record({ ...NO_LOSS, restoredFrac: 0, unrestored: 1 }), []).split('\n');
    const longest = 'recovery point (age of restored data), mean'; // 43 characters
    const figures = lines.filter((line) => line.startsWith('  '));
    expect(figures.some((line) => line.startsWith(`  ${longest} none`))).toBe(true);
    for (const line of figures) expect(line.slice(0, 2 + longest.length + 2)).toMatch(/ \S$/);
  });
});

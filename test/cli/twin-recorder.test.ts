import { describe, expect, it } from 'vitest';
import { loadScenarioInput } from '../../cli/scenario-input.ts';
import { simulate } from '../../cli/simulation.ts';
import { recordSatellite } from '../../cli/twin-recorder.ts';
import { predictTelemetry, replayTelemetry } from '../../environment/index.ts';
import { resolvePolicy } from '../../training/index.ts';

const POLICY = 'load-aware+greedy-finish+gdsf';
const SATELLITE = 'polar-p1-s2';
/** All that the scenario's 600 s leave beside the tick in which tasks under way may end. */
const RECORD_S = 590;

describe('a recorded satellite', async () => {
  const input = await loadScenarioInput('test-12', { cache: false }, { out: () => undefined, err: () => undefined });
  const { satellite, tickS } = input.scenario;
  const recording = await recordSatellite({
    ...{ ...input, satellite: SATELLITE, policy: POLICY, seed: 1, startS: 0, recordS: RECORD_S, everyS: tickS },
  });
  const { telemetry, hash } = recording;
  const column = (name: string): Float64Array => telemetry.columns.get(name) as Float64Array;

  it('flies the run that simulate flies', async () => {
    const source = resolvePolicy(POLICY, { now: () => 0 });
    const run = { ...input, source, seed: 1, arrivalsS: RECORD_S, drainS: tickS, startS: 0 };
    const { trajectoryHash } = await simulate(run);
    expect(hash).toBe(trajectoryHash);
    expect((await simulate({ ...run, seed: 2 })).trajectoryHash).not.toBe(hash);
  }, 60_000);

  it('has worked, sent, and seen the Sun rise', () => {
    const moves = (name: string): number => new Set(column(name)).size;
    for (const name of ['computeBusyFrac', 'transmitW', 'sentBytes', 'batteryFrac', 'storedBytes']) {
      expect(moves(name), name).toBeGreaterThan(20);
    }
    // Steps of the rate, and rows without a link.
    expect(moves('linkRateBps')).toBeGreaterThan(5);
    for (const sunlit of [0, 1]) expect(column('sunlitFrac')).toContain(sunlit);
    expect(
      column('jobsDoneTflop')
        .filter((tflop) => !Number.isNaN(tflop))
        .reduce((a, b) => a + b, 0),
    ).toBeGreaterThan(10_000);
  });

  it('is what the twin predicts, to rounding', () => {
    const { predicted, worstBalance } = predictTelemetry(telemetry, { satellite, tickS });
    // Sums of 59 rows of numbers with 53 bits; bytes are differences of totals of some 6e10.
    const most = {
      ...{ arrayW: 1e-8, loadW: 1e-8, batteryFrac: 1e-13, temperatureC: 1e-10, jobsDoneTflop: 1e-8 },
      storedBytes: 1e-3,
    };
    for (const [name, least] of Object.entries(most)) {
      const own = predicted.get(name) as Float64Array;
      let worst = 0;
      column(name).forEach((value, i) => {
        if (!Number.isNaN(own[i])) worst = Math.max(worst, Math.abs(value - (own[i] as number)));
      });
      expect(worst, name).toBeLessThan(least);
    }
    expect(worstBalance).toBeLessThan(1e-12);
  });

  it('has the rate that its range allows, to rounding', () => {
    const { channels } = replayTelemetry(telemetry, { satellite, tickS, link: input.scenario.gatewayLink });
    const link = channels.find(({ name }) => name === 'linkRateBps');
    const known = [...(link?.referenceResidual ?? [])].filter((value) => !Number.isNaN(value));
    expect(known.length).toBeGreaterThan(20);
    for (const value of known) expect(Math.abs(value)).toBeLessThan(1);
  });

  it('has work that does not follow from accelerator time: a slower accelerator leaves a residual', () => {
    const slower = { ...satellite, tflopsPerAccelerator: 0.99 * satellite.tflopsPerAccelerator };
    const own = predictTelemetry(telemetry, { satellite: slower, tickS }).predicted.get(
      'jobsDoneTflop',
    ) as Float64Array;
    const at = column('computeBusyFrac').findIndex((busy, i) => i > 0 && busy > 0.9);
    expect((column('jobsDoneTflop')[at] as number) / (own[at] as number)).toBeCloseTo(1 / 0.99, 9);
  });
});

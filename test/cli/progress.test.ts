import { describe, expect, it } from 'vitest';
import { formatDuration, startProgress } from '../../cli/progress.ts';

/** A terminal of 60 columns that keeps what is written, and a clock that is set by hand. */
function terminal(isTTY: boolean) {
  const written: string[] = [];
  const clock = { ms: 0 };
  return {
    written,
    clock,
    options: {
      label: 'training',
      total: 10_000,
      unit: 'decisions',
      stream: { isTTY, columns: 60, write: (text: string) => written.push(text) },
      nowMs: () => clock.ms,
    },
  };
}

describe('progress', () => {
  it('shows share, amount, rate and time left', () => {
    const { written, clock, options } = terminal(true);
    const progress = startProgress(options);
    clock.ms = 2000;
    progress.update(2500, 'loss 1');
    // 2,500 in 2 s = 1,250/s; 7,500 left / 1,250/s = 6 s
    expect(written).toEqual(['\r\x1b[Ktraining 25%  2.50k/10.0k decisions  1.25k/s  6 s left  los']);
    progress.end();
    expect(written[1]).toBe('\r\x1b[K');
  });

  it('follows a change of pace', () => {
    const { written, clock, options } = terminal(true);
    const progress = startProgress(options);
    // 100 per second for 20 s, then 10 per second for 20 s; only the last 10 s or so count.
    for (let second = 1; second <= 40; second++) {
      clock.ms = second * 1000;
      progress.update(second <= 20 ? second * 100 : 2000 + (second - 20) * 10);
    }
    expect(written.at(-1)).toContain('10/s');
  });

  it('redraws at most ten times a second, but always at the end', () => {
    const { written, clock, options } = terminal(true);
    const progress = startProgress(options);
    for (let ms = 1; ms <= 1000; ms++) {
      clock.ms = ms;
      progress.update(ms);
    }
    expect(written.length).toBeLessThanOrEqual(11);
    progress.update(10_000);
    expect(written.at(-1)).toContain('100%');
    expect(written.at(-1)).not.toContain('left');
  });

  it('keeps a log line above the line it draws', () => {
    const { written, clock, options } = terminal(true);
    const progress = startProgress(options);
    clock.ms = 1000;
    progress.update(5000);
    progress.log('checkpoint written');
    expect(written[1]).toBe('\r\x1b[Kcheckpoint written\n');
    expect(written[2]).toBe(written[0]);
  });

  it('writes nothing where there is no terminal', () => {
    const { written, options } = terminal(false);
    const progress = startProgress(options);
    progress.update(10);
    progress.log('x');
    progress.end();
    expect(written).toEqual([]);
  });

  it('writes durations as people say them', () => {
    expect([0.2, 59.4, 59.6, 200, 3600, 7500].map(formatDuration)).toEqual([
      '0 s',
      '59 s',
      '1 min 0 s',
      '3 min 20 s', // 200 = 3 * 60 + 20
      '1 h 0 min',
      '2 h 5 min', // 7500 = 2 * 3600 + 5 * 60
    ]);
  });
});

/** Redraws no more often than this. */
const REDRAW_MS = 100;
/** The rate is that of about the last so many seconds, so that it follows a change of pace. */
const RATE_WINDOW_MS = 10_000;

/** The part of a terminal stream that progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  /** What is being done, e.g. `training`. */
  readonly label: string;
  /** Amount of work in all. */
  readonly total: number;
  /** What is counted, in the plural, e.g. `decisions`. */
  readonly unit: string;
  /** Standard error by default; silent unless it is a terminal. */
  readonly stream?: ProgressStream;
  /** Monotonic clock, ms. */
  readonly nowMs?: () => number;
}

/** One line that shows how far long work has come, how fast it goes and how long it will take. */
export interface Progress {
  /** `done` of `total`; `note` stands at the end of the line, e.g. the latest loss. */
  readonly update: (done: number, note?: string) => void;
  /** Writes a line of its own above the progress line (when silent: nothing). */
  readonly log: (text: string) => void;
  /** Removes the line. Call it also when the work fails. */
  readonly end: () => void;
}

const SILENT: Progress = { update: () => {}, log: () => {}, end: () => {} };

/** Starts a progress line; silent where the stream is no terminal. */
export function startProgress(options: ProgressOptions): Progress {
  const stream: ProgressStream = options.stream ?? process.stderr;
  if (stream.isTTY !== true) return SILENT;
  const nowMs = options.nowMs ?? (() => performance.now());
  const startMs = nowMs();
  let samples: { readonly atMs: number; readonly done: number }[] = [{ atMs: startMs, done: 0 }];
  let drawnAtMs = -Infinity;
  let line = '';

  const draw = (): void => void stream.write(`\r\x1b[K${line.slice(0, Math.max(0, (stream.columns ?? 80) - 1))}`);
  return {
    update: (done, note) => {
      const atMs = nowMs();
      if (atMs - drawnAtMs < REDRAW_MS && done < options.total) return;
      drawnAtMs = atMs;
      samples.push({ atMs, done });
      while (samples.length > 2 && atMs - (samples[1]?.atMs ?? atMs) > RATE_WINDOW_MS) samples = samples.slice(1);
      line = progressLine(options, done, rateOf(samples), note);
      draw();
    },
    log: (text) => {
      stream.write(`\r\x1b[K${text}\n`);
      draw();
    },
    end: () => void stream.write('\r\x1b[K'),
  };
}

/** Units per second over the samples kept. */
function rateOf(samples: readonly { readonly atMs: number; readonly done: number }[]): number {
  const first = samples[0];
  const last = samples[samples.length - 1];
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
  return (1000 * (last.done - first.done)) / (last.atMs - first.atMs);
}

function progressLine(options: ProgressOptions, done: number, perS: number, note: string | undefined): string {
  const { label, total, unit } = options;
  const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 100;
  const parts = [`${label} ${percent}%`, `${quantity(done)}/${quantity(total)} ${unit}`];
  if (perS > 0) {
    parts.push(`${quantity(perS)}/s`);
    if (done < total) parts.push(`${formatDuration((total - done) / perS)} left`);
  }
  if (note !== undefined) parts.push(note);
  return parts.join('  ');
}

/** Three digits and a letter: 950, 12.3k, 1.50M. */
function quantity(value: number): string {
  for (const [scale, letter] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (value >= scale) return `${(value / scale).toPrecision(3)}${letter}`;
  }
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toPrecision(2);
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`; seconds in. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

import { closeSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Subscription } from 'rxjs';
import { type FleetTelemetry, everySimulatedS } from '../../agents/fleet/index.ts';
import type { Constellation } from '../../agents/index.ts';
import { makeFolders } from '../../core/files/index.ts';
import { VERSION } from '../../core/index.ts';
import { fromSystemError } from '../system-errors.ts';
import type { FleetStanding } from './standing.ts';
import type { ProcessState } from './supervisor.ts';
import { TELEMETRY_FORMAT, type TelemetryLine } from './telemetry-lines.ts';

export interface TelemetryFileOptions {
  readonly path: string;
  readonly telemetry: FleetTelemetry;
  readonly standing: () => FleetStanding;
  readonly head: Omit<Extract<TelemetryLine, { kind: 'run' }>, 'kind' | 'format' | 'version'>;
  /** Told once, when lines cannot be written any more; the run goes on without them. */
  readonly onTrouble: (text: string) => void;
}

/** Telemetry as lines of JSON (NDJSON), each written as it comes, so that `tail -f` follows a run. */
export class TelemetryFile {
  private readonly options: TelemetryFileOptions;
  private readonly startMs = performance.now();
  private readonly subscriptions: Subscription[] = [];
  private fd: number | undefined;

  /** Begins the file anew. Errors: FILE_WRITE, DISK_FULL. */
  constructor(options: TelemetryFileOptions) {
    this.options = options;
    try {
      makeFolders(dirname(options.path));
      this.fd = openSync(options.path, 'w');
    } catch (error) {
      throw fromSystemError(error) ?? error;
    }
    this.write({ kind: 'run', format: TELEMETRY_FORMAT, version: VERSION, ...options.head });
  }

  /** Writes samples and changed modes of this constellation. Before its first round, and after `telemetry.watch`. */
  watch(constellation: Constellation): void {
    const { periodS } = this.options.head;
    this.subscriptions.push(
      constellation.telemetry$
        .pipe(everySimulatedS(periodS, ({ timeS }) => timeS[0] as number))
        .subscribe(() => this.sample()),
      constellation.events$.subscribe(({ timeS, changes }) => {
        for (const { name, region, from, to, reason } of changes) {
          this.write({ kind: 'mode', timeS, node: name, region, from, to, reason });
        }
      }),
    );
  }

  process({ name, phase, restarts, lastEnd }: ProcessState): void {
    this.write({ kind: 'process', wallS: this.wallS, satellite: name, phase, restarts, lastEnd: lastEnd ?? null });
  }

  /** Writes the last lines. `trajectoryHash`: of a run that came to its end. */
  close(trajectoryHash: string | undefined): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    if (this.fd === undefined) return;
    this.sample();
    const { timeS, decisions, fallbackDecisions } = this.options.telemetry.figures;
    const outcome = trajectoryHash === undefined ? 'stopped' : 'finished';
    this.write({
      ...{ kind: 'end', timeS, wallS: this.wallS, outcome, decisions, fallbackDecisions },
      trajectoryHash: trajectoryHash ?? null,
    });
    this.end();
  }

  private get wallS(): number {
    return Math.round(performance.now() - this.startMs) / 1000;
  }

  private sample(): void {
    const { telemetry, standing } = this.options;
    const { timeS, rounds, decisions, fallbackDecisions, satellites, nodes } = telemetry.figures;
    const { joined, absent, restarts } = standing();
    this.write({
      ...{ kind: 'sample', timeS, wallS: this.wallS, rounds, decisions, fallbackDecisions, joined, absent, restarts },
      late: nodes.reduce((sum, { late }) => sum + late, 0),
      rejected: nodes.reduce((sum, { corrupt, stale, illegal }) => sum + corrupt + stale + illegal, 0),
      answers: telemetry.takeAnswerTimes(),
      fallback: satellites.filter(({ modes }) => modes['autonomy'] === 'fallback').map(({ satellite }) => satellite),
      satellites: satellites.map(({ modes: _, ...counts }) => counts),
    });
  }

  private write(line: TelemetryLine): void {
    if (this.fd === undefined) return;
    try {
      writeSync(this.fd, `${JSON.stringify(line)}\n`);
    } catch (error) {
      this.options.onTrouble(`Telemetry ends here: ${(error as Error).message}\n`);
      this.end();
    }
  }

  private end(): void {
    const { fd } = this;
    this.fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }
}

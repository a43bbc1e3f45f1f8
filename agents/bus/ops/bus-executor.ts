import type { Observable, Subscription } from 'rxjs';
import type { InstallOrder, InstallResult, Release, UpdateExecutor } from '../../fleet/index.ts';
import type { Timer } from '../../node/index.ts';
import type { Bus } from '../bus.ts';
import { Subject, filter, firstValueFrom, map, merge } from '../rx.ts';
import { satelliteOf, subjectsOf } from '../subjects.ts';
import { type GroundOrder, type NodeReport, decodeReport, encodeDocument } from './orders.ts';

export interface BusExecutorOptions {
  /** A connection with the rights of the ground. */
  readonly bus: Bus;
  readonly fleet: string;
  /** [satellites] */
  readonly satelliteNames: readonly string[];
  /** How long a node may take to carry out an order, with all repetitions, ms. */
  readonly deadlineMs: number;
  readonly timer: Timer;
  /** Signs the order to go back to a release. */
  readonly orderRollback: (release: Release) => string;
  /** Signs the list that revokes a release. */
  readonly revocationListWith: (release: Release) => string;
  /** Whether the world has heard by now what the node of a satellite decides by; asked after each emission of `standings$`. */
  readonly fliesVersion: (satellite: number, bundleVersion: string) => boolean;
  /** Whether the world has heard by now that the node of a satellite may not decide; asked likewise. */
  readonly isRefused: (satellite: number) => boolean;
  readonly standings$: Observable<unknown>;
}

/** An order that was not reported on is given again after this time, ms. */
const AGAIN_MS = 500;

type OrderContent =
  Omit<Extract<GroundOrder, { type: 'update' }>, 'order'> | Omit<Extract<GroundOrder, { type: 'revoke' }>, 'order'>;

/**
 * Carries updates out on nodes over a bus. Whoever calls has found that a simulated contact has brought the object to the satellites;
 * it resolves when each node has reported and the world knows by what it decides, so that the next decision is made by the same policy
 * as in one process; or when the deadline is over: `silent`.
 */
export class BusExecutor implements UpdateExecutor {
  private readonly options: BusExecutorOptions;
  private readonly reports = new Subject<{ readonly satellite: string; readonly report: NodeReport }>();
  private readonly listening: Subscription;
  private orders = 0;

  constructor(options: BusExecutorOptions) {
    this.options = options;
    const { bus, fleet } = options;
    this.listening = bus.messages$(subjectsOf(fleet).every.opsOut).subscribe(({ subject, data }) => {
      const report = decodeReport(data);
      const satellite = satelliteOf(fleet, subject);
      if (report !== undefined && satellite !== undefined) this.reports.next({ satellite, report });
    });
  }

  async install(
    satellites: readonly number[],
    release: Release,
    { rollback }: InstallOrder,
  ): Promise<readonly InstallResult[]> {
    const { rootDigest } = release;
    const order = rollback ? { rollback: this.options.orderRollback(release) } : {};
    return Promise.all(
      satellites.map(async (satellite): Promise<InstallResult> => {
        const report = await this.carriedOut(satellite, { type: 'update', rootDigest, ...order });
        if (report?.type === 'refused') return { satellite, outcome: 'refused', reason: report.reason };
        if (report?.type !== 'installed') return { satellite, outcome: 'silent' };
        const isKnown = await this.known(() => this.options.fliesVersion(satellite, report.bundleVersion));
        return isKnown ? { satellite, outcome: 'installed' } : { satellite, outcome: 'silent' };
      }),
    );
  }

  async revoke(satellites: readonly number[], release: Release): Promise<void> {
    const revocations = this.options.revocationListWith(release);
    await Promise.all(
      satellites.map(async (satellite) => {
        const report = await this.carriedOut(satellite, { type: 'revoke', revocations });
        if (report?.type !== 'revoked' || report.mayDecide) return;
        await this.known(() => this.options.isRefused(satellite));
      }),
    );
  }

  close(): void {
    this.listening.unsubscribe();
    this.reports.complete();
  }

  /** The node's report, `failed` ones aside; undefined when none came in time. */
  private async carriedOut(satellite: number, content: OrderContent): Promise<NodeReport | undefined> {
    const { bus, fleet, satelliteNames } = this.options;
    const name = satelliteNames[satellite] as string;
    const order = ++this.orders;
    const subject = subjectsOf(fleet).opsIn(name);
    const bytes = encodeDocument({ ...content, order });
    const answer$ = this.reports.pipe(
      filter(({ satellite: from, report }) => from === name && 'order' in report && report.order === order),
      map(({ report }) => report),
      filter(({ type }) => type !== 'failed'),
    );
    return this.withinDeadline(answer$, () => bus.publish(subject, bytes));
  }

  /** Waits until the world has heard of something, no longer than the deadline; resolves to whether it has. */
  private async known(isHeard: () => boolean): Promise<boolean> {
    if (isHeard()) return true;
    const heard$ = this.options.standings$.pipe(filter(isHeard));
    return (await this.withinDeadline(heard$, () => undefined)) !== undefined;
  }

  /** The first value, or undefined when the deadline comes first; `ask` is called at once, and again until then. */
  private async withinDeadline<T>(value$: Observable<T>, ask: () => void): Promise<T | undefined> {
    const { timer, deadlineMs } = this.options;
    const late = new Subject<undefined>();
    const deadline = timer.set(() => late.next(undefined), deadlineMs);
    let again: unknown;
    const askAgain = (): void => {
      ask();
      again = timer.set(askAgain, AGAIN_MS);
    };
    const first = firstValueFrom(merge(value$, late), { defaultValue: undefined });
    askAgain();
    try {
      return await first;
    } finally {
      timer.clear(deadline);
      timer.clear(again);
    }
  }
}

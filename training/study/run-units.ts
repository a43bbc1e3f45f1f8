import { SPACE_CLOUD_SPEC, VERSION, decisionSpecHash, hashJson } from '../../core/index.ts';
import { type Geometry, type Scenario, createWorldModel, geometryKey } from '../../environment/index.ts';
import { runEpisode } from '../evaluation/episode.ts';
import { type PolicySource, createPolicy, policyHash } from '../evaluation/policy-source.ts';
import type { RecordKey, RecordStore } from '../evaluation/record-store.ts';
import type { RunRecord } from '../evaluation/run-record.ts';
import { nextTurn } from '../executors/next-turn.ts';
import type { StudyEpisode, StudyPool } from './study-pool.ts';

/** One run of a study. */
export interface Unit {
  readonly scenario: Scenario;
  readonly source: PolicySource;
  readonly seed: number;
  readonly episode: StudyEpisode;
}

export interface UnitsEnvironment {
  readonly pool: StudyPool;
  /** May compute it; asked for again when another geometry was needed in between. */
  readonly geometryOf: (scenario: Scenario) => Geometry | Promise<Geometry>;
  readonly store?: RecordStore;
  /** A run has just been made; not called for records that the store had. */
  readonly onRecord?: (record: RunRecord) => void;
  /** A record of the store is used instead of a run. */
  readonly onKept?: () => void;
  readonly signal?: AbortSignal;
}

/**
 * What was run, by what decides its outcome: scenario, policy, seed and episode. Points of equal scenarios share their runs.
 * The keys are those of the record store, so that a study that was stopped goes on.
 */
export class UnitRecords {
  private readonly records = new Map<string, RunRecord>();
  private readonly scenarioKeys = new WeakMap<Scenario, string>();
  private readonly policyKeys = new Map<PolicySource, string | undefined>();

  get(unit: Unit): RunRecord | undefined {
    return this.records.get(this.textOf(unit));
  }

  /** Units of which no record is known, one of each; the store is asked first. */
  missing(units: readonly Unit[], { store, onKept }: Pick<UnitsEnvironment, 'store' | 'onKept'>): Unit[] {
    const missing = new Map<string, Unit>();
    for (const unit of units) {
      const text = this.textOf(unit);
      if (this.records.has(text)) continue;
      const key = this.keyOf(unit);
      const kept = key === undefined ? undefined : store?.get(key);
      if (kept === undefined) {
        missing.set(text, unit);
      } else {
        this.records.set(text, kept);
        onKept?.();
      }
    }
    return [...missing.values()];
  }

  add(unit: Unit, record: RunRecord, store: RecordStore | undefined): void {
    this.records.set(this.textOf(unit), record);
    const key = this.keyOf(unit);
    if (key !== undefined) store?.add(key, record);
  }

  /** Undefined for code of the caller, which cannot be told from other code. */
  private keyOf({ scenario, source, seed, episode }: Unit): RecordKey | undefined {
    if (!this.policyKeys.has(source)) this.policyKeys.set(source, policyHash(source));
    const policy = this.policyKeys.get(source);
    if (policy === undefined) return undefined;
    return { policy, episode: hashJson({ scenario: this.scenarioKey(scenario), episode }), seed };
  }

  private textOf(unit: Unit): string {
    const key = this.keyOf(unit);
    const { scenario, source, seed, episode } = unit;
    if (key !== undefined) return `${key.policy} ${key.episode} ${key.seed}`;
    return JSON.stringify(['custom', source.name, source.run, this.scenarioKey(scenario), episode, seed]);
  }

  private scenarioKey(scenario: Scenario): string {
    let key = this.scenarioKeys.get(scenario);
    if (key === undefined) {
      key = hashJson({
        version: VERSION,
        decisionSpec: decisionSpecHash(SPACE_CLOUD_SPEC),
        scenario: hashJson(scenario),
        geometry: keyOfGeometry(scenario),
      });
      this.scenarioKeys.set(scenario, key);
    }
    return key;
  }
}

/**
 * Makes the runs that are missing: policies of the caller's code in this thread, all others in the pool. Runs of one geometry
 * follow one another, so that one or two are in memory at a time. An abort ends it after the runs under way; false then.
 *
 * Errors: of the runs and of `geometryOf`, after all other runs under way have ended.
 */
export async function runUnits(
  units: readonly Unit[],
  records: UnitRecords,
  environment: UnitsEnvironment,
): Promise<boolean> {
  const { pool, store, signal, onRecord } = environment;
  const missing = byGeometry(records.missing(units, environment));
  const geometries = new RecentGeometries(environment.geometryOf);
  const keep = (unit: Unit, record: RunRecord): void => {
    records.add(unit, record, store);
    onRecord?.(record);
  };
  let next = 0;
  let failed = false;
  const isStopped = (): boolean => failed || signal?.aborted === true;
  const feed = async (worker: number): Promise<void> => {
    while (next < missing.length && !isStopped()) {
      const unit = missing[next++] as Unit;
      const { scenario, source, seed, episode } = unit;
      if (source.kind === 'custom') continue;
      try {
        const geometry = await geometries.of(scenario);
        keep(unit, await pool.run(worker, { scenario, geometry }, { source, seed, episode }));
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const runOwn = async (): Promise<void> => {
    for (const unit of missing) {
      const { scenario, source, seed, episode } = unit;
      if (source.kind !== 'custom') continue;
      await nextTurn();
      if (isStopped()) return;
      const model = createWorldModel(scenario, await geometries.of(scenario));
      keep(unit, await runEpisode(model, createPolicy(source, seed), { ...episode, seed, role: source.role }));
    }
  };
  const workers = Math.min(pool.size, missing.length);
  const ended = await Promise.allSettled([...Array.from({ length: workers }, (_, i) => feed(i)), runOwn()]);
  const failure = ended.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return signal?.aborted !== true;
}

const geometryKeys = new WeakMap<Scenario, string>();

/** Reads files of orbits, so once per scenario. */
function keyOfGeometry(scenario: Scenario): string {
  let key = geometryKeys.get(scenario);
  if (key === undefined) {
    key = geometryKey(scenario, '.');
    geometryKeys.set(scenario, key);
  }
  return key;
}

/** Runs of one geometry together, runs of one scenario together within; geometries in the order of their first run. */
function byGeometry(units: readonly Unit[]): Unit[] {
  const groups = new Map<string, Map<Scenario, Unit[]>>();
  for (const unit of units) {
    const key = keyOfGeometry(unit.scenario);
    const group = groups.get(key) ?? new Map<Scenario, Unit[]>();
    groups.set(key, group);
    group.set(unit.scenario, [...(group.get(unit.scenario) ?? []), unit]);
  }
  return [...groups.values()].flatMap((group) => [...group.values()].flat());
}

/** The last two geometries asked for: workers that finish one group begin the next. */
class RecentGeometries {
  private readonly load: UnitsEnvironment['geometryOf'];
  private readonly recent = new Map<string, Promise<Geometry>>();

  constructor(load: UnitsEnvironment['geometryOf']) {
    this.load = load;
  }

  of(scenario: Scenario): Promise<Geometry> {
    const key = keyOfGeometry(scenario);
    let geometry = this.recent.get(key);
    if (geometry === undefined) {
      geometry = Promise.resolve(this.load(scenario));
      this.recent.set(key, geometry);
      const [oldest] = this.recent.keys();
      if (this.recent.size > 2 && oldest !== undefined) this.recent.delete(oldest);
    }
    return geometry;
  }
}

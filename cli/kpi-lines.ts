import { BREACHES, DROP_REASONS, KPI_SPECS, type Kpis } from '../core/index.ts';
import type { RunRecord } from '../training/index.ts';
import { amountText, percentText, timeText } from './amounts.ts';

/** What tells of lost data sets; without a loss they have nothing to tell. */
const OF_RESTORES: ReadonlySet<string> = new Set([
  'rpoMeanS',
  'rpoMaxS',
  'rtoS',
  'rtoMedianS',
  'restoredFrac',
  'unrestored',
  'restoreGB',
]);

/**
 * The key figures of one run, one per line, with units, as far as its scenario has them; breaches and drops by reason after
 * them. `scheduledAtS`: the scheduled faults of the scenario, s since the start of a run.
 */
export function kpiLines(record: RunRecord, scheduledAtS: readonly number[]): string {
  const { kpis, startS, simulatedS } = record;
  const hasLoss = Number.isFinite(kpis['restoredFrac']);
  const figures = KPI_SPECS.filter(({ key }) => key in kpis && (hasLoss || !OF_RESTORES.has(key))).map(
    ({ key, label, unit }) =>
      [label, key === 'faults' ? faultsText(record, scheduledAtS) : figureText(key, kpis[key], unit)] as const,
  );
  const lines = [
    ['tasks created', figureText('tasks', kpis['tasks'], '1')] as const,
    ...figures,
    ['not delivered', counts(kpis, 'drop', DROP_REASONS)] as const,
    ['breaches by kind', counts(kpis, 'breach', BREACHES)] as const,
    ['trajectory hash', record.trajectoryHash] as const,
  ];
  const width = Math.max(40, ...lines.map(([label]) => label.length));
  return [
    `${record.policy} on ${record.scenario}, seed ${record.seed}: ${amountText(record.decisions)} decisions, ${timeText(simulatedS)} simulated, from ${timeText(startS)} to ${timeText(startS + simulatedS)} of the scenario`,
    ...lines.map(([label, value]) => `  ${label.padEnd(width)} ${value}`),
    '',
  ].join('\n');
}

/** A value with its unit; shares (keys in `Frac`) are percent. */
function figureText(key: string, value: number | undefined, unit: string): string {
  if (value === undefined || Number.isNaN(value)) return 'none';
  if (key.endsWith('Frac')) return percentText(value);
  return unit === '1' ? amountText(value) : `${amountText(value)} ${unit}`;
}

/** Faults that struck, and how many of the scheduled ones lie beyond the end of the run. */
function faultsText({ kpis, simulatedS }: RunRecord, scheduledAtS: readonly number[]): string {
  const struck = kpis['faults'] ?? 0;
  const beyond = scheduledAtS.filter((atS) => atS > simulatedS);
  if (beyond.length === 0) return amountText(struck);
  const next = `at ${timeText(Math.min(...beyond))} of the run`;
  const scheduled = `${scheduledAtS.length - beyond.length} of ${scheduledAtS.length} scheduled`;
  if (struck === 0) return `${scheduled} (the first is ${next})`;
  const which = beyond.length === scheduledAtS.length ? 'first' : 'next';
  return `${amountText(struck)} (${scheduled}; the ${which} is ${next})`;
}

function counts(kpis: Kpis, prefix: string, names: readonly string[]): string {
  const found = names.flatMap((name) => {
    const count = kpis[`${prefix}.${name}`] ?? 0;
    return count > 0 ? [`${amountText(count)} ${name}`] : [];
  });
  return found.join(', ') || 'none';
}

import { BREACHES, DROP_REASONS, KPI_SPECS } from '../core/index.ts';
import type { RunRecord } from '../training/index.ts';

/** The key figures of one run, one per line, with units, as far as its scenario has them; breaches and drops by reason after them. */
export function kpiLines(record: RunRecord): string {
  const { kpis } = record;
  const lines = KPI_SPECS.filter(({ key }) => key in kpis).map(
    ({ key, label, unit }) => `  ${label.padEnd(40)} ${show(kpis[key])}${unit === '1' ? '' : ` ${unit}`}`,
  );
  const reasons = DROP_REASONS.filter((reason) => (kpis[`drop.${reason}`] ?? 0) > 0);
  const breaches = BREACHES.filter((breach) => (kpis[`breach.${breach}`] ?? 0) > 0);
  return [
    `${record.policy} on ${record.scenario}, seed ${record.seed}: ${record.decisions} decisions, ${record.simulatedS} s simulated`,
    ...lines,
    `  ${'not delivered'.padEnd(40)} ${reasons.map((reason) => `${kpis[`drop.${reason}`]} ${reason}`).join(', ') || 'none'}`,
    `  ${'breaches by kind'.padEnd(40)} ${breaches.map((breach) => `${kpis[`breach.${breach}`]} ${breach}`).join(', ') || 'none'}`,
    `  ${'trajectory hash'.padEnd(40)} ${record.trajectoryHash}`,
    '',
  ].join('\n');
}

function show(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? 'none' : String(Number(value.toPrecision(5)));
}

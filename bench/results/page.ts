/** The tables of docs/RESULTS.md: each stands between `<!-- table SET/COMPARISON KPI,KPI -->` and `<!-- end -->`. */
import type { KpiSummary, SweepResult } from '../../training/index.ts';

const PLACE = /(<!-- table (\S+) (\S+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The page with its tables written anew; tables of comparisons that were not run stay. */
export function withTables(page: string, results: ReadonlyMap<string, SweepResult>): string {
  return page.replace(PLACE, (whole, ...groups: string[]) => {
    const [begin, name, kpis, end] = groups as [string, string, string, string];
    const result = results.get(name);
    return result === undefined ? whole : `${begin}\n${tables(result, kpis.split(','))}\n${end}`;
  });
}

/** One table per point: a row per policy, per KPI its mean and, where the first policy is another, that one's difference. */
function tables({ points }: SweepResult, kpis: readonly string[]): string {
  return points
    .map(({ quantity, value, summary }) => {
      const labels = kpis.map((key) => {
        const spec = summary.kpis.find((kpi) => kpi.key === key);
        return spec === undefined ? key : spec.unit === '1' ? spec.label : `${spec.label} [${spec.unit}]`;
      });
      const header = [`${quantity} = ${value}`, ...labels.flatMap((label) => [label, `${summary.reference} minus it`])];
      const rows = summary.policies.map(({ policy, role, kpis: byKey, trainingRuns }) => [
        `${nameOf(policy)}${trainingRuns.length > 0 ? ` (${trainingRuns.length} runs)` : ''}${role === 'oracle' ? ' *' : ''}`,
        ...kpis.flatMap((key) => cells(byKey[key])),
      ]);
      return [header, header.map((_, i) => (i === 0 ? ':--' : '--:')), ...rows]
        .map((row) => `| ${row.join(' | ')} |`)
        .join('\n');
    })
    .join('\n\n');
}

function nameOf(policy: string): string {
  return policy.includes('+') ? `\`${policy}\`` : `**${policy}**`;
}

function cells(kpi: KpiSummary | undefined): string[] {
  if (kpi === undefined || kpi.mean === null) return ['-', '-'];
  const { mean, difference, differenceInterval } = kpi;
  if (difference === null) return [number(mean), ''];
  const interval =
    differenceInterval === null ? '' : ` [${signed(differenceInterval.lo)}, ${signed(differenceInterval.hi)}]`;
  return [number(mean), `${signed(difference)}${interval}`];
}

function signed(x: number): string {
  return `${x < 0 ? '' : '+'}${number(x)}`;
}

/** Four decimals below 10, as differences of utility need them. */
function number(x: number): string {
  const size = Math.abs(x);
  return x.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 4);
}

/** The evaluation's numbers as HTML tables. */
import type { EvaluatedKpi } from '../kpi-catalogue.ts';
import { formatInterval, formatNumber, formatSigned } from '../number-format.ts';
import type { EvaluationSummary, KpiSummary } from '../summary.ts';
import { formatOf, roleText } from '../table.ts';
import { type HtmlCell, htmlTable, numberCell } from './html.ts';

/** Role, utility beside breaches, difference, verdict and probability of improvement of every policy. */
export function overviewTable(summary: EvaluationSummary): string {
  const utility = summary.kpis.find((spec) => spec.key === 'utility');
  const breaches = summary.kpis.find((spec) => spec.key === 'breaches');
  const percent = { unit: '%', scale: 100, decimals: 0 };
  const rows = summary.policies.map((entry): HtmlCell[] => {
    const own = entry.kpis['utility'];
    const improvement = entry.utility?.probabilityOfImprovement ?? null;
    const format = utility === undefined ? null : formatOf(summary, utility);
    const breachCount = breaches === undefined ? null : (entry.kpis['breaches'] ?? null);
    return [
      { text: entry.policy, ...(entry.policy === summary.reference ? { className: 'own' } : {}) },
      { text: roleText(summary, entry) },
      ...(own === undefined || format === null
        ? [{ text: 'none' }, { text: '' }]
        : [numberCell(formatNumber(own.mean, format)), numberCell(formatInterval(own.interval, format))]),
      numberCell(
        breaches === undefined ? 'none' : formatNumber(breachCount?.mean ?? null, formatOf(summary, breaches)),
      ),
      ...(own === undefined || format === null || own.difference === null
        ? [{ text: '' }, { text: '' }, { text: '' }]
        : [
            numberCell(formatSigned(own.difference, format)),
            numberCell(formatInterval(own.differenceInterval, format, true)),
            verdictCell(own),
          ]),
      numberCell(improvement === null ? '' : formatNumber(improvement.value, percent)),
      numberCell(formatNumber(entry.utility?.interquartileMean.value ?? null, format ?? percent)),
    ];
  });
  return htmlTable({
    caption: `All policies, highest mean utility first. Difference: ${summary.reference} minus the policy, paired by seed. P(improvement): chance that a run of ${summary.reference} has the higher utility, samples drawn independently. IQM: interquartile mean.`,
    header: [
      { text: 'policy' },
      { text: 'role' },
      ...['utility per task [1]', '95 % interval', 'breaches [1]', 'difference [1]', '95 % interval'].map(numberCell),
      { text: `${summary.reference} is` },
      ...['P(improve\u00adment) [%]', 'utility, IQM [1]'].map(numberCell),
    ],
    rows,
  });
}

/** rliable's aggregates on the scale whose 0 and 1 are the anchors; nothing without anchors. */
export function normalisedSection({ anchors, policies, replicate }: EvaluationSummary): string {
  if (anchors === null) return '';
  const format = { unit: '1', scale: 1, decimals: 3 };
  const rows = policies.flatMap(({ policy, utility }): HtmlCell[][] => {
    const own = utility?.normalised;
    if (own === undefined || own === null) return [];
    const estimates = [own.interquartileMean, own.mean, own.median, own.optimalityGap];
    const texts = estimates.map(({ value, interval }) =>
      `${formatNumber(value, format)} ${formatInterval(interval, format)}`.trim(),
    );
    return [[{ text: policy }, ...texts.map(numberCell)]];
  });
  const samples = replicate === 'run' ? 'training runs' : 'seeds';
  const table = htmlTable({
    caption: `Utility on a scale whose 0 is ${anchors.zero} and whose 1 is ${anchors.one}, per scenario. Samples: ${samples}. Optimality gap: mean shortfall below 1.`,
    header: [{ text: 'policy' }, ...['IQM [1]', 'mean [1]', 'median [1]', 'optimality gap [1]'].map(numberCell)],
    rows,
  });
  return `<section id="normalised" aria-labelledby="normalised-heading"><h2 id="normalised-heading">Normalised utility</h2>
${table}</section>`;
}

/** Everything the summary says about one KPI. */
export function kpiTable(summary: EvaluationSummary, spec: EvaluatedKpi): string {
  const format = formatOf(summary, spec);
  const rows = summary.policies.map((entry): HtmlCell[] => {
    const kpi = entry.kpis[spec.key] as KpiSummary;
    return [
      { text: entry.policy },
      numberCell(formatNumber(kpi.mean, format)),
      numberCell(formatInterval(kpi.interval, format)),
      numberCell(String(kpi.runs)),
      numberCell(kpi.difference === null ? '' : formatSigned(kpi.difference, format)),
      numberCell(formatInterval(kpi.differenceInterval, format, true)),
      verdictCell(kpi),
      numberCell(kpi.rank === null ? '' : String(kpi.rank)),
    ];
  });
  return htmlTable({
    caption: `${spec.label} [${format.unit}]${directionText(spec)}`,
    header: [
      { text: 'policy' },
      ...['mean', '95 % interval', 'runs', 'difference', '95 % interval'].map(numberCell),
      { text: `${summary.reference} is` },
      numberCell('rank'),
    ],
    rows,
  });
}

/** `, lower is better`, or nothing. */
export function directionText(spec: EvaluatedKpi): string {
  return spec.better === 'none' ? '' : `, ${spec.better} is better`;
}

function verdictCell(kpi: KpiSummary): HtmlCell {
  return { text: kpi.verdict ?? '', ...(kpi.verdict === null ? {} : { className: kpi.verdict }) };
}

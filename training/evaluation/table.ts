import type { EvaluatedKpi } from './kpi-catalogue.ts';
import { formatFor, formatInterval, formatNumber, formatSigned, NONE, type NumberFormat } from './number-format.ts';
import { describeEvaluation } from './sentences.ts';
import type { EvaluationSummary, KpiSummary, PolicySummary, Verdict } from './summary.ts';
import { layoutColumns, shorten, type TextCell, type TextColumn, type TextStyle, wrapText } from './text-columns.ts';

export interface TableOptions {
  /** Columns of the terminal; 120 unless given, never more. */
  readonly widthChars?: number;
  /** Quiet ANSI colours; give `true` only when writing to a terminal. */
  readonly colour?: boolean;
}

const WIDEST = 120;
const LONGEST_NAME = 40;

/**
 * The evaluation as plain text: utility beside breaches and the paired difference, then the other KPIs, then what it says
 * in words. Drops by reason, kinds of breach and KPIs per family (other than utility) are left to the report.
 */
export function evaluationTable(summary: EvaluationSummary, options: TableOptions = {}): string {
  const widthChars = Math.min(options.widthChars ?? WIDEST, WIDEST);
  const { findings, caveats } = describeEvaluation(summary);
  const others = summary.kpis.filter(
    (spec) =>
      (spec.group === 'headline' && !['utility', 'breaches'].includes(spec.key)) || spec.key.startsWith('utility.'),
  );
  const columns = [roleColumn(summary), ...utilityColumns(summary), ...others.map((spec) => meanColumn(summary, spec))];
  const layout = { widthChars, colour: options.colour ?? false };
  const marks = `Difference: ${summary.reference} minus the policy. Mark after a mean: + ${summary.reference} is clearly better, - clearly worse.`;
  return [
    layoutColumns(nameColumn(summary, widthChars), columns, layout),
    '',
    wrapText(marks, widthChars),
    '',
    ...findings.map((line) => wrapText(line, widthChars)),
    '',
    ...caveats.map((line) => wrapText(line, widthChars)),
  ].join('\n');
}

function nameColumn(summary: EvaluationSummary, widthChars: number): TextColumn {
  const longest = Math.min(LONGEST_NAME, Math.max(12, Math.floor(widthChars / 3)));
  const cells = summary.policies.map((entry) => cell(shorten(entry.policy, longest), rowStyle(summary, entry)));
  return { header: ['policy'], cells, align: 'left' };
}

function roleColumn(summary: EvaluationSummary): TextColumn {
  const cells = summary.policies.map((entry) => cell(roleText(summary, entry), rowStyle(summary, entry)));
  return { header: ['role'], cells, align: 'left' };
}

/** `best baseline` for the strongest one, else the role. */
export function roleText(summary: EvaluationSummary, entry: PolicySummary): string {
  return entry.policy === summary.strongestBaseline ? 'best baseline' : entry.role;
}

function utilityColumns(summary: EvaluationSummary): TextColumn[] {
  const utility = summary.kpis.find((spec) => spec.key === 'utility');
  const breaches = summary.kpis.find((spec) => spec.key === 'breaches');
  if (utility === undefined) return breaches === undefined ? [] : [meanColumn(summary, breaches)];
  const kpis = summary.policies.map((entry) => entry.kpis['utility'] as KpiSummary);
  const format = formatOf(summary, utility);
  const means = kpis.map((kpi) =>
    cell(`${formatNumber(kpi.mean, format)} ${formatInterval(kpi.interval, format)}`.trim()),
  );
  const differences = kpis.map((kpi) =>
    cell(
      kpi.difference === null
        ? ''
        : `${formatSigned(kpi.difference, format)} ${formatInterval(kpi.differenceInterval, format, true)}`.trim(),
    ),
  );
  const verdicts = summary.policies.map((entry, p) =>
    verdictCell(kpis[p]?.verdict ?? null, entry.policy === summary.reference),
  );
  const breachColumn: TextColumn =
    breaches === undefined
      ? { header: ['breaches'], cells: kpis.map(() => cell(NONE)), align: 'right' }
      : { ...meanColumn(summary, breaches), header: ['breaches', '[1]'] };
  return [
    { header: [utility.label, `[${utility.unit}]`], cells: means, align: 'right' },
    { ...breachColumn, withPrevious: true },
    { header: ['difference', `[${utility.unit}]`], cells: differences, align: 'right' },
    { header: [shorten(summary.reference, 16), 'is'], cells: verdicts, align: 'left', withPrevious: true },
  ];
}

function meanColumn(summary: EvaluationSummary, spec: EvaluatedKpi): TextColumn {
  const format = formatOf(summary, spec);
  const cells = summary.policies.map((entry): TextCell => {
    const kpi = entry.kpis[spec.key] as KpiSummary;
    const missing = kpi.mean !== null && kpi.runs < entry.runs ? ` (${kpi.runs}/${entry.runs})` : '';
    return cell(`${formatNumber(kpi.mean, format)}${missing} ${verdictMark(kpi.verdict)}`, verdictStyle(kpi.verdict));
  });
  return { header: [...narrow(spec.label), `[${format.unit}]`].map((line) => `${line}  `), cells, align: 'right' };
}

/** A label in lines of about a number's width. */
function narrow(label: string): string[] {
  return wrapText(label, 10, '').split('\n');
}

/** The format one KPI has in all tables: decided by its means and their intervals over all policies. */
export function formatOf(summary: EvaluationSummary, spec: EvaluatedKpi): NumberFormat {
  const kpis = summary.policies.map((entry) => entry.kpis[spec.key] as KpiSummary);
  const means = kpis.flatMap((kpi) => (kpi.mean === null ? [] : [kpi.mean]));
  const intervals = kpis.flatMap((kpi) => (kpi.interval === null ? [] : [kpi.interval]));
  return formatFor(spec, means, intervals);
}

function verdictCell(verdict: Verdict | null, isReference: boolean): TextCell {
  if (isReference) return cell('');
  return cell(verdict ?? 'not judged', verdictStyle(verdict));
}

function verdictMark(verdict: Verdict | null): string {
  return verdict === 'better' ? '+' : verdict === 'worse' ? '-' : ' ';
}

function verdictStyle(verdict: Verdict | null): TextStyle | undefined {
  return verdict === 'better' ? 'good' : verdict === 'worse' ? 'bad' : undefined;
}

function rowStyle(summary: EvaluationSummary, entry: PolicySummary): TextStyle | undefined {
  if (entry.policy === summary.reference) return 'bold';
  return entry.role === 'oracle' ? 'dim' : undefined;
}

function cell(text: string, style?: TextStyle): TextCell {
  return style === undefined ? { text } : { text, style };
}

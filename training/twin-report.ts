import type { TwinChannel, TwinReplay } from '../environment/index.ts';
import { escapeText, htmlPage, htmlTable, listItems, numberCell } from './evaluation/report/html.ts';
import { PAGE_STYLE } from './evaluation/report/style.ts';
import type { Plot, PlotSpec } from './evaluation/report/svg.ts';

export interface TwinReportText {
  readonly title: string;
  /** What was found, most important first. */
  readonly findings: readonly string[];
  /** How to get the page again. */
  readonly command: string;
}

/** Below so wide a drawing scrolls instead of shrinking. */
const OWN_STYLE = 'figure svg.plot { min-width: 640px; }';
/** Most points drawn of a residual; more are thinned evenly. */
const MOST_POINTS = 900;
const PLOT_WIDTH_PX = 900;
const PLOT_HEIGHT_PX = 150;
/** Room for labels beside every drawing, so that all times stand under each other. */
const AXIS_PX = 56;

/**
 * The replay as one self-contained HTML page: estimates, drift, and the residuals of every channel about the twin with the
 * reference's parameters and about the fitted one.
 */
export async function renderTwinReport(replay: TwinReplay, text: TwinReportText): Promise<string> {
  const { renderSvg } = await import('./evaluation/report/svg.ts');
  const figures = await Promise.all(
    replay.channels.map(async (channel, c) => `<figure>${await renderSvg(residualPlot(replay, channel, c))}</figure>`),
  );
  const main = `<header><h1>${escapeText(text.title)}</h1>
<ul class="findings">
${listItems(text.findings)}
</ul></header>
${changesSection(replay)}<section id="parameters" aria-labelledby="parameters-heading"><h2 id="parameters-heading">Parameters</h2>
${estimatesTable(replay)}
${replay.unidentified.length === 0 ? '' : `<p class="note">Not told by this telemetry, and kept as in the scenario:</p><ul>${listItems(replay.unidentified.map(({ parameter, reason }) => `${parameter}: ${reason}`))}</ul>`}</section>
<section id="residuals" aria-labelledby="residuals-heading"><h2 id="residuals-heading">Residuals</h2>
<p class="note">Measured less predicted. Grey: the twin with the scenario's parameters; blue: the fitted twin. Dashed red: where a parameter changed; shaded: the 95 % interval of that time.</p>
${figures.join('\n')}
${noiseTable(replay)}</section>
<section id="notes" aria-labelledby="notes-heading"><h2 id="notes-heading">Notes</h2>
<ul>
${listItems([`${replay.rows} rows`, `without any change, a change is reported in at most ${100 * replay.falseAlarmFrac} % of records`, `energy balance of every step closed to ${replay.worstBalance.toExponential(1)}`, ...replay.notes])}
</ul></section>`;
  return htmlPage({ title: text.title, style: PAGE_STYLE + OWN_STYLE, main, command: text.command });
}

/** Nothing when nothing changed: the findings say so. */
function changesSection({ drifts }: TwinReplay): string {
  if (drifts.length === 0) return '';
  const percent = (share: number): string => `${share > 0 ? '+' : ''}${(100 * share).toFixed(2)} %`;
  const table = htmlTable({
    caption: 'Parameters that changed within the record, with 95 % intervals; z and what it had to exceed.',
    header: [
      { text: 'parameter' },
      ...['from [s]', 'between [s]', 'before', 'after', 'change', '+-', 'z', 'threshold'].map(numberCell),
      { text: 'may be' },
    ],
    rows: drifts.map((one) => [
      { text: one.parameter },
      numberCell(digits(one.atS)),
      numberCell(`${digits(one.fromS)} to ${digits(one.untilS)}`),
      ...[one.before, one.after].map((value) => numberCell(digits(value))),
      numberCell(percent(one.changeFrac)),
      numberCell(`${(196 * one.errorFrac).toFixed(2)} %`),
      ...[one.z, one.threshold].map((value) => numberCell(value.toFixed(1))),
      {
        text: one.cause,
        ...(one.alternatives.length === 0 ? {} : { note: `or a change of ${one.alternatives.join(' or ')}` }),
      },
    ]),
  });
  return `<section id="changes" aria-labelledby="changes-heading"><h2 id="changes-heading">Changes</h2>
${table}</section>
`;
}

function estimatesTable({ estimates }: TwinReplay): string {
  return htmlTable({
    caption: 'Estimates at the start of the record with their 95 % intervals, against the scenario.',
    header: [
      { text: 'parameter' },
      ...['estimate', 'standard error', 'low', 'high', 'scenario', 'z', 'unit'].map(numberCell),
      { text: '' },
    ],
    rows: estimates.map(({ parameter, unit, reference, value, error, low, high, z, differs }) => [
      { text: parameter },
      ...[value, error, low, high, reference].map((number) => numberCell(digits(number))),
      numberCell(z.toFixed(1)),
      numberCell(unit === '1' ? '' : unit),
      { text: differs ? 'differs' : '', ...(differs ? { className: 'worse' } : {}) },
    ]),
  });
}

function noiseTable({ noise, referenceNoise }: TwinReplay): string {
  return htmlTable({
    caption:
      'What is left of each channel: standard deviation about the fitted twin and about the scenario, correlation of neighbours.',
    header: [{ text: 'channel' }, ...['values', 'fitted', 'scenario', 'correlation'].map(numberCell)],
    rows: noise.map(({ channel, count, sigma, autocorrelation }) => {
      const before = referenceNoise.find((other) => other.channel === channel)?.sigma;
      return [
        { text: channel },
        numberCell(String(count)),
        numberCell(digits(sigma)),
        numberCell(before === undefined ? '' : digits(before)),
        numberCell(autocorrelation.toFixed(2)),
      ];
    }),
  });
}

function residualPlot({ timeS, drifts, noise }: TwinReplay, channel: TwinChannel, c: number): Plot {
  const every = Math.ceil(timeS.length / MOST_POINTS);
  const points: { timeS: number; value: number; twin: string }[] = [];
  for (let i = 0; i < timeS.length; i += every) {
    for (const [twin, column] of [
      ['scenario', channel.referenceResidual],
      ['fitted', channel.fittedResidual],
    ] as const) {
      const value = column[i] as number;
      if (Number.isFinite(value)) points.push({ timeS: timeS[i] as number, value, twin });
    }
  }
  const sigma = noise.find((one) => one.channel === channel.name)?.sigma ?? 0;
  const x = {
    field: 'timeS',
    type: 'quantitative',
    title: 'time [s]',
    scale: { nice: false, zero: false, domain: [timeS[0], timeS.at(-1)] },
  };
  const isLarge = points.some(({ value }) => Math.abs(value) >= 1e4);
  const axis = { minExtent: AXIS_PX, maxExtent: AXIS_PX, ...(isLarge ? { format: '~s' } : {}) };
  const y = { field: 'value', type: 'quantitative', title: channel.name, axis };
  const line = (twin: string, colour: string, width: number): PlotSpec => ({
    data: { values: points.filter((point) => point.twin === twin) },
    mark: { type: 'line', strokeWidth: width, color: colour },
    encoding: { x, y },
  });
  const rule = (values: readonly object[], mark: object, encoding: object): PlotSpec => ({
    data: { values },
    mark: { type: 'rule', ...mark },
    encoding,
  });
  const changes = drifts.map(({ atS, fromS, untilS }) => ({ timeS: atS, fromS, untilS }));
  return {
    id: `residual-${c}`,
    title: `Residuals of ${channel.name}`,
    description: `Standard deviation about the fitted twin ${digits(sigma)}; ${drifts.length} changes.`,
    spec: {
      title: {
        text: `${channel.name}, measured less predicted`,
        subtitle: `fitted twin: standard deviation ${digits(sigma)}`,
      },
      width: PLOT_WIDTH_PX,
      height: PLOT_HEIGHT_PX,
      layer: [
        ...(changes.length === 0
          ? []
          : [
              {
                data: { values: changes },
                mark: { type: 'rect', color: 'var(--bad)', opacity: 0.12 },
                encoding: { x: { ...x, field: 'fromS' }, x2: { field: 'untilS' } },
              },
            ]),
        line('scenario', 'var(--baseline)', 1),
        line('fitted', 'var(--reference)', 1),
        rule([{ value: 0 }], { color: 'var(--rule)' }, { y: { field: 'value', type: 'quantitative' } }),
        ...(changes.length === 0
          ? []
          : [rule(changes, { color: 'var(--bad)', strokeDash: [5, 4], strokeWidth: 1.5 }, { x })]),
      ],
    },
  };
}

function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

import { basename } from 'node:path';
import type { Command } from 'commander';
import { SpaceCloudError } from '../../../core/index.ts';
import type { TwinDrift, TwinEstimate, TwinReplay } from '../../../environment/index.ts';
import { readText, writeTexts } from '../../files.ts';
import type { CommandStreams } from '../../run-command.ts';
import { loadScenarioFile } from '../../scenario-input.ts';

interface Options {
  readonly scenario: string;
  readonly falseAlarms: number;
  readonly html?: string;
  readonly csv?: string;
  readonly json?: boolean;
}

/** `spacecloud twin replay`: estimates, residuals and drift of a telemetry file. */
export function register(twin: Command, streams: CommandStreams): void {
  twin
    .command('replay')
    .description('predict a telemetry file with the models of the world, estimate parameters, flag what changed')
    .argument('<telemetry>', 'CSV whose columns end in their units; docs/TWIN.md lists them')
    .option('--scenario <scenario>', 'whose satellite and gateway link it is compared with', 'iridium-66')
    .option('--false-alarms <share>', 'records without a change in which one may be reported', share, 0.01)
    .option('--html <file>', 'write a page with plots of the residuals')
    .option('--csv <file>', 'write the residuals of every row')
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: Options) => {
      const { parseTelemetry, replayTelemetry } = await import('../../../environment/index.ts');
      const scenario = await loadScenarioFile(options.scenario, {}, streams);
      const text = readText(file);
      const telemetry = parseTelemetry(text, file);
      const { satellite, tickS, gatewayLink: link } = scenario;
      const replayed = replayTelemetry(telemetry, { satellite, tickS, link, falseAlarmFrac: options.falseAlarms });
      const replay = { ...replayed, notes: [...replayed.notes, ...otherScenario(text, scenario.name)] };
      const files: { path: string; text: string }[] = [];
      if (options.csv !== undefined) files.push({ path: options.csv, text: residualCsv(replay) });
      if (options.html !== undefined) {
        const { renderTwinReport } = await import('../../../training/index.ts');
        const command = `spacecloud twin replay ${file} --scenario ${options.scenario} --false-alarms ${options.falseAlarms} --html ${options.html}`;
        const title = `${basename(file)} against the satellite of ${scenario.name}`;
        files.push({
          path: options.html,
          text: await renderTwinReport(replay, { title, findings: findings(replay), command }),
        });
      }
      if (files.length > 0) writeTexts(files);
      if (options.json === true) {
        const document = { ...replay, channels: undefined, timeS: undefined };
        streams.out(`${JSON.stringify({ scenario: scenario.name, file, ...document }, undefined, 2)}\n`);
        return;
      }
      streams.out(replayLines(replay));
      for (const { path } of files) streams.err(`Written: ${path}\n`);
    });
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw new SpaceCloudError('USAGE', `Expected a share between 0 and 1 for --false-alarms, got '${text}'.`, {
    hint: '0.01: one record in a hundred without any change is reported to have one.',
  });
}

/** `twin record` names its scenario in the first comment. */
function otherScenario(text: string, name: string): string[] {
  const recorded = /^# \S+ of (.+?), .*; times since the scenario's start/m.exec(text)?.[1];
  if (recorded === undefined || recorded === name) return [];
  return [`recorded in scenario ${recorded}, compared with ${name}: give its file with --scenario`];
}

/** Sentences for the head of the page. */
function findings(replay: TwinReplay): string[] {
  const { drifts, estimates, misfits } = replay;
  const changed = [...misfits.map(({ text }) => `Warning: ${text}.`), ...drifts.map(driftText)];
  const different = estimates.filter(({ differs }) => differs).map(differenceText);
  if (changed.length + different.length > 0) return [...changed, ...different];
  return ['No parameter changed within the record, and none differs from the scenario.'];
}

function driftText(drift: TwinDrift): string {
  const { parameter, changeFrac, errorFrac, atS, fromS, untilS, cause, alternatives } = drift;
  const sign = changeFrac > 0 ? '+' : '';
  const other =
    alternatives.length === 0 ? '' : `; a change of ${alternatives.join(' or ')} would explain it nearly as well`;
  return `${parameter} ${sign}${(100 * changeFrac).toFixed(2)} % (+- ${(196 * errorFrac).toFixed(2)}) from ${atS} s on (between ${fromS} and ${untilS} s): ${cause}${other}`;
}

function differenceText({ parameter, value, reference, unit, z }: TwinEstimate): string {
  const off =
    reference === 0 ? '' : ` (${value > reference ? '+' : ''}${(100 * (value / reference - 1)).toFixed(2)} %)`;
  return `${parameter} is ${digits(value)} ${unit}, not ${digits(reference)}${off}, z ${z.toFixed(1)}`;
}

function replayLines(replay: TwinReplay): string {
  const header = ['parameter', 'estimate', 'error', '95 % low', 'high', 'scenario', 'z', 'unit'];
  const rows = replay.estimates.map((one) => [
    one.parameter,
    ...[one.value, one.error, one.low, one.high, one.reference].map(digits),
    one.z.toFixed(1) + (one.differs ? ' *' : ''),
    one.unit,
  ]);
  const noise = replay.noise.map(({ channel, count, sigma, autocorrelation }) => [
    channel,
    String(count),
    digits(sigma),
    digits(replay.referenceNoise.find((other) => other.channel === channel)?.sigma ?? NaN),
    autocorrelation.toFixed(2),
  ]);
  const lines = [
    ...table([header, ...rows]),
    ...replay.unidentified.map(({ parameter, reason }) => `${parameter}: not told (${reason})`),
    '',
    ...table([['residuals', 'values', 'fitted', 'scenario', 'correlation'], ...noise]),
    '',
    ...findings(replay),
    ...replay.notes.map((note) => `Note: ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] as readonly string[]).map((_, c) => Math.max(...rows.map((row) => (row[c] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, c) => (c === 0 ? cell.padEnd(widths[c] as number) : cell.padStart(widths[c] as number)))
      .join('  ')
      .trimEnd(),
  );
}

function residualCsv({ timeS, channels }: TwinReplay): string {
  const header = channels.flatMap(({ name }) => [name, `${name}.scenarioResidual`, `${name}.fittedResidual`]);
  const cell = (value: number | undefined): string => (value === undefined || Number.isNaN(value) ? '' : String(value));
  const lines = Array.from(timeS, (time, i) =>
    [
      String(time),
      ...channels.flatMap((one) => [
        cell(one.measured[i]),
        cell(one.referenceResidual[i]),
        cell(one.fittedResidual[i]),
      ]),
    ].join(','),
  );
  return `${[['timeS', ...header].join(','), ...lines].join('\n')}\n`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

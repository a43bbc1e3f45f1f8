import type { SessionFigures } from '../../environment/index.ts';
import type { TerminalRun, TerminalDay } from './terminal-day.ts';
import { interruptionClasses } from './interruption-classes.ts';
import { verdictOf } from './verdict.ts';

/** A table of text: the first column names the rows. */
export interface TextTable {
  readonly caption: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The same numbers for text and page. */
export function terminalTables(day: TerminalDay): readonly TextTable[] {
  return [comparison(day), constellations(day.all), radios(day.all), interruptions(day)];
}

/** All tables and the verdict as text. */
export function terminalText(day: TerminalDay): string {
  const verdict = verdictOf(day);
  const tables = terminalTables(day).map((table) => `${table.caption}\n${columns(table)}`);
  return [
    `${day.terminal} of ${day.scenario}, seed ${day.seed}, ${day.hours} h, ${day.policy}`,
    ...tables,
    ...day.unreachable.map(({ radio, reason }) => `${radio} alone is no day: ${reason}`),
    ...(verdict === undefined ? [] : [verdict.sentence]),
    '',
  ].join('\n\n');
}

function comparison({ all, singles }: TerminalDay): TextTable {
  const row = (run: TerminalRun): string[] => {
    const { figures } = run;
    return [
      run.radio === undefined ? (singles.length > 0 ? 'all radios' : 'its radio') : `${run.radio} alone`,
      shareText(figures.continuityFrac),
      String(figures.interruptions),
      lengthText(figures.longestInterruptionS),
      handovers(figures),
      rateText(figures.meanRateBps),
      shareText(run.deadlineHitFrac),
      figures.gigabytes.toFixed(1),
      priceText(figures.costPerGB),
    ];
  };
  return {
    caption:
      singles.length > 0
        ? 'The session with all radios, and on the same demand with one radio each. Deadlines are those of all terminals, of which none has more radios.'
        : 'The session. Deadlines are those of all terminals.',
    header: [
      'session over',
      'up',
      'interruptions',
      'longest',
      'handovers/h',
      'mean rate',
      'deadlines met',
      'GB',
      'price per GB',
    ],
    rows: [all, ...singles].map(row),
  };
}

function handovers({ handoversPerHour }: SessionFigures): string {
  return handoversPerHour.toFixed(2);
}

function constellations({ uses, session }: TerminalRun): TextTable {
  const durationS = session.toS - session.fromS;
  return {
    caption:
      'By constellation, with all radios. Delay: one way between terminal and satellite. Round trip: over the satellite to a ground station as far away, and back.',
    header: [
      'constellation',
      'usable',
      'serving',
      'satellites taken',
      'handed over',
      'mean rate',
      'delay',
      'round trip',
    ],
    rows: uses.map(({ name, usableS, servingS, attachments, handovers: count, meanRateBps, delay }) => [
      name,
      shareText(usableS / durationS),
      shareText(servingS / durationS),
      String(attachments),
      String(count),
      rateText(meanRateBps),
      delay === undefined ? '-' : `${ms(delay.leastS)} to ${ms(delay.greatestS)} ms`,
      delay === undefined ? '-' : `${ms(4 * delay.meanS)} ms`,
    ]),
  };
}

function radios({ session }: TerminalRun): TextTable {
  return {
    caption: 'By radio, with all radios: what was sent over it and what that costs.',
    header: ['radio', 'price per GB', 'GB up', 'GB down', 'cost'],
    rows: session.radios.map(({ radio, costPerGB, bitsUp, bitsDown }) => [
      radio,
      priceText(costPerGB),
      (bitsUp / 8e9).toFixed(2),
      (bitsDown / 8e9).toFixed(2),
      ((costPerGB * (bitsUp + bitsDown)) / 8e9).toFixed(2),
    ]),
  };
}

function interruptions({ all, singles }: TerminalDay): TextTable {
  const runs = [all, ...singles];
  const classes = runs.map(({ session }) => interruptionClasses(session));
  return {
    caption: 'Interruptions by length: how many, and their sum.',
    header: ['length', ...runs.map(({ radio }) => (radio === undefined ? 'all radios' : `${radio} alone`))],
    rows: (classes[0] ?? []).map(({ label }, c) => [
      label,
      ...classes.map((own) => {
        const { count = 0, totalS = 0 } = own[c] ?? {};
        return count === 0 ? '0' : `${count} (${lengthText(totalS)})`;
      }),
    ]),
  };
}

/** Rounding makes no share whole. */
export function shareText(share: number): string {
  if (Number.isNaN(share)) return '-';
  const text = (100 * share).toFixed(2);
  return share < 1 && text === '100.00' ? 'above 99.99 %' : `${share === 1 ? '100' : text} %`;
}

/** A length of time in s or min. */
export function lengthText(seconds: number): string {
  return seconds < 120 ? `${Number(seconds.toFixed(1))} s` : `${(seconds / 60).toFixed(1)} min`;
}

export function rateText(rateBps: number): string {
  return Number.isNaN(rateBps) ? '-' : `${(rateBps / 1e6).toFixed(0)} Mbit/s`;
}

/** A price; '-' where none is stated, or nothing was carried. */
export function priceText(price: number): string {
  return price > 0 ? price.toFixed(2) : '-';
}

function ms(seconds: number): string {
  return (1000 * seconds).toFixed(1);
}

function columns({ header, rows }: TextTable): string {
  const lines = [header, ...rows];
  const widths = header.map((_, c) => Math.max(...lines.map((line) => (line[c] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, c) => (c === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[c] as number)))
        .join('  '),
    )
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}

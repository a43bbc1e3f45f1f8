import type { Judged } from './budgets.ts';
import type { Yardstick } from './figures.ts';

/** The result as a table for people, with the yardstick under it. */
export function renderTable(rows: readonly Judged[], yardstick: Yardstick): string {
  const head = ['figure', 'measured', 'from .. to', 'on idle cores', 'bar', 'ratio', 'verdict'];
  const body = rows.map((row) => [
    row.name,
    row.measured === undefined ? '-' : `${short(row.measured)} ${row.unit}`,
    row.least === undefined || row.most === undefined ? '-' : `${short(row.least)} .. ${short(row.most)}`,
    row.onIdleCores === undefined ? '-' : short(row.onIdleCores),
    row.bar === undefined ? '-' : short(row.bar),
    row.ratio === undefined ? '-' : Number.isFinite(row.ratio) ? row.ratio.toFixed(2) : 'any',
    row.verdict,
  ]);
  const widths = head.map((title, c) => Math.max(title.length, ...body.map((cells) => (cells[c] as string).length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, c) => (c === 0 || c === 6 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0)))
      .join('  ');
  const notes = rows.filter(({ note }) => note !== undefined).map(({ name, note }) => `${name}: ${note}`);
  return [
    line(head).trimEnd(),
    ...body.map((cells) => line(cells).trimEnd()),
    '',
    `yardstick: loop ${short(yardstick.loopMops)} Mops/s, matmul 256 ${yardstick.matmulGflops.toFixed(2)} GFLOP/s (plain JavaScript, CPU time)`,
    ...notes,
    '',
  ].join('\n');
}

/** Three significant figures, thousands apart. */
function short(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) >= 1000 ? rounded.toLocaleString('en-US') : String(rounded);
}

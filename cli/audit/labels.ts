import type { LoggedPolicy } from '../../agents/audit/index.ts';

/** A policy as a log knows it, in words. */
export function policyLabel({ name, kind, version, rootDigest }: LoggedPolicy): string {
  if (kind !== 'bundle') return name;
  return `${name} ${version ?? ''} (bundle ${rootDigest ?? '?'})`.replace('  ', ' ');
}

/** Rows of cells in columns: the first is set left, the others as `left` says. */
export function columns(rows: readonly (readonly string[])[], left: readonly number[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (left.includes(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** A figure with as many digits as help: 4 significant ones. */
export function figure(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e6 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

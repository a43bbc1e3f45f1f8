/** The rows among [0, end) that are of one decision kind, in order. */
export function rowsOfKind(kinds: Uint8Array, kind: number, end: number): Int32Array {
  const rows = new Int32Array(end);
  let count = 0;
  for (let row = 0; row < end; row++) if (kinds[row]! === kind) rows[count++] = row;
  return rows.subarray(0, count);
}

/** Those of `rows` that are of one decision kind, in their order. */
export function amongOfKind(rows: Int32Array, kinds: Uint8Array, kind: number): Int32Array {
  const found = new Int32Array(rows.length);
  let count = 0;
  for (let i = 0; i < rows.length; i++) if (kinds[rows[i]!]! === kind) found[count++] = rows[i]!;
  return found.subarray(0, count);
}

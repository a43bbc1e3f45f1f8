/** How a bundle writes JSON and numbers: readable, and the same bytes for the same values. */

/** JSON with sorted keys and two-space indentation; arrays without objects or arrays inside stay on one line. */
export function readableJson(value: unknown): string {
  return `${render(value, '')}\n`;
}

/** Numbers whose decimal text is the shortest that gives the same float32 back. Throws a RangeError for NaN or infinity. */
export function float32Texts(values: ArrayLike<number>): number[] {
  return Array.from(values, (value) => {
    if (!Number.isFinite(value)) throw new RangeError(`Expected finite numbers, got ${value}.`);
    const single = Math.fround(value);
    for (let digits = 1; digits < 9; digits++) {
      const short = Number(single.toPrecision(digits));
      if (Math.fround(short) === single) return short;
    }
    return Number(single.toPrecision(9));
  });
}

function render(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (!value.some((item) => typeof item === 'object' && item !== null)) return `[${value.map(scalar).join(', ')}]`;
    return `[\n${value.map((item) => inner + render(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${inner}${JSON.stringify(key)}: ${render(member, inner)}`);
    return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
  }
  return scalar(value);
}

function scalar(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

import type { LabelConfig } from '../scenario/index.ts';

/**
 * Label of data made from several: the highest of their levels, releasable only to nations that each of them is releasable to.
 * `undefined` is a label that everybody may hold; `levels` lowest first.
 */
export function aggregateLabel(
  labels: readonly (LabelConfig | undefined)[],
  levels: readonly string[],
): LabelConfig | undefined {
  const limited = labels.filter((label) => label !== undefined);
  const [first, ...others] = limited;
  if (first === undefined) return undefined;
  let { level, releasableTo } = first;
  for (const other of others) {
    if (levels.indexOf(other.level) > levels.indexOf(level)) level = other.level;
    const nations = other.releasableTo;
    if (nations !== undefined) releasableTo = releasableTo?.filter((nation) => nations.includes(nation)) ?? nations;
  }
  return releasableTo === undefined ? { level } : { level, releasableTo };
}

/** Label of a product: the one its release was decided with, else what its inputs add up to. */
export function productLabel(
  inputs: readonly (LabelConfig | undefined)[],
  released: LabelConfig | undefined,
  levels: readonly string[],
): LabelConfig | undefined {
  return released ?? aggregateLabel(inputs, levels);
}

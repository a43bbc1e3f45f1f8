/** The oldest nats-server that everything here was tried with (Debian 12's package). */
export const LEAST_SERVER = '2.9.0';
/** From here on all security fixes known to us are in. */
export const RECOMMENDED_SERVER = '2.12.6';

/** Compares two versions `major.minor.patch`, each with or without `v` and suffixes: negative when `a` is the older one. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function partsOf(version: string): readonly number[] {
  const match = /(\d+)\.(\d+)\.(\d+)/.exec(version);
  return match === null ? [0, 0, 0] : match.slice(1, 4).map(Number);
}

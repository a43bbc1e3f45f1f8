import type { TerminalSession } from '../../environment/index.ts';

export interface InterruptionClass {
  readonly label: string;
  readonly count: number;
  /** Sum of their lengths, s. */
  readonly totalS: number;
}

const CLASSES: readonly (readonly [label: string, upToS: number])[] = [
  ['up to 1 s', 1],
  ['1 to 10 s', 10],
  ['10 s to 1 min', 60],
  ['1 to 10 min', 600],
  ['above 10 min', Infinity],
];

/** How many interruptions of which length a session had; the shortest class is that of handovers of a lone radio. */
export function interruptionClasses({ interruptions }: TerminalSession): InterruptionClass[] {
  return CLASSES.map(([label, upToS], i) => {
    const fromS = CLASSES[i - 1]?.[1] ?? 0;
    const lengths = interruptions.map((gap) => gap.toS - gap.fromS).filter((s) => s > fromS && s <= upToS);
    return { label, count: lengths.length, totalS: lengths.reduce((sum, s) => sum + s, 0) };
  });
}

import type { TerminalRun, TerminalDay } from './terminal-day.ts';

/** How one radio alone stands against all of them. */
export interface SingleVerdict {
  readonly radio: string;
  /** Whether the radio alone is no worse: mean rate of the session, price per GB, continuity, deadlines met. */
  readonly rate: boolean;
  readonly price: boolean;
  readonly continuity: boolean;
  readonly deadlines: boolean;
  /** It has both rate and price: the terminal with all radios loses on what it costs and carries. */
  readonly hasRateAndPrice: boolean;
  /** It is no worse in anything: the other radios add nothing. */
  readonly suffices: boolean;
}

export interface TerminalVerdict {
  readonly singles: readonly SingleVerdict[];
  /** The radio with the best continuity alone, the cheaper one among equals. */
  readonly bestSingle: string | undefined;
  readonly sentence: string;
}

/** Shares and prices closer than this are equal: sums of a day in floating point. */
const RELATIVE = 1e-9;

/** Whether several radios pay, by rate, price, continuity and deadlines; undefined for a terminal with one radio. */
export function verdictOf({ all, singles }: TerminalDay): TerminalVerdict | undefined {
  if (singles.length === 0) return undefined;
  const verdicts = singles.map((single) => compare(single, all));
  const best = singles.reduce((a, b) => (isBetter(b, a) ? b : a));
  return { singles: verdicts, bestSingle: best.radio, sentence: sentence(verdicts, all) };
}

function compare(single: TerminalRun, all: TerminalRun): SingleVerdict {
  const [one, many] = [single.figures, all.figures];
  const rate = atLeast(one.meanRateBps, many.meanRateBps);
  // A radio that carried nothing has no price.
  const price = one.gigabytes > 0 && atLeast(many.costPerGB, one.costPerGB);
  const continuity = atLeast(one.continuityFrac, many.continuityFrac);
  const deadlines = atLeast(single.deadlineHitFrac, all.deadlineHitFrac);
  return {
    ...{ radio: single.radio ?? '', rate, price, continuity, deadlines },
    hasRateAndPrice: rate && price,
    suffices: rate && price && continuity && deadlines,
  };
}

function isBetter(a: TerminalRun, b: TerminalRun): boolean {
  if (a.figures.continuityFrac !== b.figures.continuityFrac) return a.figures.continuityFrac > b.figures.continuityFrac;
  return a.figures.costPerGB < b.figures.costPerGB;
}

function sentence(verdicts: readonly SingleVerdict[], { figures }: TerminalRun): string {
  const priced = figures.cost > 0 ? 'rate and price' : 'rate (nothing has a price)';
  const enough = verdicts.find(({ suffices }) => suffices);
  if (enough !== undefined) return `Several radios lose: ${enough.radio} alone is no worse in anything.`;
  const both = verdicts.filter(({ hasRateAndPrice }) => hasRateAndPrice);
  const lost = both.map(({ radio, continuity, deadlines }) => {
    const kept = [...(continuity ? [] : ['continuity']), ...(deadlines ? [] : ['deadlines'])].join(' and ');
    return `${radio} alone has ${priced === 'rate and price' ? 'both ' : ''}${priced}; what the others add is ${kept}`;
  });
  if (lost.length > 0) return `Several radios lose on ${priced}: ${lost.join('; ')}.`;
  if (figures.cost === 0)
    return 'No radio alone has the rate. What data cost is not known: no radio that carried has a price.';
  const cheaper = verdicts.filter(({ price }) => price).map(({ radio }) => radio);
  const aside = cheaper.length > 0 ? ` Cheaper per GB alone: ${cheaper.join(', ')}.` : '';
  return `No radio alone has both rate and price.${aside}`;
}

function atLeast(a: number, b: number): boolean {
  return a >= b - RELATIVE * Math.abs(b);
}

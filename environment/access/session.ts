/** A stretch in which one antenna of a terminal has one satellite at one rate. Times in s since scenario start. */
export interface AccessStretch {
  /** Antenna, counted at the terminal. */
  readonly antenna: number;
  /** Node index. */
  readonly satellite: number;
  readonly fromS: number;
  /** From when on data pass: `fromS`, or the end of the handover. */
  readonly usableS: number;
  readonly toS: number;
  /** Each way, bit/s; one-way range when it began, km. */
  readonly rateBps: number;
  readonly rangeKm: number;
}

/** A stretch in which the session runs over one stretch of one antenna. */
export interface ServingStretch {
  readonly fromS: number;
  readonly toS: number;
  readonly access: AccessStretch;
}

export interface Interruption {
  readonly fromS: number;
  readonly toS: number;
}

/** Which of the radios that carry a session runs over: the one nearest to its satellite, or the cheapest (then nearest). */
export type AccessChoice = 'fastest' | 'cheapest';

/** One antenna of a terminal and what went over it. */
export interface TerminalRadio {
  readonly radio: string;
  /** Per 10^9 bytes, either way; 0 = none stated. */
  readonly costPerGB: number;
  readonly bitsUp: number;
  readonly bitsDown: number;
}

/** What a terminal's radios did from `fromS` to `toS`, and the session over them: never without a radio while one carries. */
export interface TerminalSession {
  readonly terminal: string;
  readonly fromS: number;
  readonly toS: number;
  readonly access: AccessChoice;
  /** Duration of a handover of one antenna, s. */
  readonly handoverS: number;
  /** By antenna. */
  readonly radios: readonly TerminalRadio[];
  /** In order of antenna, then time. */
  readonly stretches: readonly AccessStretch[];
  /** In order of time; what lies between two of them, and no more, are the interruptions. */
  readonly serving: readonly ServingStretch[];
  readonly interruptions: readonly Interruption[];
}

export type SessionInput = Omit<TerminalSession, 'serving' | 'interruptions'>;

/** Lays the session over the stretches: at each instant the best usable one by `access`. */
export function layOutSession(input: SessionInput): TerminalSession {
  const serving = serve(input);
  return { ...input, serving, interruptions: gapsBetween(serving, input.fromS, input.toS) };
}

function serve({ stretches, radios, access, fromS, toS }: SessionInput): ServingStretch[] {
  const usable = stretches.filter(({ usableS, toS: endS }) => endS > usableS).sort((a, b) => a.usableS - b.usableS);
  const edges = [...new Set([fromS, toS, ...usable.flatMap(({ usableS, toS: endS }) => [usableS, endS])])]
    .filter((atS) => atS >= fromS && atS <= toS)
    .sort((a, b) => a - b);
  const priceOf = ({ antenna }: AccessStretch): number =>
    access === 'cheapest' ? (radios[antenna]?.costPerGB ?? 0) : 0;
  const isBetter = (a: AccessStretch, b: AccessStretch): boolean =>
    priceOf(a) !== priceOf(b) ? priceOf(a) < priceOf(b) : a.rangeKm < b.rangeKm;
  const serving: ServingStretch[] = [];
  let active: AccessStretch[] = [];
  let next = 0;
  edges.slice(0, -1).forEach((atS, e) => {
    active = active.filter(({ toS: endS }) => endS > atS);
    for (let s = usable[next]; s !== undefined && s.usableS <= atS; s = usable[++next]) if (s.toS > atS) active.push(s);
    const untilS = edges[e + 1] as number;
    const best = active.reduce<AccessStretch | undefined>(
      (least, s) => (least === undefined || isBetter(s, least) ? s : least),
      undefined,
    );
    if (best === undefined) return;
    const last = serving.at(-1);
    if (last?.access === best && last.toS === atS) serving[serving.length - 1] = { ...last, toS: untilS };
    else serving.push({ fromS: atS, toS: untilS, access: best });
  });
  return serving;
}

function gapsBetween(serving: readonly ServingStretch[], fromS: number, toS: number): Interruption[] {
  const gaps: Interruption[] = [];
  let upToS = fromS;
  for (const stretch of serving) {
    if (stretch.fromS > upToS) gaps.push({ fromS: upToS, toS: stretch.fromS });
    upToS = stretch.toS;
  }
  if (upToS < toS) gaps.push({ fromS: upToS, toS });
  return gaps;
}

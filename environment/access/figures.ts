import type { AccessStretch, ServingStretch, TerminalSession } from './session.ts';

const BITS_PER_GB = 8e9;
const S_PER_HOUR = 3600;
/** Times are sums of ticks and handovers: equal up to rounding. */
const EQUAL_S = 1e-6;

/** The key figures of a session. */
export interface SessionFigures {
  readonly durationS: number;
  /** Share of the time in which a radio carried. */
  readonly continuityFrac: number;
  readonly interruptions: number;
  readonly longestInterruptionS: number;
  /** Changes of the satellite that the session runs over, within a constellation and between two. */
  readonly handoversWithin: number;
  readonly handoversBetween: number;
  readonly handoversPerHour: number;
  /** Times it began anew after an interruption that was longer than a handover takes. */
  readonly resumptions: number;
  /** Mean rate of the radio it runs over, interruptions counted as 0, bit/s. */
  readonly meanRateBps: number;
  readonly gigabytes: number;
  readonly cost: number;
  /** Per 10^9 bytes carried; NaN when none was. */
  readonly costPerGB: number;
}

/** Key figures; `constellationOf`: index by satellite. */
export function sessionFigures(
  session: TerminalSession,
  constellationOf: (satellite: number) => number,
): SessionFigures {
  const { serving, interruptions, radios, fromS, toS, handoverS } = session;
  const durationS = toS - fromS;
  const upS = serving.reduce((sum, s) => sum + lengthS(s), 0);
  let [within, between, resumptions] = [0, 0, 0];
  serving.forEach((stretch, i) => {
    const before = serving[i - 1];
    if (before === undefined) return;
    if (stretch.fromS - before.toS > handoverS + EQUAL_S) resumptions++;
    else if (!isSameLink(before.access, stretch.access)) {
      const isWithin = constellationOf(before.access.satellite) === constellationOf(stretch.access.satellite);
      if (isWithin) within++;
      else between++;
    }
  });
  const gigabytes = radios.reduce((sum, { bitsUp, bitsDown }) => sum + (bitsUp + bitsDown) / BITS_PER_GB, 0);
  const cost = radios.reduce(
    (sum, { bitsUp, bitsDown, costPerGB }) => sum + ((bitsUp + bitsDown) / BITS_PER_GB) * costPerGB,
    0,
  );
  return {
    durationS,
    continuityFrac: upS / durationS,
    interruptions: interruptions.length,
    longestInterruptionS: Math.max(0, ...interruptions.map((gap) => gap.toS - gap.fromS)),
    handoversWithin: within,
    handoversBetween: between,
    handoversPerHour: (within + between) / (durationS / S_PER_HOUR),
    resumptions,
    meanRateBps: serving.reduce((sum, s) => sum + lengthS(s) * s.access.rateBps, 0) / durationS,
    gigabytes,
    cost,
    costPerGB: cost / gigabytes,
  };
}

/** What one constellation did for a terminal. */
export interface ConstellationUse {
  /** Index in the scenario. */
  readonly constellation: number;
  /** Time in which a radio of the terminal could use it; of it the time in which the session ran over it, s. */
  readonly usableS: number;
  readonly servingS: number;
  /** Satellites taken, and of them those taken over from another without a pause between. */
  readonly attachments: number;
  readonly handovers: number;
  /** Over the usable time of its links, bit/s; NaN without any. */
  readonly meanRateBps: number;
}

/** What each constellation that the terminal had did for it, in order of the scenario. */
export function constellationUses(
  session: TerminalSession,
  constellationOf: (satellite: number) => number,
): ConstellationUse[] {
  const { stretches, serving } = session;
  const known = [...new Set(stretches.map(({ satellite }) => constellationOf(satellite)))].sort((a, b) => a - b);
  return known.map((constellation) => {
    const own = stretches.filter(({ satellite }) => constellationOf(satellite) === constellation);
    let [linkS, rateS, attachments, handovers] = [0, 0, 0, 0];
    stretches.forEach((stretch, i) => {
      if (constellationOf(stretch.satellite) !== constellation) return;
      const upS = Math.max(0, stretch.toS - stretch.usableS);
      linkS += upS;
      rateS += upS * stretch.rateBps;
      const last = stretches[i - 1];
      const before = last?.antenna === stretch.antenna && last.toS === stretch.fromS ? last : undefined;
      if (before?.satellite === stretch.satellite) return;
      attachments++;
      if (before !== undefined) handovers++;
    });
    return {
      constellation,
      usableS: unionS(own),
      servingS: serving
        .filter(({ access }) => constellationOf(access.satellite) === constellation)
        .reduce((sum, s) => sum + lengthS(s), 0),
      attachments,
      handovers,
      meanRateBps: rateS / linkS,
    };
  });
}

/** Time covered by at least one of the stretches, s. */
function unionS(stretches: readonly AccessStretch[]): number {
  let [sum, upToS] = [0, -Infinity];
  for (const { usableS, toS } of [...stretches].sort((a, b) => a.usableS - b.usableS)) {
    if (toS <= upToS) continue;
    sum += Math.max(0, toS - Math.max(usableS, upToS));
    upToS = Math.max(upToS, toS);
  }
  return sum;
}

function isSameLink(a: AccessStretch, b: AccessStretch): boolean {
  return a.antenna === b.antenna && a.satellite === b.satellite;
}

function lengthS({ fromS, toS }: ServingStretch): number {
  return toS - fromS;
}

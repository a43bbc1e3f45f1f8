import type { TerminalRun, TerminalDay } from './terminal-day.ts';
import { verdictOf } from './verdict.ts';

/** The day as a plain document: figures of each run, stretches and session of the one with all radios. */
export function terminalJson(day: TerminalDay): Record<string, unknown> {
  const { scenario, terminal, policy, seed, hours, all, singles, unreachable } = day;
  const { session, satellites } = all;
  const named = ({ satellite }: { readonly satellite: number }): { satellite: string | undefined } => ({
    satellite: satellites.get(satellite),
  });
  return {
    format: 'spacecloud-terminal-1',
    ...{ scenario, terminal, policy, seed, hours },
    verdict: verdictOf(day) ?? null,
    all: figuresOf(all),
    singles: singles.map(figuresOf),
    unreachable,
    interruptions: session.interruptions,
    stretches: session.stretches.map((stretch) => ({ ...stretch, ...named(stretch) })),
    session: session.serving.map(({ fromS, toS, access }) => ({
      ...{ fromS, toS, antenna: access.antenna, rateBps: access.rateBps },
      ...named(access),
    })),
  };
}

function figuresOf(run: TerminalRun): Record<string, unknown> {
  const { radio, figures, uses, heard, session, deadlineHitFrac, latencyMeanS, trajectoryHash } = run;
  return {
    radio: radio ?? null,
    ...figures,
    costPerGB: Number.isNaN(figures.costPerGB) ? null : figures.costPerGB,
    ...{ deadlineHitFrac, latencyMeanS, trajectoryHash },
    radios: session.radios,
    constellations: uses.map(({ name, constellation: _, ...use }) => ({ name, ...use })),
    machine: {
      ...{ attaches: heard.attaches, handovers: heard.handovers, detaches: heard.detaches },
      attachedS: heard.attached.reduce((sum, { fromS, toS }) => sum + toS - fromS, 0),
    },
  };
}

import type { LoggedDecision } from './read-decisions.ts';

/** Name of a node as the session knows it. */
export function nodeName({ session }: Pick<LoggedDecision, 'session'>, node: number): string {
  return session.nodeNames?.[node] ?? `node ${node}`;
}

/** The agent that decided. */
export function agentName({ session, agent }: Pick<LoggedDecision, 'session' | 'agent'>): string {
  return session.nodeNames?.[agent] ?? session.satellite ?? `satellite ${agent}`;
}

/** What a candidate is: a node by its name, or a place in the cache. */
export function candidateName(decision: LoggedDecision, k: number): string {
  const node = decision.candidateNode[k] as number;
  const kind = decision.session.spec.kinds[decision.kind];
  const feature = (name: string): number => candidateFeature(decision, k, name) ?? 0;
  if (kind?.kind === 'cache') {
    if (feature('isBypass') === 1) return 'do not keep';
    return feature('isAdmit') === 1 ? 'keep' : `keep in the place of slot ${node}`;
  }
  return feature('isHold') === 1 ? 'hold' : nodeName(decision, node);
}

/**
 * Why a candidate was masked, as far as what was observed says so; undefined where more than one rule may have done it (mode,
 * room, quarantine, label, no way there).
 */
export function whyMasked(decision: LoggedDecision, k: number): string | undefined {
  const spec = decision.session.spec.kinds[decision.kind];
  const feature = (name: string): number | undefined => candidateFeature(decision, k, name);
  if (spec?.kind === 'forward' && (feature('neighbourBufferFrac') ?? 0) >= 1) return 'its buffer is full';
  const isReplica = decision.context[spec?.context.findIndex(({ name }) => name === 'isReplica') ?? -1] === 1;
  if (spec?.kind === 'place' && isReplica && (feature('archiveFreeFrac') ?? 1) <= 0) return 'its archive is full';
  return undefined;
}

/** A feature of a candidate; undefined where its kind has none of that name. */
function candidateFeature(
  { session, kind, candidates, count }: LoggedDecision,
  k: number,
  name: string,
): number | undefined {
  const column = session.spec.kinds[kind]?.candidate.findIndex((candidate) => candidate.name === name) ?? -1;
  return column < 0 ? undefined : candidates[(k * candidates.length) / count + column];
}

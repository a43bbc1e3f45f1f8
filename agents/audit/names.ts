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
  const feature = (name: string): number => {
    const column = kind?.candidate.findIndex((candidate) => candidate.name === name) ?? -1;
    return column < 0 ? 0 : (decision.candidates[(k * decision.candidates.length) / decision.count + column] as number);
  };
  if (kind?.kind === 'cache') {
    if (feature('isBypass') === 1) return 'do not keep';
    return feature('isAdmit') === 1 ? 'keep' : `keep in the place of slot ${node}`;
  }
  return feature('isHold') === 1 ? 'hold' : nodeName(decision, node);
}

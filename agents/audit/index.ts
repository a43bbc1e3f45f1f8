export { type AuditConstellationOptions, auditConstellation } from './audit-constellation.ts';
export { auditedPolicy } from './audited-policy.ts';
export { DecisionLog, type DecisionLogOptions, type LoggedSource, type RowsToLog } from './decision-log.ts';
export {
  type ExplainedCandidate,
  type Explanation,
  type FeatureWeight,
  agentName,
  explainDecision,
  nodeName,
} from './explain-decision.ts';
export type { LogHead, LogSession, LoggedPolicy, LoggedSession, NetworkFacts, PolicyIdentity } from './format.ts';
export type { LogEnd, TornBlock } from './read-blocks.ts';
export { type LoggedDecision, observationHash, readDecision, readDecisions } from './read-decisions.ts';
export { type ReplayOptions, type ReplayedLog, replayLog } from './replay-log.ts';
export type { AuditNetwork } from './rescore.ts';
export { type SessionCount, type VerifiedLog, type VerifyLogOptions, verifyLog } from './verify-log.ts';

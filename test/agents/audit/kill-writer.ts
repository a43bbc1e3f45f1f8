import { LearnedPolicy, Scorer } from '../../../policies/index.ts';
import { DecisionLog, auditedPolicy } from '../../../agents/audit/index.ts';
import { SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import { drawnNetwork } from './networks.ts';
import { randomBatch } from './random-batches.ts';

/**
 * Decides and logs to argv[2] until it is killed, and says after each batch how many decisions it has answered. argv[3] says when
 * it seals: `call`, before it says so, or `later`, after.
 */
const [file = '', mode] = process.argv.slice(2);
const { spec, architecture, weights, normaliser, rootDigest } = drawnNetwork();
const policy = new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), { name: 'net', mode: 'greedy' });
const session = { writer: 'kill', startedAt: '2026-01-01T00:00:00.000Z', spec: SPACE_CLOUD_SPEC };
const log = new DecisionLog(file, session, { flush: mode === 'later' ? (seal) => void setImmediate(seal) : 'call' });
const audited = auditedPolicy(policy, log, { name: 'net', kind: 'bundle', rootDigest });
// Batches of 200 kB, so that a kill often lands inside a write.
const batch = randomBatch(spec, 250, 1);
const choices = new Uint8Array(250);
process.send?.(log.recovered?.bytes ?? 0);
for (let answered = 250; ; answered += 250) {
  audited.choose(batch, choices);
  process.send?.(answered);
  if (mode === 'later') await new Promise((resolve) => setImmediate(resolve));
}

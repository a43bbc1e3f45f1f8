/** A node of `audit.bench.ts`, a process of its own: `audit-node <socket> <satellite> [log]`. Says its CPU time when asked. */
import { DecisionLog, auditedPolicy } from '../agents/audit/index.ts';
import { runNode } from '../agents/node/index.ts';
import { SPACE_CLOUD_SPEC } from '../core/index.ts';
import { LearnedPolicy, Scorer, architectureOf, identityNormaliser, initialWeights } from '../policies/index.ts';

const [socketPath = '', satellite = '', file] = process.argv.slice(2);
const architecture = architectureOf(SPACE_CLOUD_SPEC);
const weights = initialWeights(architecture, 1);
const scorer = new Scorer(SPACE_CLOUD_SPEC, architecture, weights, identityNormaliser(SPACE_CLOUD_SPEC));
const policy = new LearnedPolicy(scorer, { name: 'bench', mode: 'greedy' });
const session = { writer: 'node', startedAt: '2026-01-01T00:00:00Z', spec: SPACE_CLOUD_SPEC, satellite };
const log =
  file === undefined ? undefined : new DecisionLog(file, session, { flush: (seal) => void setImmediate(seal) });
process.on('message', () => process.send?.(process.cpuUsage()));
await runNode({
  address: { socketPath },
  satellite,
  policy: log === undefined ? policy : auditedPolicy(policy, log, { name: 'bench', kind: 'network' }),
  timer: { set: (callback, ms) => setTimeout(callback, ms), clear: (id) => clearTimeout(id as NodeJS.Timeout) },
  draw: () => Math.floor(Math.random() * 2 ** 32),
});
log?.close();
process.disconnect?.();

import { type AuditNetwork, DecisionLog, auditedPolicy } from '../../../agents/audit/index.ts';
import { Rng, SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import {
  type ArchitectureOptions,
  LearnedPolicy,
  Scorer,
  architectureOf,
  identityNormaliser,
  initialWeights,
  weightLayout,
} from '../../../policies/index.ts';
import { SESSION } from './logs.ts';
import { randomBatch } from './random-batches.ts';

/** A network whose last layer, which would start at zero, has drawn weights: logits differ from priors. */
export function drawnNetwork(options: ArchitectureOptions = {}): AuditNetwork {
  const architecture = architectureOf(SPACE_CLOUD_SPEC, options);
  const weights = initialWeights(architecture, 1);
  const rng = new Rng(1, 'audit-weights');
  for (const { name, offset, size } of weightLayout(architecture)) {
    if (!/policy\.(out|memory)\.w$|attention\.merge/.test(name)) continue;
    for (let i = offset; i < offset + size; i++) weights[i] = Math.fround(rng.normal() * 0.3);
  }
  const normaliser = identityNormaliser(SPACE_CLOUD_SPEC);
  return { rootDigest: 'ab'.repeat(32), spec: SPACE_CLOUD_SPEC, architecture, weights, normaliser };
}

/** Batches of decisions by the network, logged as those of its bundle; a world starts anew in between. */
export function logDecisions(file: string, network: AuditNetwork, batches = 8): DecisionLog {
  const { spec, architecture, weights, normaliser, rootDigest } = network;
  const policy = new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), {
    name: 'net',
    mode: 'greedy',
  });
  const log = new DecisionLog(file, { ...SESSION, spec }, { flush: 'call' });
  const audited = auditedPolicy(policy, log, { name: 'net', kind: 'bundle', version: '3', rootDigest });
  for (let i = 0; i < batches; i++) {
    if (i === batches / 2) audited.forget?.(1);
    const batch = randomBatch(spec, 25, 100 + i);
    audited.choose(batch, new Uint8Array(25));
  }
  return log;
}

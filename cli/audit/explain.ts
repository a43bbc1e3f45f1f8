import type { Command } from 'commander';
import type { Explanation, LoggedDecision } from '../../agents/audit/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { wholeNumber } from '../arguments.ts';
import type { CommandStreams } from '../run-command.ts';
import { type BundleOptions, loadAuditNetwork } from './bundle.ts';
import { explanationLines } from './explanation-lines.ts';

interface Options extends BundleOptions {
  readonly decision: number;
  readonly json?: boolean;
}

/** `spacecloud audit explain`: what one decision looked like to whoever made it. */
export function register(audit: Command, streams: CommandStreams): void {
  audit
    .command('explain')
    .description('explain a decision: candidates, logits, margin; with the bundle also which features mattered')
    .argument('<log>', 'decision log')
    .requiredOption('--decision <n>', 'its number in the log', wholeNumber('--decision', 0))
    .option('--bundle <folder>', 'signed bundle that decided')
    .option('--key <file>', 'trusted public key of the bundle (PEM)')
    .option('--json', 'print one JSON document')
    .action(async (log: string, options: Options) => {
      const { agentName, explainDecision, nodeName, readDecision } = await import('../../agents/audit/index.ts');
      const decision = readDecision(log, options.decision);
      const network = await loadAuditNetwork(options, decision.session);
      if (network !== undefined && network.rootDigest !== decision.policy.rootDigest) {
        throw new SpaceCloudError(
          'AUDIT_REPLAY',
          `Expected the bundle ${decision.policy.rootDigest ?? 'that decided'}, got ${network.rootDigest}.`,
          {
            place: { file: log },
            hint: `Decision ${decision.number} was made by ${decision.policy.name}; without --bundle it is explained as logged.`,
          },
        );
      }
      const explanation = explainDecision(decision, network);
      const satellite = agentName(decision);
      const destination = decision.destination < 0 ? null : nodeName(decision, decision.destination);
      streams.out(
        options.json === true
          ? `${JSON.stringify(asJson(decision, explanation, { satellite, destination }), undefined, 2)}\n`
          : explanationLines(decision, explanation, { satellite, destination }),
      );
    });
}

function asJson(
  decision: LoggedDecision,
  explanation: Explanation,
  names: { readonly satellite: string; readonly destination: string | null },
): unknown {
  const { session, policy, by, reason, timeS, world, task, sizeBits, kind, choice } = decision;
  const spec = session.spec.kinds[kind];
  const { number, ...rest } = explanation;
  return {
    ...{
      decision: number,
      ...names,
      kind: spec?.kind,
      timeS,
      world,
      decisionInWorld: decision.decision,
      task,
      sizeBits,
    },
    ...{ policy, by, reason, choice },
    observation: {
      context: Object.fromEntries((spec?.context ?? []).map(({ name }, i) => [name, decision.context[i]])),
      candidates: explanation.candidates.map((_, k) =>
        Object.fromEntries(
          (spec?.candidate ?? []).map(({ name }, i) => [
            name,
            decision.candidates[(k * decision.candidates.length) / decision.count + i],
          ]),
        ),
      ),
    },
    ...rest,
  };
}

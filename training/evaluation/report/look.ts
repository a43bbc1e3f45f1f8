import type { EvaluationSummary, PolicySummary } from '../summary.ts';

/** How a policy is drawn on every plot: colour and shape both tell its role, so neither is needed alone. */
export interface PolicyLook {
  readonly colour: string;
  readonly fill: string;
  readonly shape: 'circle' | 'square' | 'diamond';
  readonly dash: readonly number[];
  /** Drawn in front and named in legends; the others are thin and grey. */
  readonly prominent: boolean;
}

export function policyLook(summary: EvaluationSummary, entry: Pick<PolicySummary, 'policy' | 'role'>): PolicyLook {
  if (entry.policy === summary.reference) return look('var(--reference)', 'circle', true);
  if (entry.policy === summary.strongestBaseline) return look('var(--strongest)', 'square', true);
  if (entry.role === 'oracle') {
    return { colour: 'var(--oracle)', fill: 'var(--paper)', shape: 'diamond', dash: [5, 3], prominent: true };
  }
  return look('var(--baseline)', 'circle', false);
}

function look(colour: string, shape: PolicyLook['shape'], prominent: boolean): PolicyLook {
  return { colour, fill: colour, shape, dash: [], prominent };
}

/** Meaning of colours and shapes, as HTML with inline drawings. */
export function lookKey(): string {
  const entry = (mark: string, text: string): string =>
    `<span class="key"><svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">${mark}</svg>${text}</span>`;
  return `<p class="keys">${[
    entry('<circle cx="7" cy="7" r="5" fill="var(--reference)"/>', 'reference'),
    entry('<rect x="2.5" y="2.5" width="9" height="9" fill="var(--strongest)"/>', 'strongest baseline'),
    entry('<circle cx="7" cy="7" r="5" fill="var(--baseline)"/>', 'other policies'),
    entry(
      '<path d="M7 1.5 12.5 7 7 12.5 1.5 7Z" fill="var(--paper)" stroke="var(--oracle)" stroke-width="2"/>',
      'oracle (knows the truth)',
    ),
  ].join('\n')}</p>`;
}

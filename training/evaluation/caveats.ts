import type { EvaluationSummary } from './summary.ts';

/** What a reader must know before believing the numbers: what was paired, what one sample is, how many comparisons. */
export function caveats(summary: EvaluationSummary): string[] {
  const { seeds, scenarios, reference } = summary;
  const counts = seeds.map((stratum) => count(stratum.length, 'seed'));
  const isEven = scenarios.length > 3 && new Set(counts).size === 1;
  const byScenario = isEven
    ? `${counts[0]} of each of the ${scenarios.length} scenarios`
    : scenarios.map((scenario, s) => `${counts[s]} of ${scenario}`).join(', ');
  const out = [
    `Every policy ran the same ${byScenario}; differences are ${reference} minus the other, seed by seed.`,
    ...sampleCaveats(summary),
    actionText(summary),
  ];
  if (summary.kpis.some((spec) => spec.key.startsWith('latency'))) {
    out.push('Latencies are of delivered tasks only: read them beside the share delivered.');
  }
  if (summary.policies.some((entry) => entry.role === 'oracle')) {
    out.push('Oracles know the true state of the network; they show what is possible and are no fair rivals.');
  }
  return [...out, ...summary.notes];
}

function sampleCaveats(summary: EvaluationSummary): string[] {
  const { seeds, comparisons, replicates, policies } = summary;
  const replicated = policies.filter(({ trainingRuns }) => trainingRuns.length > 0);
  const single = policies.filter(({ role, trainingRuns }) => role === 'learned' && trainingRuns.length === 0);
  const out = replicated.map(
    ({ policy, trainingRuns }) =>
      `${trainingRuns.length} training runs of ${policy} are its samples, each the mean over the same seeds: brackets say how another training run would fare on them.`,
  );
  out.push(
    ...single.map(
      ({ policy }) =>
        `${policy} is one training run and its samples are seeds: brackets say how it would fare on others, nothing about the next training run.`,
    ),
  );
  const fewestSeeds = Math.min(...seeds.map((stratum) => stratum.length));
  const fewest = Math.min(
    ...replicated.map(({ trainingRuns }) => trainingRuns.length),
    ...(replicated.length > 0 ? [] : [fewestSeeds]),
  );
  if (fewest < 2) {
    out.push('With one seed there are no intervals, and no difference shown here is evidence of one.');
    return out;
  }
  const others = replicated.length > 0 ? ', over seeds where no training runs are named' : ' over seeds';
  out.push(`Brackets are 95 % percentile bootstrap intervals${others}, ${replicates} resamples.`);
  if (fewest < 10) {
    const what = replicated.length > 0 ? 'training run' : 'seed';
    out.push(
      `${count(fewest, what)} make these intervals too narrow: on normal data 3 ${what}s cover the truth about 75 % of the time, 5 about 84 %, 10 about 91 %.`,
    );
  }
  out.push(
    `${count(comparisons, 'comparison')}, none corrected for the others: if no policy differed, about ${Math.round(0.05 * comparisons)} would look clear by chance.`,
  );
  return out;
}

function actionText({ actionSelection }: EvaluationSummary): string {
  if (actionSelection === 'greedy') return 'Learned policies took their most probable choice (greedy).';
  if (actionSelection === 'sampled')
    return 'Learned policies drew their choices at random from their probabilities (sampled).';
  return 'Whether learned policies chose greedily or sampled was not recorded.';
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

import { type DecisionBatch, type Feature, SpaceCloudError } from '../../core/index.ts';
import { scaleOfFeature } from './feature-scale.ts';
import { ROW_FAULTS } from './row-check.kernel.ts';

/** What is wrong with a row that was refused for `fault`, naming agent, kind, feature and value: `MISUSE`. */
export function rowRefusal(batch: DecisionBatch, row: number, fault: number): SpaceCloudError {
  const { message, hint } = explanation(batch, row, fault);
  return new SpaceCloudError('MISUSE', message, { hint });
}

function explanation(batch: DecisionBatch, row: number, fault: number): { message: string; hint: string } {
  const { candidateCount, maxCandidates, spec } = batch;
  const whose = whoseDecision(batch, row);
  const count = candidateCount[row] as number;
  if (fault === ROW_FAULTS.KIND) {
    const kinds = spec.kinds.map(({ kind }) => kind).join(', ');
    return {
      message: `Expected one of the decision kinds ${kinds} for ${whose}, got kind ${batch.kind[row]}.`,
      hint: 'The batch was damaged, or made for another specification.',
    };
  }
  if (fault === ROW_FAULTS.CANDIDATES) {
    return {
      message: `Expected at most ${maxCandidates} candidates for ${whose}, got ${count}.`,
      hint: 'The batch was damaged, or made for another specification.',
    };
  }
  if (fault === ROW_FAULTS.CLOSED) {
    return {
      message: `Expected at least one allowed candidate for ${whose}, got ${count} candidates, none allowed.`,
      hint: 'The world must drop a task that nothing is allowed for, not ask about it.',
    };
  }
  return featureExplanation(batch, row, whose);
}

function featureExplanation(batch: DecisionBatch, row: number, whose: string): { message: string; hint: string } {
  const wrong = wrongFeature(batch, row);
  if (wrong === undefined) return { message: `Expected a row at fault for ${whose}, got one in order.`, hint: '' };
  const { feature, value, candidate } = wrong;
  const got = `${feature.name} = ${value}${candidate === undefined ? '' : ` of candidate ${candidate}`}`;
  if (!Number.isFinite(value)) {
    return {
      message: `Expected finite features for ${whose}, got ${got}.`,
      hint: 'A feature that may be unbounded must be bounded by the world before it is observed.',
    };
  }
  const { least, most } = scaleOfFeature(feature);
  const unit = feature.unit === '1' ? '' : ` ${feature.unit}`;
  return {
    message: `Expected ${feature.name} from ${least} to ${most}${unit} for ${whose}, got ${got}.`,
    hint: 'No world observes such a value: look for a unit mixed up or a damaged message.',
  };
}

function whoseDecision(batch: DecisionBatch, row: number): string {
  const kind = batch.spec.kinds[batch.kind[row] as number]?.kind ?? 'unknown';
  return `the '${kind}' decision of agent ${batch.agent[row]} at ${batch.timeS[row]} s (world ${batch.world[row]}, row ${row})`;
}

interface WrongFeature {
  readonly feature: Feature;
  readonly value: number;
  /** Undefined in the context. */
  readonly candidate?: number;
}

/** The first feature of the row that is not finite or out of bounds. */
function wrongFeature(batch: DecisionBatch, row: number): WrongFeature | undefined {
  const kind = batch.spec.kinds[batch.kind[row] as number];
  for (const [i, feature] of (kind?.context ?? []).entries()) {
    const value = batch.context[row * batch.contextStride + i] as number;
    if (isWrong(feature, value)) return { feature, value };
  }
  for (let k = 0; k < (batch.candidateCount[row] as number); k++) {
    for (const [i, feature] of (kind?.candidate ?? []).entries()) {
      const value = batch.candidates[(row * batch.maxCandidates + k) * batch.candidateStride + i] as number;
      if (isWrong(feature, value)) return { feature, value, candidate: k };
    }
  }
  return undefined;
}

function isWrong(feature: Feature, value: number): boolean {
  const { least, most } = scaleOfFeature(feature);
  return !(value >= least && value <= most);
}

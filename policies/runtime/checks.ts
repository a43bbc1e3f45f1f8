import { type DecisionBatch, type DecisionSpec, SpaceCloudError, decisionSpecHash } from '../../core/index.ts';
import type { Architecture, Normaliser } from './architecture.ts';
import type { MemoryColumns } from './columns.ts';

/** @throws SpaceCloudError `MISUSE` when the architecture does not read what the specification describes. */
export function checkArchitecture(spec: DecisionSpec, architecture: Architecture): void {
  if (!Number.isInteger(architecture.hidden) || architecture.hidden < 1) {
    throw new SpaceCloudError('MISUSE', `Expected at least 1 hidden unit, got ${architecture.hidden}.`);
  }
  for (const name of ['attention', 'memory'] as const) {
    const units = architecture[name];
    if (Number.isInteger(units) && units >= 0) continue;
    throw new SpaceCloudError('MISUSE', `Expected 0 or more units of ${name}, got ${units}.`);
  }
  const describe = (maxCandidates: number, kinds: readonly string[]): string => `K=${maxCandidates} ${kinds.join(' ')}`;
  const expected = describe(
    spec.maxCandidates,
    spec.kinds.map((kind) => `${kind.kind}(${kind.context.length},${kind.candidate.length})`),
  );
  const got = describe(
    architecture.maxCandidates,
    architecture.kinds.map((kind) => `${kind.name}(${kind.context},${kind.candidate})`),
  );
  if (got !== expected) {
    throw new SpaceCloudError('MISUSE', `Expected an architecture for ${expected}, got one for ${got}.`, {
      hint: 'Use architectureOf(spec) with the specification of the world the policy acts in.',
    });
  }
}

/** @throws SpaceCloudError `MISUSE` when the normaliser has other shapes, a number that is not finite, or a std <= 0. */
export function checkNormaliser(architecture: Architecture, normaliser: Normaliser): void {
  architecture.kinds.forEach((kind, index) => {
    const scale = normaliser.kinds[index];
    const columns: [string, Float32Array | undefined, number, boolean][] = [
      ['contextMean', scale?.contextMean, kind.context, false],
      ['contextStd', scale?.contextStd, kind.context, true],
      ['candidateMean', scale?.candidateMean, kind.candidate, false],
      ['candidateStd', scale?.candidateStd, kind.candidate, true],
    ];
    if (architecture.global > 0) {
      columns.push(['globalMean', scale?.globalMean, architecture.global, false]);
      columns.push(['globalStd', scale?.globalStd, architecture.global, true]);
    }
    for (const [name, values, length, positive] of columns) {
      if (values?.length !== length) {
        const got = values === undefined ? 'none' : `${values.length}`;
        throw new SpaceCloudError(
          'MISUSE',
          `Expected ${length} numbers in ${name} of kind '${kind.name}', got ${got}.`,
        );
      }
      const bad = values.findIndex((value) => !Number.isFinite(value) || (positive && value <= 0));
      if (bad >= 0) {
        const wanted = positive ? 'a finite number above 0' : 'a finite number';
        throw new SpaceCloudError(
          'MISUSE',
          `Expected ${wanted} in ${name}[${bad}] of kind '${kind.name}', got ${values[bad]}.`,
        );
      }
    }
  });
  if (normaliser.kinds.length !== architecture.kinds.length) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected a normaliser of ${architecture.kinds.length} decision kinds, got ${normaliser.kinds.length}.`,
    );
  }
}

/** @throws SpaceCloudError `MISUSE` when the columns have no room for `n` rows, or a row names a state that is not there. */
export function checkMemory({ memory: units }: Architecture, n: number, memory: MemoryColumns): void {
  const { states, slot, before } = memory;
  if (slot.length < n || before.length < n * units) {
    throw new SpaceCloudError('MISUSE', `Expected room for the memory of ${n} rows, got ${slot.length}.`);
  }
  const slots = units > 0 ? states.length / units : Infinity;
  for (let row = 0; row < n; row++) {
    const at = slot[row] as number;
    if (at >= 0 && at < slots) continue;
    throw new SpaceCloudError('MISUSE', `Expected row ${row} to name one of ${slots} states, got ${at}.`);
  }
}

/** @throws SpaceCloudError `MISUSE` when the batch was made for another specification than the policy. */
export function checkSpec(expected: DecisionSpec, batch: DecisionBatch, policy: string): void {
  if (batch.spec === expected) return;
  const wanted = decisionSpecHash(expected);
  const got = decisionSpecHash(batch.spec);
  if (wanted !== got) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected decisions of specification ${wanted} for policy '${policy}', got ${got}.`,
      {
        hint: 'A policy only decides for the specification it was trained on; train or export it again.',
      },
    );
  }
}

import { expect, it } from 'vitest';
import type { ErrorCode } from '../../../core/index.ts';
import { parseScenario } from '../../../environment/scenario/index.ts';
import { lineAndColumn, refusal } from './refusal.ts';

/** A text that is refused, and how. */
export interface RefusalCase {
  readonly what: string;
  /** With `¦` where the error is to point. */
  readonly text: string;
  /** Default SCENARIO_FIELD. */
  readonly code?: ErrorCode;
  /** Parts of the message, then of the hint. */
  readonly says: readonly string[];
  readonly hints: readonly string[];
}

/** Stands in the text just before what is wrong. */
const MARK = '¦';

/** One test per case: refused for one reason only, at the place, in words that name field and remedy. */
export function itRefuses(cases: readonly RefusalCase[]): void {
  it.each(cases)('$what', ({ text, code = 'SCENARIO_FIELD', says, hints }) => {
    const [before = '', after, ...more] = text.split(MARK);
    if (after === undefined || more.length > 0) throw new Error(`expected one ${MARK} in the text`);
    const lines = before.split('\n');
    const error = refusal(() => parseScenario(before + after, 'small.yaml'));
    for (const part of says) expect(error.message).toContain(part);
    for (const part of hints) expect(error.hint).toContain(part);
    expect(error.code).toBe(code);
    expect(lineAndColumn(error)).toBe(`${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`);
    expect(error.details['problems']).toHaveLength(1);
  });
}

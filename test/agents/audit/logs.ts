import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LogSession } from '../../../agents/audit/index.ts';
import { type LoggedDecision, readDecisions } from '../../../agents/audit/index.ts';
import { SMALL_SPEC } from './random-batches.ts';

export const SESSION: LogSession = { writer: 'test', startedAt: '2026-01-01T00:00:00.000Z', spec: SMALL_SPEC };

/** A file name in a folder that is removed after the test. */
export function freshLog(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spacecloud-audit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'decisions.log');
}

export function allDecisions(file: string): LoggedDecision[] {
  return [...readDecisions(file)];
}

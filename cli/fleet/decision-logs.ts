import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLog } from '../../agents/audit/index.ts';
import { nameOf, tokenOf } from '../../agents/bus/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { writeTexts } from '../files.ts';

/** A log whose chain is whole. */
interface WholeLog {
  readonly satellite: string;
  /** Its name in the folder. */
  readonly file: string;
  /** Of all runs that were appended to it. */
  readonly decisions: number;
  /** SHA-256 of its last block, 64 hex digits. */
  readonly head: string;
}

interface BrokenLog extends Pick<WholeLog, 'satellite' | 'file'> {
  readonly code: string;
  readonly message: string;
}

/** What the decision logs of a fleet say at the end of its run. */
export interface DecisionLogs {
  /** JSON-safe. */
  readonly document: {
    readonly folder: string;
    /** File with the heads; null where it could not be written. */
    readonly heads: string | null;
    readonly isWhole: boolean;
    readonly decisions: number;
    readonly logs: readonly WholeLog[];
    readonly broken: readonly BrokenLog[];
  };
  /** For the terminal, without line ends. */
  readonly lines: readonly string[];
}

/** Path of the decision log of a satellite. */
export function decisionLogPath(folder: string, satellite: string): string {
  return join(folder, `${tokenOf(satellite)}.log`);
}

/**
 * Verifies the logs of `nodes`, and of satellites of earlier runs in the same folder, and writes their heads to
 * `<folder>/heads.json`, whole or not at all. To be called when the nodes have ended. A log that is missing or broken is named
 * and stops nothing, nor does a disk that has no room for the heads: the run is over and its results are to be seen.
 */
export function checkDecisionLogs(folder: string, nodes: readonly string[]): DecisionLogs {
  const logs: WholeLog[] = [];
  const broken: BrokenLog[] = [];
  for (const satellite of satellitesIn(folder, nodes)) {
    const path = decisionLogPath(folder, satellite);
    const named = { satellite, file: `${tokenOf(satellite)}.log` };
    try {
      const { digest, decisions } = verifyLog(path).head;
      logs.push({ ...named, decisions, head: digest });
    } catch (error) {
      if (!(error instanceof SpaceCloudError)) throw error;
      broken.push({ ...named, code: error.code, message: error.message });
    }
  }
  const path = join(folder, 'heads.json');
  const unwritten = writeHeads(path, { logs, broken });
  const decisions = logs.reduce((sum, log) => sum + log.decisions, 0);
  const heads = unwritten === undefined ? path : null;
  return {
    document: { folder, heads, isWhole: broken.length === 0, decisions, logs, broken },
    lines: [
      `Decision logs: ${countText(logs.length, broken.length)} in ${folder}, ${decisions} decisions${broken.length === 0 ? ', chains whole' : ''}${heads === null ? '' : `; heads in ${heads}`}`,
      ...broken.map(({ satellite, code, message }) => `  ${satellite}: ${code}: ${message}`),
      ...(unwritten === undefined ? [] : [`  no heads: ${unwritten.code}: ${unwritten.message}`]),
    ],
  };
}

function countText(whole: number, broken: number): string {
  return broken === 0 ? String(whole) : `${whole} of ${whole + broken} whole`;
}

/** Those of this run in their order, then the others that have a log. */
function satellitesIn(folder: string, nodes: readonly string[]): readonly string[] {
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  const found = files.map((file) => nameOf(file.replace(/\.log$/, '')));
  const others = found.filter((name, i) => `${tokenOf(name)}.log` === files[i]);
  return [...new Set([...nodes, ...others])];
}

/** Returns why the heads could not be written. */
function writeHeads(
  path: string,
  found: Pick<DecisionLogs['document'], 'logs' | 'broken'>,
): SpaceCloudError | undefined {
  const text = `${JSON.stringify({ format: 'spacecloud-decision-heads/1', ...found }, undefined, 2)}\n`;
  try {
    writeTexts([{ path, text }]);
    return undefined;
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
}

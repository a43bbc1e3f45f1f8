import type { Command } from 'commander';
import type { LoggedDecision, LoggedSession } from '../../agents/audit/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { wholeNumber } from '../arguments.ts';
import type { CommandStreams } from '../run-command.ts';
import { columns } from './labels.ts';
import { watchBytes } from './verify.ts';

interface Options {
  readonly satellite?: string;
  readonly kind?: string;
  readonly from?: number;
  readonly to?: number;
  readonly by?: 'policy' | 'fallback';
  readonly limit: number;
  readonly json?: boolean;
}

/** Names of a constellation that are shown: enough to see how they are formed. */
const SHOWN_NAMES = 12;

/** A decision in one line. */
interface Listed {
  readonly number: number;
  readonly timeS: number;
  readonly world: number;
  readonly satellite: string;
  readonly kind: string;
  readonly candidates: number;
  readonly allowed: number;
  readonly choice: number;
  readonly by: string;
  readonly reason: string;
  readonly policy: string;
  readonly observationHash: string;
}

/** `spacecloud audit list`: decisions in their order, one line each. */
export function register(audit: Command, streams: CommandStreams): void {
  audit
    .command('list')
    .description('list decisions, one line each; the chain is checked on the way')
    .argument('<log>', 'decision log')
    .option('--satellite <name>', 'only of this satellite')
    .option('--kind <kind>', 'only of this kind, such as forward')
    .option('--from <s>', 'only from this simulated time on, s', seconds('--from'))
    .option('--to <s>', 'only until this simulated time, s', seconds('--to'))
    .option('--by <who>', "only by the satellites' `policy`, or by their `fallback`", who)
    .option('--limit <n>', 'at most so many lines; all that match are counted', wholeNumber('--limit', 1), 50)
    .option('--json', 'print one JSON document')
    .action(async (log: string, options: Options) => {
      const { agentName, observationHash, readDecisions } = await import('../../agents/audit/index.ts');
      const progress = watchBytes('reading', log);
      const listed: Listed[] = [];
      let matching = 0;
      const known = { kinds: new Set<string>(), satellites: new Set<string>() };
      const decided = new Set<string>();
      const onSession = (session: LoggedSession): void => learnNames(session, known);
      try {
        for (const decision of readDecisions(log, { onSession, onBlock: ({ bytes }) => progress.update(bytes) })) {
          const satellite = agentName(decision);
          decided.add(satellite);
          if (!matches(decision, satellite, options)) continue;
          matching++;
          if (listed.length < options.limit) listed.push(listedOf(decision, satellite, observationHash(decision)));
        }
      } finally {
        progress.end();
      }
      const { kind, satellite } = options;
      if (kind !== undefined) expectKnown('--kind', 'kind', kind, known.kinds);
      if (satellite !== undefined) {
        expectKnown('--satellite', 'satellite', satellite, new Set([...decided, ...known.satellites]));
      }
      if (options.json === true) {
        streams.out(`${JSON.stringify({ matching, decisions: listed }, undefined, 2)}\n`);
        return;
      }
      streams.out(linesOf(listed, matching));
      if (satellite !== undefined && !decided.has(satellite)) {
        streams.err(`No decision of the log is of ${satellite}.\n`);
      }
    });
}

interface KnownNames {
  readonly kinds: Set<string>;
  readonly satellites: Set<string>;
}

/** Names that a session gives, whether or not a decision bears them. */
function learnNames({ spec, nodeNames = [], satelliteCount, satellite }: LoggedSession, known: KnownNames): void {
  for (const { kind } of spec.kinds) known.kinds.add(kind);
  for (const name of nodeNames.slice(0, satelliteCount)) known.satellites.add(name);
  if (satellite !== undefined) known.satellites.add(satellite);
}

/** Errors: USAGE with the names that there are. */
function expectKnown(option: string, noun: string, got: string, known: ReadonlySet<string>): void {
  if (known.has(got)) return;
  const names = [...known];
  const shown = names.slice(0, SHOWN_NAMES).join(', ');
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : '';
  throw new SpaceCloudError('USAGE', `Expected a ${noun} of the log for ${option}, got '${got}'.`, {
    hint: names.length === 0 ? `The log has no ${noun}.` : `The log has ${shown}${more}.`,
  });
}

function matches(decision: LoggedDecision, name: string, options: Options): boolean {
  const { satellite = name, from = -Infinity, to = Infinity, by = decision.by } = options;
  const kind = decision.session.spec.kinds[decision.kind]?.kind;
  const isTimely = decision.timeS >= from && decision.timeS <= to;
  return isTimely && name === satellite && by === decision.by && kind === (options.kind ?? kind);
}

function listedOf(decision: LoggedDecision, satellite: string, observationHash: string): Listed {
  const { number, timeS, world, session, count, choice, by, reason, policy, actionMask } = decision;
  return {
    ...{ number, timeS, world, satellite },
    kind: session.spec.kinds[decision.kind]?.kind ?? '',
    candidates: count,
    allowed: actionMask.reduce((sum, allowed) => sum + allowed, 0),
    ...{ choice, by, reason, policy: policy.name, observationHash },
  };
}

function linesOf(listed: readonly Listed[], matching: number): string {
  const head = ['decision', 'time s', 'satellite', 'kind', 'allowed', 'choice', 'by', 'policy', 'observation'];
  const rows = listed.map((row) => [
    String(row.number),
    row.timeS.toFixed(3),
    row.satellite,
    row.kind,
    `${row.allowed} of ${row.candidates}`,
    String(row.choice),
    row.reason === '' ? row.by : `${row.by} (${row.reason})`,
    row.policy,
    row.observationHash.slice(0, 16),
  ]);
  const more = matching > listed.length ? [`${matching - listed.length} more; --limit shows them`] : [];
  return `${[...columns([head, ...rows], [2, 3, 6, 7, 8]), ...more].join('\n')}\n`;
}

function seconds(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value)) return value;
    throw new SpaceCloudError('USAGE', `Expected a number of seconds for ${option}, got '${text}'.`);
  };
}

function who(text: string): 'policy' | 'fallback' {
  if (text === 'policy' || text === 'fallback') return text;
  throw new SpaceCloudError('USAGE', `Expected policy or fallback for --by, got '${text}'.`);
}

import type { Command } from 'commander';
import { SpaceCloudError } from '../../../core/index.ts';
import type { StateTime, UtcInstant } from '../../../environment/index.ts';
import { readText } from '../../files.ts';
import type { CommandStreams } from '../../run-command.ts';

interface Options {
  readonly elements: string;
  readonly at: readonly string[];
  readonly json?: boolean;
}

/** `spacecloud contacts ephemeris`: where the objects of an element-set file are, for anyone's check. */
export function register(contacts: Command, streams: CommandStreams): void {
  contacts
    .command('ephemeris')
    .description('TEME position (km) and velocity (km/s) of the objects of an element-set file, by SGP4')
    .requiredOption('--elements <file>', 'OMM (JSON, XML, CSV, KVN) or TLE')
    .requiredOption(
      '--at <time...>',
      "UTC, as in 2026-11-22T12:00:00Z, or minutes since each set's epoch, as in 360 or 360min; write --at=-90 for times before it",
    )
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      const { elementStates, parseElements, parseUtc } = await import('../../../environment/index.ts');
      const times = options.at.flatMap((text) => text.split(',')).map((text) => stateTime(text.trim(), parseUtc));
      const notes: string[] = [];
      const sets = parseElements(readText(options.elements), options.elements, {
        onWrongChecksum: (message, { line }) => notes.push(`Line ${line}: ${message} The line is used as it stands.`),
      });
      const { objects, failures } = elementStates(sets, times);
      if (objects.length === 0) {
        const [first] = failures;
        throw new SpaceCloudError(
          'ELEMENTS_UNUSABLE',
          `Expected at least one of ${sets.length} objects to have a state, got none ('${first?.name}' at ${first?.at}: ${first?.reason}).`,
          {
            place: { file: options.elements },
            hint: "Ask for times near the sets' epochs, or take newer sets.",
            details: { failures },
          },
        );
      }
      if (options.json === true) {
        const document = { file: options.elements, frame: 'TEME', objects, failures, notes };
        streams.out(`${JSON.stringify(document, undefined, 2)}\n`);
        return;
      }
      for (const note of notes) streams.err(`Note: ${note}\n`);
      for (const { name, at, reason } of failures) streams.err(`No state of '${name}' at ${at}: ${reason}\n`);
      streams.out('TEME: object, time, x y z km, x y z km/s\n');
      for (const { name, states } of objects) {
        for (const { at, rTemeKm, vTemeKmS } of states) {
          streams.out(`${name}  ${at}  ${fixed(rTemeKm, 8)}  ${fixed(vTemeKmS, 9)}\n`);
        }
      }
    });
}

function stateTime(label: string, parseUtc: (text: string) => UtcInstant | undefined): StateTime {
  const minutes = /^([+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?)(?:\s*min)?$/i.exec(label);
  if (minutes !== null) return { label, sinceEpochMin: Number(minutes[1]) };
  const utc = parseUtc(label);
  if (utc !== undefined) return { label, utc };
  throw new SpaceCloudError('USAGE', `Expected a UTC time or minutes since epoch for --at, got '${label}'.`, {
    hint: 'Write it as in 2026-11-22T12:00:00Z, or as in 360min.',
  });
}

function fixed(values: readonly number[], decimals: number): string {
  return values.map((value) => value.toFixed(decimals)).join(' ');
}

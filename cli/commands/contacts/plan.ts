import { type Command, Option } from 'commander';
import { SpaceCloudError } from '../../../core/index.ts';
import type { ContactPlan, ExportLoss, ExportedPlan } from '../../../environment/index.ts';
import { positiveNumber } from '../../arguments.ts';
import { writeTexts } from '../../files.ts';
import type { CommandStreams } from '../../run-command.ts';
import { loadScenarioInput } from '../../scenario-input.ts';

const MS_PER_S = 1000;

type Format = 'ion' | 'hdtn' | 'json';

interface Options {
  readonly scenario: string;
  readonly format: Format;
  readonly out?: string;
  readonly terrestrial?: number;
  readonly owltTolerance: number;
  readonly cache: boolean;
  readonly json?: boolean;
}

/** `spacecloud contacts plan`: the contact plan of a scenario, for other tools and for `contacts route`. */
export function register(contacts: Command, streams: CommandStreams): void {
  contacts
    .command('plan')
    .description('the contact plan of a scenario: who can send to whom, from when to when, at what rate and light time')
    .option('--scenario <scenario>', 'scenario file, or the name of one that is shipped', 'iridium-66')
    .addOption(
      new Option('--format <format>', 'ion: bytes/s, whole s; hdtn: bit/s, whole s; json: exact')
        .choices(['ion', 'hdtn', 'json'])
        .default('json'),
    )
    .option('--out <file>', 'write the plan there instead of to standard output')
    .option(
      '--terrestrial <bps>',
      'also join gateways and data centres, throughout, at this rate in bit/s; default: space only',
      positiveNumber('--terrestrial'),
    )
    .option(
      '--owlt-tolerance <ms>',
      'cut contacts where the light time varies by more than this, ms; 0 or none: one contact, of the greatest light time',
      tolerance,
      1,
    )
    .option('--no-cache', 'compute the geometry anew and do not keep it')
    .option('--json', 'print one JSON document about the plan, with its text unless --out is given')
    .action(async (options: Options) => {
      const { contactPlan, writeHdtnPlan, writeIonPlan, writeJsonPlan } = await import('../../../environment/index.ts');
      const { scenario, geometry } = await loadScenarioInput(options.scenario, { cache: options.cache }, streams);
      const { format, out, terrestrial, owltTolerance } = options;
      const plan = contactPlan(geometry, {
        owltToleranceS: owltTolerance / MS_PER_S,
        ...(terrestrial === undefined ? {} : { terrestrialRateBps: terrestrial }),
      });
      const writers: Readonly<Record<Format, (plan: ContactPlan) => Written>> = {
        ion: writeIonPlan,
        hdtn: writeHdtnPlan,
        json: (exact) => ({ text: writeJsonPlan(exact), contacts: exact.contacts.length }),
      };
      const written = writers[format](plan);
      if (out !== undefined) writeTexts([{ path: out, text: written.text }]);
      if (options.json === true) {
        const { text, contacts: count, loss = null, nodeNames = null } = written;
        const document = { scenario: scenario.name, format, contacts: count, loss, nodeNames };
        streams.out(
          `${JSON.stringify({ ...document, ...(out === undefined ? { text } : { file: out }) }, undefined, 2)}\n`,
        );
        return;
      }
      if (out === undefined) streams.out(written.text);
      else streams.err(`${written.contacts} contacts of '${scenario.name}' in ${out}\n`);
      if (written.loss !== undefined) streams.err(textOf(written.loss, format, plan.contacts.length));
    });
}

function tolerance(text: string): number {
  const ms = text.trim().toLowerCase() === 'none' ? 0 : Number(text);
  if (text.trim() !== '' && (ms === 0 || (Number.isFinite(ms) && ms >= 1e-3))) return ms;
  throw new SpaceCloudError('USAGE', `Expected ms from 0.001 on, 0 or none for --owlt-tolerance, got '${text}'.`, {
    hint: 'With 1, light times are at most 1 ms too long; with none, contacts are as long as they can be.',
  });
}

/** What a writer gives; a format that states everything loses nothing and keeps the names. */
type Written = Pick<ExportedPlan, 'text' | 'contacts'> & Partial<ExportedPlan>;

function textOf(loss: ExportLoss, format: Format, contacts: number): string {
  const parts = [
    [loss.joinedContacts, 'joined to the one before'],
    [loss.droppedContacts, 'contacts left out'],
    [loss.shortenedContacts, 'contacts shortened'],
    [loss.roundedLightTimes, 'light times rounded up'],
    [loss.roundedRates, 'rates rounded down'],
  ] as const;
  const lost = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (lost.length === 0) return '';
  const seconds = loss.lostS > 0 ? `, ${Number(loss.lostS.toPrecision(6))} s of contact time lost` : '';
  return `Note: in whole seconds (${format}), of ${contacts} contacts: ${lost.join(', ')}${seconds}\n`;
}

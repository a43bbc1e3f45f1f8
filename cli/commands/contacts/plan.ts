import { type Command, Option } from 'commander';
import type { ContactPlan, ExportLoss, ExportedPlan } from '../../../environment/index.ts';
import { positiveNumber } from '../../arguments.ts';
import { writeTexts } from '../../files.ts';
import type { CommandStreams } from '../../run-command.ts';
import { loadScenarioInput } from '../../scenario-input.ts';

type Format = 'ion' | 'hdtn' | 'json';

interface Options {
  readonly scenario: string;
  readonly format: Format;
  readonly out?: string;
  readonly terrestrial?: number;
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
    .option('--no-cache', 'compute the geometry anew and do not keep it')
    .option('--json', 'print one JSON document about the plan, with its text unless --out is given')
    .action(async (options: Options) => {
      const { contactPlan, writeHdtnPlan, writeIonPlan, writeJsonPlan } = await import('../../../environment/index.ts');
      const { scenario, geometry } = await loadScenarioInput(options.scenario, { cache: options.cache }, streams);
      const { format, out, terrestrial } = options;
      const plan = contactPlan(geometry, terrestrial === undefined ? {} : { terrestrialRateBps: terrestrial });
      const writers: Readonly<Record<Format, (plan: ContactPlan) => Written>> = {
        ion: writeIonPlan,
        hdtn: writeHdtnPlan,
        json: (exact) => ({ text: writeJsonPlan(exact) }),
      };
      const written = writers[format](plan);
      if (out !== undefined) writeTexts([{ path: out, text: written.text }]);
      const { contacts: all } = plan;
      if (options.json === true) {
        const { text, loss = null, nodeNames = null } = written;
        const document = { scenario: scenario.name, format, contacts: all.length, loss, nodeNames };
        streams.out(
          `${JSON.stringify({ ...document, ...(out === undefined ? { text } : { file: out }) }, undefined, 2)}\n`,
        );
        return;
      }
      if (out === undefined) streams.out(written.text);
      else streams.err(`${all.length} contacts of '${scenario.name}' in ${out}\n`);
      if (written.loss !== undefined) streams.err(textOf(written.loss, format, all.length));
    });
}

/** What a writer gives; a format that states everything loses nothing and keeps the names. */
type Written = Pick<ExportedPlan, 'text'> & Partial<ExportedPlan>;

function textOf(loss: ExportLoss, format: Format, contacts: number): string {
  const parts = [
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

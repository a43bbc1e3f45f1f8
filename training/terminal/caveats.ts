import type { TerminalDay } from './terminal-day.ts';

/** What a reader has to know of the numbers of a day. */
export function terminalCaveats({ all }: TerminalDay): string[] {
  const { access, handoverS, radios } = all.session;
  const priced = radios.filter(({ costPerGB }) => costPerGB > 0);
  return [
    `The session is what radios allow: it is up while one of them has a satellite whose link closes. It runs over the ${access === 'cheapest' ? 'cheapest one, the nearer among equals' : 'one nearest to its satellite'}.`,
    'Bytes are those of bundles that went over each radio. The terminal chooses the radio for what it sends; what it receives comes over the satellite that the satellites chose, whatever that costs.',
    `While a radio goes over to another satellite (${handoverS} s) it carries nothing; another radio that carries meanwhile keeps the session up.`,
    'Contacts begin and end at ticks of the scenario; rain and faults strike at their instant. Rain is drawn for each place by itself and falls on an aircraft above the clouds as well.',
    priced.length === 0
      ? 'No radio has a price (costPerGB in the scenario), so nothing is said of cost.'
      : `Prices are those of the scenario: ${priced.map(({ radio, costPerGB }) => `${radio} ${costPerGB}`).join(', ')} per GB. They are inputs; see their sources there.`,
  ];
}

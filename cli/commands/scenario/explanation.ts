import { amountText, percentText, timeText } from '../../amounts.ts';
import { counted } from './counted.ts';
import { differenceLines } from './difference-lines.ts';
import type { OrbitFacts, ScenarioFacts, TrafficFacts } from './facts.ts';
import type { StudyFacts } from './study-part.ts';

/** What a scenario is, for people: one line per thing, sections with a heading. */
export function explanation(facts: ScenarioFacts, study: StudyFacts | null): readonly string[] {
  const { name, description, epoch, durationS, bases, changes, load } = facts;
  const [own, ...others] = bases.map((base) => (base.file === null ? base.name : `${base.name} (${base.file})`));
  return [
    `${name}: ${amountText(durationS)} s from ${epoch}`,
    ...(description === '' ? [] : [`  ${description.replaceAll(/\s+/g, ' ')}`]),
    ...section('Bases', others.length === 0 ? [] : [[own, ...others].join(' <- ')]),
    ...section(`Changed from ${bases[1]?.name ?? ''}`, differenceLines(changes)),
    ...section('Orbits', [...facts.orbits.flatMap(orbitLines), ...facts.relays.map(relayLine)]),
    ...section('Satellite', satelliteLines(facts)),
    ...section('Ground', groundLines(facts)),
    ...section(`Traffic at load ${load}`, trafficLines(facts.traffic)),
    ...section('Offered against capacity', capacityLines(facts)),
    ...section('Faults', faultLines(facts)),
    ...section('Security', securityLines(facts)),
    ...(study === null ? [] : section(`Study: ${study.title}`, studyLines(study))),
  ];
}

function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [heading, ...lines.map((line) => `  ${line}`)];
}

function orbitLines({ name, kind, satellites, altitudeKm, inclinationDeg, periodS, isl, radios }: OrbitFacts) {
  const parts = [
    satellites === null ? 'satellites as in the file' : counted(satellites, 'satellite'),
    kind,
    ...(altitudeKm === null ? [] : [`${amountText(altitudeKm)} km`]),
    ...(inclinationDeg === null ? [] : [`inclination ${amountText(inclinationDeg)} deg`]),
    ...(periodS === null ? [] : [`period ${amountText(periodS / 60)} min`]),
  ];
  const links =
    isl.topology === 'none'
      ? 'no laser links'
      : `laser links: ${isl.topology}, ${counted(isl.terminals, 'terminal')} each, ${bitRate(isl.rateBps)}, up to ${amountText(isl.maxRangeKm)} km`;
  const served = radios.length === 0 ? 'no radio to the ground' : `radios to the ground: ${radios.join(', ')}`;
  return [`${name}: ${parts.join(', ')}`, `  ${links}`, `  ${served}`];
}

function relayLine({ name, from, to, rateBps, maxRangeKm }: ScenarioFacts['relays'][number]): string {
  return `relay ${name}: ${from} to ${to}, ${bitRate(rateBps)}, up to ${amountText(maxRangeKm)} km`;
}

function satelliteLines({ satellite: s }: ScenarioFacts): readonly string[] {
  const compute = s.accelerators * s.tflopsPerAccelerator;
  return [
    `${amountText(compute)} TFLOPS FP32: ${s.accelerators} x ${amountText(s.tflopsPerAccelerator)}, ${amountText(s.acceleratorPowerW)} W each`,
    `array ${amountText(s.arrayPowerW)} W, battery ${amountText(s.batteryWh)} Wh, radiator ${amountText(s.radiatorM2)} m2`,
    `cache ${bytes(s.cacheBytes)}, buffer ${bytes(s.bufferBytes)}, archive ${bytes(s.archiveBytes)}`,
  ];
}

function groundLines({ ground: g }: ScenarioFacts): readonly string[] {
  return [
    `${counted(g.gateways, 'gateway')} with ${counted(g.antennas, 'antenna')}`,
    `${counted(g.dataCentres, 'data centre')} with ${counted(g.servers, 'server')}`,
    `${counted(g.terminals, 'terminal')}${g.movingTerminals === 0 ? '' : `, ${g.movingTerminals} of them moving`}`,
  ];
}

function trafficLines(rows: readonly TrafficFacts[]): readonly string[] {
  return rows.map(({ family, name, ratePerS, offeredBps, offeredTflops, deadlineS, label, measuredBy }) =>
    [
      `${family} ${name}: ${amountText(ratePerS)} per s`,
      bitRate(offeredBps),
      ...(offeredTflops === 0 ? [] : [`${amountText(offeredTflops)} TFLOPS`]),
      `deadline ${timeText(deadlineS)}`,
      ...(label === null ? [] : [`label ${label}`]),
      ...(measuredBy === null ? [] : [`work and product measured (${measuredBy})`]),
    ].join(', '),
  );
}

function capacityLines({ offered, capacity }: ScenarioFacts): readonly string[] {
  const { fleetTflops, groundTflops, downlinkBps } = capacity;
  return [
    `data: ${bitRate(offered.bps)} offered; ${bitRate(downlinkBps)} to gateways, all antennas at full rate${share(offered.bps, downlinkBps, ' if all went down')}`,
    fleetTflops === null
      ? `work: ${amountText(offered.tflops)} TFLOPS offered; the fleet is as large as its file says`
      : `work: ${amountText(offered.tflops)} TFLOPS offered; ${amountText(fleetTflops)} in the fleet${share(offered.tflops, fleetTflops)}`,
    `      ${amountText(groundTflops)} TFLOPS in data centres${share(offered.tflops, groundTflops)}`,
  ];
}

function share(offered: number, capacity: number, condition = ''): string {
  return capacity === 0 ? '' : ` (${percentText(offered / capacity)}${condition})`;
}

function faultLines({ faults }: ScenarioFacts): readonly string[] {
  return [
    ...faults.scheduled.map((fault) => {
      const what =
        'target' in fault ? fault.target : `${fault.radiusKm} km around ${fault.latDeg}, ${fault.lonDeg} deg`;
      const length = fault.durationS === undefined ? 'for good' : `for ${timeText(fault.durationS)}`;
      return `${fault.kind}: ${what}, at ${timeText(fault.atS)}, ${length}`;
    }),
    ...faults.hazards.map(({ kind, of, ratePerYear, meanDurationS }) => {
      const length = meanDurationS === undefined ? 'for good' : `for ${timeText(meanDurationS)} on average`;
      return `${kind} at random: ${of ?? 'all'}, ${amountText(ratePerYear)} per year each, ${length}`;
    }),
  ];
}

function securityLines({ security, traffic }: ScenarioFacts): readonly string[] {
  const labelled = traffic.filter(({ label }) => label !== null).length;
  const { nations, levels, watch } = security;
  if (nations.length === 0 && levels.length < 2 && labelled === 0 && !watch.enabled) return [];
  return [
    `nations ${nations.length === 0 ? 'none' : nations.join(', ')}; levels ${levels.join(', ')}; ${labelled} classes of traffic labelled`,
    watch.enabled ? 'neighbours watch each other' : 'no watch on neighbours',
  ];
}

function studyLines(study: StudyFacts): readonly string[] {
  const { claim, announcement, loses, kpis, comparators, parameters } = study;
  return [
    `claim: ${claim}`,
    `announced: ${announcement}`,
    `where orbit can lose: ${loses}`,
    `KPIs: ${kpis.join(', ')}`,
    `comparators: ${comparators.length === 0 ? 'none' : comparators.join(', ')}`,
    ...parameters.map(({ path, value, inScenario, low, high, grade, source, weak }) => {
      const range = low === undefined || high === undefined ? '' : ` (${low} to ${high})`;
      const own = inScenario === undefined ? '' : ` in the study, ${JSON.stringify(inScenario)} in the scenario`;
      return `${weak ? '!' : ' '} ${path} = ${JSON.stringify(value)}${own}${range}: ${grade}, ${source}`;
    }),
    ...(parameters.some(({ weak }) => weak) ? ['! known from memory or secondary sources only'] : []),
  ];
}

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

function bitRate(bps: number): string {
  return prefixed(bps, 'bit/s');
}

function bytes(amount: number): string {
  return prefixed(amount, 'B');
}

/** With the decimal prefix that leaves one to three digits before the point. */
function prefixed(value: number, unit: string): string {
  const power = value < 1 ? 0 : Math.min(PREFIXES.length - 1, Math.floor(Math.log10(value) / 3));
  return `${amountText(Number((value / 1000 ** power).toPrecision(4)))} ${PREFIXES[power] ?? ''}${unit}`;
}

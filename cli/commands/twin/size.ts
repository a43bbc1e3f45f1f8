import type { Command } from 'commander';
import { SpaceCloudError, ZERO_CELSIUS_K } from '../../../core/index.ts';
import { positiveNumber } from '../../arguments.ts';
import type { CommandStreams } from '../../run-command.ts';
import { loadScenarioFile } from '../../scenario-input.ts';

interface Options {
  readonly loadW: number;
  readonly altitudeKm: number;
  readonly radiatorC: number;
  readonly sinkK: number;
  readonly depth: number;
  readonly scenario: string;
  readonly json?: boolean;
}

/** Values that an option may have, and how to say so. */
interface Range {
  readonly words: string;
  readonly holds: (value: number) => boolean;
  readonly hint: string;
}

/** Scenarios fly above the same height: below it the air ends an orbit within days. */
const LEAST_ALTITUDE_KM = 120;
const ABOVE_AIR: Range = {
  words: `above ${LEAST_ALTITUDE_KM}`,
  holds: (km) => km > LEAST_ALTITUDE_KM,
  hint: 'Lower orbits do not last.',
};
const ABOVE_ZERO_K: Range = {
  words: `above ${-ZERO_CELSIUS_K}`,
  holds: (celsius) => celsius > -ZERO_CELSIUS_K,
  hint: 'A radiator is warmer than absolute zero.',
};
const FROM_ZERO: Range = { words: 'from 0', holds: (kelvin) => kelvin >= 0, hint: '0: it sees deep space only.' };
const PART: Range = {
  words: 'above 0 and at most 1',
  holds: (part) => part > 0 && part <= 1,
  hint: '0.25: a quarter of the battery is used in every eclipse.',
};

/** `spacecloud twin size`: closed forms of array, battery and radiator, and the simulated satellite beside them. */
export function register(twin: Command, streams: CommandStreams): void {
  twin
    .command('size')
    .description('array, battery and radiator for a load in the worst eclipse of an orbit, checked by simulation')
    .option('--load-w <W>', 'electrical load, W', positiveNumber('--load-w'), 2050)
    .option('--altitude-km <km>', 'of a circular orbit, km', numberIn('--altitude-km', ABOVE_AIR), 550)
    .option('--radiator-c <C>', 'temperature of the radiator, C', numberIn('--radiator-c', ABOVE_ZERO_K), 60)
    .option('--sink-k <K>', 'what it sees, K, colder than the radiator', numberIn('--sink-k', FROM_ZERO), 200)
    .option('--depth <share>', 'share of the battery used in the eclipse, at most 1', numberIn('--depth', PART), 0.25)
    .option('--scenario <scenario>', 'whose satellite gives emissivity and efficiencies', 'iridium-66')
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      expectColderSink(options);
      const { checkSizing, sizeSatellite } = await import('../../../environment/index.ts');
      const { satellite } = await loadScenarioFile(options.scenario, {}, streams);
      const { loadW, radiatorC, sinkK } = options;
      const { emissivity } = satellite;
      const sizing = sizeSatellite(options.altitudeKm, {
        loadW,
        radiatorC,
        sinkK,
        emissivity,
        depthOfDischargeFrac: options.depth,
      });
      const check = checkSizing(sizing, { loadW, radiatorC, sinkK, emissivity }, satellite);
      if (options.json === true) {
        streams.out(`${JSON.stringify({ ...sizing, check }, undefined, 2)}\n`);
        return;
      }
      const f = (value: number, decimals: number): string => value.toFixed(decimals);
      const percent = (value: number): string => `${f(100 * value, 2)} %`;
      const lines = [
        `orbit      ${f(sizing.periodS / 60, 1)} min, of it ${f(sizing.eclipseS / 60, 1)} min in the shadow`,
        `array      ${f(sizing.arrayPowerW, 0)} W, ${f(sizing.arrayM2, 1)} m2 at ${f(sizing.arrayW_M2, 0)} W/m2`,
        `battery    ${f(sizing.eclipseWh, 0)} Wh in the eclipse, ${f(sizing.batteryWh, 0)} Wh in all`,
        `radiator   ${f(sizing.radiatorM2, 2)} m2 at ${f(sizing.radiatorW_M2, 0)} W/m2`,
        '',
        'simulated over 12 worst orbits, and in closed form:',
        `discharge  ${percent(check.dischargeFrac)}, ${percent(check.dischargeClosedFrac)} (with the losses of discharging)`,
        `recharged  to ${percent(check.chargedFrac)} at the end of every sunlit part`,
        `heat       ${f(check.temperatureC, 4)} C steady, ${f(check.temperatureClosedC, 4)} C`,
        `balances   energy closed to ${check.energyError.toExponential(1)}, storage to ${check.storageError.toExponential(1)}`,
      ];
      streams.out(`${lines.join('\n')}\n`);
    });
}

function numberIn(option: string, { words, holds, hint }: Range): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && holds(value)) return value;
    throw new SpaceCloudError('USAGE', `Expected a number ${words} for ${option}, got '${text}'.`, { hint });
  };
}

/** A radiator gives heat only to what is colder. */
function expectColderSink({ radiatorC, sinkK }: Options): void {
  const radiatorK = Number((radiatorC + ZERO_CELSIUS_K).toFixed(6));
  if (sinkK < radiatorK) return;
  throw new SpaceCloudError('USAGE', `Expected --sink-k below the radiator's ${radiatorK} K, got ${sinkK} K.`, {
    hint: 'A radiator gives heat only to what is colder: raise --radiator-c or lower --sink-k.',
  });
}

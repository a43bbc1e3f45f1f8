import type { Command } from 'commander';
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

/** `spacecloud twin size`: closed forms of array, battery and radiator, and the simulated satellite beside them. */
export function register(twin: Command, streams: CommandStreams): void {
  twin
    .command('size')
    .description('array, battery and radiator for a load in the worst eclipse of an orbit, checked by simulation')
    .option('--load-w <W>', 'electrical load, W', positiveNumber('--load-w'), 2050)
    .option('--altitude-km <km>', 'of a circular orbit, km', positiveNumber('--altitude-km'), 550)
    .option('--radiator-c <C>', 'temperature of the radiator, C', positiveNumber('--radiator-c'), 60)
    .option('--sink-k <K>', 'what it sees, K', positiveNumber('--sink-k'), 200)
    .option('--depth <share>', 'share of the battery used in the eclipse', positiveNumber('--depth'), 0.25)
    .option('--scenario <scenario>', 'whose satellite gives emissivity and efficiencies', 'iridium-66')
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
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

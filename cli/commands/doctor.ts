import type { Command } from 'commander';
import type { LearningEnginePreference } from '../../training/index.ts';
import { engineOption } from '../engine-option.ts';
import { packageInfo } from '../package-info.ts';
import type { CommandStreams } from '../run-command.ts';
import { findings, readMachine } from './doctor/machine.ts';
import { type DoctorReport, renderDoctorReport } from './doctor/report.ts';

/** `spacecloud doctor`: what this machine offers, which learning engine is used and why, what is missing. */
export function register(program: Command, streams: CommandStreams): void {
  program
    .command('doctor')
    .description('say which learning engine is used and why, and what is missing')
    .addOption(engineOption())
    .option('--json', 'print one JSON document')
    .action(async (options: { readonly engine: LearningEnginePreference; readonly json?: boolean }) => {
      const report = await examine(options.engine);
      streams.out(options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : renderDoctorReport(report));
    });
}

/** @throws SpaceCloudError `ENGINE_UNAVAILABLE` when the engine asked for (auto: every engine) does not load. */
async function examine(preference: LearningEnginePreference): Promise<DoctorReport> {
  const { loadLearningEngine } = await import('../../training/index.ts');
  const { name, reason, versions } = await loadLearningEngine(preference);
  const machine = readMachine();
  const engine = { name, reason, versions };
  const missing = findings(machine, engine);
  const { version, root } = packageInfo();
  return { spacecloud: version, installedIn: root, engine, machine, missing };
}

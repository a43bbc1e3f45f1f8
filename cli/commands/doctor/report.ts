import type { LearningEngine } from '../../../training/index.ts';
import { type Finding, type Machine, formatGiB } from './machine.ts';

/** The JSON document of `spacecloud doctor --json`. */
export interface DoctorReport {
  /** Version of this package. */
  readonly spacecloud: string;
  readonly installedIn: string;
  readonly engine: Pick<LearningEngine, 'name' | 'reason' | 'versions'>;
  readonly machine: Machine;
  readonly missing: readonly Finding[];
}

/** The report as people read it. */
export function renderDoctorReport(report: DoctorReport): string {
  const { engine, machine, missing } = report;
  const rows: readonly (readonly [string, string])[] = [
    ['spacecloud', `${report.spacecloud} in ${report.installedIn}`],
    ['engine', engine.name],
    ['  why', engine.reason],
    ...Object.entries(engine.versions).map(([name, version]): [string, string] => [`  ${name}`, version]),
    ['node', `${machine.node} (${machine.platform} ${machine.arch})`],
    ['cores', `${machine.cores} (${machine.cpu})`],
    ['memory', `${formatGiB(machine.memoryBytes)}, ${formatGiB(machine.freeMemoryBytes)} free`],
    ['heap limit', formatGiB(machine.heapLimitBytes)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
  if (missing.length === 0) return `${[...lines, '', 'Nothing is missing.'].join('\n')}\n`;
  const findings = missing.flatMap(({ what, effect, remedy }) => [`  ${what}: ${effect}`, `    ${remedy}`]);
  return `${[...lines, '', 'Missing or short:', ...findings].join('\n')}\n`;
}

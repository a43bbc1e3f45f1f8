/**
 * `npm run bench -- [--only NAME] [--json] [--strict] [--list]`: measures the figures of `budgets.json` and sets them against
 * their bars. Each group runs in a process of its own, so that none inherits another's heap or compiled code.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Budget, type Judged, judge, readBudgets } from './budgets.ts';
import { type Figure, type GroupReport, type Yardstick, median } from './figures.ts';
import { GROUPS } from './groups.ts';
import { renderTable } from './table.ts';
import { measureYardstick } from './yardstick.kernel.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    // Set by this program when it starts a group's process.
    group: { type: 'string' },
  },
});
const budgets = readBudgets();
if (values.group !== undefined) await reportGroup(values.group);
else if (values.list) for (const [name, { what }] of Object.entries(budgets)) console.log(`${name}: ${what}`);
else process.exitCode = await runGroups();

async function reportGroup(group: string): Promise<void> {
  const before = measureYardstick();
  const figures = (await GROUPS[group]?.()) ?? [];
  const after = measureYardstick();
  const report: GroupReport = { figures, yardstick: medianYardstick([before, after]) };
  process.stdout.write(JSON.stringify(report));
}

async function runGroups(): Promise<number> {
  const wanted = Object.entries(budgets).filter(([name, budget]) => isWanted(name, budget));
  if (wanted.length === 0) {
    console.error(`Expected --only to name a figure, the start of one, or a group; got ${values.only.join(', ')}.`);
    console.error(`Groups: ${Object.keys(GROUPS).join(', ')}. Figures: npm run bench -- --list`);
    return 2;
  }
  const groups = Object.keys(GROUPS).filter((group) => wanted.some(([, budget]) => budget.group === group));
  const figures = new Map<string, Figure>();
  const yardsticks: Yardstick[] = [];
  for (const group of groups) {
    process.stderr.write(`bench ${group} ...\n`);
    const report = await startGroup(group);
    for (const figure of report.figures) figures.set(figure.name, figure);
    yardsticks.push(report.yardstick);
  }
  const rows = wanted.map(([name, budget]) => judge(figures.get(name) ?? { name, samples: [] }, budget));
  const yardstick = medianYardstick(yardsticks);
  if (values.json) console.log(JSON.stringify({ node: process.version, yardstick, figures: rows }, undefined, 2));
  else process.stdout.write(renderTable(rows, yardstick));
  return values.strict && rows.some(isBroken) ? 1 : 0;
}

function isWanted(name: string, { group }: Budget): boolean {
  return values.only.length === 0 || values.only.some((only) => group === only || `${name}/`.startsWith(`${only}/`));
}

function isBroken({ verdict }: Judged): boolean {
  return verdict === 'missed';
}

/** A group in a process of its own, with the collector exposed; its standard error is ours. */
function startGroup(group: string): Promise<GroupReport> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), '--group', group], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.once('error', reject);
    child.once('close', (status) => {
      // What libraries print before it is not ours.
      if (status === 0) resolve(JSON.parse(out.slice(out.lastIndexOf('{"figures"'))) as GroupReport);
      else reject(new Error(`The bench group '${group}' ended with status ${status}.`));
    });
  });
}

function medianYardstick(yardsticks: readonly Yardstick[]): Yardstick {
  return {
    loopMops: median(yardsticks.map(({ loopMops }) => loopMops)),
    matmulGflops: median(yardsticks.map(({ matmulGflops }) => matmulGflops)),
  };
}

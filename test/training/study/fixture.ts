/** Study results put together by hand: what the engine yields in shape, with round numbers that a test can expect. */
import type { KpiSpec } from '../../../core/index.ts';
import type {
  AttributionPart,
  Benefit,
  ColumnRole,
  StudyCell,
  StudyColumn,
  StudyPoint,
  StudyReport,
  StudyResult,
} from '../../../training/study/result.ts';

const LATENCY: KpiSpec = {
  key: 'latencyP50S.observation',
  label: 'latency p50, observation',
  unit: 's',
  better: 'lower',
};
const HITS: KpiSpec = { key: 'deadlineHitFrac', label: 'deadlines met', unit: '1', better: 'higher' };
const DOWN: KpiSpec = { key: 'downlinkGB', label: 'bytes down', unit: 'GB', better: 'lower' };
const BREACHES: KpiSpec = { key: 'breaches', label: 'constraint breaches', unit: '1', better: 'lower' };

/** A column and its means, in the order of the study's KPIs. */
interface Given {
  readonly name: string;
  readonly label: string;
  readonly role: ColumnRole;
  readonly policy?: string;
  readonly changes?: readonly string[];
  readonly means: readonly (number | null)[];
}

const FLASH: readonly Given[] = [
  {
    name: 'bent-pipe',
    label: 'bent pipe',
    role: 'comparator',
    policy: 'shortest-delay+bent-pipe+bypass',
    changes: ['constellations.*.isl = none', 'carryHorizonS = 7200', 'wan.relays = true'],
    means: [2412, 0.41, 96.4, 0],
  },
  {
    name: 'relay',
    label: 'bent pipe with relay',
    role: 'comparator',
    policy: 'shortest-delay+bent-pipe+bypass',
    changes: ['carryHorizonS = 7200'],
    means: [188, 0.66, 142.1, 0],
  },
  {
    name: 'more-stations',
    label: 'relay and four times the stations',
    role: 'comparator',
    means: [131, 0.72, 171.8, 0],
  },
  { name: 'compression', label: 'bent pipe, compressed on board', role: 'comparator', means: [2204, 0.45, 8.9, 0] },
  { name: 'compressed-relay', label: 'relay, compressed on board', role: 'comparator', means: [96.2, 0.79, 13.7, 0] },
  {
    name: 'damped+greedy-finish+least-rate',
    label: 'damped+greedy-finish+least-rate',
    role: 'heuristic',
    means: [28.4, 0.93, 2.31, 0],
  },
  {
    name: 'shortest-delay+local+lru',
    label: 'shortest-delay+local+lru',
    role: 'heuristic',
    means: [33.9, 0.9, 2.4, 1.5],
  },
  { name: 'joint', label: 'joint', role: 'learned', means: [25.7, 0.95, 2.2, 0] },
  {
    name: 'genie+genie-finish+belady',
    label: 'genie+genie-finish+belady',
    role: 'oracle',
    means: [22.1, 0.97, 2.1, 0],
  },
];

const PIPES: readonly Given[] = [
  { name: 'bent-pipe', label: 'bent pipe', role: 'comparator', means: [96.4, 0.41, 0] },
  { name: 'compression', label: 'bent pipe, compressed on board', role: 'comparator', means: [2.05, 0.45, 0] },
  {
    name: 'damped+greedy-finish+least-rate',
    label: 'damped+greedy-finish+least-rate',
    role: 'heuristic',
    means: [2.31, 0.93, 0.5],
  },
];

const NATIONS: readonly Given[] = [
  { name: 'relay', label: 'relay through national gateways', role: 'comparator', means: [0.914, 412, 0] },
  { name: 'masked-delay+local+lru', label: 'masked-delay+local+lru', role: 'heuristic', means: [0.917, 388, 0] },
];

/** Half width of every interval, as a share of the mean. */
export const HALF_WIDTH = 0.04;

/** Three studies: one won with all there is to show, one lost without a learned policy, one unclear without sweeps. */
export function studyFixture(options: { readonly seeds?: number } = {}): StudyReport {
  const seeds = Array.from({ length: options.seeds ?? 4 }, (_, i) => i + 1);
  return {
    version: '0.1.0',
    decisionSpec: '2',
    size: 'full',
    studies: [flashDetection(seeds), freePipes(seeds), coalition(seeds)],
  };
}

function flashDetection(seeds: readonly number[]): StudyResult {
  const kpis = [LATENCY, HITS, DOWN, BREACHES];
  const best = { comparator: 4, heuristic: 5, learned: 7 };
  const base = pointOf(FLASH, kpis, { seeds, best });
  /** Relative to 66 satellites; with few, orbit waits for neighbours while the comparator waits for a station. */
  const satellites: readonly (readonly [number, number, number])[] = [
    [11, 2.6, 12],
    [22, 2.4, 8.9],
    [33, 1.5, 2.1],
    [66, 1, 1],
    [132, 0.9, 0.8],
  ];
  const load = [0.25, 0.5, 1, 2];
  const scaled = (rival: number, orbit: number): Given[] =>
    FLASH.map((given) => {
      const factor = given.role === 'comparator' ? rival : orbit;
      return { ...given, means: given.means.map((mean, k) => (k === 0 && mean !== null ? mean * factor : mean)) };
    });
  const sweepPoints = [
    ...satellites.map(([value, rival, orbit]) =>
      pointOf(scaled(rival, orbit), kpis, { seeds, best, quantity: 'satellites', value }),
    ),
    ...load.map((value) => pointOf(scaled(1, value ** 1.2), kpis, { seeds, best, quantity: 'load', value })),
  ];
  const at = (factor: number): Benefit => benefitOf(base, kpis, { first: 7, second: 4, seeds, factor });
  const part = (name: AttributionPart['part'], first: number, second: number): AttributionPart => ({
    part: name,
    benefit: benefitOf(base, kpis, { first, second, seeds }),
  });
  return {
    study: 'flash-detection',
    title: 'Flash detection',
    claim: 'An image of a flash becomes an alert on the ground sooner when satellites analyse it themselves.',
    announcement:
      'reduces processing times by processing data directly in orbit, enabling real-time information delivery',
    loses: 'With a station in view of the satellite that took the image the ground is as near as a neighbour.',
    scenario: { name: 'flash-detection', hash: '9f2c41d07be85a63', changes: ['traffic.load = 1'] },
    arrivalsS: 600,
    drainS: 3600,
    seeds,
    selection: { seeds: [21, 22, 23], heuristic: 5, learned: 7, orbit: 7 },
    headline: LATENCY,
    kpis,
    columns: FLASH.map(columnOf),
    points: [base, ...sweepPoints],
    attribution: [
      part('relay', 1, 0),
      part('stations', 2, 1),
      part('compression', 3, 0),
      part('compressed-relay', 4, 0),
      part('heuristics', 5, 4),
      part('learning', 7, 5),
    ],
    sweeps: [
      { quantity: 'load', label: 'offered load [1]', values: load, fails: [], paysFrom: 0.25 },
      {
        quantity: 'satellites',
        label: 'satellites [1]',
        values: satellites.map(([value]) => value),
        fails: [],
        paysFrom: 11,
      },
    ].map((sweep) => failsOf(sweep, sweepPoints)),
    sensitivity: [
      {
        parameter: 'satellite.tflopsPerAccelerator',
        grade: 'secondary',
        source: 'maker’s data sheet of an Ada-class accelerator, as reported by a reseller',
        low: { value: 45.8, benefit: at(0.62) },
        high: { value: 183.2, benefit: at(1.18) },
        moves: 26.8,
      },
      {
        parameter: 'compression.keptFrac',
        grade: 'choice',
        source: 'share of scenes without cloud; chosen',
        low: { value: 0.1, benefit: at(0.71) },
        high: { value: 0.6, benefit: at(1.1) },
        moves: 20.4,
      },
      {
        parameter: 'wan.delayS',
        grade: 'memory',
        source: 'order of magnitude of intercontinental fibre',
        low: { value: 0.02, benefit: at(0.99) },
        high: { value: 0.15, benefit: at(1.02) },
        moves: 1.41,
      },
      {
        parameter: 'gateways.*.antennas',
        grade: 'choice',
        source: 'chosen',
        low: { value: 1, benefit: null },
        high: { value: 8, benefit: null },
        moves: null,
      },
    ],
    parameters: [
      { path: 'satellite.tflopsPerAccelerator', value: 91.6, grade: 'secondary', source: 'data sheet, via a reseller' },
      { path: 'satellite.storageTB', value: 100, grade: 'primary', source: 'the announcement' },
      { path: 'compression.keptFrac', value: 0.33, grade: 'choice', source: 'share of scenes without cloud; chosen' },
      { path: 'wan.delayS', value: 0.05, grade: 'memory', source: 'order of magnitude of intercontinental fibre' },
      { path: 'isl.rateBps', value: 2.5e9, grade: 'derived', source: 'link budget of the terminal preset' },
    ],
    bands: [
      { column: 'relay', kpi: LATENCY.key, from: 100, to: 300, mean: 188, holds: true },
      { column: 'joint', kpi: LATENCY.key, from: null, to: 20, mean: 25.7, holds: false },
    ],
    notes: ['Alerts are of 1 kB; the raw image of a scene is 2.4 GB.'],
    records: recordsOf('flash-detection', [base, ...sweepPoints], { given: FLASH, kpis, seeds }),
  };
}

function freePipes(seeds: readonly number[]): StudyResult {
  const kpis = [DOWN, HITS, BREACHES];
  const best = { comparator: 1, heuristic: 2, learned: null };
  const base = pointOf(PIPES, kpis, { seeds, best });
  const swept = [0.5, 1].map((value) => pointOf(PIPES, kpis, { seeds, best, quantity: 'load', value }));
  return {
    study: 'free-the-pipes',
    title: 'Free the pipes',
    claim: 'Analysing images in orbit leaves more of the downlink to others.',
    announcement:
      'traditional transmission networks are freed for other communications by offloading data processing to space',
    loses: 'Compression on board alone may bring as much.',
    scenario: { name: 'free-the-pipes', hash: '03ab77c1d9e0f452', changes: [] },
    arrivalsS: 600,
    drainS: 3600,
    seeds,
    selection: { seeds: [], heuristic: 2, learned: null, orbit: 2 },
    headline: DOWN,
    kpis,
    columns: PIPES.map(columnOf),
    points: [base, ...swept],
    attribution: [
      { part: 'compression', benefit: benefitOf(base, kpis, { first: 1, second: 0, seeds }) },
      { part: 'heuristics', benefit: benefitOf(base, kpis, { first: 2, second: 1, seeds }) },
    ],
    sweeps: [{ quantity: 'load', label: 'offered load [1]', values: [0.5, 1], fails: [0.5, 1], paysFrom: null }],
    sensitivity: [],
    parameters: [],
    bands: [],
    notes: [],
    records: recordsOf('free-the-pipes', [base, ...swept], { given: PIPES, kpis, seeds }),
  };
}

function coalition(seeds: readonly number[]): StudyResult {
  const kpis = [HITS, { ...LATENCY, key: 'labelDelayS', label: 'delay added by labels' }, BREACHES];
  const base = pointOf(NATIONS, kpis, { seeds, best: { comparator: 0, heuristic: 1, learned: null } });
  return {
    study: 'coalition-release',
    title: 'Coalition release',
    claim: 'Nations share images in time without any leaving the satellites that may hold it.',
    announcement: 'facilitating multi-domain and multi-national operations',
    loses: 'The labels may leave only long ways.',
    scenario: { name: 'coalition-release', hash: '5e5e12aa90cc3344', changes: [] },
    arrivalsS: 600,
    drainS: 3600,
    seeds,
    selection: { seeds: [], heuristic: 1, learned: null, orbit: 1 },
    headline: HITS,
    kpis,
    columns: NATIONS.map(columnOf),
    points: [base],
    attribution: [],
    sweeps: [],
    sensitivity: [],
    parameters: [{ path: 'satellites', value: 66, grade: 'choice', source: 'chosen; not published' }],
    bands: [],
    notes: [],
    records: recordsOf('coalition-release', [base], { given: NATIONS, kpis, seeds }),
  };
}

function columnOf({ name, label, role, policy, changes }: Given): StudyColumn {
  return { name, label, role, policy: policy ?? name, changes: changes ?? [] };
}

interface PointOptions {
  readonly seeds: readonly number[];
  readonly best: { readonly comparator: number; readonly heuristic: number; readonly learned: number | null };
  readonly quantity?: string;
  readonly value?: number;
}

function pointOf(given: readonly Given[], kpis: readonly KpiSpec[], options: PointOptions): StudyPoint {
  const { seeds, best, quantity = null, value = null } = options;
  const cells = given.map(({ means }) =>
    Object.fromEntries(kpis.map(({ key }, k): [string, StudyCell] => [key, cellOf(means[k] ?? null, seeds)])),
  );
  const point = {
    quantity,
    value,
    cells,
    bestComparator: best.comparator,
    bestHeuristic: best.heuristic,
    bestLearned: best.learned,
    benefit: null,
  };
  const first = best.learned ?? best.heuristic;
  return { ...point, benefit: benefitOf(point, kpis, { first, second: best.comparator, seeds }) };
}

function cellOf(mean: number | null, seeds: readonly number[]): StudyCell {
  const half = HALF_WIDTH * Math.abs(mean ?? 0);
  const interval = mean === null || seeds.length < 2 ? null : { lo: mean - half, hi: mean + half };
  return { mean, interval, runs: seeds.length };
}

/** The paired difference with an interval as wide as the rival's, times `factor`. */
function benefitOf(
  point: StudyPoint,
  kpis: readonly KpiSpec[],
  options: {
    readonly first: number;
    readonly second: number;
    readonly seeds: readonly number[];
    readonly factor?: number;
  },
): Benefit {
  const { first, second, seeds, factor = 1 } = options;
  const spec = kpis[0] as KpiSpec;
  const rival = point.cells[second]?.[spec.key]?.mean ?? 0;
  const difference = ((point.cells[first]?.[spec.key]?.mean ?? 0) - rival) * factor;
  const half = HALF_WIDTH * Math.abs(rival);
  const interval = seeds.length < 2 ? null : { lo: difference - half, hi: difference + half };
  const gain = spec.better === 'lower' ? -difference : difference;
  const verdict = interval === null || Math.abs(gain) <= half ? 'unclear' : gain > 0 ? 'wins' : 'loses';
  return { first, second, difference, interval, relative: rival === 0 ? null : difference / rival, verdict };
}

function failsOf(sweep: StudyResult['sweeps'][number], points: readonly StudyPoint[]): StudyResult['sweeps'][number] {
  const fails = points
    .filter(({ quantity, benefit }) => quantity === sweep.quantity && benefit?.verdict !== 'wins')
    .flatMap(({ value }) => (value === null ? [] : [value]));
  const after = sweep.values.filter((value) => value > Math.max(-Infinity, ...fails));
  return { ...sweep, fails, paysFrom: after[0] ?? null };
}

/** One record per point, column and seed; the values of a column lie evenly about its mean. */
function recordsOf(
  scenario: string,
  points: readonly StudyPoint[],
  study: { readonly given: readonly Given[]; readonly kpis: readonly KpiSpec[]; readonly seeds: readonly number[] },
): StudyResult['records'] {
  const { given, kpis, seeds } = study;
  return points.flatMap(({ quantity, value, cells }, p) =>
    given.flatMap(({ name, role, policy }, c) =>
      seeds.map((seed, s) => ({
        scenario,
        policy: policy ?? name,
        role: role === 'learned' || role === 'oracle' ? role : ('baseline' as const),
        column: name,
        quantity,
        value,
        seed,
        kpis: Object.fromEntries(
          kpis.map(({ key }) => {
            const mean = cells[c]?.[key]?.mean ?? NaN;
            return [key, mean * (1 + 0.02 * (s - (seeds.length - 1) / 2))];
          }),
        ),
        decisions: 1000 + c,
        startS: 0,
        simulatedS: 4200,
        trajectoryHash: `${p}-${c}-${seed}`,
      })),
    ),
  );
}

/** A name with everything that HTML, Markdown, CSV or a formatter may take for markup. */
export const HOSTILE = '<script>alert("x")</script> | *a* _b_ `c` [d](e) a_b \\ & &amp; ~~f~~ $g$ # {h} 1, 2';

/** The report with the first study's texts, columns and sweeps named {@link HOSTILE}. */
export function hostile(report: StudyReport): StudyReport {
  const studies = report.studies.map((study, s): StudyResult => {
    if (s > 0) return study;
    return {
      ...study,
      study: HOSTILE,
      title: HOSTILE,
      claim: HOSTILE,
      announcement: HOSTILE,
      loses: HOSTILE,
      scenario: { ...study.scenario, name: HOSTILE },
      headline: { ...study.headline, label: HOSTILE },
      columns: study.columns.map((column) => ({ ...column, label: HOSTILE, changes: [HOSTILE] })),
      points: study.points.map((point) => (point.quantity === 'load' ? { ...point, quantity: HOSTILE } : point)),
      sweeps: study.sweeps.map((sweep) =>
        sweep.quantity === 'load' ? { ...sweep, quantity: HOSTILE, label: HOSTILE } : sweep,
      ),
      parameters: study.parameters.map((parameter) => ({ ...parameter, path: HOSTILE, value: HOSTILE })),
      notes: [HOSTILE],
    };
  });
  return { ...report, studies };
}

/** A study of which no run gave a value. */
export function barren(study: StudyResult): StudyResult {
  const none: StudyCell = { mean: null, interval: null, runs: 0 };
  const cells = study.columns.map(() => ({ [study.headline.key]: none }));
  const points = study.points.map((point): StudyPoint => {
    return { ...point, cells, bestComparator: null, bestHeuristic: null, bestLearned: null, benefit: null };
  });
  const sensitivity = study.sensitivity.map((entry) => {
    return { ...entry, low: { ...entry.low, benefit: null }, high: { ...entry.high, benefit: null }, moves: null };
  });
  return { ...study, points, sensitivity, attribution: [], records: [] };
}

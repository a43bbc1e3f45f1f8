import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Scenario,
  applySettings,
  buildGeometry,
  createWorldModel,
  parseScenario,
} from '../../../environment/index.ts';
import { TRAIN_DEFAULTS, baselineSource, createPolicy, runEpisode } from '../../../training/index.ts';
import {
  type TerminalRun,
  type TerminalDay,
  terminalJson,
  terminalPage,
  terminalDay,
  terminalText,
  verdictOf,
} from '../../../training/terminal/index.ts';
import { interruptionClasses } from '../../../training/terminal/interruption-classes.ts';
import { withRadioOnly } from '../../../training/terminal/terminal-day.ts';

/** A low shell with gaps and one geostationary satellite over two terminals and a gateway; rain on both radios. */
const TEXT = `schema: 1
name: two-radios
epoch: 2026-11-22T00:00:00Z
durationS: 7200
constellations:
  - name: low
    walker: { pattern: star, planes: 6, satellitesPerPlane: 8, altitudeKm: 780, inclinationDeg: 86 }
    isl: { maxRangeKm: 7000 }
    radios: [gateway, low-user]
  - name: still
    geostationary: { longitudesDeg: [0] }
    isl: { topology: none }
    radios: [still-gateway, still-user]
radios:
  - { name: low-user, maxRateBps: 1e9, minElevationDeg: 15, costPerGB: 2 }
  - { name: still-user, maxRateBps: 750e6, minElevationDeg: 10, fullRateRangeKm: 40000, costPerGB: 0.5 }
  - { name: still-gateway, maxRateBps: 5e9, fullRateRangeKm: 40000 }
weather: { rainFrac: 0.1, rainMeanS: 300 }
gateways: [{ name: ground, latDeg: 40, lonDeg: 5, moreRadios: [{ radio: still-gateway }] }]
dataCentres: [{ name: centre, latDeg: 50, lonDeg: 8 }]
terminals:
  - { name: here, latDeg: 36, lonDeg: -6, radios: [low-user, still-user] }
  - { name: there, latDeg: 10, lonDeg: 20, radios: [low-user, still-user] }
traffic:
  messages: [{ name: talk, ratePerS: 0.2, sizeBytes: 8000, deadlineS: 0.4 }]
  contents: [{ name: maps, ratePerS: 0.05, objects: 50, sizeBytes: 5e6, deadlineS: 60 }]
`;

const OPTIONS = {
  ...{ terminal: 'here', policy: baselineSource('load-aware+greedy-finish+gdsf'), seed: 3, hours: 2 },
  geometryOf: (scenario: Scenario) => buildGeometry(scenario),
};

describe('a day of a terminal', () => {
  const scenario = parseScenario(TEXT, 'two-radios.yaml');
  let day: TerminalDay;
  const single = (radio: string): TerminalRun => day.singles.find((run) => run.radio === radio) as TerminalRun;
  beforeAll(async () => {
    day = await terminalDay(scenario, buildGeometry(scenario), OPTIONS);
  }, 60_000);

  it('one radio alone is up exactly while it is usable beside the others: same orbits, same rain', () => {
    for (const use of day.all.uses) {
      const alone = single(use.name === 'low' ? 'low-user' : 'still-user');
      expect(alone.figures.continuityFrac).toBeCloseTo(use.usableS / 7200, 12);
      expect(alone.figures.continuityFrac).toBeGreaterThan(0.1);
    }
    expect(day.all.figures.continuityFrac).toBeGreaterThan(single('low-user').figures.continuityFrac);
    expect(day.all.figures.continuityFrac).toBeGreaterThanOrEqual(single('still-user').figures.continuityFrac);
    const served = day.all.uses.reduce((sum, { servingS }) => sum + servingS, 0);
    expect(served / 7200).toBeCloseTo(day.all.figures.continuityFrac, 12);
  });

  it('the machine of the terminal heard what the links of the world did', () => {
    for (const run of [day.all, ...day.singles]) {
      const { heard, uses, session } = run;
      const attachments = uses.reduce((sum, use) => sum + use.attachments, 0);
      const handovers = uses.reduce((sum, use) => sum + use.handovers, 0);
      expect([heard.attaches, heard.handovers]).toEqual([attachments - handovers, handovers]);
      const ended = session.radios.filter(
        (_, antenna) => session.stretches.findLast((stretch) => stretch.antenna === antenna)?.toS !== 7200,
      ).length;
      expect(heard.detaches).toBe(attachments - handovers - (session.radios.length - ended));
      // It hears of a handover's end with the next decisions of its world: a few seconds later where there are few.
      const attachedS = heard.attached.reduce((sum, { fromS, toS }) => sum + toS - fromS, 0);
      expect(attachedS).toBeLessThanOrEqual(run.figures.continuityFrac * 7200 + 1e-6);
      expect(attachedS).toBeGreaterThan(run.figures.continuityFrac * 7200 - 1 - 60 * (handovers + 1));
    }
  });

  it('bytes are those of the world, and cost is price times bytes', () => {
    const { session, figures } = day.all;
    const bits = session.radios.reduce((sum, { bitsUp, bitsDown }) => sum + bitsUp + bitsDown, 0);
    expect(figures.gigabytes).toBeCloseTo(bits / 8e9, 12);
    expect(figures.gigabytes).toBeGreaterThan(0.1);
    const [low, still] = session.radios;
    const cost =
      (2 * ((low?.bitsUp ?? 0) + (low?.bitsDown ?? 0)) + 0.5 * ((still?.bitsUp ?? 0) + (still?.bitsDown ?? 0))) / 8e9;
    expect(figures.cost).toBeCloseTo(cost, 12);
    expect(single('low-user').figures.costPerGB).toBeCloseTo(2, 12);
    expect(single('still-user').figures.costPerGB).toBeCloseTo(0.5, 12);
  });

  it('without gaps more deadlines are met than with them', () => {
    // Up and down over a geostationary satellite is 0.24 to 0.28 s, so talk between the two terminals is in time for 0.4 s.
    expect(single('still-user').deadlineHitFrac).toBeGreaterThan(single('low-user').deadlineHitFrac);
  });

  it('key figures of the world are those of its terminals', async () => {
    const policy = createPolicy(OPTIONS.policy, OPTIONS.seed);
    const { kpis, trajectoryHash } = await runEpisode(createWorldModel(scenario, buildGeometry(scenario)), policy, {
      ...{ seed: 3, arrivalsS: 7200, drainS: 0, startS: 0, role: 'baseline', fallback: TRAIN_DEFAULTS.fallback },
    });
    expect(trajectoryHash).toBe(day.all.trajectoryHash);
    const there = await terminalDay(scenario, buildGeometry(scenario), { ...OPTIONS, terminal: 'there' });
    const both = [day.all, there.all];
    const mean = (of: (run: TerminalRun) => number): number => both.reduce((sum, run) => sum + of(run) / 2, 0);
    expect(kpis['continuityFrac']).toBeCloseTo(
      mean(({ figures }) => figures.continuityFrac),
      12,
    );
    expect(kpis['handoversPerHour']).toBeCloseTo(
      mean(({ figures }) => figures.handoversPerHour),
      12,
    );
    expect(kpis['longestInterruptionS']).toBe(Math.max(...both.map(({ figures }) => figures.longestInterruptionS)));
    expect(kpis['costPerGB']).toBeCloseTo(
      mean(({ figures }) => figures.cost) / mean(({ figures }) => figures.gigabytes),
      12,
    );
    expect(kpis['rateBps.low']).toBeGreaterThan(100e6);
  }, 60_000);

  it('is the same twice, to the byte', async () => {
    const again = await terminalDay(scenario, buildGeometry(scenario), OPTIONS);
    expect(JSON.stringify(terminalJson(again))).toBe(JSON.stringify(terminalJson(day)));
    expect(terminalText(again)).toBe(terminalText(day));
    const extras = { command: 'c', caveats: ['none'] };
    expect(await terminalPage(again, extras)).toBe(await terminalPage(day, extras));
  }, 60_000);

  it('cheapest access sends more over the cheap radio', async () => {
    const thrifty = applySettings(scenario, { 'terminals.*.access': 'cheapest' });
    const { all } = await terminalDay(thrifty, buildGeometry(thrifty), OPTIONS);
    expect(all.figures.costPerGB).toBeLessThan(day.all.figures.costPerGB);
    const up = ({ session }: TerminalRun): number => session.radios[1]?.bitsUp ?? 0;
    expect(up(all)).toBeGreaterThan(up(day.all));
    expect(all.session.access).toBe('cheapest');
  }, 60_000);

  it('takes the other radios from every terminal that has this one', () => {
    expect(withRadioOnly(scenario, 'still-user').terminals.map(({ radios }) => radios)).toEqual([
      ['still-user'],
      ['still-user'],
    ]);
    expect(withRadioOnly(scenario, 'gateway')).toBe(scenario);
  });

  it('sorts interruptions by length without losing one', () => {
    for (const { session } of [day.all, ...day.singles]) {
      const classes = interruptionClasses(session);
      expect(classes.reduce((sum, { count }) => sum + count, 0)).toBe(session.interruptions.length);
      const totalS = session.interruptions.reduce((sum, gap) => sum + gap.toS - gap.fromS, 0);
      expect(classes.reduce((sum, own) => sum + own.totalS, 0)).toBeCloseTo(totalS, 6);
    }
  });

  it('draws a well-formed page with both figures', async () => {
    const page = await terminalPage(day, { command: 'spacecloud terminal', caveats: ['a & b'] });
    expect(page).toContain('a &amp; b');
    expect(page).toContain('id="day-title"');
    expect(page.match(/<svg [^>]*class="plot"/g)).toHaveLength(1); // two hours have no busier part
    expect(page).not.toMatch(/NaN|undefined|<script/);
  });
});

describe('verdictOf', () => {
  const run = (
    radio: string | undefined,
    figures: Partial<TerminalRun['figures']>,
    deadlineHitFrac: number,
  ): TerminalRun =>
    ({
      radio,
      deadlineHitFrac,
      figures: { continuityFrac: 1, meanRateBps: 100, costPerGB: 1, gigabytes: 1, cost: 1, ...figures },
    }) as TerminalRun;
  const verdict = (...singles: TerminalRun[]): ReturnType<typeof verdictOf> =>
    verdictOf({ all: run(undefined, {}, 0.9), singles } as unknown as TerminalDay);

  it('several radios lose where one has both rate and price', () => {
    const lost = verdict(run('slow', { meanRateBps: 50, costPerGB: 0.5 }, 0.9), run('both', { costPerGB: 0.5 }, 0.5));
    expect(lost?.singles.map(({ hasRateAndPrice }) => hasRateAndPrice)).toEqual([false, true]);
    expect(lost?.sentence).toBe(
      'Several radios lose on rate and price: both alone has both rate and price; what the others add is deadlines.',
    );
  });

  it('they lose altogether where one is no worse in anything', () => {
    expect(verdict(run('enough', { costPerGB: 1 }, 0.9))?.sentence).toBe(
      'Several radios lose: enough alone is no worse in anything.',
    );
  });

  it('they win where one is cheaper and another faster', () => {
    const won = verdict(
      run('cheap', { meanRateBps: 50, costPerGB: 0.5, continuityFrac: 0.9 }, 0.9),
      run('fast', { costPerGB: 2, continuityFrac: 0.8 }, 0.9),
    );
    expect(won?.sentence).toBe('No radio alone has both rate and price. Cheaper per GB alone: cheap.');
    expect(won?.bestSingle).toBe('cheap');
  });

  it('says so where nothing has a price', () => {
    const free = { costPerGB: 0, cost: 0 };
    const day = (single: TerminalRun): TerminalDay =>
      ({ all: run(undefined, free, 0.9), singles: [single] }) as unknown as TerminalDay;
    expect(verdictOf(day(run('slow', { ...free, meanRateBps: 50 }, 0.9)))?.sentence).toContain(
      'no radio that carried has a price',
    );
    expect(verdictOf(day(run('fast', free, 0.5)))?.sentence).toBe(
      'Several radios lose on rate (nothing has a price): fast alone has rate (nothing has a price); what the others add is deadlines.',
    );
  });

  it('a radio that carried nothing has no price, and one radio needs no verdict', () => {
    expect(verdict(run('dead', { gigabytes: 0, costPerGB: NaN }, 0))?.singles[0]).toMatchObject({ price: false });
    expect(verdict()).toBeUndefined();
  });
});

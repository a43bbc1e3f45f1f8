import { describe, expect, it } from 'vitest';
import { Constellation, type ConstellationOptions, type SavedModes } from '../../agents/index.ts';
import { MODE_EVENTS, type ModeEvent } from '../../core/index.ts';
import { createBaseline } from '../../policies/index.ts';
import { type ScriptedMode, ScriptedWorld } from './scripted-world.ts';

// Nodes 0 to 3 are satellites; then one of each kind on the ground.
const GATEWAY = 4;
const CENTRE = 5;
const TERMINAL = 6;
const LAYOUT = { gatewayCount: 1, dataCentreCount: 1 };

function setUp(modes: readonly ScriptedMode[], options: Partial<ConstellationOptions> = {}) {
  const world = new ScriptedWorld({ seed: 1, groundNodes: 3, modes });
  return { world, constellation: over(world, options) };
}

function over(world: ScriptedWorld, options: Partial<ConstellationOptions> = {}): Constellation {
  const policy = createBaseline('shortest-delay+greedy-finish+gdsf', 1);
  return new Constellation({ worlds: [world], policy, fallback: policy, layout: LAYOUT, handoverS: 0.5, ...options });
}

/** What the script changes: `time node region from>to`, in order; checks that the ledger enters just that. */
function changesOf(modes: readonly ScriptedMode[], untilS = 10): string[] {
  const { constellation } = setUp(modes);
  const told = tellingOf(constellation);
  constellation.runSync({ untilS });
  const { state } = constellation.ledgers[0] as (typeof constellation.ledgers)[0];
  const entered = state.recent.map((c) => `${c.timeS} ${c.name} ${c.region} ${c.from}>${c.to}`);
  expect(entered).toEqual(told);
  expect(state.changes).toBe(told.length);
  constellation.close();
  return told;
}

function tellingOf(constellation: Constellation): string[] {
  const told: string[] = [];
  constellation.events$.subscribe(({ timeS, changes }) => {
    for (const c of changes) told.push(`${timeS} ${c.name} ${c.region} ${c.from}>${c.to}`);
  });
  return told;
}

const antenna = (timeS: number, event: 'attach' | 'handover' | 'detach', part = 0, node = TERMINAL): ScriptedMode => ({
  timeS,
  event: `antenna.${event}`,
  node,
  part,
});

describe('radios of a terminal', () => {
  it('change by themselves; the terminal changes when what they amount to does', () => {
    const script = [
      antenna(1, 'attach', 0),
      antenna(2, 'attach', 1),
      antenna(3, 'handover', 0),
      antenna(4, 'detach', 1),
      antenna(5, 'detach', 0),
    ];
    expect(changesOf(script)).toEqual([
      '1 ground-2 radio-0 detached>attached',
      '1 ground-2 link detached>attached',
      '2 ground-2 radio-1 detached>attached',
      '3 ground-2 radio-0 attached>handingOver',
      // 3.5 s: seen with the next burst.
      '4 ground-2 radio-0 handingOver>attached',
      '4 ground-2 radio-1 attached>detached',
      '5 ground-2 radio-0 attached>detached',
      '5 ground-2 link attached>detached',
    ]);
  });

  it('that change together leave the terminal handing over', () => {
    const script = [
      antenna(1, 'attach', 0),
      antenna(1, 'attach', 1),
      antenna(2, 'handover', 0),
      antenna(2.25, 'handover', 1),
    ];
    expect(changesOf(script).slice(3)).toEqual([
      '2 ground-2 radio-0 attached>handingOver',
      '2.25 ground-2 radio-1 attached>handingOver',
      '2.25 ground-2 link attached>handingOver',
      '3 ground-2 radio-0 handingOver>attached',
      '3 ground-2 link handingOver>attached',
      '3 ground-2 radio-1 handingOver>attached',
    ]);
  });

  it('report nothing when nothing changes', () => {
    const script = [antenna(1, 'detach'), antenna(2, 'attach'), antenna(3, 'attach'), antenna(3, 'attach')];
    expect(changesOf(script)).toEqual(['2 ground-2 radio-0 detached>attached', '2 ground-2 link detached>attached']);
  });

  it('that hand over again begin anew: the end of the first handover ends nothing', () => {
    const script = [
      antenna(1, 'attach'),
      antenna(2, 'handover'),
      antenna(2.25, 'handover'),
      // A mode event at 2.6 s, after the end of the first at 2.5 s and before that of the second at 2.75 s.
      { timeS: 2.6, event: 'power.low', node: 0 } as const,
    ];
    expect(changesOf(script).slice(2)).toEqual([
      '2 ground-2 radio-0 attached>handingOver',
      '2 ground-2 link attached>handingOver',
      '2.6 sat-0 power nominal>saving',
      '3 ground-2 radio-0 handingOver>attached',
      '3 ground-2 link handingOver>attached',
    ]);
  });

  it('that hand over again keep no other radio waiting', () => {
    const script = [
      antenna(1, 'attach', 0),
      antenna(1, 'attach', 1),
      antenna(2, 'handover', 0),
      antenna(2.1, 'handover', 1),
      antenna(2.4, 'handover', 0),
      // Radio 1 is done at 2.6 s, radio 0 at 2.9 s.
      { timeS: 2.7, event: 'power.low', node: 0 } as const,
    ];
    const radios = changesOf(script).filter((line) => line.includes('radio-'));
    expect(radios.slice(4)).toEqual([
      '2.7 ground-2 radio-1 handingOver>attached',
      '3 ground-2 radio-0 handingOver>attached',
    ]);
  });

  it('have handovers under way only until they are completed or cut', () => {
    const { constellation } = setUp([
      antenna(1, 'attach', 0),
      antenna(1, 'attach', 1),
      antenna(1.9, 'handover', 0),
      antenna(1.9, 'handover', 1),
      antenna(2.2, 'detach', 1),
    ]);
    const underWay = (untilS: number): unknown => {
      constellation.runSync({ untilS });
      return constellation.saveModes().worlds[0]?.agents.handovers;
    };
    // 1.9 + 0.5 s.
    expect(underWay(2)).toEqual([
      { node: TERMINAL, part: 0, untilS: 2.4 },
      { node: TERMINAL, part: 1, untilS: 2.4 },
    ]);
    expect(underWay(2.3)).toEqual([{ node: TERMINAL, part: 0, untilS: 2.4 }]);
    expect(underWay(3)).toEqual([]);
  });

  it('that lose contact while they hand over stay without it, and have all the time of the next handover', () => {
    const script = [
      antenna(1, 'attach'),
      antenna(2, 'handover'),
      antenna(2.1, 'detach'),
      antenna(2.2, 'attach'),
      antenna(2.3, 'handover'),
      { timeS: 2.6, event: 'power.low', node: 0 } as const,
      { timeS: 2.85, event: 'power.nominal', node: 0 } as const,
    ];
    const radio = changesOf(script).filter((line) => line.includes('radio') || line.includes('power'));
    expect(radio.slice(1)).toEqual([
      '2 ground-2 radio-0 attached>handingOver',
      '2.1 ground-2 radio-0 handingOver>detached',
      '2.2 ground-2 radio-0 detached>attached',
      '2.3 ground-2 radio-0 attached>handingOver',
      '2.6 sat-0 power nominal>saving',
      // 2.3 + 0.5 = 2.8 s.
      '2.85 ground-2 radio-0 handingOver>attached',
      '2.85 sat-0 power saving>nominal',
    ]);
  });
});

describe('gateways and data centres', () => {
  it('a gateway that goes down loses its link and has it back when it is up, with the antennas it then has', () => {
    const script: ScriptedMode[] = [
      antenna(1, 'attach', 0, GATEWAY),
      antenna(1, 'attach', 1, GATEWAY),
      { timeS: 2, event: 'gateway.down', node: GATEWAY },
      antenna(3, 'detach', 0, GATEWAY),
      antenna(3, 'detach', 0, GATEWAY),
      { timeS: 4, event: 'gateway.up', node: GATEWAY },
    ];
    expect(changesOf(script)).toEqual([
      '1 ground-0 radio-0 detached>attached',
      '1 ground-0 link detached>attached',
      '1 ground-0 radio-1 detached>attached',
      '2 ground-0 service up>down',
      '2 ground-0 link attached>detached',
      '3 ground-0 radio-0 attached>detached',
      '4 ground-0 service down>up',
      '4 ground-0 link detached>attached',
    ]);
  });

  it('count as faults when they go down', () => {
    const { constellation } = setUp([
      { timeS: 1, event: 'gateway.down', node: GATEWAY },
      { timeS: 1, event: 'centre.down', node: CENTRE },
      { timeS: 2, event: 'centre.up', node: CENTRE },
    ]);
    constellation.runSync({ untilS: 3 });
    const state = constellation.ledgers[0]?.state;
    expect(state?.faults).toBe(2);
    expect(state?.modes).toEqual({ 'ground-0': { service: 'down' }, 'ground-1': { service: 'up' } });
  });
});

describe('every mode event', () => {
  /** What has to happen before, the node it is for, and what it changes there. */
  const WHERE: Readonly<Record<ModeEvent, readonly [before: readonly ModeEvent[], node: number, change: string]>> = {
    'power.low': [[], 0, 'power nominal>saving'],
    'power.critical': [[], 0, 'power nominal>safe'],
    'power.recovered': [['power.critical'], 0, 'power safe>saving'],
    'power.nominal': [['power.low'], 0, 'power saving>nominal'],
    'thermal.hot': [[], 0, 'thermal nominal>throttled'],
    'thermal.cool': [['thermal.hot'], 0, 'thermal throttled>nominal'],
    'antenna.attach': [[], TERMINAL, 'radio-0 detached>attached'],
    'antenna.handover': [['antenna.attach'], TERMINAL, 'radio-0 attached>handingOver'],
    'antenna.detach': [['antenna.attach'], TERMINAL, 'radio-0 attached>detached'],
    'satellite.down': [[], 0, 'service up>down'],
    'satellite.up': [['satellite.down'], 0, 'service down>up'],
    'trust.suspected': [[], 0, 'trust trusted>suspect'],
    'trust.quarantined': [[], 0, 'trust trusted>quarantined'],
    'trust.cleared': [['trust.quarantined'], 0, 'trust quarantined>suspect'],
    'gateway.down': [[], GATEWAY, 'service up>down'],
    'gateway.up': [['gateway.down'], GATEWAY, 'service down>up'],
    'centre.down': [[], CENTRE, 'service up>down'],
    'centre.up': [['centre.down'], CENTRE, 'service down>up'],
  };

  it.each(MODE_EVENTS)('%s reaches the machine it is for', (event) => {
    const [before, node, change] = WHERE[event];
    const script = [...before.map((earlier) => ({ timeS: 1, event: earlier, node })), { timeS: 2, event, node }];
    const name = node < 4 ? `sat-${node}` : `ground-${node - 4}`;
    expect(changesOf(script)).toContain(`2 ${name} ${change}`);
  });

  it.each(MODE_EVENTS)('%s is refused for nodes that have no such machine, and names them', (event) => {
    const [, right] = WHERE[event];
    const wrong = [0, GATEWAY, CENTRE, TERMINAL, 7].filter(
      (node) => node !== right && !(event.startsWith('antenna.') && node === GATEWAY),
    );
    for (const node of wrong) {
      const { constellation } = setUp([{ timeS: 1, event, node }]);
      const name = node === 0 ? 'sat-0' : node === 7 ? 'node 7' : `ground-${node - 4}`;
      expect(() => constellation.runSync({ untilS: 2 })).toThrow(
        expect.objectContaining({
          code: 'MISUSE',
          message: expect.stringContaining(`got ${name} (${node})`) as string,
        }),
      );
    }
  });

  it('of an antenna needs to say which', () => {
    const { constellation } = setUp([antenna(1, 'attach', -1)]);
    expect(() => constellation.runSync({ untilS: 2 })).toThrow(/antenna of ground-2 .* got -1/);
  });
});

describe('saved modes', () => {
  const script: ScriptedMode[] = [
    antenna(1, 'attach', 0, GATEWAY),
    antenna(1, 'attach', 2, GATEWAY),
    antenna(1, 'attach', 1),
    { timeS: 1, event: 'centre.down', node: CENTRE },
    antenna(1.8, 'handover', 2, GATEWAY),
    antenna(1.9, 'handover', 1),
    { timeS: 1.9, event: 'gateway.down', node: GATEWAY },
    // Saved here, at 2 s.
    { timeS: 3, event: 'centre.up', node: CENTRE },
    { timeS: 3, event: 'gateway.up', node: GATEWAY },
    antenna(4, 'detach', 0, GATEWAY),
    antenna(5, 'detach', 2, GATEWAY),
    antenna(5, 'detach', 1),
  ];

  it('carry radios, handovers under way and failed nodes over', () => {
    const unbroken = setUp(script);
    unbroken.constellation.runSync({ untilS: 2 });
    const told = tellingOf(unbroken.constellation);
    unbroken.constellation.runSync({ untilS: 6 });

    const saving = setUp(script);
    saving.constellation.runSync({ untilS: 2 });
    const json = JSON.stringify(saving.constellation.saveModes());
    const resumed = over(saving.world);
    const toldAgain = tellingOf(resumed);
    resumed.restoreModes(JSON.parse(json) as SavedModes);
    resumed.runSync({ untilS: 6 });

    expect(told).toEqual([
      // 1.8 + 0.5 and 1.9 + 0.5 s, seen at 3 s.
      '3 ground-0 radio-2 handingOver>attached',
      '3 ground-2 radio-1 handingOver>attached',
      '3 ground-2 link handingOver>attached',
      '3 ground-1 service down>up',
      '3 ground-0 service down>up',
      '3 ground-0 link detached>attached',
      '4 ground-0 radio-0 attached>detached',
      '5 ground-0 radio-2 attached>detached',
      '5 ground-0 link attached>detached',
      '5 ground-2 radio-1 attached>detached',
      '5 ground-2 link attached>detached',
    ]);
    expect(toldAgain).toEqual(told);
    expect(resumed.saveModes()).toEqual(unbroken.constellation.saveModes());
  });
});

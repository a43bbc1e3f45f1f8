import { describe, expect, it } from 'vitest';
import { constellationUses, sessionFigures } from '../../../environment/access/figures.ts';
import { type AccessStretch, type SessionInput, layOutSession } from '../../../environment/access/session.ts';

const HANDOVER_S = 0.5;
/** Satellites 0 to 9 belong to constellation 0, from 10 on to constellation 1. */
const constellationOf = (satellite: number): number => (satellite < 10 ? 0 : 1);

function stretch(
  antenna: number,
  satellite: number,
  [fromS, toS]: readonly [number, number],
  more: Partial<AccessStretch> = {},
): AccessStretch {
  return {
    antenna,
    satellite,
    fromS,
    toS,
    usableS: fromS,
    rateBps: 100,
    rangeKm: satellite < 10 ? 1000 : 36000,
    ...more,
  };
}

function session(stretches: readonly AccessStretch[], more: Partial<SessionInput> = {}): SessionInput {
  const radio = { bitsUp: 0, bitsDown: 0 };
  return {
    ...{ terminal: 't', fromS: 0, toS: 100, access: 'fastest', handoverS: HANDOVER_S, stretches },
    radios: [
      { radio: 'low', costPerGB: 2, ...radio },
      { radio: 'high', costPerGB: 0.5, ...radio },
    ],
    ...more,
  };
}

describe('layOutSession', () => {
  it('runs over the nearest radio that carries, and is up while one does', () => {
    const { serving, interruptions } = layOutSession(session([stretch(0, 1, [10, 30]), stretch(1, 10, [20, 80])]));
    expect(serving.map(({ fromS, toS, access }) => [fromS, toS, access.satellite])).toEqual([
      [10, 30, 1],
      [30, 80, 10],
    ]);
    expect(interruptions).toEqual([
      { fromS: 0, toS: 10 },
      { fromS: 80, toS: 100 },
    ]);
  });

  it('runs over the cheapest radio where the terminal asks for it', () => {
    const stretches = [stretch(0, 1, [10, 30]), stretch(1, 10, [20, 80])];
    const { serving } = layOutSession(session(stretches, { access: 'cheapest' }));
    expect(serving.map(({ fromS, toS, access }) => [fromS, toS, access.satellite])).toEqual([
      [10, 20, 1],
      [20, 80, 10],
    ]);
  });

  it('bridges the handover of one radio with another, and breaks without one', () => {
    const low = [stretch(0, 1, [0, 50]), stretch(0, 2, [50, 100], { usableS: 50 + HANDOVER_S })];
    expect(layOutSession(session(low)).interruptions).toEqual([{ fromS: 50, toS: 50.5 }]);
    const both = layOutSession(session([...low, stretch(1, 10, [0, 100])]));
    expect(both.interruptions).toEqual([]);
    expect(both.serving.map(({ access }) => access.satellite)).toEqual([1, 10, 2]);
  });

  it('is one interruption from end to end without a satellite', () => {
    expect(layOutSession(session([])).interruptions).toEqual([{ fromS: 0, toS: 100 }]);
  });
});

describe('sessionFigures', () => {
  it('counts handovers within and between constellations, and resumptions apart', () => {
    const stretches = [
      stretch(0, 1, [0, 20]),
      stretch(0, 2, [20, 40], { usableS: 20.5, rateBps: 300 }), // within, with a pause of 0.5 s
      stretch(0, 3, [70, 90]), // after 10 s without anything
      stretch(1, 10, [40, 60]), // between
    ];
    const figures = sessionFigures(layOutSession(session(stretches)), constellationOf);
    expect(figures).toMatchObject({ handoversWithin: 1, handoversBetween: 1, resumptions: 1, interruptions: 3 });
    expect(figures.longestInterruptionS).toBe(10);
    expect(figures.continuityFrac).toBeCloseTo((20 + 19.5 + 20 + 20) / 100, 12);
    expect(figures.handoversPerHour).toBe(2 / (100 / 3600));
    expect(figures.meanRateBps).toBeCloseTo((20 * 100 + 19.5 * 300 + 40 * 100) / 100, 9);
  });

  it('prices what went over each radio', () => {
    const radios = [
      { radio: 'low', costPerGB: 2, bitsUp: 8e9, bitsDown: 16e9 }, // 3 GB
      { radio: 'high', costPerGB: 0.5, bitsUp: 8e9, bitsDown: 0 }, // 1 GB
    ];
    const figures = sessionFigures(layOutSession(session([], { radios })), constellationOf);
    expect(figures).toMatchObject({ gigabytes: 4, cost: 6.5, costPerGB: 6.5 / 4 });
    expect(sessionFigures(layOutSession(session([])), constellationOf).costPerGB).toBeNaN();
  });

  it('tells what each constellation did, a change of rate being no handover', () => {
    const stretches = [
      stretch(0, 1, [0, 10]),
      stretch(0, 1, [10, 20], { rateBps: 400 }),
      stretch(0, 2, [20, 40], { usableS: 20.5 }),
      stretch(1, 10, [15, 60]),
    ];
    const [low, high] = constellationUses(layOutSession(session(stretches)), constellationOf);
    expect(low).toMatchObject({ constellation: 0, attachments: 2, handovers: 1, usableS: 39.5, servingS: 39.5 });
    expect(low?.meanRateBps).toBeCloseTo((10 * 100 + 10 * 400 + 19.5 * 100) / 39.5, 9);
    expect(high).toMatchObject({ constellation: 1, attachments: 1, handovers: 0, usableS: 45, servingS: 20.5 });
  });
});

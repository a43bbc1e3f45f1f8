import fc from 'fast-check';
import { BASELINE_NAMES } from '../../../policies/index.ts';
import type { SmallAntenna, SmallIsl, SmallSky } from './small-world.ts';

const TICKS = 8;
const TICK_S = 5;

/** A random world: links that come and go, antennas that hand over, scarce buffers, batteries and caches, every family. */
export interface RandomCase {
  readonly sky: SmallSky;
  readonly fields: Record<string, unknown>;
  readonly policy: string;
  readonly seed: number;
}

const span = fc
  .tuple(fc.integer({ min: 0, max: TICKS - 1 }), fc.integer({ min: 1, max: TICKS }))
  .map(([from, length]) => ({
    fromTick: from,
    toTick: Math.min(TICKS, from + length),
  }));

function isls(satellites: number): fc.Arbitrary<SmallIsl[]> {
  const pairs: [number, number][] = [];
  for (let a = 0; a < satellites; a++) for (let b = a + 1; b < satellites; b++) pairs.push([a, b]);
  const one = fc.record({
    between: fc.constantFrom(...pairs),
    rangeKm: fc.integer({ min: 300, max: 5000 }),
    span,
    always: fc.boolean(),
  });
  return fc
    .uniqueArray(one, {
      minLength: satellites - 1,
      maxLength: 2 * satellites,
      selector: ({ between }) => between.join(),
    })
    .map((list) => {
      const degree = new Array<number>(satellites).fill(0);
      return list
        .filter(({ between: [a, b] }) => {
          if ((degree[a] as number) >= 4 || (degree[b] as number) >= 4) return false;
          degree[a] = (degree[a] as number) + 1;
          degree[b] = (degree[b] as number) + 1;
          return true;
        })
        .map(({ between, rangeKm, span: ticks, always }) => ({ between, rangeKm, ...(always ? {} : ticks) }));
    });
}

function antennas(satellites: number, grounds: readonly number[]): fc.Arbitrary<SmallAntenna[]> {
  return fc.tuple(
    ...grounds.map((ground) =>
      fc.record({
        ground: fc.constant(ground),
        satellite: fc
          .array(fc.tuple(fc.integer({ min: -1, max: satellites - 1 }), fc.integer({ min: 1, max: 4 })), {
            minLength: TICKS,
            maxLength: TICKS,
          })
          .map((runs) => runs.flatMap(([s, n]) => new Array<number>(n).fill(s)).slice(0, TICKS)),
        rangeKm: fc.integer({ min: 500, max: 2500 }),
        rateBps: fc.constantFrom(2e6, 2e7, 1e9),
      }),
    ),
  );
}

const sky: fc.Arbitrary<SmallSky> = fc
  .record({
    satellites: fc.integer({ min: 2, max: 6 }),
    dataCentres: fc.integer({ min: 1, max: 2 }),
    terminals: fc.integer({ min: 2, max: 4 }),
  })
  .chain(({ satellites, dataCentres, terminals }) => {
    // One gateway with two antennas, then the data centres (none), then a terminal each.
    const grounds = [0, 0, ...Array.from({ length: terminals }, (_, t) => 1 + dataCentres + t)];
    return fc.record({
      satellites: fc.constant(satellites),
      ticks: fc.constant(TICKS),
      tickS: fc.constant(TICK_S),
      isls: isls(satellites),
      islRateBps: fc.constantFrom(5e6, 1e8),
      gateways: fc.constant(1),
      dataCentres: fc.constant(dataCentres),
      terminals: fc.constant(terminals),
      antennas: antennas(satellites, grounds),
      sunlitFrac: fc.constantFrom(0, 0.5, 1),
    });
  });

const fields = fc.record({
  maxHops: fc.constantFrom(3, 32),
  handoverS: fc.constantFrom(0, 0.7),
  satellite: fc.record({
    accelerators: fc.integer({ min: 1, max: 2 }),
    tflopsPerAccelerator: fc.constantFrom(5, 90),
    batteryWh: fc.constantFrom(3, 30, 4900),
    heatCapacityJK: fc.constantFrom(300, 50e3),
    bufferBytes: fc.constantFrom(1e6, 1e7, 50e9),
    cacheBytes: fc.constantFrom(1e5, 2e6),
  }),
  traffic: fc.record({
    load: fc.constantFrom(0.3, 1, 3),
    messages: fc.constant([{ name: 'm', ratePerS: 6, sizeBytes: 2e5, sizeSpread: 0.8, deadlineS: 6 }]),
    contents: fc.constant([
      { name: 'c', ratePerS: 6, objects: 30, sizeBytes: 1e5, deadlineS: 8 },
      { name: 'n', ratePerS: 3, objects: 5, zipfAlpha: 0, sizeBytes: 5e3, freshnessS: 4, priority: 0, deadlineS: 5 },
    ]),
    observations: fc.constant([
      { name: 'o', ratePerS: 1, rawBytes: 8e5, workTflop: 8, reduction: 20, value: 3, deadlineS: 10 },
      { name: 'd', ratePerS: 0.5, rawBytes: 8e5, workTflop: 40, reduction: 2, consumer: 'data-centre', deadlineS: 12 },
    ]),
    jobs: fc.constant([
      { name: 'j', ratePerS: 1, inputBytes: 1e4, outputBytes: 3e5, workTflop: 20, priority: 2, deadlineS: 10 },
    ]),
  }),
});

const part = (names: readonly string[]): fc.Arbitrary<string> =>
  fc.constantFrom(...names.filter((name) => !name.startsWith('oracle')));

export const randomCase: fc.Arbitrary<RandomCase> = fc.record({
  sky,
  fields,
  policy: fc
    .tuple(part(BASELINE_NAMES.forward), part(BASELINE_NAMES.place), part(BASELINE_NAMES.cache))
    .map((parts) => parts.join('+')),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
});

import { describe, expect, it } from 'vitest';
import { editDistance, nearestWord } from '../../../environment/scenario/edit-distance.ts';
import { convertUnit, findUnit, readQuantity, splitUnit } from '../../../environment/scenario/units.ts';

describe('units', () => {
  it.each([
    ['altitudeKm', 'altitude', 'km'],
    ['heatCapacityJK', 'heatCapacity', 'J/K'],
    ['downlinkCostPerGB', 'downlinkCost', '1/GB'],
    ['fixedMs', 'fixed', 'ms'],
    ['radiatorM2', 'radiator', 'm2'],
    ['maxC', 'max', 'degrees Celsius'],
  ])('%s is %s in %s', (key, stem, label) => {
    expect(splitUnit(key)).toMatchObject({ stem, unit: { label } });
  });

  it.each(['planes', 'satellitesPerPlane', 'maxHops', 'tflopsPerServer', 'zipfAlpha', 'groundBeams', 'name'])(
    '%s has no unit',
    (key) => {
      expect(splitUnit(key)).toBeUndefined();
    },
  );

  it.each([
    [780, 'm', 'km', 0.78],
    [6, 'h', 's', 21600],
    [10, 'Gb/s', 'bps', 1e10],
    // A byte is eight bits.
    [1, 'GB/s', 'bps', 8e9],
    [8, 'Mb', 'bytes', 1e6],
    [1, 'GiB', 'bytes', 1073741824],
    [5, 'kWh', 'Wh', 5000],
    [90, '%', 'frac', 0.9],
    // 240 per minute are 4 per second.
    [240, 'PerMin', 'PerS', 4],
    [180, 'deg', 'rad', 3.14159265359],
  ])('%d %s in %s is %d', (value, from, to, expected) => {
    expect(convertUnit(value, findUnit(from), findUnit(to))).toBe(expected);
  });

  it('does not convert what it cannot know', () => {
    expect(convertUnit(1, findUnit('km'), findUnit('s'))).toBeUndefined();
    expect(convertUnit(1, findUnit('C'), findUnit('K'))).toBeUndefined();
    // Neither kb nor kB.
    expect(convertUnit(1, findUnit('KB'), findUnit('bytes'))).toBeUndefined();
    expect(findUnit('parsec')).toBeUndefined();
  });

  it.each([
    ['780 km', 780, 'km'],
    ['1.5e3kW', 1500, 'kW'],
    ['-3 °C', -3, 'degrees Celsius'],
    ['90 %', 90, 'percent'],
  ])('reads %s', (text, number, label) => {
    expect(readQuantity(text)).toMatchObject({ number, unit: { label } });
  });

  it.each(['780', 'km', '1 2 km', '', 'about 5 km'])('takes %s for no quantity', (text) => {
    expect(readQuantity(text)).toBeUndefined();
  });
});

describe('edit distance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    // Levenshtein's textbook pair: k/s, e/i, +g.
    ['kitten', 'sitting', 3],
    // Neighbours swapped count once.
    ['palnes', 'planes', 1],
    // Optimal string alignment, not full Damerau (which gives 2).
    ['ca', 'abc', 3],
    ['Planes', 'planes', 0],
  ])('%s to %s is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });

  it('offers the nearest word, and none that is too far', () => {
    expect(nearestWord('termnals', ['gateways', 'terminals', 'terminal'])).toBe('terminals');
    expect(nearestWord('colour', ['name', 'latDeg', 'population'])).toBeUndefined();
    expect(nearestWord('q'.repeat(100_000), ['name'])).toBeUndefined();
  });

  it('of words equally near offers the one that begins alike, and finds names of satellites without their hyphens', () => {
    const names = ['1', '2', '3'].flatMap((plane) => ['01', '04', '05'].map((slot) => `low-p${plane}-s${slot}`));
    // Two letters differ from each slot of plane 3 but the one that ends in 4.
    expect(nearestWord('low-p3-s44', names)).toBe('low-p3-s04');
    // Three insertions, for names of ten letters.
    expect(nearestWord('lowp2s5', names)).toBe('low-p2-s05');
    // One letter from each of p1, p2 and p3 in the slot, or one in the plane: the plane stays.
    expect(nearestWord('low-p2-s03', ['low-p1-s03', 'low-p2-s01', 'low-p2-s05'])).toBe('low-p2-s01');
  });
});

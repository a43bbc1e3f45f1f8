import { describe, expect, it } from 'vitest';
import { parseScenario, walkerAltitudeKm } from '../../../environment/scenario/index.ts';
import { walkerConfig } from '../../configs.ts';
import { type RefusalCase, itRefuses } from './refusal-cases.ts';
import { VALID_TEXT, changed } from './valid-text.ts';

const altitude = '      altitudeKm: 1200\n';
const inWalker = (line: string): string => changed(altitude, `${altitude}      ${line}\n`);
/** The ring replaced by satellites around the Moon; `lunar` stands in line 8. */
const around = (fields: string): string =>
  VALID_TEXT.replace(/ {4}walker:\n(?: {6}.*\n)+/, `    lunar: { satellites: 2, inclinationDeg: 60, ${fields} }\n`);

const CASES: readonly RefusalCase[] = [
  {
    what: 'altitude and mean motion together',
    text: inWalker('meanMotionRevPerDay: 13').replace('pattern', '¦pattern'),
    says: ['constellations[0].walker: expected exactly one of altitudeKm and meanMotionRevPerDay, found both'],
    hints: ['Remove one of the two.'],
  },
  {
    // a = (398600.4418 / (16.5 x 2 pi / 86400)^2)^(1/3) = 6517.5 km; x 0.99 - 6378.137 = 74.2 km. At 120 km perigee:
    // a = 6498.137 / 0.99 = 6563.77 km, sqrt(mu / a^3) x 86400 / (2 pi) = 16.3253.
    what: 'a mean motion whose perigee is in the air',
    text: changed(altitude, '      meanMotionRevPerDay: ¦16.5\n').replace('eccentricity: 0', 'eccentricity: 0.01'),
    code: 'SCENARIO_ORBIT',
    says: ['walker.meanMotionRevPerDay: expected a perigee of at least 120 km, found a perigee of 74.2 km'],
    hints: ['With eccentricity 0.01, meanMotionRevPerDay must be 16.325 or less.'],
  },
  {
    // 400000 + 6378 km.
    what: 'an orbit beyond the Moon, metres for km perhaps',
    text: changed('altitudeKm: 1200', 'altitudeKm: ¦400000'),
    code: 'SCENARIO_ORBIT',
    says: ["expected an apogee of at most 384400 km from the Earth's centre, found 406378 km, beyond the Moon"],
    hints: ['Altitudes are in km'],
  },
  {
    what: 'planes that pass each other',
    text: inWalker('raanSpacingDeg: ¦360'),
    says: ['walker.raanSpacingDeg: expected planes within one turn, found 360 deg'],
    hints: ['Give less than 360 deg'],
  },
  {
    what: 'every second plane shifted where there is one',
    text: inWalker('oddPlanePhasingDeg: ¦5').replace('planes: 2', 'planes: 1'),
    says: ['oddPlanePhasingDeg: expected 0 with a single plane, found 5'],
    hints: ['give more planes'],
  },
  {
    what: 'planes shifted by a whole slot',
    text: inWalker('oddPlanePhasingDeg: ¦60'),
    says: ['oddPlanePhasingDeg: expected less than one slot (60 deg), found 60 deg'],
    hints: ['only renames satellites'],
  },
  {
    // 3000 x 0.5 - 1737.4 = -237.4 km; (1737.4 + 20) / 0.5 = 3514.8.
    what: 'a perilune below the ground',
    text: around('semiMajorKm: ¦3000, eccentricity: 0.5'),
    code: 'SCENARIO_ORBIT',
    says: ['expected a perilune of at least 20 km above the Moon (radius 1737.4 km), found a perilune of -237.4 km'],
    hints: ['With eccentricity 0.5, semiMajorKm must be 3515 or more.'],
  },
  {
    // 66100 / 1.5 = 44066.7.
    what: 'an apolune where the Earth rules',
    text: around('semiMajorKm: ¦50000, eccentricity: 0.5'),
    code: 'SCENARIO_ORBIT',
    says: ["expected an apolune of at most 66100 km from the Moon's centre, found 75000 km"],
    hints: ['semiMajorKm must be 44066 or less.'],
  },
];

describe('an orbit that cannot be', () => itRefuses(CASES));

describe('orbits at their limits', () => {
  it.each([
    inWalker('raanSpacingDeg: 359'),
    inWalker('oddPlanePhasingDeg: 30'),
    changed(altitude, '      meanMotionRevPerDay: 16.325\n').replace('eccentricity: 0', 'eccentricity: 0.01'),
    // 384400 - 6378.137 km.
    changed('altitudeKm: 1200', 'altitudeKm: 378021'),
    around('semiMajorKm: 3515, eccentricity: 0.5'),
    around('semiMajorKm: 44066, eccentricity: 0.5'),
  ])('are accepted (%#)', (text) => {
    expect(parseScenario(text, 'small.yaml').name).toBe('small');
  });

  it('mean motion gives the altitude by Kepler: one revolution per sidereal day is geostationary', () => {
    // 42,164.17 km - 6,378.137 km, textbook value for 86,164.1 s.
    const walker = { pattern: 'delta', planes: 1, satellitesPerPlane: 1, inclinationDeg: 0 } as const;
    const config = walkerConfig({ ...walker, meanMotionRevPerDay: 86_400 / 86_164.0905 });
    expect(walkerAltitudeKm(config)).toBeCloseTo(42_164.17 - 6378.137, 1);
    expect(walkerAltitudeKm(walkerConfig({ ...walker, altitudeKm: 550 }))).toBe(550);
  });
});
